/** A car that is paused below its fallback current, and what its charger does by itself once nobody says so any more. */
import { describe, expect, it } from 'vitest';
import { HABITS } from '#sim/habits.ts';
import { type Story, story } from '#sim/story.ts';
import { connectorOf, highest, putLimit, watchPeak } from './watch.ts';
import { type Asked, limitsOf, watchCalls } from './wire.ts';

const TTL_MS = 60_000;
/** Rule 19: a lease below the fallback lapses up only after three of the longest. */
const LAPSES_UP_MS = 3 * TTL_MS;
/** Rule 1: others give way the look-ahead and the error of a clock before. */
const AHEAD_MS = 15_000 + 10_000;
/** Pilot, car and a little. */
const CAR_MS = 8_500;

type Paused = { readonly site: Story; readonly limitsOf: (identity: string) => readonly Asked[] };

/** The energy manager leaves 13 − 1.5 − 5 = 6.5 A: the second car is paused, though its fallback is 6 A. */
async function onePaused(): Promise<Paused> {
  const site = await story({
    leaseTtlS: TTL_MS / 1000,
    circuits: [{ id: 'main', fuseA: 40, designLoadA: 20, baseA: 5 }],
    chargers: [{}, {}],
  });
  site.plug('CP1');
  await site.run('30 s');
  site.plug('CP2');
  await site.run('5 min');
  putLimit(site, 13);
  const calls = watchCalls(site);
  await site.run('2 min');
  expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([6.5, 0]);
  expect(connectorOf(site, 'CP2')).toMatchObject({ grantA: 0, lapseA: 6, fallbackA: 6 });
  return {
    site,
    limitsOf: wanted => calls.filter(({ identity, action }) => identity === wanted && action === 'SetChargingProfile'),
  };
}

const refuse = (site: Story, identity: string) => site.post(identity).station.mend(HABITS.rejects);

describe('the refresh of a paused car', () => {
  it('that is refused once costs nothing: it is said again two seconds later, and nobody moves', async () => {
    const { site, limitsOf: sentTo } = await onePaused();
    const known = sentTo('CP2').length;
    refuse(site, 'CP2');
    while (sentTo('CP2').length === known) await site.run('100 ms');
    await site.run('500 ms');
    site.post('CP2').station.mend(HABITS.polite);
    expect(connectorOf(site, 'CP1').exposureA).toBe(6.5);
    const peak = watchPeak(site, 'main');
    for (let second = 0; second < 300; second++) {
      await site.run('1 s');
      expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([6.5, 0]);
    }
    const [refused = Number.NaN, again = Number.NaN, next = Number.NaN] = sentTo('CP2')
      .slice(known)
      .map(({ atMs }) => atMs);
    expect(again - refused).toBeGreaterThanOrEqual(2_000);
    expect(again - refused).toBeLessThan(2_200);
    // Refreshed after one TTL and its place in the spread: 0.61 of an eighth.
    expect(next - again).toBe(TTL_MS + 4_575);
    expect(new Set(sentTo('CP2').map(({ payload }) => limitsOf(payload).join()))).toEqual(new Set(['0,6']));
    expect(new Set(sentTo('CP1').map(({ payload }) => limitsOf(payload).join()))).toEqual(new Set(['6.5,6']));
    expect(peak.highestA()).toBe(11.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });

  it.each([
    ['is refused', (site: Story) => refuse(site, 'CP2')],
    ['is lost with its link', (site: Story) => site.post('CP2').link.cut({ stationAfterMs: 0, gatewayAfterMs: null })],
  ] as const)(
    'that %s for good lets it rise after three TTL, not sooner, and the other car has given way by then',
    async (_, fail) => {
      const { site, limitsOf: sentTo } = await onePaused();
      const { clock } = site.site;
      const heldSinceMs = sentTo('CP2').at(-1)?.atMs ?? Number.NaN;
      fail(site);
      const peak = watchPeak(site, 'main');
      const givesWayMs = heldSinceMs + LAPSES_UP_MS - AHEAD_MS;
      while (clock.nowMs() < givesWayMs) {
        expect([site.drawA('CP1'), site.drawA('CP2'), site.grantA('CP1')]).toEqual([6.5, 0, 6.5]);
        await site.run('100 ms');
      }
      await site.run('200 ms');
      const last = sentTo('CP1').at(-1);
      expect([limitsOf(last?.payload)[0], Math.round(((last?.atMs ?? 0) - givesWayMs) / 1000)]).toEqual([0, 0]);
      await site.run(`${CAR_MS} ms`);
      expect(site.drawA('CP1')).toBe(0);
      const lapsesMs = heldSinceMs + LAPSES_UP_MS;
      while (clock.nowMs() < lapsesMs) {
        expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([0, 0]);
        await site.run('100 ms');
      }
      await site.run(`${CAR_MS} ms`);
      expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([0, 6]);
      await site.run('5 min');
      expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([0, 6]);
      expect(highest(site.flowA('main'))).toBe(11);
      expect(peak.highestA()).toBe(11.5);
      expect(site.account()).toMatchObject({ overLimitMs: 0, brokenOverMs: 0, violations: [] });
      await site.close();
    },
  );
});
