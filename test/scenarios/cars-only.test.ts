/** Limits that count cars alone, lower than what all their cars need to charge at all. */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { connectorOf, pageOf, watchPeak } from './watch.ts';

const CARS = ['CP1', 'CP2', 'CP3'];
const drawn = (site: Story) => CARS.map(identity => site.drawA(identity));

/** They come one after the other, so that the order is theirs. */
async function plugAll(site: Story): Promise<void> {
  for (const identity of CARS) {
    site.plug(identity);
    await site.run('20 s');
  }
  await site.run('3 min');
}

describe('a feeder for cars with a fuse of 13 A and three cars', () => {
  const TTL_MS = 60_000;
  const feeder = () =>
    story({
      leaseTtlS: TTL_MS / 1000,
      circuits: [
        { id: 'main', fuseA: 63, designLoadA: 20, baseA: 5 },
        { id: 'row', parent: 'main', fuseA: 13, evOnly: true },
      ],
      chargers: CARS.map(() => ({ circuit: 'row' })),
    });

  it('gives the first two all of it without a margin, and the third when one of them leaves', async () => {
    const site = await feeder();
    const peak = watchPeak(site, 'row');
    expect(pageOf(site).connectors.map(({ fallbackA }) => fallbackA)).toEqual([0, 0, 0]);
    await plugAll(site);
    for (let second = 0; second < 300; second++) {
      await site.run('1 s');
      expect(drawn(site)).toEqual([6.5, 6.5, 0]);
    }
    expect(connectorOf(site, 'CP3').reason).toMatchObject({ source: 'minimum', id: 'row', limit: 'fuse' });
    // The building next to it has nothing to do with this fuse.
    site.step('main', 15);
    await site.run('1 min');
    expect(drawn(site)).toEqual([6.5, 6.5, 0]);
    site.unplug('CP1');
    // Link, pilot and car: the place is free at once, for nobody is left whose decrease could be unseen.
    await site.run('10 s');
    expect(drawn(site)).toEqual([0, 6.5, 6.5]);
    expect(peak.highestA()).toBe(13);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });

  it('holds when nobody commands it any more: two lapse to 6 A, and the third stays at nothing for ever', async () => {
    const site = await feeder();
    const peak = watchPeak(site, 'row');
    await plugAll(site);
    expect(pageOf(site).connectors.map(({ lapseA }) => lapseA)).toEqual([6, 6, 0]);
    for (const { link } of site.site.posts) link.cut({ stationAfterMs: 0, gatewayAfterMs: null });
    await site.run(`${TTL_MS + 10_000} ms`);
    expect(drawn(site)).toEqual([6, 6, 0]);
    // Past three times the lease, too: a paused car has no fallback to rise to here.
    await site.run('5 min');
    expect(drawn(site)).toEqual([6, 6, 0]);
    expect(peak.highestA()).toBe(13);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });
});

describe('a cap of 13 A for the cars of a metered building', () => {
  it('is theirs whatever the building draws, as long as the fuse carries both', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 63, carsA: 13, designLoadA: 51, baseA: 5 }],
      chargers: CARS.map(() => ({})),
    });
    const peak = watchPeak(site, 'main');
    expect(pageOf(site).connectors.map(({ fallbackA }) => fallbackA)).toEqual([0, 0, 0]);
    await plugAll(site);
    expect(drawn(site)).toEqual([6.5, 6.5, 0]);
    expect(connectorOf(site, 'CP3').reason).toMatchObject({ source: 'minimum', id: 'main', limit: 'cap' });
    // 63 − 1.5 − 40 = 21.5 A for the cars by the fuse; the cap is still what binds.
    site.step('main', 35);
    for (let second = 0; second < 120; second++) {
      await site.run('1 s');
      expect(drawn(site)).toEqual([6.5, 6.5, 0]);
    }
    // 63 − 1.5 − 49 = 12.5 A: now the fuse binds.
    site.step('main', 9);
    await site.run('15 s');
    expect(site.drawA('CP1') + site.drawA('CP2')).toBeCloseTo(12.5);
    expect(connectorOf(site, 'CP1').reason.source).toBe('fuse');
    // 63 − 1.5 − 50.5 = 11 A: the second is paused, and has no fallback to rise to by itself.
    site.step('main', 1.5);
    await site.run('15 s');
    expect(site.drawA('CP2')).toBe(0);
    expect(connectorOf(site, 'CP2')).toMatchObject({ grantA: 0, lapseA: 0, leaseMs: null });
    await site.run('1 min');
    expect(drawn(site)).toEqual([11, 0, 0]);
    expect(peak.highestA()).toBeLessThanOrEqual(63);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });
});
