/** The grid operator has limited the site, and the guard meter falls silent meanwhile (rules 16, 20). */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { allowedA, drawsA } from './lapse-watch.ts';
import { highest, judgeBy, putLimit } from './watch.ts';

const CARS = ['CP1', 'CP2', 'CP3'];
const ORDER_A = 65;
const ORDER_FAIL_SAFE_A = 62;
/** Amperes for all cars together, the building at its worst: order − margin − design load. */
const BLIND_A = ORDER_A - 1.5 - 40;
const BLIND_AFTER_A = ORDER_FAIL_SAFE_A - 1.5 - 40;

const sum = (amps: readonly number[]) => amps.reduce((total, each) => total + each, 0);

/** The order stands for fifteen minutes; the meter falls silent after one, for so many seconds. */
async function blindUnderOrder(silentS: number): Promise<Story> {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 80, designLoadA: 40, baseA: 5 }],
    chargers: [{}, {}, {}],
  });
  for (const car of CARS) site.plug(car);
  await site.run('10 min');
  const validUntil = new Date(site.site.clock.wallMs() + 15 * 60_000).toISOString();
  putLimit(site, ORDER_A, { validUntil, failSafeA: ORDER_FAIL_SAFE_A });
  await site.run('1 min');
  // 65 − 1.5 − 5 while the building is measured.
  expect(sum(drawsA(site, CARS))).toBeGreaterThan(BLIND_A + 10);
  expect(highest(site.flowA('main'))).toBeLessThanOrEqual(ORDER_A);
  site.site.meters.get('meter-main')?.fail('exception', silentS);
  return site;
}

describe('a guard meter that falls silent while an order of the grid operator is in force', () => {
  it('leaves the cars what the order carries beside the worst building, and their leases are renewed on that', async () => {
    const site = await blindUnderOrder(3600);
    await site.run('20 s');
    expect(drawsA(site, CARS).toSorted()).toEqual([7.8, 7.8, 7.9]);
    // 65 − 1.5 − 40 = 23.5 A. Two leases long: whatever was not renewed would be at its 6 A by now.
    for (let second = 0; second < 620; second++) {
      await site.run('1 s');
      expect(sum(allowedA(site, CARS))).toBeLessThanOrEqual(BLIND_A);
    }
    expect(drawsA(site, CARS).toSorted()).toEqual([7.8, 7.8, 7.9]);
    site.step('main', 35);
    expect(highest(site.flowA('main')), 'the worst building fits the order').toBeLessThanOrEqual(ORDER_A);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('does not keep the order from falling to its fail-safe when nobody renews it', async () => {
    const site = await blindUnderOrder(3600);
    await site.run('839 s');
    expect(sum(drawsA(site, CARS))).toBeCloseTo(BLIND_A, 5);
    judgeBy(site, ORDER_FAIL_SAFE_A);
    await site.run('11 s');
    // 62 − 1.5 − 40 = 20.5 A.
    expect(drawsA(site, CARS).toSorted()).toEqual([6.8, 6.8, 6.9]);
    await site.run('10 min');
    expect(sum(allowedA(site, CARS))).toBeCloseTo(BLIND_AFTER_A, 5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('has to give three good readings again before anybody is raised, and the order still holds then', async () => {
    const site = await blindUnderOrder(60);
    await site.run('59 s');
    expect(sum(allowedA(site, CARS))).toBeCloseTo(BLIND_A, 5);
    let readings = 0;
    let newestMs = site.gateway.state().meters[0]?.atMs;
    const raised = () => sum(allowedA(site, CARS)) > BLIND_A + 0.1;
    for (let tenths = 0; tenths < 3000 && !raised(); tenths++) {
      await site.run('100 ms');
      const atMs = site.gateway.state().meters[0]?.atMs;
      if (atMs !== newestMs) readings++;
      newestMs = atMs;
    }
    expect(readings).toBe(3);
    await site.run('5 min');
    // 65 − 1.5 − 5, less what is not worth a command.
    expect(sum(drawsA(site, CARS))).toBeGreaterThan(58.5 - 6);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(ORDER_A - 1.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});
