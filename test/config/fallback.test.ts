import { describe, expect, test } from 'vitest';
import { charger, examined, fuse, type RawEntry, site } from './sites.ts';

const many = (count: number, circuit: string, rest: RawEntry = {}) =>
  Array.from({ length: count }, (_, index) => charger(`${circuit}-${index}`, circuit, rest));

const fallbacksA = (raw: RawEntry) => examined(raw).topology.connectors.map(one => one.fallbackMa / 1000);

const main = (limits: readonly RawEntry[], rest: RawEntry = {}): RawEntry => ({
  id: 'main',
  limits,
  designLoadA: 20,
  ...rest,
});

describe('fallback auto is the minimum where all minimums fit every fixed row, else 0', () => {
  // A 63 A fuse keeps 1.26 A (2 %) free; 20 A building leave 41.74 A: six minimums of 6 A fit, seven do not.
  test.each([
    [6, 6],
    [7, 0],
  ])('%i three-phase chargers under 63 A with a building of 20 A stand at %i A', (count, eachA) => {
    expect(fallbacksA(site([main([fuse(63)])], many(count, 'main')))).toEqual(Array(count).fill(eachA));
  });

  test('another gateway’s reserve takes room', () => {
    expect(fallbacksA(site([main([fuse(63)], { reservedA: 6 })], many(6, 'main')))).toEqual(Array(6).fill(0));
  });

  test('a margin written down replaces the default', () => {
    expect(fallbacksA(site([main([fuse(63)], { marginA: 0 })], many(7, 'main')))).toEqual(Array(7).fill(6));
    expect(fallbacksA(site([main([fuse(63)], { marginA: 8 })], many(6, 'main')))).toEqual(Array(6).fill(0));
  });

  test('a limit that counts cars only has neither building nor margin', () => {
    expect(fallbacksA(site([{ id: 'main', limits: [fuse(42, true)] }], many(7, 'main')))).toEqual(Array(7).fill(6));
  });

  test('one-phase chargers count on their own phase only', () => {
    const onPhases = ['R', 'S', 'T'].flatMap(rotation =>
      [1, 2].map(n => charger(`${rotation}${n}`, 'main', { phases: 1, rotation })),
    );
    const circuits = [{ id: 'main', limits: [fuse(12, true)] }];
    expect(fallbacksA(site(circuits, onPhases))).toEqual(Array(6).fill(6));
    const seventh = charger('R3', 'main', { phases: 1, rotation: 'R' });
    expect(fallbacksA(site(circuits, [...onPhases, seventh]))).toEqual(Array(7).fill(0));
  });

  test('a live limit counts like a hard one', () => {
    const contract = { source: 'contract', kind: 'live', limitA: 32 };
    expect(fallbacksA(site([main([fuse(63), contract])], many(2, 'main')))).toEqual([0, 0]);
  });

  test('a limit in watts counts at the highest voltage of the mains where no meter sees it', () => {
    // 25,300 W at 1.1 × 230 V are 100 A over three phases: 60 A building, 3 A margin, 36 A for two minimums.
    const contract = { source: 'contract', kind: 'live', limitW: 25_300 };
    expect(fallbacksA(site([main([fuse(63), contract])], many(2, 'main')))).toEqual([6, 6]);
    expect(fallbacksA(site([main([fuse(63), { ...contract, limitW: 25_000 }])], many(2, 'main')))).toEqual([0, 0]);
    const metered = {
      meters: [{ id: 'grid', profile: 'eastron-sdm630', bus: { tcp: '192.0.2.9' } }],
    };
    const circuits = [main([fuse(63), { ...contract, limitW: 25_000 }], { meter: 'grid' })];
    expect(fallbacksA(site(circuits, many(2, 'main'), metered))).toEqual([6, 6]);
  });

  test('a full row takes nothing from its neighbour', () => {
    const circuits = [
      main([fuse(100)]),
      { id: 'full', parent: 'main', limits: [fuse(16, true)] },
      { id: 'free', parent: 'main', limits: [fuse(16, true)] },
    ];
    expect(fallbacksA(site(circuits, [...many(3, 'full'), ...many(2, 'free')]))).toEqual([0, 0, 0, 6, 6]);
  });

  test('a fallback written down is kept, and counts against the others', () => {
    const chargers = [charger('fixed', 'main', { fallbackA: 13 }), ...many(5, 'main')];
    expect(fallbacksA(site([main([fuse(63)])], chargers))).toEqual([13, 0, 0, 0, 0, 0]);
  });

  test('a model that cannot pause stands at its minimum either way', () => {
    const chargers = [charger('stuck', 'main', { profile: 'never-pauses', minA: 8 }), ...many(6, 'main')];
    expect(fallbacksA(site([main([fuse(63)])], chargers))).toEqual([8, 0, 0, 0, 0, 0, 0]);
  });
});
