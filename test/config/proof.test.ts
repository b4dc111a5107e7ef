import { describe, expect, test } from 'vitest';
import { proofRows } from '#config/proof.ts';
import { charger, examined, fuse, site } from './sites.ts';

const wired = [
  { id: 'main', designLoadA: { l1: 10, l2: 12, l3: 14 }, reservedA: 3, limits: [fuse(63)] },
  { id: 'row', parent: 'main', limits: [fuse(40, true)] },
];

const chargers = [
  charger('A', 'row', { profile: 'tested-a', fallbackA: 10 }),
  charger('B', 'row', { profile: 'tested-a', fallbackA: 6, phases: 1, rotation: 'S' }),
  charger('C', 'row', { fallbackA: 8, ratingA: 16, phases: 1, rotation: 'T' }),
];

describe('the proof adds up by hand', () => {
  const rows = proofRows(examined(site(wired, chargers)).topology);
  const sumsA = (circuit: string) => rows.filter(row => row.circuit === circuit).map(row => row.totalMa / 1000);

  test('each phase of each node carries its own fallbacks, the building and the reserve', () => {
    expect(sumsA('main')).toEqual([10 + 10 + 3, 10 + 6 + 12 + 3, 10 + 8 + 14 + 3]);
    expect(sumsA('row')).toEqual([10, 10 + 6, 10 + 8]);
    expect(rows.every(row => row.holds)).toBe(true);
  });

  test('a charger that is not proven counts at its rating beside it', () => {
    const main = rows.filter(row => row.circuit === 'main').map(row => row.unprovenTotalMa / 1000);
    expect(main).toEqual([23, 31, 10 + 16 + 14 + 3]);
  });

  test('a limit in watts has one row over all phases', () => {
    const grid = { source: 'grid', kind: 'hard', limitW: 25_303 };
    const circuits = [{ ...wired[0], meter: 'grid', limits: [fuse(63), grid] }, wired[1] ?? {}];
    const meters = [{ id: 'grid', profile: 'eastron-sdm630', bus: { tcp: '192.0.2.9' } }];
    const { topology, problems } = examined(site(circuits, chargers, { meters }));
    const sum = proofRows(topology).find(row => row.source === 'grid');
    // Nobody reads the meter then, so the mains stand at their highest: 25,303 W at 253 V are 100.011 A; three-phase A counts 30 A, B 6 A, C 8 A, the building 36 A, the reserve 9 A.
    expect(sum).toMatchObject({ row: 3, limitMa: 100_011, fallbackMa: 44_000, buildingMa: 36_000, reservedMa: 9000 });
    expect(problems).toEqual([]);
  });

  test('a limit for cars only leaves the building out, on a node that has another limit too', () => {
    const cable = { source: 'cable', kind: 'hard', limitA: 25, evOnly: true };
    const circuits = [{ ...wired[0], limits: [fuse(63), cable] }, wired[1] ?? {}];
    const { topology, problems } = examined(site(circuits, chargers));
    const sums = proofRows(topology).filter(row => row.source === 'cable');
    expect(sums.map(row => [row.buildingMa, row.totalMa])).toEqual([
      [0, 13_000],
      [0, 19_000],
      [0, 21_000],
    ]);
    expect(problems).toEqual([]);
  });

  test('live limits are no part of it', () => {
    const contract = { source: 'contract', kind: 'live', limitA: 4 };
    const circuits = [{ ...wired[0], limits: [fuse(63), contract] }, wired[1] ?? {}];
    const { topology, problems } = examined(site(circuits, chargers));
    expect(proofRows(topology).some(row => row.source === 'contract')).toBe(false);
    expect(problems).toEqual([]);
  });
});

describe('the feed of a charger with several sockets', () => {
  const pillar = (fallbackA: number) =>
    charger('P', 'row', { fallbackA, connectors: [{ connectorId: 1 }, { connectorId: 2 }] });

  test('is proven like a fuse', () => {
    const { topology, problems } = examined(site(wired, [pillar(16)]));
    expect(proofRows(topology).filter(row => row.circuit === 'P')).toHaveLength(3);
    expect(problems).toEqual([]);
    const over = examined(site(wired, [pillar(17)])).problems;
    expect(over.map(problem => problem.path)).toEqual(['chargers.0.ratingA']);
  });

  test('bounds what its sockets can draw while it is not proven', () => {
    const row = proofRows(examined(site(wired, [pillar(0)])).topology).find(one => one.circuit === 'row');
    expect(row?.unprovenTotalMa).toBe(32_000);
  });
});

test('a node that holds to the last milliampere holds, one milliampere more does not', () => {
  const at = (fallbackA: number) =>
    examined(
      site(
        [{ id: 'main', limits: [fuse(20, true)] }],
        [charger('A', 'main', { fallbackA }), charger('B', 'main', { fallbackA: 10 })],
      ),
    );
  expect(at(10).problems).toEqual([]);
  expect(proofRows(at(10).topology).every(row => row.holds)).toBe(true);
  expect(proofRows(at(10.001).topology).some(row => row.holds)).toBe(false);
  expect(at(10.001).problems).toHaveLength(1);
});
