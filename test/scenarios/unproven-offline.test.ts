/** A charger that nobody has proven to fall back by itself, on a feeder that cannot carry its rating beside the others. */
import { describe, expect, it } from 'vitest';
import { type Story, type StoryPlan, story } from '#sim/story.ts';
import { connectorOf, pageOf, watchPeak } from './watch.ts';

/** Obeys as long as it has power and a link, and nobody has proven more. Rated 32 A. */
const UNPROVEN = { make: 'Ivy' };
const FEEDER = [{ id: 'row', fuseA: 40, evOnly: true }];
/** Pilot, car and a little. */
const CARS = '8500 ms';
const KEPT = { overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] };

/** A car at every charger, settled. */
async function charging(plan: Pick<StoryPlan, 'chargers'> & Partial<StoryPlan>): Promise<Story> {
  const site = await story({ circuits: FEEDER, ...plan });
  for (const { plan: charger } of site.site.posts) {
    site.plug(charger.identity);
    await site.run('15 s');
  }
  await site.run('5 min');
  return site;
}

const drawn = (site: Story) => site.site.posts.map(({ plan }) => site.drawA(plan.identity));

/** Both ends see it at once. */
const cut = (site: Story, identity: string) => site.post(identity).link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });

describe('an unproven 32 A charger beside another on 40 A', () => {
  it('books its rating from link loss, and the other has 8 A for as long as it is away', async () => {
    const site = await charging({ chargers: [UNPROVEN, {}] });
    const peak = watchPeak(site, 'row');
    expect(drawn(site)).toEqual([20, 20]);
    cut(site, 'CP1');
    await site.run('200 ms');
    expect(connectorOf(site, 'CP1')).toMatchObject({
      control: 'offline',
      exposureA: 32,
      exposureBy: 'offline-unproven',
    });
    expect(site.grantA('CP2')).toBe(8);
    await site.run(CARS);
    expect(drawn(site)).toEqual([20, 8]);
    // Its lease lapses in truth, to 6 A; nobody here may count on that.
    await site.run('12 min');
    expect(drawn(site)).toEqual([6, 8]);
    expect(connectorOf(site, 'CP1').exposureA).toBe(32);
    site.post('CP1').link.mend();
    await site.run('4 min');
    expect(drawn(site)).toEqual([20, 20]);
    expect(peak.highestA()).toBe(40);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });

  it('would have cost nothing if it were proven', async () => {
    const site = await charging({ chargers: [{}, {}] });
    cut(site, 'CP1');
    await site.run('1 min');
    expect(drawn(site)).toEqual([20, 20]);
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 20, exposureBy: 'offline-lease' });
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });
});

describe('an unproven 32 A charger beside two others on 40 A', () => {
  const chargers = [UNPROVEN, {}, {}];

  it('keeps all three at their fallback, for 32 + 6 + 6 A are what may stand there when nobody commands', async () => {
    const site = await charging({ chargers });
    for (let second = 0; second < 300; second++) {
      await site.run('1 s');
      expect(drawn(site)).toEqual([6, 6, 6]);
    }
    // The plan gives a third to each; nothing of it may be granted.
    expect(pageOf(site).connectors.map(({ targetA }) => targetA)).toEqual([13.4, 13.3, 13.3]);
    for (const { reason } of pageOf(site).connectors) {
      expect(reason).toMatchObject({ source: 'transit', id: 'row', limit: 'fuse' });
    }
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });

  it('lets them share the feeder in a commissioning window, but not while it is offline', async () => {
    const site = await charging({ chargers, commissioningFor: '60 min' });
    const peak = watchPeak(site, 'row');
    expect(drawn(site)).toEqual([13.4, 13.3, 13.3]);
    cut(site, 'CP1');
    await site.run('1 s');
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 32, exposureBy: 'offline-unproven' });
    await site.run(CARS);
    // 40 − 32 = 8 A are one car's minimum, not two.
    expect(drawn(site).toSorted((a, b) => a - b)).toEqual([0, 8, 13.4]);
    const paused = site.drawA('CP2') === 0 ? 'CP2' : 'CP3';
    const other = paused === 'CP2' ? 'CP3' : 'CP2';
    // The place goes to the other, which comes back to its fallback; 32 + 6 + 6 A allow no more, window or not.
    site.unplug(other);
    await site.run('1 s');
    site.plug(other);
    await site.run('7 min');
    expect([site.drawA(paused), site.drawA(other)]).toEqual([6, 0]);
    expect(connectorOf(site, paused)).toMatchObject({ targetA: 8, reason: { source: 'transit' } });
    expect(site.gateway.state().commissioningUntilMs).toBeGreaterThan(site.site.clock.nowMs());
    site.post('CP1').link.mend();
    await site.run('3 min');
    for (const amps of drawn(site)) expect(amps).toBeGreaterThan(13);
    expect(peak.highestA()).toBeLessThanOrEqual(40);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });

  it('books nothing once a person has said that it has no power, and its rating again the moment it is back', async () => {
    const site = await charging({ chargers, seen: true });
    const peak = watchPeak(site, 'row');
    expect(await site.mark('CP1', 'switched-off'), 'while it is connected it has power').toBe(409);
    site.unplug('CP1');
    await site.run('1 s');
    site.post('CP1').station.reboot(600_000);
    await site.run('1 min');
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 32, switchedOff: false });
    expect(site.drawA('CP2') + site.drawA('CP3')).toBeLessThanOrEqual(8);
    expect(await site.mark('CP1', 'switched-off')).toBe(204);
    await site.run('1 min');
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 0, exposureBy: 'switched-off' });
    expect(drawn(site)).toEqual([0, 20, 20]);
    await site.run('7 min');
    expect(drawn(site)).toEqual([0, 20, 20]);
    while (connectorOf(site, 'CP1').control === 'offline') await site.run('10 ms');
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 32, switchedOff: false });
    await site.run(CARS);
    expect(drawn(site).toSorted((a, b) => a - b)).toEqual([0, 0, 8]);
    // Set up and free, it books nothing; but its rating may still stand there some day, so the others stay low.
    await site.run('7 min');
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 0, exposureBy: 'idle' });
    expect(drawn(site).toSorted((a, b) => a - b)).toEqual([0, 6, 8]);
    expect(peak.highestA()).toBe(40);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });
});
