/** Chargers that take their limits in watts, and what becomes of those watts when the car uses one phase. */
import { describe, expect, it } from 'vitest';
import { type Story, type StoryCharger, story } from '#sim/story.ts';
import { connectorOf, pageOf, watchPeak } from './watch.ts';
import { limitsOf, watchCalls } from './wire.ts';

/** 45 − 1.5 − 5 = 38.5 A for both, so each is meant to have 19.2 A of the current that is booked. */
const garage = (first: StoryCharger) =>
  story({ circuits: [{ id: 'main', fuseA: 45, designLoadA: 5, baseA: 5 }], chargers: [first, {}] });

/** Lets time pass until something is true; looks ten times a second. @returns how long it took, ms */
async function until(site: Story, isTrue: () => boolean, within: number): Promise<number> {
  const { clock } = site.site;
  const begunMs = clock.nowMs();
  while (!isTrue()) {
    if (clock.nowMs() - begunMs > within) expect.fail(`not within ${within} ms`);
    await site.run('100 ms');
  }
  return clock.nowMs() - begunMs;
}

const KEPT = { overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] };

describe('a charger that steers by measured watts', () => {
  it('is booked as if a one-phase car took them all, and the car does', async () => {
    const site = await garage({ make: 'Hazel' });
    const peak = watchPeak(site, 'main');
    const calls = watchCalls(site);
    site.plug('CP1', { phases: 1 });
    site.plug('CP2');
    await site.run('12 min');
    const told = calls.filter(({ identity, action }) => identity === 'CP1' && action === 'SetChargingProfile').at(-1);
    expect(told?.payload).toMatchObject({ csChargingProfiles: { chargingSchedule: { chargingRateUnit: 'W' } } });
    // Its share is 19.2 A, and its minimum on one phase is more: 4,140 W are 18 A, and 20 A at the lowest voltage.
    expect(limitsOf(told?.payload)).toEqual([4_140]);
    expect([site.drawA('CP1'), connectorOf(site, 'CP1').exposureA]).toEqual([18, 20]);
    // 38.5 − 20 = 18.5 A.
    expect(site.drawA('CP2')).toBe(18.5);
    expect(site.flowA('main')).toEqual([41.5, 23.5, 23.5]);
    expect(peak.highestA()).toBe(41.5);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });

  it('books what a three-phase car shares once thirty seconds have shown the phases, and forgets them with the car', async () => {
    const site = await garage({ make: 'Hazel' });
    const peak = watchPeak(site, 'main');
    site.plug('CP1');
    site.plug('CP2');
    await until(site, () => Math.min(...Object.values(connectorOf(site, 'CP1').drawA).map(Number)) >= 6, 40_000);
    await site.run('10 s');
    // 4,140 W may be drawn on one phase, at the lowest voltage.
    expect([connectorOf(site, 'CP1').grantA, connectorOf(site, 'CP1').exposureA]).toEqual([6, 20]);
    // Samples come every ten seconds, and it is 30 s from the first with all three phases in use.
    expect(await until(site, () => connectorOf(site, 'CP1').exposureA < 20, 32_000)).toBeGreaterThanOrEqual(19_900);
    await site.run('10 min');
    // A share of 19.25 A at the lowest voltage: 17.3 A at the nominal one.
    expect(connectorOf(site, 'CP1').exposureA).toBe(19.223);
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([17.3, 19.2]);
    site.unplug('CP1');
    await site.run('1 s');
    site.plug('CP1', { phases: 1 });
    await site.run('1 s');
    // Its 4,140 W of fallback are 18 A on one phase, and 20 A at the lowest voltage.
    expect(connectorOf(site, 'CP1').exposureA).toBe(20);
    await site.run('2 min');
    expect([site.drawA('CP1'), connectorOf(site, 'CP1').exposureA]).toEqual([18, 20]);
    expect(site.drawA('CP2')).toBe(18.5);
    expect(peak.highestA()).toBeLessThanOrEqual(43.5);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });
});

describe('a charger whose model divides watts by the phases', () => {
  it('is booked at its share, and a one-phase car on it draws no more', async () => {
    const site = await garage({ make: 'Fir' });
    site.plug('CP1', { phases: 1 });
    site.plug('CP2');
    await site.run('12 min');
    expect(connectorOf(site, 'CP1').exposureA).toBe(19.223);
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([17.3, 19.2]);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });

  it('but which does not is called unproven when it is read back, and found out by two samples of a car', async () => {
    const site = await garage({ make: 'Fir', habit: 'watts-on-car' });
    const peak = watchPeak(site, 'main');
    // What it was told as 6 A on three phases it reads back as 18 A on one.
    expect(connectorOf(site, 'CP1')).toMatchObject({ control: 'unproven', leaseClass: 'unknown' });
    site.plug('CP1', { phases: 1 });
    site.plug('CP2');
    await until(site, () => site.drawA('CP1') > 30, 60_000);
    // Samples ten seconds apart: the second one that is too high, seven seconds after the first or later.
    await until(site, () => connectorOf(site, 'CP1').control === 'uncontrolled', 22_000);
    await site.run('12 min');
    // It is told its fallback, which for it is 18 A on one phase: still more than it was told, so its rating stays booked.
    expect(connectorOf(site, 'CP1')).toMatchObject({ grantA: 6, exposureA: 32, exposureBy: 'uncontrolled' });
    expect(site.drawA('CP1')).toBe(18);
    // 38.5 − 32 = 6.5 A.
    expect(site.drawA('CP2')).toBeGreaterThanOrEqual(6);
    expect(site.drawA('CP2')).toBeLessThanOrEqual(6.5);
    expect(pageOf(site).status.control).toBe('1 of 2 chargers under control; CP1 on its own.');
    expect(peak.highestA()).toBe(43);
    expect(site.account()).toMatchObject(KEPT);
    await site.close();
  });
});
