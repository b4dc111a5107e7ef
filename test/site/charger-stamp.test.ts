/** When something truly happened, from what a charger says by its own clock and how it came. */
import { describe, expect, it } from 'vitest';
import { atTrueTimes, type Heard, heardFrom, trueTime } from '#site/charger-stamp.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const NOW = Date.parse('2026-03-01T12:00:00Z');
const heard = (offsetMs: number | null, isLive = true): Heard => ({ atWallMs: NOW, offsetMs, isLive });

describe('a charger’s timestamp', () => {
  it.each<[string, number, Heard, number]>([
    ['of a right clock stands, also when it comes late', NOW - 3 * HOUR, heard(2_000), NOW - 3 * HOUR],
    ['of a clock that nobody measured stands when it may have waited', NOW - HOUR, heard(null, false), NOW - HOUR],
    ['that is off by less than a minute stands', NOW - 59_000, heard(59_000), NOW - 59_000],
    ['of a clock two hours behind is told by ours when it is live', NOW - 2 * HOUR, heard(2 * HOUR), NOW],
    ['of a clock two hours ahead is told by ours when it is live', NOW + 2 * HOUR, heard(-2 * HOUR), NOW],
    ['of a clock two hours behind is shifted when it waited', NOW - 5 * HOUR, heard(2 * HOUR, false), NOW - 3 * HOUR],
    ['of a clock two hours ahead is shifted when it waited', NOW - HOUR, heard(-2 * HOUR, false), NOW - 3 * HOUR],
    [
      'of just now stands, whatever was measured before: a clock is set by the answer to a boot',
      NOW,
      heard(-2 * HOUR),
      NOW,
    ],
    [
      'that the measured clock would put into our future is of a clock that was set since',
      NOW - 90_000,
      heard(2 * HOUR, false),
      NOW - 90_000,
    ],
    ['in our future is told by ours, whatever was measured', NOW + 2 * MIN, heard(0), NOW],
    ['of 1970 is told by ours, also where the clock was set since', 90_000, heard(1_000, false), NOW],
    ['of 1970 is told by ours where nothing was measured', 90_000, heard(null, false), NOW],
    ['of a link that stands for long cannot have waited', NOW - 2 * HOUR, heard(null), NOW],
  ])('%s', (_, stampMs, how, wanted) => {
    expect(trueTime(stampMs, how)).toEqual({ atWallMs: wanted, isCorrected: wanted !== stampMs });
  });

  it('of a sample is told alike, and what is right is left as it is', () => {
    const sample = (atWallMs: number) => ({ atWallMs, context: 'Sample.Periodic', values: [] });
    const right = sample(NOW - HOUR);
    expect(atTrueTimes([right], heard(0))[0]).toBe(right);
    expect(atTrueTimes([sample(NOW - 2 * HOUR)], heard(2 * HOUR))).toEqual([sample(NOW)]);
  });
});

describe('how a message came', () => {
  const charger = { skew: UNKNOWN_SKEW, linkSinceMs: 0 };
  const now = { atMs: 10 * MIN, atWallMs: NOW, atChargerMs: NOW - HOUR };

  it('is measured against the wall clock, also while chargers are told another time', () => {
    expect(heardFrom({ ...charger, skew: { ...UNKNOWN_SKEW, ms: 0 } }, now).offsetMs).toBe(HOUR);
  });

  it('counts what was measured before a boot until something newer is: the queue is from then', () => {
    expect(heardFrom({ ...charger, skewBeforeBootMs: 5 }, { ...now, atChargerMs: NOW }).offsetMs).toBe(5);
    expect(heardFrom(charger, now)).toEqual({ atWallMs: NOW, offsetMs: null, isLive: true });
  });

  it('is not live within minutes of a new link', () => {
    expect(heardFrom({ ...charger, linkSinceMs: 6 * MIN }, now).isLive).toBe(false);
  });
});
