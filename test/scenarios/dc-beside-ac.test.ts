/** A charger that gives direct current beside one that gives alternating, behind one fuse (rule 10). */
import { describe, expect, it } from 'vitest';
import type { DcPlan } from '#sim/dc.ts';
import { prng } from '#sim/prng.ts';
import { type Story, story } from '#sim/story.ts';
import { connectorOf, highest, watchPeak } from './watch.ts';

const FAST: DcPlan = { ratingKw: 50, minKw: 5, standbyKw: 0.05, efficiency: 0.94, powerFactor: 0.98 };
/** Whole watts at the car for amperes that are booked: the mains may stand at nine tenths of nominal. */
const wattsFor = (bookedA: number) => Math.floor(bookedA * 0.9 * 3 * 230 * 0.94 * 0.98);
/** What they take of the grid at nominal voltage, in the tenths of an ampere that this charger follows. */
const trulyA = (watts: number) => Math.floor((10 * watts) / (3 * 230 * 0.94 * 0.98)) / 10;
const CAR = { maxMa: 200_000 };

/** CP1 gives direct current. Behind a fuse for cars alone, so that nothing but their own booking decides. */
const pair = (fuseA: number, dc = FAST) =>
  story({
    mortal: true,
    circuits: [
      { id: 'main', fuseA: 160, designLoadA: 30, baseA: 5 },
      { id: 'row', parent: 'main', fuseA, evOnly: true },
    ],
    chargers: [{ circuit: 'row', dc }, { circuit: 'row' }],
  });

/** The newest lease of CP1, as it went over the wire. */
const scheduleOf = (site: Story) =>
  site
    .post('CP1')
    .station.stack()
    .find(({ profile }) => profile.stackLevel === 1)?.profile.chargingSchedule;

describe('a DC charger and an AC charger on one fuse', () => {
  it('share it in amperes of the grid: the one is told watts at the car, the other amperes', async () => {
    const site = await pair(60);
    const peak = watchPeak(site, 'row');
    site.plug('CP1', CAR);
    await site.run('4 min');
    // Alone, beside the 6 A that stay free for whoever comes to the other socket.
    const aloneW = wattsFor(54);
    expect(scheduleOf(site)).toMatchObject({
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ limit: aloneW }, { limit: 5000 }],
    });
    expect(site.drawA('CP1')).toBe(trulyA(aloneW));
    site.plug('CP2');
    await site.run('10 min');
    const sharedW = wattsFor(30);
    expect(scheduleOf(site)?.chargingSchedulePeriod).toMatchObject([{ limit: sharedW }, { limit: 5000 }]);
    expect([site.grantA('CP1'), site.grantA('CP2')]).toEqual([30, 30]);
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([trulyA(sharedW), 30]);
    expect(peak.highestA()).toBeLessThanOrEqual(60);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, violations: [] });
    await site.close();
  });

  it('are counted with what a DC charger takes for itself, also while no car has a place on it', async () => {
    const site = await pair(13, { ...FAST, standbyKw: 0.5 });
    const peak = watchPeak(site, 'row');
    site.plug('CP2');
    await site.run('6 min');
    site.plug('CP1', CAR);
    await site.run('6 min');
    // 500 W are booked as 0.874 A and take 0.739 A; the 8.741 A of its 5 kW do not fit beside 6 A.
    expect([site.grantA('CP1'), site.grantA('CP2')]).toEqual([0, 12.1]);
    expect(site.flowA('row')).toEqual([12.839, 12.839, 12.839]);
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 0.875, reason: { source: 'minimum', id: 'row' } });
    site.unplug('CP2');
    await site.run('6 min');
    expect(site.drawA('CP1')).toBe(trulyA(wattsFor(13)));
    expect(peak.highestA()).toBeLessThanOrEqual(13);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, violations: [] });
    await site.close();
  });

  it('give way together when the building behind their meter steps up', async () => {
    const site = await story({
      circuits: [{ id: 'main', fuseA: 100, designLoadA: 40, baseA: 5 }],
      chargers: [{ dc: FAST }, {}],
    });
    site.plug('CP1', CAR);
    site.plug('CP2');
    await site.run('10 min');
    const peak = watchPeak(site, 'main');
    await site.run('5 min');
    expect(highest(site.flowA('main'))).toBeGreaterThan(80);
    expect(peak.highestA()).toBeLessThanOrEqual(98.5);
    site.step('main', 30);
    expect(highest(site.flowA('main'))).toBeGreaterThan(100);
    await site.run('11 s');
    const calm = watchPeak(site, 'main');
    await site.run('10 min');
    expect(calm.highestA()).toBeLessThanOrEqual(100);
    expect(site.drawA('CP1')).toBeGreaterThanOrEqual(trulyA(5000));
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('stand at 5 kW and at 6 A once the gateway is dead, and the worst building fits', async () => {
    const site = await pair(60);
    site.plug('CP1', CAR);
    site.plug('CP2');
    await site.run('8 min');
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([trulyA(wattsFor(30)), 30]);
    site.site.observer.gatewayDied(320_000);
    site.life?.end(prng('dc'));
    await site.run('5 min');
    // The longest lease, G and a car's reaction.
    await site.run('20 s');
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([trulyA(5000), 6]);
    site.step('main', 25);
    await site.run('20 min');
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([trulyA(5000), 6]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, afterDeathOverMs: 0, violations: [] });
  });
});
