/** The gateway's wall clock is set by an hour while cars charge on leases that end by the chargers' clocks (rule 21). */
import { describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { type Story, story } from '#sim/story.ts';
import { allowedA, drawsA } from './lapse-watch.ts';
import { highest, judgeBy, putLimit } from './watch.ts';

const CARS = ['CP1', 'CP2', 'CP3'];
const HOUR_MS = 3_600_000;
const TTL_S = 300;

/** CP3 has no clock of its own: it shows what it was told at its boot and at each heartbeat. */
async function charging(): Promise<Story> {
  const site = await story({
    mortal: true,
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5 }],
    chargers: [{}, {}, { make: 'Juniper' }],
  });
  for (const car of CARS) site.plug(car);
  await site.run('15 min');
  expect(Math.min(...drawsA(site, CARS))).toBeGreaterThan(17);
  return site;
}

/** Ten minutes, in which nobody is allowed less than before. */
async function nobodyFalls(site: Story): Promise<void> {
  const beforeA = allowedA(site, CARS);
  for (let second = 0; second < 600; second++) {
    await site.run('1 s');
    const nowA = allowedA(site, CARS);
    CARS.forEach((car, index) => {
      // A raise may follow, and what was raised a little may come back: less than a car's minimum step.
      if ((nowA[index] ?? 0) < (beforeA[index] ?? 0) - 1)
        expect.fail(`${car} fell to ${nowA[index]} A after ${second} s`);
    });
  }
}

describe.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('a wall clock that is set %s by an hour', (_, byMs) => {
  it('ends no lease early: every car charges on', async () => {
    const site = await charging();
    site.site.clock.stepWall(byMs);
    await nobodyFalls(site);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, violations: [] });
    await site.close();
  });

  it('keeps no lease alive: when the gateway dies a few minutes later, each falls within its TTL', async () => {
    const site = await charging();
    site.site.clock.stepWall(byMs);
    await site.run('11 min');
    site.site.observer.gatewayDied(1000 * (TTL_S + 20));
    site.life?.end(prng('clock'));
    await site.run(`${TTL_S + 20} s`);
    expect(drawsA(site, CARS)).toEqual([6, 6, 6]);
    site.step('main', 25);
    await site.run('65 min');
    expect(drawsA(site, CARS)).toEqual([6, 6, 6]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, afterDeathOverMs: 0, violations: [] });
  });

  it('tells a charger that boots afterwards the time of its leases', async () => {
    const site = await charging();
    site.site.clock.stepWall(byMs);
    await site.run('1 min');
    const { station } = site.post('CP3');
    station.reboot(20_000);
    await site.run('5 min');
    // To the second it is the time that the others have by themselves.
    expect(Math.abs(station.wallMs() - site.post('CP1').station.wallMs())).toBeLessThan(1000);
    await site.run('5 min');
    expect(site.drawA('CP3')).toBeGreaterThan(16);
    await nobodyFalls(site);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('changes nothing in how long a limit from outside still holds', async () => {
    const site = await charging();
    const validUntil = new Date(site.site.clock.wallMs() + 10 * 60_000).toISOString();
    putLimit(site, 45, { validUntil, failSafeA: 35 });
    await site.run('1 min');
    site.site.clock.stepWall(byMs);
    await site.run('530 s');
    // 45 − 1.5 − 5, less what is not worth a command: not its fail-safe yet.
    expect(highest(site.flowA('main'))).toBeGreaterThan(35);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(45);
    await site.run('10 s');
    judgeBy(site, 35);
    await site.run('11 s');
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(35);
    expect(highest(site.flowA('main'))).toBeGreaterThan(25);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});
