/** The supply of a whole garage comes back with a car at every charger, and the gateway knows nothing of any of them. */
import { describe, expect, it } from 'vitest';
import { story } from '#sim/story.ts';
import { pageOf, watchPeak } from './watch.ts';

const CHARGERS = 34;

describe('thirty-four chargers that get power at once, with a car at each and nothing stored', () => {
  it('count at their rating until a sample shows that each obeys, and twelve cars charge within 25 s', async () => {
    const site = await story({
      cold: true,
      circuits: [{ id: 'main', fuseA: 250, contractW: 80_000, designLoadA: 30, baseA: 10 }],
      // The site file names the model of every second one: being proven does not tell what it holds.
      chargers: Array.from({ length: CHARGERS }, (_, index) => (index % 2 === 0 ? {} : { profile: 'sim-birch' })),
    });
    const { posts, clock } = site.site;
    for (const { plan } of posts) site.plug(plan.identity, { maxMa: 16_000 });
    await site.run('5 s');
    // 250 − 1.5 − 10 − 34 × 32 A.
    expect(pageOf(site).circuits[0]?.headroomA.l1).toBe(-849.5);
    const peak = watchPeak(site, 'main');
    const poweredMs = clock.nowMs();
    const sinceMs = () => clock.nowMs() - poweredMs;
    const booked = () => pageOf(site).connectors.map(({ exposureA }) => exposureA);
    const drawing = () => posts.filter(({ plan }) => site.drawA(plan.identity) >= 6).length;
    site.powerOn();
    await site.run('2 s');
    expect(pageOf(site).connectors.every(({ setUp }) => setUp.state === 'done')).toBe(true);
    expect(new Set(pageOf(site).connectors.map(({ grantA }) => grantA))).toEqual(new Set([0]));
    // Ten seconds for the slowest car, two for the link: only then does a sample show that 0 A are obeyed.
    while (sinceMs() < 12_000) {
      expect(booked(), `${sinceMs()} ms`).toEqual(new Array(CHARGERS).fill(32));
      expect(drawing()).toBe(0);
      await site.run('500 ms');
    }
    await site.run('3 s');
    // 80 kW are 347.8 A over three phases; less 4.5 A margin and 30 A building: 17 cars at 6.1 A or a little more.
    const granted = pageOf(site).connectors.filter(({ grantA }) => grantA !== 0);
    expect(granted.map(({ grantA }) => grantA)).toEqual(granted.map(() => expect.toSatisfy(amps => amps >= 6)));
    expect(granted).toHaveLength(17);
    expect(pageOf(site).status.control).toBe('All 34 chargers under control.');
    while (drawing() < 12) await site.run('100 ms');
    expect(sinceMs()).toBeLessThanOrEqual(25_000);
    let least = 99;
    for (let second = 0; second < 600; second++) {
      await site.run('1 s');
      least = Math.min(least, drawing());
      expect(drawing()).toBeGreaterThanOrEqual(12);
    }
    expect(peak.highestSumA() * 230).toBeLessThanOrEqual(80_000);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  }, 60_000);
});
