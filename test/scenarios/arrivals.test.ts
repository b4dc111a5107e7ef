/** Cars that come together, and cars that find no room. */
import { describe, expect, it } from 'vitest';
import { story } from '#sim/story.ts';
import { connectorOf, watchPeak } from './watch.ts';

const CARS = 34;

describe('thirty-four cars that arrive within a minute under 80 kW', () => {
  it('are let in as they came: the first at 6 A or more, the others at nothing, never one in between', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 250, contractW: 80_000, designLoadA: 30, baseA: 10 }],
      chargers: Array.from({ length: CARS }, () => ({})),
    });
    const peak = watchPeak(site, 'main');
    const posts = site.site.posts;
    for (const { plan } of posts) {
      site.plug(plan.identity, { maxMa: 16_000 });
      await site.run('1700 ms');
    }
    for (let second = 0; second < 600; second++) {
      await site.run('1 s');
      for (const { station } of posts) {
        const told = station.promisedMa(station.connectorOf(1));
        if (told > 0 && told < 6_000) expect.fail(`${station.plan.identity} is told ${told} mA`);
      }
    }
    const cars = posts.map(({ plan, station }) => ({
      draws: site.drawA(plan.identity),
      startedMs: station.connectorOf(1).transaction?.startedWallMs ?? 0,
    }));
    const drawing = cars.toSorted((a, b) => a.startedMs - b.startedMs).map(car => car.draws);
    // 80 kW are 347.8 A over three phases; less 4.5 A margin and 30 A building: 17 cars at 6.1 A on each phase.
    const first = drawing.slice(0, 17);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(6);
    expect(drawing.slice(17)).toEqual(new Array(17).fill(0));
    expect(peak.highestSumA() * 230).toBeLessThanOrEqual(80_000);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0 });
    await site.close();
  }, 60_000);
});

describe('a car that plugs in where there is no room', () => {
  it('waits, is told that its minimum does not fit, and starts when another leaves', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 25, designLoadA: 15, baseA: 10 }],
      chargers: [{}, {}, {}],
    });
    site.plug('CP1');
    site.plug('CP2');
    await site.run('5 min');
    site.plug('CP3');
    const peak = watchPeak(site, 'main');
    await site.run('5 min');
    // 25 − 1.5 − 10 = 13.5 A: room for two minimums, not for three.
    expect([site.drawA('CP1') >= 6, site.drawA('CP2') >= 6, site.drawA('CP3')]).toEqual([true, true, 0]);
    expect(connectorOf(site, 'CP3')).toMatchObject({
      reason: { source: 'minimum', id: 'main' },
      why: expect.stringMatching(/^Paused: main, L\d is full, and the car needs at least 6 A\.$/),
    });
    site.unplug('CP1');
    await site.run('90 s');
    expect(site.drawA('CP3')).toBeGreaterThanOrEqual(6);
    expect(peak.highestA()).toBeLessThanOrEqual(25);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});
