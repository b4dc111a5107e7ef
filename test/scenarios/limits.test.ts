/** Limits in watts and limits from outside, while cars charge. */
import { describe, expect, it } from 'vitest';
import { story } from '#sim/story.ts';
import { connectorOf, highest, judgeBy, putLimit, watchPeak } from './watch.ts';

const sumA = (flow: readonly [number, number, number]) => flow[0] + flow[1] + flow[2];

describe('a contract in kW', () => {
  it('counts the building and all cars on all phases together', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 63, contractW: 22_000, designLoadA: 20, baseA: 5 }],
      chargers: [{}, { rotation: 'STR' }, { rotation: 'S' }],
    });
    const peak = watchPeak(site, 'main');
    site.plug('CP1');
    site.plug('CP2', { phases: 1 });
    site.plug('CP3', { phases: 1 });
    await site.run('10 min');
    const kilowatts = () => (sumA(site.flowA('main')) * 230) / 1000;
    expect(kilowatts()).toBeLessThanOrEqual(22);
    expect(peak.highestSumA() * 230).toBeLessThanOrEqual(22_000);
    expect(connectorOf(site, 'CP1').reason).toMatchObject({ source: 'contract', id: 'main', phase: null });
    for (const identity of ['CP1', 'CP2', 'CP3']) expect(site.drawA(identity)).toBeGreaterThanOrEqual(6);
    site.step('main', [0, 0, 15]);
    await site.run('12 s');
    expect(kilowatts()).toBeLessThanOrEqual(22);
    await site.run('5 min');
    expect(kilowatts()).toBeLessThanOrEqual(22);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});

describe('a live limit that the energy manager lowers while everyone charges', () => {
  const garage = {
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 20, baseA: 5 }],
    chargers: [{}, {}, {}],
  };
  const minutesFromNow = (wallMs: number, minutes: number) => new Date(wallMs + minutes * 60_000).toISOString();

  it('holds within ten seconds, falls to its fail-safe when nobody renews it, and gives way to a new write', async () => {
    const site = await story(garage);
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
    await site.run('8 min');
    expect(highest(site.flowA('main'))).toBeGreaterThan(50);
    putLimit(site, 40, { validUntil: minutesFromNow(site.site.clock.wallMs(), 5), failSafeA: 28 });
    await site.run('10 s');
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(40);
    expect(connectorOf(site, 'CP1').reason.source).toBe('ems');
    await site.run('4 min');
    // Still the 40 A, well used: not yet the fail-safe.
    expect(highest(site.flowA('main'))).toBeGreaterThan(30);
    await site.run('50 s');
    judgeBy(site, 28);
    await site.run('10 s');
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(28);
    await site.run('5 min');
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(28);
    putLimit(site, 50);
    await site.run('6 min');
    expect(highest(site.flowA('main'))).toBeGreaterThan(40);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(50);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });

  it('can only lower: one above the fuse changes nothing', async () => {
    const site = await story(garage);
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
    await site.run('8 min');
    const peak = watchPeak(site, 'main');
    putLimit(site, 200);
    await site.run('8 min');
    expect(peak.highestA()).toBeLessThanOrEqual(61.5);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});
