/** The gateway is killed for good while twelve cars charge: what each charger does by itself, and when. */
import { describe, expect, it } from 'vitest';
import { slowestReactionMs } from '#sim/habits.ts';
import { prng } from '#sim/prng.ts';
import { type Story, type StoryCharger, story } from '#sim/story.ts';
import { allowedA, drawsA } from './lapse-watch.ts';
import { highest, watchPeak } from './watch.ts';

/** All of them are proven. */
const CHARGERS: readonly StoryCharger[] = [
  ...([{}, {}, {}, {}, { brand: 'Alder' }, { brand: 'Alder' }, { rotation: 'STR' }] as const),
  ...['Dogwood', 'Elm', 'Juniper', 'Larch', 'Spruce'].map(make => ({ make })),
];
const CARS = CHARGERS.map((_, index) => `CP${index + 1}`);
const FALLBACK_A = 6;
const TTL_MS = 300_000;
const G_MS = 10_000;

/** For how long a charger would keep its grant by itself from now on, ms. */
function leaseLeftMs(site: Story, car: string): number {
  const { station } = site.post(car);
  const ends = station.stack().flatMap(({ profile, startMs }) => {
    const { chargingSchedulePeriod: periods } = profile.chargingSchedule;
    return periods.length < 2 ? [] : [(startMs ?? 0) + 1000 * (periods.at(-1)?.startPeriod ?? 0)];
  });
  return Math.max(...ends) - station.wallMs();
}

async function charging(): Promise<Story> {
  const site = await story({
    mortal: true,
    circuits: [{ id: 'main', fuseA: 160, designLoadA: 80, baseA: 10 }],
    chargers: CHARGERS,
  });
  for (const car of CARS) site.plug(car);
  await site.run('12 min');
  // (160 − 1.5 − 10) / 12 = 12.375 A; those of whole amperes 12 A.
  const drawn = drawsA(site, CARS);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(12);
  expect(highest(site.flowA('main'))).toBeGreaterThan(155);
  return site;
}

describe('a gateway that is killed for good while twelve cars charge', () => {
  it('leaves each at its grant for the rest of its lease, and at its fallback after TTL, G and its reaction', async () => {
    const site = await charging();
    // Each lease is renewed at half its life or within an eighth after it, less what a link takes.
    for (let second = 0; second < 300; second++) {
      await site.run('1 s');
      for (const car of CARS)
        if (leaseLeftMs(site, car) < (3 / 8) * TTL_MS - 500) expect.fail(`${car} waits to be renewed`);
    }
    const grantedA = allowedA(site, CARS);
    const diedMs = site.site.clock.nowMs();
    site.life?.end(prng('death'));
    await site.run('110 s');
    expect(allowedA(site, CARS)).toEqual(grantedA);
    const late: string[] = [];
    for (const [index, car] of CARS.entries()) {
      const { habit } = site.post(car).plan;
      const dueMs = diedMs + TTL_MS + G_MS + slowestReactionMs(habit);
      site.site.clock.after('look', dueMs - site.site.clock.nowMs(), () => {
        if (site.drawA(car) !== FALLBACK_A) late.push(`${car} (${habit.name}) draws ${site.drawA(car)} A`);
      });
      expect(grantedA[index]).toBeGreaterThan(FALLBACK_A);
    }
    await site.run('5 min');
    expect(late).toEqual([]);
    expect(drawsA(site, CARS)).toEqual(CARS.map(() => FALLBACK_A));
  });

  it('has the fuse hold from then on, whatever the building draws up to its design load', async () => {
    const site = await charging();
    const leaseMs = TTL_MS + G_MS + Math.max(...site.site.plan.chargers.map(({ habit }) => slowestReactionMs(habit)));
    site.site.observer.gatewayDied(leaseMs);
    site.life?.end(prng('death'));
    await site.run(`${leaseMs} ms`);
    site.step('main', 70);
    const peak = watchPeak(site, 'main');
    expect(peak.highestA()).toBe(80 + 12 * FALLBACK_A);
    // Paused leases would come back after three TTL; and nobody wakes later.
    await site.run('40 min');
    expect(peak.highestA()).toBe(80 + 12 * FALLBACK_A);
    expect(site.account()).toMatchObject({ overLimitMs: 0, afterDeathOverMs: 0, violations: [] });
  });
});

describe('a gateway that is killed for good where not everybody’s fallback fits beside the worst building', () => {
  it('leaves 6 A to as many cars as fit, and nothing to the others', async () => {
    const cars = CARS.slice(0, 10);
    const site = await story({
      mortal: true,
      circuits: [{ id: 'main', fuseA: 80, designLoadA: 50, baseA: 10 }],
      chargers: cars.map(() => ({})),
    });
    for (const car of cars) site.plug(car);
    await site.run('15 min');
    // (80 − 1.5 − 10) / 10 = 6.85 A while it lives: ten cars charge.
    expect(Math.min(...drawsA(site, cars))).toBeGreaterThanOrEqual(6);
    site.site.observer.gatewayDied(TTL_MS + G_MS + 10_000);
    site.life?.end(prng('death'));
    await site.run('320 s');
    // (80 − 50) / 6 = 5.
    expect(drawsA(site, cars).toSorted()).toEqual([0, 0, 0, 0, 0, 6, 6, 6, 6, 6]);
    site.step('main', 40);
    await site.run('20 min');
    expect(site.flowA('main')).toEqual([80, 80, 80]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, afterDeathOverMs: 0, violations: [] });
  });
});
