/** A charger with two sockets on one feed: what it is made to hold, and what it counts at when it is away (rule 7). */
import { describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { type Story, type StoryCharger, story } from '#sim/story.ts';
import { highest, judgeBy, putLimit, watchPeak } from './watch.ts';

/** CP1 has two sockets on a feed of 32 A; CP2 is another charger on the same fuse. */
const pair = (fuseA: number, first: StoryCharger = {}) =>
  story({
    mortal: true,
    circuits: [{ id: 'main', fuseA, designLoadA: 5, baseA: 5 }],
    chargers: [{ ...first, sockets: 2 }, {}],
  });

function plugAll(site: Story): void {
  site.plug('CP1', {}, 1);
  site.plug('CP1', {}, 2);
  site.plug('CP2');
}

const drawsA = (site: Story) => [site.drawA('CP1', 1), site.drawA('CP1', 2), site.drawA('CP2')];

/** What CP1 holds: connector, level and the amperes of each period. */
const heldBy = (site: Story) =>
  site
    .post('CP1')
    .station.stack()
    .filter(({ profile }) => profile.chargingProfilePurpose === 'TxDefaultProfile')
    .map(({ connectorId, profile }) => [
      connectorId,
      profile.stackLevel,
      ...profile.chargingSchedule.chargingSchedulePeriod.map(({ limit }) => limit),
    ])
    .toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0));

describe('a charger with two sockets', () => {
  it('holds its fallback for the whole and for each socket, and a lease for each', async () => {
    const site = await pair(125);
    const peak = watchPeak(site, 'main');
    plugAll(site);
    await site.run('10 min');
    expect(heldBy(site)).toEqual([
      [0, 0, 6],
      [1, 0, 6],
      [1, 1, 16, 6],
      [2, 0, 6],
      [2, 1, 16, 6],
    ]);
    // Its feed is full at 32 A though the fuse is not.
    expect(drawsA(site)).toEqual([16, 16, 32]);
    expect(peak.highestA()).toBeLessThanOrEqual(5 + 64);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    site.life?.end(prng('two'));
    await site.run('320 s');
    expect(drawsA(site)).toEqual([6, 6, 6]);
  });

  it('counts at its feed, not at twice its rating, when it is lost and nobody has proven it', async () => {
    const site = await pair(50, { brand: { vendor: 'Nobody', model: 'Knows', firmware: '1', stepMa: 100 } });
    plugAll(site);
    await site.run('25 min');
    // (50 − 1.5 − 5) / 3 = 14.5 A.
    expect(drawsA(site)).toEqual([14.5, 14.5, 14.5]);
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await site.run('15 s');
    // 50 − 1.5 − 5 − 32.
    expect(drawsA(site)).toEqual([14.5, 14.5, 11.5]);
    await site.run('20 min');
    expect(site.drawA('CP2')).toBe(11.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('counts at what its two sockets hold when it is lost and is proven', async () => {
    const site = await pair(50);
    plugAll(site);
    await site.run('25 min');
    expect(drawsA(site)).toEqual([14.5, 14.5, 14.5]);
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await site.run('15 s');
    expect(drawsA(site), 'nobody has to give way').toEqual([14.5, 14.5, 14.5]);
    putLimit(site, 42);
    await site.run('10 s');
    // 42 − 1.5 − 5 − 14.5 − 14.5 = 6.5 A.
    expect(drawsA(site)).toEqual([14.5, 14.5, 6.5]);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(40.5);
    judgeBy(site, 50);
    expect(site.gateway.putLimits('ems', [])).toMatchObject({ ok: true });
    await site.run('7 min');
    // Its leases are over: 12 A for both, counted twice for raises (rule 13). 50 − 1.5 − 5 − 12 − 12.
    expect(drawsA(site)).toEqual([6, 6, 19.5]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});
