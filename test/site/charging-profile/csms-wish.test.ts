/**
 * What the back office allows a socket at an instant, and when that changes. Clauses are those of OCPP 1.6 edition
 * 2 and its errata sheet; K01, K02 and K08 are requirements of 2.0.1.
 */
import { describe, expect, it } from 'vitest';
import { wishOf } from '#site/charging-profile/csms-wish.ts';
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import type { ProfileStack } from '#site/charging-profile/profile-stack.ts';
import { DAY, type Draft, HOUR, MIN, NOON, periods, session, stackOf } from './profiles.ts';

const MIDNIGHT = NOON + 12 * HOUR;
const TX = { purpose: 'TxProfile' } as const;
const MAX = { purpose: 'ChargingStationMaxProfile' } as const;

/** A of the wish, and the wall time of its next change. */
const look = (stack: ProfileStack, atWallMs: number, its: ProfileSession | null = session, connector = 1) => {
  const { limitMa, nextChangeWallMs } = wishOf(stack, connector, atWallMs, its, 230);
  return [limitMa === null ? null : limitMa / 1000, nextChangeWallMs];
};

describe('without a profile that speaks for it a socket is free', () => {
  const nothing = { limitMa: null, limitW: null, profileId: null, nextChangeWallMs: null };
  it.each([
    ['an empty stack', []],
    ['a default of another socket', stackOf([2, {}])],
    ['a limit of the station, which is a row over all sockets', stackOf([0, MAX])],
  ] as const)('%s', (_what, stack) => {
    expect(wishOf(stack, 1, NOON, session, 230)).toEqual(nothing);
  });
});

type Look = readonly [atMs: number, limitA: number | null, nextMs: number | null];

describe('a schedule in time', () => {
  const cases: readonly [string, Draft, readonly Look[]][] = [
    ['for ever, where nothing ends it (7.13)', {}, [[NOON + 365 * DAY, 16, null]]],
    [
      'absolute: the period that began last, by the millisecond (7.14)',
      { schedule: { startWallMs: NOON, periods: periods([0, 16], [60, 8], [120, 32]) } },
      [
        [NOON - 1, null, NOON],
        [NOON, 16, NOON + MIN],
        [NOON + MIN - 1, 16, NOON + MIN],
        [NOON + MIN, 8, NOON + 2 * MIN],
        [NOON + 2 * MIN, 32, null],
      ],
    ],
    [
      'absolute, from the future: not limiting before (K01.FR.30)',
      { schedule: { startWallMs: NOON + DAY } },
      [
        [NOON, null, NOON + DAY],
        [NOON + DAY, 16, null],
      ],
    ],
    [
      'with a duration: the last period lasts until its end, then nothing (5.16.4)',
      { schedule: { startWallMs: NOON, durationS: 3600, periods: periods([0, 16], [60, 8]) } },
      [
        [NOON + HOUR - 1, 8, NOON + HOUR],
        [NOON + HOUR, null, null],
      ],
    ],
    [
      'with periods past its duration, which are not executed (K01.FR.11)',
      { schedule: { startWallMs: NOON, durationS: 60, periods: periods([0, 16], [60, 8], [120, 6]) } },
      [
        [NOON, 16, NOON + MIN],
        [NOON + MIN, null, null],
      ],
    ],
    [
      'valid from an instant on: until then as if it were not there (3.13.2, K01.FR.36)',
      { validFromWallMs: NOON + HOUR, schedule: { periods: periods([0, 16], [3600, 8]) } },
      [
        [NOON, null, NOON + HOUR],
        [NOON + HOUR, 8, null],
      ],
    ],
    [
      'valid to an instant, inside a period (K01.FR.37)',
      { validToWallMs: NOON + MIN, schedule: { startWallMs: NOON, periods: periods([0, 16], [3600, 8]) } },
      [
        [NOON + MIN - 1, 16, NOON + MIN],
        [NOON + MIN, null, null],
      ],
    ],
    [
      'relative: from the start of charging, not from its arrival or validity (7.9)',
      { kind: 'Relative', validFromWallMs: NOON, schedule: { periods: periods([0, 32], [1800, 16], [5400, 8]) } },
      [
        [NOON - 1, null, NOON],
        [NOON, 16, NOON + 30 * MIN],
        [NOON + 30 * MIN, 8, null],
      ],
    ],
    [
      'absolute without a start: from the start of charging, too (7.13)',
      { schedule: { startWallMs: null, periods: periods([0, 32], [7200, 8]) } },
      [
        [NOON, 32, NOON + HOUR],
        [NOON + HOUR, 8, null],
      ],
    ],
    [
      'daily: 16 A, but 8 A from 17 to 20 UTC (3.13.7)',
      daily({ startWallMs: NOON - 12 * HOUR, periods: periods([0, 16], [17 * 3600, 8], [20 * 3600, 16]) }),
      [
        [NOON, 16, NOON + 5 * HOUR],
        [NOON + 5 * HOUR, 8, NOON + 8 * HOUR],
        [NOON + 8 * HOUR, 16, MIDNIGHT],
        [MIDNIGHT - 1, 16, MIDNIGHT],
        [MIDNIGHT, 16, MIDNIGHT + 17 * HOUR],
        [MIDNIGHT + 100 * DAY + 17 * HOUR, 8, MIDNIGHT + 100 * DAY + 20 * HOUR],
      ],
    ],
    [
      'daily over midnight: the night of the day before runs on (22 to 6)',
      daily({ startWallMs: NOON + 10 * HOUR - 7 * DAY, durationS: 8 * 3600 }),
      [
        [MIDNIGHT - 1, 16, MIDNIGHT + 6 * HOUR],
        [MIDNIGHT, 16, MIDNIGHT + 6 * HOUR],
        [MIDNIGHT + 6 * HOUR, null, MIDNIGHT + 22 * HOUR],
      ],
    ],
    [
      'daily with a first day to come: nothing before it',
      daily({ startWallMs: NOON + 3 * DAY, durationS: 3600 }),
      [
        [NOON, null, NOON + 3 * DAY],
        [NOON + 3 * DAY, 16, NOON + 3 * DAY + HOUR],
      ],
    ],
    [
      'daily, longer than a day: what is past it is not executed (errata 3.44)',
      daily({ startWallMs: NOON, durationS: 2 * 86_400, periods: periods([0, 16], [86_400, 6], [90_000, 8]) }),
      [
        [NOON + DAY - 1, 16, NOON + DAY],
        [NOON + DAY, 16, NOON + 2 * DAY],
        [NOON + DAY + HOUR, 16, NOON + 2 * DAY],
      ],
    ],
    [
      'weekly: every seven days from its start (7.9)',
      { kind: 'Recurring', recurrency: 'Weekly', schedule: { startWallMs: NOON, durationS: 3600 } },
      [
        [NOON + HOUR, null, NOON + 7 * DAY],
        [NOON + 6 * DAY, null, NOON + 7 * DAY],
        [NOON + 7 * DAY, 16, NOON + 7 * DAY + HOUR],
      ],
    ],
  ];

  it.each(cases)('%s', (_what, draft, looks) => {
    const stack = stackOf([1, draft]);
    for (const [atMs, limitA, nextMs] of looks) {
      expect(look(stack, atMs), new Date(atMs).toISOString()).toEqual([limitA, nextMs]);
    }
  });

  it('keeps to UTC when summer time begins: 17 h by the wall in winter is 18 h in summer (3.13.7)', () => {
    // Europe put its clocks forward on 29 March 2026 at 01:00 UTC.
    const sixteenUtc = Date.parse('2026-03-01T16:00:00Z');
    const stack = stackOf([1, daily({ startWallMs: sixteenUtc, durationS: 3600 })]);
    expect(look(stack, Date.parse('2026-03-28T16:30:00Z'))[0]).toBe(16);
    expect(look(stack, Date.parse('2026-03-29T16:30:00Z'))[0]).toBe(16);
    expect(look(stack, Date.parse('2026-03-29T15:30:00Z'))).toEqual([null, Date.parse('2026-03-29T16:00:00Z')]);
  });
});

function daily(schedule: Draft['schedule']): Draft {
  return { kind: 'Recurring', recurrency: 'Daily', ...(schedule === undefined ? {} : { schedule }) };
}

describe('of several profiles', () => {
  const of = (limitA: number, draft: Draft = {}): Draft => ({
    id: limitA,
    ...draft,
    schedule: { periods: periods([0, limitA]), ...draft.schedule },
  });
  const own = of(10);
  const everyones = of(20);
  const its = of(30, TX);
  const gone = { durationS: 3600 };
  const cases: readonly [string, ProfileStack, number | null][] = [
    ['the socket’s own default stands before everyone’s (3.13.1)', stackOf([0, everyones], [1, own]), 10],
    [
      'everyone’s default of a higher level stands before the socket’s own (3.13.2)',
      stackOf([0, of(20, { stackLevel: 1 })], [1, own]),
      20,
    ],
    [
      'the socket’s own of a higher level stands before everyone’s (3.13.2)',
      stackOf([0, everyones], [1, of(25, { stackLevel: 3 })]),
      25,
    ],
    [
      'everyone’s default of the level of one that is silent counts before lower ones',
      stackOf([0, of(20, { stackLevel: 1 })], [1, of(12, { stackLevel: 1, schedule: gone })], [1, own]),
      20,
    ],
    [
      'the highest level that speaks counts, also upwards (3.13.2)',
      stackOf([1, of(16, { stackLevel: 1 })], [1, own], [1, of(7, { stackLevel: 5, schedule: gone })]),
      16,
    ],
    [
      'the transaction’s lower level counts while its higher one is silent, before any default (errata 3.42, 3.43)',
      stackOf([1, of(9, { stackLevel: 20 })], [1, its], [1, of(31, { ...TX, stackLevel: 2, schedule: gone })]),
      30,
    ],
    ['everyone’s default counts where the socket has none', stackOf([0, everyones], [2, own]), 20],
    [
      'everyone’s default counts where the socket’s own is silent',
      stackOf([0, everyones], [1, of(10, { schedule: gone })]),
      20,
    ],
    [
      'the transaction’s overrules the defaults, even upwards (3.13.1)',
      stackOf([0, everyones], [1, own], [1, its]),
      30,
    ],
    [
      'the transaction’s, once over, leaves the default (K02)',
      stackOf([1, own], [1, of(30, { ...TX, schedule: gone })]),
      10,
    ],
    [
      'a transaction’s alone, once over, leaves nothing (errata 3.43)',
      stackOf([1, of(30, { ...TX, schedule: gone })]),
      null,
    ],
  ];
  it.each(cases)('%s', (_what, stack, limitA) => {
    expect(look(stack, NOON)[0]).toBe(limitA);
  });

  it('one of another transaction says nothing to the one that runs, nor to none', () => {
    const stack = stackOf([1, own], [1, its]);
    expect(look(stack, NOON)[0]).toBe(30);
    expect(look(stack, NOON, { ...session, id: 701 })[0]).toBe(10);
    // The back office gave both the same id: ours tells them apart.
    expect(look(stack, NOON, { ...session, id: 701, upstreamId: 7 })[0]).toBe(10);
    expect(look(stack, NOON, null)[0]).toBe(10);
  });

  it('the next change is the nearest of all that may speak, silent ones included', () => {
    const stack = stackOf(
      [0, of(20, { validToWallMs: NOON + 3 * HOUR })],
      [1, of(10, { validFromWallMs: NOON + 2 * HOUR })],
      [1, of(30, { ...TX, schedule: { periods: periods([0, 30], [13 * 3600, 6]) } })],
      [2, of(5, { schedule: { durationS: 43_201 } })],
    );
    expect(look(stack, NOON)).toEqual([30, NOON + HOUR]);
    expect(look(stack, NOON, null)).toEqual([20, NOON + 2 * HOUR]);
  });

  it('what stands below the one that speaks changes nothing until that falls silent', () => {
    const stack = stackOf(
      [1, of(10, { schedule: { periods: periods([0, 10], [13 * 3600, 6]) } })],
      [1, of(20, { stackLevel: 1, validToWallMs: NOON + 2 * HOUR })],
      [1, of(25, { stackLevel: 2, validFromWallMs: NOON + 4 * HOUR })],
    );
    expect(look(stack, NOON)).toEqual([20, NOON + 2 * HOUR]);
    expect(look(stack, NOON + 2 * HOUR)).toEqual([6, NOON + 4 * HOUR]);
    expect(look(stack, NOON + 4 * HOUR)).toEqual([25, null]);
  });

  it('the one that speaks is named', () => {
    expect(wishOf(stackOf([0, everyones], [1, own]), 1, NOON, null, 230).profileId).toBe(10);
  });
});

describe('a relative schedule without a transaction', () => {
  it('is read as if one began now, and does not change by itself (K08)', () => {
    const stack = stackOf([1, { kind: 'Relative', schedule: { periods: periods([0, 32], [60, 8]) } }]);
    expect(look(stack, NOON, null)).toEqual([32, null]);
    expect(look(stack, NOON + DAY, null)).toEqual([32, null]);
    expect(look(stack, NOON, { ...session, startedAtWallMs: NOON })).toEqual([32, NOON + MIN]);
  });
});

describe('amperes, watts and phases', () => {
  const limits = (schedule: Draft['schedule'], connector = 1, nominalV: number | null = 230) => {
    const stack = stackOf([connector, schedule === undefined ? {} : { schedule }]);
    const { limitMa, limitW } = wishOf(stack, connector, NOON, session, nominalV);
    return [limitMa, limitW];
  };
  const cases: readonly [string, ReturnType<typeof limits>, readonly [number | null, number | null]][] = [
    ['A are each phase’s (7.12)', limits({ periods: periods([0, 16.1]) }), [16_100, null]],
    [
      'A stay as they are where the socket has fewer phases (errata 3.34)',
      limits({ periods: periods([0, 16, 3]) }, 2),
      [16_000, null],
    ],
    ['W are a total (7.12)', limits({ unit: 'W', periods: periods([0, 11_040]) }), [null, 11_040]],
    [
      'W with phases are a total and a share for each phase (7.12)',
      limits({ unit: 'W', periods: periods([0, 11_040, 3]) }),
      [16_000, 11_040],
    ],
    [
      'W shared by more phases than there are are not shared anew (errata 3.34)',
      limits({ unit: 'W', periods: periods([0, 11_040, 3]) }, 2),
      [16_000, 11_040],
    ],
    [
      'W become A at the voltage of the area (7.12)',
      limits({ unit: 'W', periods: periods([0, 1_200, 1]) }, 2, 120),
      [10_000, 1_200],
    ],
    [
      'W of direct current have no phases (K01.FR.44)',
      limits({ unit: 'W', periods: periods([0, 50_000, 3]) }, 3, null),
      [null, 50_000],
    ],
    ['a share is rounded down', limits({ unit: 'W', periods: periods([0, 10_000, 3]) }), [14_492, 10_000]],
    ['0 W is a pause, not the absence of a limit', limits({ unit: 'W', periods: periods([0, 0]) }), [null, 0]],
  ];
  it.each(cases)('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('the limits of the station are stacked as all others are (3.13.2)', () => {
    const stack = stackOf(
      [0, { ...MAX, id: 3, schedule: { periods: periods([0, 63]) } }],
      [0, { ...MAX, id: 4, stackLevel: 1, validToWallMs: NOON + HOUR, schedule: { periods: periods([0, 80]) } }],
    );
    expect(look(stack, NOON, null, 0)).toEqual([80, NOON + HOUR]);
    expect(look(stack, NOON + HOUR, null, 0)).toEqual([63, null]);
  });

  it('the limit of the station is the wish of connector 0, with no transaction in it', () => {
    const stack = stackOf(
      [0, { ...MAX, id: 3, schedule: { unit: 'W', durationS: 46_800, periods: periods([0, 22_000, 3]) } }],
      [0, {}],
    );
    const expected = { limitMa: null, limitW: 22_000, profileId: 3, nextChangeWallMs: NOON + HOUR };
    expect(wishOf(stack, 0, NOON, null, 230)).toEqual(expected);
  });
});

describe('the next change', () => {
  it('walks through a day of profiles without a step back or a standstill, and misses nothing', () => {
    const stack = stackOf(
      [0, daily({ startWallMs: NOON - 40 * HOUR, periods: periods([0, 16], [3600, 8], [7200, 0], [50_000, 10]) })],
      [
        1,
        {
          id: 2,
          ...daily({ startWallMs: NOON - 3 * HOUR, durationS: 7 * 3600, periods: periods([0, 6], [5000, 20]) }),
          validToWallMs: NOON + 30 * HOUR,
        },
      ],
      [1, { ...TX, id: 9, kind: 'Relative', schedule: { durationS: 20_000, periods: periods([0, 32], [11_111, 7]) } }],
    );
    let atMs = NOON;
    for (let steps = 0; atMs < NOON + 2 * DAY; steps++) {
      expect(steps).toBeLessThan(100);
      const [limitA, nextMs] = look(stack, atMs) as [number | null, number];
      expect(nextMs).toBeGreaterThan(atMs);
      for (let between = atMs; between < nextMs; between += 5 * MIN) expect(look(stack, between)[0]).toBe(limitA);
      expect(look(stack, nextMs - 1)[0]).toBe(limitA);
      atMs = nextMs;
    }
  });
});
