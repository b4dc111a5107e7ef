/** The time that chargers are told: their leases end by it, so it must not follow every whim of the wall clock. */
import { describe, expect, it, test } from 'vitest';
import { ChargerClock } from '#base/charger-clock.ts';
import { advanced, beganAt, type SavedChargerTime, STEP_MS } from '#base/charger-time.ts';
import type { Clock } from '#base/clock.ts';
import { type Fields, silentLog } from '#base/log.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const never = () => false;
const always = () => true;

/** A gateway's clocks, the wall clock set at will, and what its log and its store were given. */
function desk(options: { saved?: SavedChargerTime | null; wallMs?: number; isIdle?: () => boolean } = {}) {
  let nowMs = 1_000;
  let offsetMs = (options.wallMs ?? NOON) - nowMs;
  const clock = { nowMs: () => nowMs, wallMs: () => nowMs + offsetMs } as Clock;
  const said: (Fields | undefined)[] = [];
  const saved: SavedChargerTime[] = [];
  const chargers = new ChargerClock(
    {
      clock,
      log: { ...silentLog, warn: (_, fields) => void said.push(fields) },
      isIdle: options.isIdle ?? never,
      remember: value => void saved.push(value),
    },
    options.saved ?? null,
  );
  return {
    chargers,
    said,
    saved,
    setWall: (byMs: number) => {
      offsetMs += byMs;
    },
    /** Time passes; a charger asks for it every ten seconds. */
    pass(ms: number): number {
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs = Math.min(endMs, nowMs + 10_000);
        chargers.nowMs();
      }
      return chargers.nowMs();
    },
  };
}

describe('the wall clock is set while cars charge', () => {
  test.each([HOUR, -HOUR])('a step of %d ms disturbs no lease: chargers are told the time as it went on', byMs => {
    const site = desk();
    expect(site.pass(MINUTE)).toBe(NOON + MINUTE);
    site.setWall(byMs);
    expect(site.pass(8 * HOUR)).toBe(NOON + MINUTE + 8 * HOUR);
    expect(site.said, 'said once').toEqual([{ aheadMs: -byMs }]);
  });

  it('a step of three minutes is made up for at half a second a minute', () => {
    const site = desk();
    site.pass(MINUTE);
    site.setWall(3 * MINUTE);
    expect(site.pass(10 * MINUTE) - (NOON + 11 * MINUTE)).toBe(5_000);
    expect(site.pass(6 * HOUR) - (NOON + 6 * HOUR + 11 * MINUTE)).toBe(3 * MINUTE);
    expect(site.said).toEqual([]);
  });

  it('a large step comes to the chargers once no car is here', () => {
    let isIdle = false;
    const site = desk({ isIdle: () => isIdle });
    site.setWall(HOUR);
    expect(site.pass(MINUTE)).toBe(NOON + MINUTE);
    isIdle = true;
    expect(site.pass(MINUTE)).toBe(NOON + HOUR + 2 * MINUTE);
  });

  it('what grew in an hour without a word is not told as one jump', () => {
    const quiet = { atMs: 0, chargerMs: NOON };
    const after = advanced(quiet, { nowMs: HOUR, wallMs: NOON + HOUR + 2 * MINUTE }, always);
    expect(after.chargerMs - (NOON + HOUR)).toBe(500);
  });

  it('it never runs back while it is slewed', () => {
    const time = advanced({ atMs: 0, chargerMs: NOON }, { nowMs: 100, wallMs: NOON - STEP_MS + 200 }, never);
    expect(time.chargerMs).toBeGreaterThan(NOON);
  });
});

describe('over a restart', () => {
  const at = (wallMs: number) => ({ nowMs: 50, wallMs });
  const saved = { aheadMs: -HOUR, chargerMs: NOON };
  test.each<[string, SavedChargerTime | null, number, number]>([
    ['a first start takes the wall clock’s time', null, NOON, NOON],
    ['the known difference stands', saved, NOON + HOUR + MINUTE, NOON + MINUTE],
    ['a difference of nothing, too', { aheadMs: 0, chargerMs: NOON }, NOON + MINUTE, NOON + MINUTE],
    ['a clock that was put right meanwhile sets no charger back', saved, NOON + MINUTE, NOON],
    ['nor does one that lost its battery', saved, 0, NOON],
  ])('%s', (_, remembered, wallMs, expected) => {
    expect(beganAt(remembered, at(wallMs))).toEqual({ atMs: 50, chargerMs: expected });
  });

  it('a step made before it is still no business of the leases after it', () => {
    const before = desk();
    before.setWall(HOUR);
    const toldMs = before.pass(HOUR);
    const saved = before.saved.at(-1) ?? null;
    expect(saved).toMatchObject({ aheadMs: -HOUR });
    const after = desk({ saved, wallMs: NOON + 2 * HOUR + MINUTE });
    expect(after.chargers.nowMs()).toBe(toldMs + MINUTE);
  });

  it('what it was is written down seldom, and when the difference moves', () => {
    const site = desk();
    site.pass(HOUR);
    expect(site.saved.length).toBeLessThanOrEqual(7);
    expect(site.saved.at(-1)?.chargerMs).toBeGreaterThan(NOON + 49 * MINUTE);
    const before = site.saved.length;
    site.setWall(2_000);
    site.pass(10_000);
    expect(site.saved.length).toBe(before + 1);
  });
});
