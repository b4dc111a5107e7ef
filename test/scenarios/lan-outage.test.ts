/** The LAN switch of a garage reboots: every link is gone at once, and all are back at once. */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { connectorOf, pageOf, watchPeak } from './watch.ts';
import { limitsOf, type SetProfile, watchCalls } from './wire.ts';

const CHARGERS = 6;

/** The building draws all that it was declared to, so that no reading can make it look larger. */
async function sixCars(): Promise<Story> {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 100, designLoadA: 10, baseA: 10 }],
    chargers: Array.from({ length: CHARGERS }, () => ({})),
  });
  for (const { plan } of site.site.posts) site.plug(plan.identity);
  await site.run('12 min');
  return site;
}

const drawn = (site: Story) => site.site.posts.map(({ plan }) => site.drawA(plan.identity));

describe('a LAN switch that reboots for 40 s under six proven chargers', () => {
  it('changes no current: each goes on by its lease, is booked at it, and is only read back afterwards', async () => {
    const site = await sixCars();
    const { posts, clock } = site.site;
    const before = drawn(site);
    // (100 − 1.5 − 10) / 6 = 14.75 A.
    expect(before.reduce((sum, amps) => sum + amps)).toBeCloseTo(88.5);
    const peak = watchPeak(site, 'main');
    const calls = watchCalls(site);
    for (const { link } of posts) link.cut({ stationAfterMs: 0, gatewayAfterMs: null });
    const cutMs = clock.nowMs();
    // Half-open sockets: the gateway misses a pong after at most twenty seconds.
    await site.run('21 s');
    for (let second = 21; second < 40; second++) {
      await site.run('1 s');
      expect(drawn(site)).toEqual(before);
      for (const { control, exposureBy, exposureA, grantA, leaseMs } of pageOf(site).connectors) {
        expect({ control, exposureBy }).toEqual({ control: 'offline', exposureBy: 'offline-lease' });
        expect(exposureA).toBe(grantA);
        // Said again after half a TTL and at most an eighth.
        expect(leaseMs).toBeGreaterThan(300_000 * (1 / 2 - 1 / 8) - 40_000);
      }
    }
    for (const { link } of posts) link.mend();
    // Stations dial again after at most ten seconds and five more for a dial into the void.
    await site.run('20 s');
    expect(clock.nowMs() - cutMs).toBe(60_000);
    expect(pageOf(site).status.control).toBe(`All ${CHARGERS} chargers under control.`);
    expect(drawn(site)).toEqual(before);
    const asked = (wanted: string) => calls.filter(({ action }) => action === wanted);
    expect(
      asked('GetCompositeSchedule')
        .map(({ identity }) => identity)
        .sort(),
    ).toEqual(posts.map(({ plan }) => plan.identity));
    expect(asked('ClearChargingProfile')).toEqual([]);
    // Beside that only leases past half their life are said again: the same current, one level above the base.
    for (const { identity, payload } of asked('SetChargingProfile')) {
      const { connectorId, csChargingProfiles } = payload as SetProfile;
      expect([connectorId, csChargingProfiles.stackLevel]).toEqual([1, 1]);
      expect(limitsOf(payload)).toEqual([site.drawA(identity), 6]);
    }
    await site.run('5 min');
    expect(drawn(site)).toEqual(before);
    expect(connectorOf(site, 'CP1').setUp.state).toBe('done');
    expect(asked('ClearChargingProfile')).toEqual([]);
    expect(peak.highestA()).toBeLessThanOrEqual(98.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });
});
