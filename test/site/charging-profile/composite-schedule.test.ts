/**
 * GetCompositeSchedule tells what will really be allowed. Clauses are those of OCPP 1.6 edition 2 and its errata
 * sheet; K08 is a use case of 2.0.1.
 */
import { describe, expect, it } from 'vitest';
import {
  type CompositeQuery,
  compositeSchedule,
  type SocketOutlook,
  type StationOutlook,
} from '#site/charging-profile/composite-schedule.ts';
import { MAX_PERIODS } from '#site/charging-profile/profile-rules.ts';
import type { ProfileStack } from '#site/charging-profile/profile-stack.ts';
import { DAY, type Draft, HOUR, MIN, NOON, openSocket, openStation, periods, stackOf } from './profiles.ts';

const MAX = { purpose: 'ChargingStationMaxProfile' } as const;
/** A 32 A socket with a car that was granted 9 A, because a fuse leaves it no more. */
const socket = (over: Partial<SocketOutlook> = {}): SocketOutlook =>
  openSocket({ grantMa: 9_000, leaves: [{ fromWallMs: NOON, limitMa: 9_000 }], ...over });

const open = (grantMa: number, over: Partial<SocketOutlook> = {}): SocketOutlook => openSocket({ grantMa, ...over });

const idle = (over: Partial<SocketOutlook> = {}): SocketOutlook => ({
  ...open(0, { session: null, ...over }),
  grantMa: null,
});

const ask = (
  stack: ProfileStack,
  sockets: readonly SocketOutlook[],
  query: Partial<CompositeQuery> = {},
  site = openStation,
) => compositeSchedule(stack, sockets, site, { connector: 1, atWallMs: NOON, durationS: 86_400, unit: 'A', ...query });

/** `[second, limit]` of each period. */
const rows = (...args: Parameters<typeof ask>) => ask(...args)?.periods.map(({ startS, limit }) => [startS, limit]);

const hours = (...each: readonly (readonly [hour: number, limit: number])[]): Draft => ({
  schedule: { startWallMs: NOON, periods: periods(...each.map(([hour, limit]) => [hour * 3600, limit] as const)) },
});

describe('the schedule of a socket', () => {
  const cases: readonly [string, ReturnType<typeof rows>, readonly (readonly [number, number])[]][] = [
    ['without profiles is the grant in force, for nothing is known to change', rows([], [socket()]), [[0, 9]]],
    [
      'is the grant where the back office allows more: 32 A are not promised',
      rows(stackOf([1, hours([0, 32])]), [socket()]),
      [[0, 9]],
    ],
    ['is what the back office allows where that is less', rows(stackOf([1, hours([0, 8])]), [socket()]), [[0, 8]]],
    [
      'follows the back office down and up again, to the grant and no higher',
      rows(stackOf([1, hours([0, 32], [1, 6], [2, 32])]), [socket()]),
      [
        [0, 9],
        [3600, 6],
        [7200, 9],
      ],
    ],
    [
      'rises by itself where only the back office holds it',
      rows(stackOf([1, hours([0, 10], [1, 16])]), [open(10_000)]),
      [
        [0, 10],
        [3600, 16],
      ],
    ],
    [
      'ends with its profile: then all that the socket has',
      rows(stackOf([1, { schedule: { startWallMs: NOON, durationS: 3600 } }]), [open(16_000)]),
      [
        [0, 16],
        [3600, 32],
      ],
    ],
    [
      'says 0 where less is allowed than a car can take (3.13.3)',
      rows(stackOf([1, hours([0, 16], [1, 5], [2, 6])]), [open(16_000)]),
      [
        [0, 16],
        [3600, 0],
        [7200, 6],
      ],
    ],
    ['does not wait for a decrease that is under way', rows(stackOf([1, hours([0, 8])]), [open(16_000)]), [[0, 8]]],
    [
      'is under the limit of the station, too (3.13.3)',
      rows(stackOf([0, { ...MAX, ...hours([0, 32], [1, 12]) }], [1, { id: 2, ...hours([0, 20]) }]), [open(20_000)]),
      [
        [0, 20],
        [3600, 12],
      ],
    ],
    [
      'has no period where nothing changes',
      rows(stackOf([1, hours([0, 16], [1, 20], [2, 6])]), [socket()]),
      [
        [0, 9],
        [7200, 6],
      ],
    ],
    [
      'rises when a limit of the energy manager is known to end',
      rows(
        [],
        [
          socket({
            leaves: [
              { fromWallMs: NOON, limitMa: 9_000 },
              { fromWallMs: NOON + HOUR, limitMa: 32_000 },
            ],
          }),
        ],
      ),
      [
        [0, 9],
        [3600, 32],
      ],
    ],
    [
      'without a transaction is as if one used the default (K08)',
      rows(stackOf([1, hours([0, 16], [1, 8])]), [idle()]),
      [
        [0, 16],
        [3600, 8],
      ],
    ],
  ];
  it.each(cases)('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('of a transaction counts relative to its start', () => {
    const relative: Draft = {
      purpose: 'TxProfile',
      kind: 'Relative',
      schedule: { periods: periods([0, 32], [5400, 16]) },
    };
    // It began an hour ago.
    expect(rows(stackOf([1, relative]), [open(32_000)])).toEqual([
      [0, 32],
      [1800, 16],
    ]);
  });

  it('without a transaction counts what is relative from the moment of the question (K08)', () => {
    const relative: Draft = { kind: 'Relative', schedule: { periods: periods([0, 32], [5400, 16]) } };
    expect(rows(stackOf([1, relative]), [idle()])).toEqual([
      [0, 32],
      [5400, 16],
    ]);
  });

  it('of a week repeats what recurs daily', () => {
    const night: Draft = {
      kind: 'Recurring',
      recurrency: 'Daily',
      schedule: { startWallMs: NOON - 14 * HOUR, durationS: 28_800 },
    };
    const found = rows(stackOf([1, night]), [open(32_000)], { durationS: 7 * 86_400 });
    expect(found?.slice(0, 3)).toEqual([
      [0, 32],
      [36_000, 16],
      [64_800, 32],
    ]);
    expect(found).toHaveLength(15);
  });
});

describe('the answer', () => {
  it('begins with the second of the question and lasts as long as was asked (errata 3.28)', () => {
    const schedule = ask([], [socket()], { atWallMs: NOON + 999, durationS: 600 });
    expect(schedule).toEqual({
      unit: 'A',
      startWallMs: NOON,
      durationS: 600,
      minRate: null,
      periods: [{ startS: 0, limit: 9, numberPhases: 3 }],
    });
  });

  it('tells a decrease early and a raise late where they fall between two seconds', () => {
    const steps = (...limits: readonly number[]) =>
      socket({
        leaves: limits.map((limitMa, i) => ({ fromWallMs: NOON + i * 1_500, limitMa })),
        grantMa: limits[0] ?? 0,
      });
    expect(rows([], [steps(16_000, 8_000)])).toEqual([
      [0, 16],
      [1, 8],
    ]);
    expect(rows([], [steps(8_000, 16_000)])).toEqual([
      [0, 8],
      [2, 16],
    ]);
  });

  it('tells of each second the lowest that is in force in it, whatever happens inside', () => {
    const steps = (...all: readonly (readonly [ms: number, limitMa: number])[]) =>
      socket({ leaves: all.map(([ms, limitMa]) => ({ fromWallMs: NOON + ms, limitMa })), grantMa: all[0]?.[1] ?? 0 });
    const up = [
      [0, 10_000],
      [1_200, 16_000],
    ] as const;
    expect(rows([], [steps(...up, [1_800, 6_000])]), 'up and further down').toEqual([
      [0, 10],
      [1, 6],
    ]);
    expect(rows([], [steps(...up, [1_800, 12_000])]), 'up and half down').toEqual([
      [0, 10],
      [2, 12],
    ]);
    expect(rows([], [steps(...up, [1_800, 10_000])]), 'up and back').toEqual([[0, 10]]);
    const dip = [
      [0, 10_000],
      [1_200, 6_000],
    ] as const;
    expect(rows([], [steps(...dip, [1_300, 10_000])]), 'down and back').toEqual([
      [0, 10],
      [1, 6],
      [2, 10],
    ]);
    expect(rows([], [steps(...dip, [2_000, 10_000])]), 'down, and back on the second').toEqual([
      [0, 10],
      [1, 6],
      [2, 10],
    ]);
  });

  it('is none for a time that ends before it begins (5.7)', () => {
    expect(ask([], [socket()], { durationS: -1 })).toBeNull();
  });

  it('has one period even for a duration of 0, and none that begins at its end', () => {
    const stack = stackOf([1, hours([0, 8], [1, 6])]);
    expect(rows(stack, [open(8_000)], { durationS: 0 })).toEqual([[0, 8]]);
    expect(rows(stack, [open(8_000)], { durationS: 3600 })).toEqual([[0, 8]]);
    expect(rows(stack, [open(8_000)], { durationS: 3601 })).toEqual([
      [0, 8],
      [3600, 6],
    ]);
  });

  it('in W is the same, over the phases that the car uses', () => {
    const stack = stackOf([1, hours([0, 10])]);
    expect(rows(stack, [open(10_000)], { unit: 'W' })).toEqual([[0, 6_900]]);
    expect(rows(stack, [open(10_000, { phases: [1], wattsPerA: 230 })], { unit: 'W' })).toEqual([[0, 2_300]]);
    expect(ask(stack, [open(10_000, { phases: [1], wattsPerA: 230 })])?.periods[0]?.numberPhases).toBe(1);
  });

  it('in A is rounded down to a tenth', () => {
    const watts: Draft = { schedule: { unit: 'W', periods: periods([0, 5_000]) } };
    // 7.246 A on each of three phases.
    expect(rows(stackOf([1, watts]), [open(32_000)])).toEqual([[0, 7.2]]);
    expect(rows([], [open(16_100)])).toEqual([[0, 16.1]]);
  });

  it('of direct current is in watts at the car, and has no phases', () => {
    const watts: Draft = { schedule: { unit: 'W', periods: periods([0, 50_000, 3]) } };
    const dc = socket({
      grantMa: 200_000,
      leaves: [{ fromWallMs: NOON, limitMa: 200_000 }],
      wattsPerA: 600,
      isDc: true,
    });
    expect(ask(stackOf([1, watts]), [dc], { unit: 'W' })?.periods).toEqual([
      { startS: 0, limit: 49_999, numberPhases: null },
    ]);
  });

  it('is none for a connector that is not there: Rejected (5.7)', () => {
    expect(ask([], [socket()], { connector: 2 })).toBeNull();
  });

  it('ends early, and says so, where it would have more periods than a schedule may', () => {
    const rush = Array.from({ length: MAX_PERIODS }, (_, i) => [i * 300, 6 + (i % 2)] as const);
    const daily: Draft = {
      kind: 'Recurring',
      recurrency: 'Daily',
      schedule: { startWallMs: NOON, periods: periods(...rush) },
    };
    const schedule = ask(stackOf([1, daily]), [open(6_000)], { durationS: 30 * 86_400 });
    expect(schedule?.periods).toHaveLength(MAX_PERIODS);
    expect(schedule?.durationS).toBe(86_400);
  });

  it('ends early, too, where endless changes come to nothing, and never looks further than a week', () => {
    const idleRush = Array.from({ length: MAX_PERIODS }, (_, i) => [i * 300, 40 + (i % 2)] as const);
    const daily: Draft = {
      kind: 'Recurring',
      recurrency: 'Daily',
      schedule: { startWallMs: NOON, periods: periods(...idleRush) },
    };
    const twenty = Array.from({ length: 20 }, () => open(32_000));
    const schedule = ask(stackOf([1, daily]), twenty, { connector: 0, durationS: 2 ** 31 - 1 });
    expect(schedule?.periods).toHaveLength(1);
    expect(schedule?.durationS).toBe(501 * 300);
    expect(ask([], [socket()], { durationS: 2 ** 31 - 1 })?.durationS).toBe(7 * 86_400);
  });
});

describe('the schedule of the whole station (errata 3.30)', () => {
  const all = { connector: 0 };
  const three = [open(16_000), open(10_000, { connector: 2, phases: [1], wattsPerA: 230 }), idle({ connector: 3 })];

  it('is what its cars may take from the grid together: the highest phase in A, all of it in W', () => {
    expect(rows(stackOf([0, hours([0, 16])]), three, all)).toEqual([[0, 26]]);
    expect(rows(stackOf([0, hours([0, 16])]), three, { ...all, unit: 'W' })).toEqual([[0, 13_340]]);
    expect(ask([], three, all)?.periods[0]?.numberPhases).toBe(3);
  });

  it('is 0 where nobody asks for current', () => {
    expect(rows(stackOf([0, MAX]), [idle()], all)).toEqual([[0, 0]]);
    expect(rows([], [], { ...all, unit: 'W' })).toEqual([[0, 0]]);
  });

  it('is never above the limit of the station, in either unit (3.13.3)', () => {
    const amps = stackOf([0, { ...MAX, ...hours([0, 32], [1, 13]) }]);
    expect(rows(amps, three, all)).toEqual([
      [0, 26],
      [3600, 13],
    ]);
    const watts = stackOf([0, { ...MAX, schedule: { unit: 'W', periods: periods([0, 12_006]) } }]);
    expect(rows(watts, three, { ...all, unit: 'W' })).toEqual([[0, 12_006]]);
    // Nine tenths of what they would take: of the highest phase, too.
    expect(rows(watts, three, all)).toEqual([[0, 23.4]]);
  });

  it('is never above what the site leaves all cars, however much each could take alone', () => {
    const stack = stackOf([0, hours([0, 10], [1, 32])]);
    const two = [open(10_000), open(10_000, { connector: 2 })];
    const site: StationOutlook = {
      ...openStation,
      leaves: [{ afterMs: 0, limitMa: [40_000, 50_000, 50_000, 135_000] }],
    };
    expect(rows(stack, two, all, site)).toEqual([
      [0, 20],
      [3600, 40],
    ]);
    expect(
      rows(stack, two, all, { ...site, leaves: [{ afterMs: 0, limitMa: [60_000, 60_000, 60_000, 96_000] }] }),
    ).toEqual([
      [0, 20],
      [3600, 32],
    ]);
  });

  it('changes for each socket at its own time', () => {
    const stack = stackOf([1, { id: 1, ...hours([0, 10], [1, 8]) }], [2, { id: 2, ...hours([0, 16], [2, 6]) }]);
    expect(rows(stack, [open(10_000), open(7_000, { connector: 2 })], all)).toEqual([
      [0, 17],
      // The second was granted 7 of 16 A, and nothing is known to change for it before two hours have passed.
      [3600, 15],
      [7200, 14],
    ]);
  });
});

describe('a day of schedules', () => {
  it('is never above a profile, a grant that still stands, or what the site leaves', () => {
    const stack = stackOf(
      [0, { ...MAX, ...hours([0, 25], [3, 14], [5, 40]) }],
      [
        0,
        {
          id: 2,
          kind: 'Recurring',
          recurrency: 'Daily',
          schedule: { startWallMs: NOON - 50 * MIN, periods: periods([0, 18], [7_777, 11], [30_001, 30]) },
        },
      ],
      [
        1,
        {
          id: 3,
          purpose: 'TxProfile',
          kind: 'Relative',
          schedule: { durationS: 20_000, periods: periods([0, 12], [9_999, 28]) },
        },
      ],
    );
    const found = ask(stack, [open(12_000)], { durationS: DAY / 1000 })?.periods ?? [];
    const allowed = (s: number) => {
      const station = s < 10_800 ? 25 : s < 18_000 ? 14 : 40;
      const sinceStart = s + 3_600;
      const day = (s + 3_000) % 86_400;
      const byDefault = day < 7_777 ? 18 : day < 30_001 ? 11 : 30;
      const tx = sinceStart >= 20_000 ? byDefault : sinceStart < 9_999 ? 12 : 28;
      return Math.min(32, station, tx);
    };
    for (let s = 0; s < 86_400; s += 7) {
      expect(found.findLast(({ startS }) => startS <= s)?.limit, `second ${s}`).toBe(allowed(s));
    }
  });
});
