/** Which limits are in force on a circuit at an instant, and what rows make of them. */
import { describe, expect, it, test } from 'vitest';
import { NO_LIMIT_MA, type Triple, triple } from '#base/units.ts';
import { bookingVoltage, isExpired, limitsInForce, marginMa } from '#site/gate/limits.ts';
import { siteRows } from '#site/gate/rows.ts';
import { initialState } from '#site/initial.ts';
import { reduce } from '#site/reduce.ts';
import type { OutsideLimit, SiteState } from '#site/state.ts';
import { type SiteOptions, topologyOf } from './site.ts';

const NOW_MS = 100_000;
const NONE: Triple = triple(NO_LIMIT_MA);

const siteOf = (options: Partial<SiteOptions> = {}): SiteState =>
  initialState(topologyOf({ bays: [{}], limits: [{ limitA: 63 }], metered: false, ...options }), 0);

const outside = (rest: Partial<OutsideLimit> = {}): OutsideLimit => ({
  source: 'ems',
  circuit: 0,
  limitMa: triple(40_000),
  limitW: null,
  evOnly: false,
  validUntilMs: null,
  validUntilWallMs: null,
  failSafeMa: null,
  setAtMs: 0,
  ...rest,
});

const inForce = (state: SiteState, limits: readonly OutsideLimit[], atMs = NOW_MS) =>
  limitsInForce({ ...state, outsideLimits: limits }, state.topology.circuits[0]!, atMs).map(
    ({ source, rowsMa, expired }) => [source, rowsMa[0] / 1000, expired] as const,
  );

describe('a limit from outside', () => {
  const until = { validUntilMs: NOW_MS, failSafeMa: triple(20_000) };
  test.each<[string, OutsideLimit, number, readonly (readonly [string, number, boolean])[]]>([
    [
      'stands beside the fuse',
      outside(),
      NOW_MS,
      [
        ['fuse', 63, false],
        ['ems', 40, false],
      ],
    ],
    [
      'without an end is for ever',
      outside(),
      9e12,
      [
        ['fuse', 63, false],
        ['ems', 40, false],
      ],
    ],
    [
      'stands until its end',
      outside(until),
      NOW_MS - 1,
      [
        ['fuse', 63, false],
        ['ems', 40, false],
      ],
    ],
    [
      'is its fail-safe value from then on',
      outside(until),
      NOW_MS,
      [
        ['fuse', 63, false],
        ['ems', 20, true],
      ],
    ],
    ['ends where it has none', outside({ validUntilMs: NOW_MS }), NOW_MS, [['fuse', 63, false]]],
    ['of another circuit is nothing here', outside({ circuit: 7 }), NOW_MS, [['fuse', 63, false]]],
  ])('%s', (_, limit, atMs, expected) => {
    expect(inForce(siteOf(), [limit], atMs)).toEqual(expected);
  });

  it('is over at its very instant', () => {
    expect([isExpired(outside(until), NOW_MS - 1), isExpired(outside(until), NOW_MS)]).toEqual([false, true]);
  });

  it('is known by source and circuit: a new one takes the place of the old, another source stands beside it', () => {
    const set = (state: SiteState, limits: readonly OutsideLimit[], source: string) =>
      reduce(state, { type: 'limits-set', source, limits, atMs: NOW_MS });
    const first = set(siteOf(), [outside()], 'ems');
    const second = set(first, [outside({ source: 'cap', limitMa: triple(30_000) })], 'cap');
    const third = set(second, [outside({ limitMa: triple(50_000) })], 'ems');
    expect(third.outsideLimits.map(limit => [limit.source, limit.limitMa[0]])).toEqual([
      ['cap', 30_000],
      ['ems', 50_000],
    ]);
    const cleared = reduce(third, { type: 'limits-cleared', source: 'cap', atMs: NOW_MS });
    expect(cleared.outsideLimits.map(limit => limit.source)).toEqual(['ems']);
  });
});

describe('a limit in watts', () => {
  const metered = siteOf({ metered: true });
  const measuring = (volts: number): SiteState => ({
    ...siteOf({ metered: true }),
    meters: metered.meters.map(meter => ({
      ...meter,
      quality: 'good',
      reading: { currentMa: triple(0), powerW: 0, voltageV: volts },
    })),
  });

  it('is a limit on the sum of currents at nominal voltage where its own meter sees the watts', () => {
    const [, limit] = limitsInForce(
      { ...metered, outsideLimits: [outside({ limitMa: NONE, limitW: 23_000 })] },
      metered.topology.circuits[0]!,
      NOW_MS,
    );
    expect(limit?.rowsMa).toEqual([NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA, 100_000]);
  });

  test.each<[string, SiteState, boolean, number]>([
    ['a metered row books at nominal', measuring(245), true, 230],
    ['an unmetered one at the highest that the mains may have', metered, false, 253],
    ['or at what is measured elsewhere and a hundredth, in steps of 5 V', measuring(236), false, 240],
    ['never below nominal', measuring(215), false, 230],
  ])('%s', (_, state, isMetered, volts) => {
    expect(bookingVoltage(state, isMetered)).toBeCloseTo(volts, 6);
  });
});

describe('what a row leaves for cars', () => {
  const first = (options: Partial<SiteOptions>) => siteRows(siteOf(options), NOW_MS);

  test.each<[string, Partial<SiteOptions>, number, number]>([
    ['the fuse less 2 % and the worst building', { designLoadA: 20 }, 0, 63 - 1.26 - 20],
    ['the fuse less 1 A where 2 % are less', { limits: [{ limitA: 40 }], designLoadA: 20 }, 0, 19],
    ['all of it where it carries cars only', { limits: [{ limitA: 40, evOnly: true }], designLoadA: 20 }, 0, 40],
    ['the lowest of several', { limits: [{ limitA: 63 }, { limitA: 35, kind: 'live', source: 'contract' }] }, 0, 34],
    [
      'three times the margin and the building on the sum, at the highest voltage without a meter',
      { limits: [{ limitW: 25_300 }], designLoadA: 10 },
      3,
      100 - 3 - 30,
    ],
  ])('%s', (_, options, row, expectedA) => {
    const found = first(options)[row];
    expect(found?.targetMa).toBe(found?.raiseMa);
    expect(Number(found?.targetMa) / 1000).toBeCloseTo(expectedA, 2);
  });

  it('nothing may be raised under a meter that was never heard, and targets reckon with the worst building', () => {
    const row = first({ metered: true, designLoadA: 20 })[0];
    expect(row).toMatchObject({ targetMa: 41_740, raiseMa: -NO_LIMIT_MA, because: 'meter' });
  });

  it('says which limit binds', () => {
    const row = first({ limits: [{ limitA: 63 }, { limitA: 35, kind: 'live', source: 'contract' }] })[0];
    expect(row?.limit?.source).toBe('contract');
  });

  it('a configured margin replaces the usual one, three times on the sum', () => {
    const state = siteOf();
    const circuit = { ...state.topology.circuits[0]!, marginMa: 1500 };
    const [limit] = limitsInForce(state, circuit, NOW_MS);
    expect([marginMa(circuit, limit!, 0, 3), marginMa(circuit, limit!, 3, 3), marginMa(circuit, limit!, 3, 1)]).toEqual(
      [1500, 4500, 1500],
    );
  });
});
