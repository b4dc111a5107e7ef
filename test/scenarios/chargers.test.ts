/** Chargers that do not do what they are told, that lose their power or their link: who gives way, and what is said. */
import { describe, expect, it } from 'vitest';
import { HABITS } from '#sim/habits.ts';
import type { Station } from '#sim/station.ts';
import { type Story, type StoryCharger, story } from '#sim/story.ts';
import { connectorOf, highest, pageOf, watchPeak } from './watch.ts';

/** One that does not obey counts at its rating for ever: 32 A beside two fallbacks of 6 A and a building of 15 A fit the fuse. */
const garage = (chargers: readonly StoryCharger[]) => ({
  circuits: [{ id: 'main', fuseA: 63, designLoadA: chargers.some(charger => charger.habit) ? 15 : 30, baseA: 5 }],
  chargers,
});

async function charging(chargers: readonly StoryCharger[]): Promise<Story> {
  const site = await story(garage(chargers));
  for (const { plan } of site.site.posts) site.plug(plan.identity);
  await site.run('6 min');
  return site;
}

describe('a charger that rejects every profile', () => {
  it('is counted at its rating, and the others share what is left of the fuse', async () => {
    const site = await story(garage([{ habit: 'rejects' }, {}, {}]));
    const peak = watchPeak(site, 'main');
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
    // The last ampere comes in a step under 2 A, and those wait five minutes without a change (decision 12).
    await site.run('20 min');
    expect(site.drawA('CP1')).toBe(32);
    // (63 − 1.5 − 5 − 32) / 2 = 12.25 A.
    expect([site.drawA('CP2'), site.drawA('CP3')]).toEqual([12.2, 12.3]);
    expect(peak.highestA()).toBeLessThanOrEqual(63);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    expect(connectorOf(site, 'CP1')).toMatchObject({ exposureA: 32, grantA: null });
    await site.close();
  });
});

describe('a charger that accepts every profile and obeys none', () => {
  it('is found out: it counts at its rating, the page names it and says what to switch off', async () => {
    const site = await charging([{ habit: 'ignores' }, {}, {}]);
    expect(site.drawA('CP1')).toBe(32);
    // What is left of the fuse for the two others is 24.5 A, and they have most of it.
    for (const identity of ['CP2', 'CP3']) expect(site.drawA(identity)).toBeGreaterThan(10);
    const peak = watchPeak(site, 'main');
    await site.run('10 min');
    expect(peak.highestA(), 'since it was found out').toBeLessThanOrEqual(61.5);
    expect(site.drawA('CP2') + site.drawA('CP3')).toBeGreaterThan(20);
    const page = pageOf(site);
    expect(page.status).toMatchObject({ level: 'alarm', control: '2 of 3 chargers under control; CP1 on its own.' });
    expect(connectorOf(site, 'CP1')).toMatchObject({
      control: 'uncontrolled',
      exposureA: 32,
      why: 'Draws more than it was told: 32 A are reserved for it. Switch it off at the charger.',
    });
    await site.close();
  });

  it('comes back after ten samples that obey, and not before', async () => {
    const site = await charging([{ habit: 'liar' }, {}, {}]);
    const peak = watchPeak(site, 'main');
    mend(site.post('CP1').station);
    await site.run('80 s');
    // It obeys by now, but its rating stays booked: 63 − 1.5 − 5 − 32 = 24.5 A are left for the others.
    expect(site.drawA('CP1')).toBeLessThan(20);
    expect(site.drawA('CP2') + site.drawA('CP3')).toBeLessThanOrEqual(24.5);
    expect(connectorOf(site, 'CP1').control).toBe('uncontrolled');
    await site.run('6 min');
    expect(connectorOf(site, 'CP1').control).toBe('controlled');
    expect(site.drawA('CP2') + site.drawA('CP3'), 'they have what it does not need').toBeGreaterThan(27);
    expect(peak.highestA()).toBeLessThanOrEqual(61.5);
    expect(pageOf(site).status).toMatchObject({ level: 'calm', control: 'All 3 chargers under control.' });
    await site.close();
  });
});

/** From now on it obeys what it accepts, and all that it has accepted so far. */
function mend(station: Station): void {
  station.mend(HABITS.polite);
}

describe('a charger that loses its power at full draw', () => {
  it('finds its place kept when it is back: nobody was given it', async () => {
    const site = await charging([{}, {}, {}]);
    const before = site.drawA('CP1');
    expect(before).toBeGreaterThan(15);
    const peak = watchPeak(site, 'main');
    site.post('CP1').station.reboot(30_000);
    expect(site.drawA('CP1')).toBe(0);
    await site.run('25 s');
    // 63 − 1.5 − 5 = 56.5 A for all three, the absent one included.
    expect(before + Number(site.grantA('CP2')) + Number(site.grantA('CP3'))).toBeLessThanOrEqual(56.5);
    await site.run('3 min');
    expect(site.drawA('CP1')).toBeGreaterThan(15);
    expect(peak.highestA()).toBeLessThanOrEqual(63);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0 });
    await site.close();
  });
});

describe('a link that breaks in the middle of a decrease', () => {
  it('leaves the charger at its old limit, and the others give way for it in time', async () => {
    const site = await charging([{}, {}, {}]);
    // At rest, so that no step of sharing is under way when the building rises.
    await site.run('15 min');
    const before = site.drawA('CP1');
    site.post('CP1').link.slow(1500);
    site.step('main', 12);
    expect(highest(site.flowA('main'))).toBeGreaterThan(63);
    // The meter is read once a second: the decrease is on the wire by now, and never arrives.
    await site.run('1300 ms');
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: null });
    await site.run('15 s');
    expect(site.drawA('CP1')).toBe(before);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(63);
    await site.run('2 min');
    expect(site.drawA('CP1')).toBe(before);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(63);
    expect(connectorOf(site, 'CP1').control).toBe('offline');
    site.post('CP1').link.slow(0);
    site.post('CP1').link.mend();
    await site.run('4 min');
    // All three share again: (63 − 1.5 − 17) / 3 = 14.83 A, less what is not worth a command.
    for (const identity of ['CP1', 'CP2', 'CP3']) {
      expect(site.drawA(identity)).toBeGreaterThanOrEqual(12.8);
      expect(site.drawA(identity)).toBeLessThan(15);
    }
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});
