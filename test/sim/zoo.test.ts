/** What each habit of the zoo truly does, and that the zoo is as its files say. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { traitsFor } from '#chargers/quirks.ts';
import { shippedDevices } from '#sim/devices.ts';
import { startFlaps } from '#sim/faults.ts';
import { HABITS, slowestReactionMs } from '#sim/habits.ts';
import { prng } from '#sim/prng.ts';
import { drawSite } from '#sim/scenario.ts';
import { openSite, powerOn } from '#sim/site.ts';
import { drawMakes, MAKES, UNSAFE_SHARE } from '#sim/zoo.ts';
import { chargerWith, endless, lease } from './station-kit.ts';

describe('a charger of the zoo', () => {
  it.each([
    ['polite', 100, 520],
    ['instant', 0, 40],
    ['slow', 15_000, 22_050],
  ] as const)('%s takes from %d to %d ms from a limit to its pilot', async (habit, fromMs, toMs) => {
    const charger = await chargerWith(habit);
    expect(charger.connector.status).toBe('Charging');
    await charger.set(endless(0));
    const answered = 100;
    const ms = (await charger.untilStatus('SuspendedEVSE')) + answered;
    expect(ms).toBeGreaterThanOrEqual(fromMs);
    expect(ms).toBeLessThanOrEqual(Math.max(toMs, answered));
  });

  it('that takes watts only rejects amperes, and divides by numberPhases', async () => {
    const charger = await chargerWith('watts', { phases: 1 });
    expect(await charger.set(endless(10))).toBe('Rejected');
    expect(await charger.set(endless(6900, {}, { chargingRateUnit: 'W' }))).toBe('Accepted');
    await charger.run(60_000);
    expect(charger.drawA()).toBe(10);
  });

  it.each([
    [1, 6900, 30],
    [3, 6900, 10],
  ] as const)('that steers by its meter lets a car on %d phases draw %d W as %d A', async (phases, watts, amps) => {
    const charger = await chargerWith('watts-on-car', { phases });
    expect(await charger.set(endless(10))).toBe('Rejected');
    await charger.set(endless(watts, {}, { chargingRateUnit: 'W' }));
    await charger.run(60_000);
    expect(charger.drawA()).toBe(amps);
  });

  it.each([
    ['polite', 10],
    ['forgetful', 32],
  ] as const)('%s draws at most %d A after a reboot, having been told 10', async (habit, amps) => {
    const charger = await chargerWith(habit);
    await charger.set(endless(10));
    charger.station.reboot(10_000);
    await charger.run(120_000);
    expect(charger.drawA()).toBe(amps);
  });

  it('without a clock stands at 1970 and at its base after a reboot, until it is told the time', async () => {
    const charger = await chargerWith('no-clock');
    await charger.set(endless(8));
    await charger.set(lease(charger.station.wallMs(), 20, 600, 6));
    await charger.run(30_000);
    expect(charger.drawA()).toBe(20);
    charger.link.cut({ stationAfterMs: 0, gatewayAfterMs: null });
    charger.station.reboot(10_000);
    await charger.run(60_000);
    expect(charger.station.wallMs()).toBe(50_000);
    expect(charger.drawA()).toBe(8);
    charger.link.mend();
    await charger.run(60_000);
    expect(Math.abs(charger.station.wallMs() - charger.clock.wallMs())).toBeLessThan(100);
    expect(charger.drawA()).toBe(20);
  });

  it('with one stack level takes no other, and three periods at most', async () => {
    const charger = await chargerWith('one-level');
    const periods = (count: number) =>
      endless(
        6,
        {},
        { chargingSchedulePeriod: Array.from({ length: count }, (_, i) => ({ startPeriod: i * 60, limit: 6 + i })) },
      );
    expect(await charger.set(endless(10, { stackLevel: 1 }))).toBe('Rejected');
    expect(await charger.set(periods(4))).toBe('Rejected');
    expect(await charger.set(periods(3))).toBe('Accepted');
  });

  it.each([
    ['polite', 'Accepted', 10, 10],
    ['ignores', 'Accepted', 32, 32],
    ['liar', 'Accepted', 10, 32],
    ['rejects', 'Rejected', 32, 32],
  ] as const)(
    '%s answers %s to 10 A, says %d A when asked, draws %d A and measures it',
    async (habit, answer, said, draw) => {
      const charger = await chargerWith(habit);
      await charger.call('ChangeConfiguration', { key: 'MeterValuesSampledData', value: 'Current.Import' });
      expect(await charger.set(endless(10))).toBe(answer);
      const composite = await charger.call('GetCompositeSchedule', { connectorId: 1, duration: 60 });
      expect(composite).toMatchObject({
        chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: said }] },
      });
      await charger.run(90_000);
      expect(charger.drawA()).toBe(draw);
      const sample = JSON.stringify(charger.heard.findLast(({ action }) => action === 'MeterValues')?.payload);
      expect(sample).toContain(`"value":"${draw.toFixed(1)}"`);
    },
  );

  it('that knows Relative schedules only rejects Absolute ones, and obeys a Relative one', async () => {
    const charger = await chargerWith('relative');
    expect(await charger.set(endless(10))).toBe('Rejected');
    const { startSchedule: _none, ...schedule } = endless(10).chargingSchedule;
    const relative = { ...endless(10), chargingProfileKind: 'Relative', chargingSchedule: schedule } as const;
    expect(await charger.set(relative)).toBe('Accepted');
    await charger.run(30_000);
    expect(charger.drawA()).toBe(10);
  });

  it.each([
    ['polite', 'Accepted', 5, 6],
    ['samples-when-asked', 'Accepted', 0, 1],
    ['samples-never', 'Rejected', 0, 0],
  ] as const)(
    '%s answers %s to a trigger; %d samples in five minutes before, %d after',
    async (habit, answer, before, after) => {
      const charger = await chargerWith(habit);
      const begun = charger.samples();
      await charger.run(300_000);
      expect(charger.samples() - begun).toBe(before);
      expect(await charger.call('TriggerMessage', { requestedMessage: 'MeterValues' })).toEqual({ status: answer });
      expect(charger.samples() - begun).toBe(after);
    },
  );

  it('counts every profile that is set, for each socket and for the station', async () => {
    const charger = await chargerWith('persists');
    for (const amps of [6, 7, 7]) await charger.set(endless(amps));
    await charger.call('SetChargingProfile', {
      connectorId: 0,
      csChargingProfiles: endless(32, { chargingProfilePurpose: 'ChargePointMaxProfile', chargingProfileId: 9 }),
    });
    expect([...charger.station.writes()]).toEqual([
      [1, 3],
      [0, 1],
    ]);
  });

  it('on a bad radio loses its link every few minutes for seconds, and comes back', async () => {
    const plan = drawSite(prng('flaps'), 1);
    const [charger] = plan.chargers;
    let losses = 0;
    const site = openSite(
      { ...plan, chargers: [{ ...charger!, habit: HABITS.flapping }] },
      {
        seed: 'flaps',
        building: 'constant',
        onLink: (_, carries) => {
          if (!carries) losses++;
        },
      },
    );
    await site.world.listenForChargers(
      { host: '127.0.0.1', port: 8887, maxPayloadBytes: 1000 },
      {
        judge: async () => ({ accept: true, subprotocol: 'ocpp1.6' }),
        connected: pipe => pipe.open({ text() {}, pong() {}, closed() {} }),
      },
    );
    powerOn(site);
    startFlaps(site);
    await site.clock.run(2 * 3_600_000);
    expect(losses).toBeGreaterThan(4);
    expect(losses).toBeLessThan(30);
    expect(site.posts[0]?.link.isConnected()).toBe(true);
  });
});

describe('the zoo', () => {
  const { chargers: profiles } = shippedDevices();

  it.each(MAKES.map(make => [`${make.brand.vendor} ${make.brand.model}`, make] as const))(
    '%s has a file of its own that tells the truth',
    (_, { brand, habit, unsafe }) => {
      const id = `sim-${brand.vendor.toLowerCase()}`;
      const traits = traitsFor(profiles, brand.vendor, brand.model, brand.firmware);
      expect(traits).toMatchObject({
        profileId: id,
        leaseClass: unsafe ? 'C' : 'A',
        absolute: (habit.kinds as readonly string[]).includes('Absolute'),
        rateUnit: habit.units[0],
      });
      expect(traits.stackLevels).toBeLessThanOrEqual(habit.stackLevels);
      expect(traits.maxPeriods).toBeLessThanOrEqual(habit.maxPeriods);
      if (habit.name !== 'instant') expect(traits.reactionMs).toBeGreaterThanOrEqual(slowestReactionMs(habit));
      const file = readFileSync(new URL(`../../profiles/chargers/${id}.json`, import.meta.url), 'utf8');
      expect(JSON.parse(file)).toMatchObject({ tested: 'simulator' });
    },
  );

  it('stays usable: at most a fifth of a site is unsafe, and in some sites every make occurs', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const makes = drawMakes(prng(`zoo ${seed}`), 12);
      expect(makes.filter(make => make.unsafe).length).toBeLessThanOrEqual(12 * UNSAFE_SHARE);
      for (const { habit } of makes) seen.add(habit.name);
    }
    expect([...seen].toSorted()).toEqual(Object.keys(HABITS).toSorted());
  });

  it('has room on every fuse for the ratings of its unsafe chargers beside the building', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { circuits, chargers } = drawSite(prng(`zoo ${seed}`), 12, true);
      const unsafe = chargers.filter(charger => MAKES.find(make => make.habit === charger.habit)?.unsafe);
      circuits.forEach((circuit, index) => {
        const below = unsafe.filter(({ circuit: c }) => c === index || circuits[c]?.parent === index);
        const fuseA = circuit.limits.find(limit => limit.kind === 'hard')?.limitA ?? 0;
        for (const phase of [0, 1, 2] as const) {
          const ratingsA = below.filter(({ rotation }) => rotation.includes(phase)).map(({ ratingA }) => ratingA);
          const sumA = ratingsA.reduce((sum, each) => sum + each, (circuit.designMa?.[phase] ?? 0) / 1000);
          expect(sumA, `seed ${seed}, ${circuit.id}, phase ${phase}`).toBeLessThan(fuseA);
        }
      });
    }
  });
});
