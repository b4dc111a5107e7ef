import { describe, expect, it } from 'vitest';
import { NO_LIMIT_MA } from '#base/units.ts';
import { allocate } from '#site/allocation/allocate.ts';
import { certificateHolds } from '#site/allocation/certificate.ts';
import type { Bound, Claim } from '#site/allocation/claim.ts';
import { rowsHold } from '#site/allocation/row-check.ts';

/**
 * Sites as columns, in A. A circuit: name, parent, L1, L2, L3, sum ("-" = none).
 * A car, in order of arrival: circuit, phases, minimum, ceiling, step; then what it gets and why.
 */
type Case = { title: string; circuits: readonly string[]; cars: readonly string[] };

const cases: readonly Case[] = [
  {
    title: 'two equal cars share one fuse evenly',
    circuits: ['main - 32 32 32 -'],
    cars: ['main 123 6 32 1 | 16 main L1', 'main 123 6 32 1 | 16 main L1'],
  },
  {
    title: 'a car alone on a 10 A circuit gets 10 A, whatever its rating',
    circuits: ['main - 63 63 63 -', 'garage main 10 10 10 -'],
    cars: ['garage 123 6 32 1 | 10 garage L1'],
  },
  {
    title: 'a one-phase car takes its share from its own phase only',
    circuits: ['main - 32 32 32 -'],
    cars: ['main 123 6 32 1 | 16 main L1', 'main 1 6 32 1 | 16 main L1', 'main 2 6 20 1 | 16 main L2'],
  },
  {
    title: 'rotated one-phase cars do not meet',
    circuits: ['main - 20 20 20 -'],
    cars: ['main 1 6 32 1 | 20 main L1', 'main 2 6 32 1 | 20 main L2', 'main 3 6 32 1 | 20 main L3'],
  },
  {
    title: 'an overloaded foreign phase stops nobody who does not use it',
    circuits: ['main - 0 25 25 -'],
    cars: ['main 1 6 16 1 | 0 no room main L1', 'main 2 6 32 1 | 13 main L2', 'main 23 6 32 1 | 12 main L2'],
  },
  {
    title: 'a car that takes little leaves the rest to the others',
    circuits: ['main - 32 32 32 -'],
    cars: ['main 123 6 8 1 | 8 ceiling', 'main 123 6 32 1 | 12 main L1', 'main 123 6 32 1 | 12 main L1'],
  },
  {
    title: 'a narrow row holds back its own cars and nobody else',
    circuits: ['main - 63 63 63 -', 'row-a main 20 20 20 -', 'row-b main 63 63 63 -'],
    cars: ['row-a 123 6 32 1 | 10 row-a L1', 'row-a 123 6 32 1 | 10 row-a L1', 'row-b 123 6 32 1 | 32 ceiling'],
  },
  {
    title: 'what a narrow row cannot use goes to the other row',
    circuits: ['main - 50 50 50 -', 'row-a main 20 20 20 -', 'row-b main 63 63 63 -'],
    cars: ['row-a 123 6 32 1 | 10 row-a L1', 'row-a 123 6 32 1 | 10 row-a L1', 'row-b 123 6 32 1 | 30 main L1'],
  },
  {
    title: 'the third car waits where only two minimums fit',
    circuits: ['main - 16 16 16 -'],
    cars: ['main 123 6 32 1 | 8 main L1', 'main 123 6 32 1 | 8 main L1', 'main 123 6 32 1 | 0 no room main L1'],
  },
  {
    title: 'a smaller car behind one that does not fit still charges',
    circuits: ['main - 16 16 16 -'],
    cars: ['main 123 6 32 1 | 8 main L1', 'main 123 13 32 1 | 0 no room main L1', 'main 123 6 32 1 | 8 main L1'],
  },
  {
    title: 'a car with a high minimum stands on it while the others share the rest',
    circuits: ['main - 29 29 29 -'],
    cars: ['main 123 13 32 1 | 13 main L1', 'main 123 6 32 1 | 8 main L1', 'main 123 6 32 1 | 8 main L1'],
  },
  {
    title: 'a contract on the sum counts every phase of a three-phase car',
    circuits: ['main - 63 63 63 28'],
    cars: ['main 123 6 32 1 | 7 main sum', 'main 1 6 32 1 | 7 main sum'],
  },
  {
    title: 'the ampere that does not divide goes to who came first',
    circuits: ['main - 32 32 32 -'],
    cars: ['main 123 6 32 1 | 11 main L1', 'main 123 6 32 1 | 11 main L1', 'main 123 6 32 1 | 10 main L1'],
  },
  {
    title: 'tenths are handed out one by one',
    circuits: ['main - 32 32 32 -'],
    cars: ['main 123 6 32 0.1 | 10.7 main L1', 'main 123 6 32 0.1 | 10.7 main L1', 'main 123 6 32 0.1 | 10.6 main L1'],
  },
  {
    title: 'what a coarse charger cannot follow goes to a fine one',
    circuits: ['main - 25 25 25 -'],
    cars: ['main 123 6 32 1 | 12 main L1', 'main 123 6 32 0.1 | 13 main L1'],
  },
  {
    title: 'a minimum off the step stands as it is; above it only whole steps count',
    circuits: ['main - 13.2 13.2 13.2 -', 'other - 14 14 14 -'],
    cars: [
      'main 123 6.5 32 1 | 6.5 main L1',
      'main 123 6.5 32 1 | 6.5 main L1',
      'other 123 6.5 32 1 | 7 other L1',
      'other 123 6.5 32 1 | 7 other L1',
    ],
  },
  {
    title: 'a ceiling off the step is rounded down, so that no charger rounds it up',
    circuits: ['main - 63 63 63 -'],
    cars: ['main 123 6 16.5 1 | 16 ceiling'],
  },
  {
    title: 'a wish below the minimum pauses the car by its own ceiling',
    circuits: ['main - 63 63 63 -'],
    cars: ['main 123 6 4 1 | 0 ceiling', 'main 123 6 32 1 | 32 ceiling'],
  },
  {
    title: 'an overdrawn row admits nobody',
    circuits: ['main - -5 20 20 -'],
    cars: ['main 123 6 32 1 | 0 no room main L1', 'main 23 6 32 1 | 20 main L2'],
  },
  {
    title: 'a site without cars is no problem',
    circuits: ['main - 32 32 32 -'],
    cars: [],
  },
];

const ROWS = ['L1', 'L2', 'L3', 'sum'];

function siteOf(circuits: readonly string[], cars: readonly string[]) {
  const lines = circuits.map(line => line.split(' '));
  const names = lines.map(([name]) => name!);
  const limit = (text: string) => (text === '-' ? NO_LIMIT_MA : Math.round(Number(text) * 1000));
  return {
    names,
    tree: { parent: Int32Array.from(lines, ([, parent]) => names.indexOf(parent!)) },
    capacityMa: Float64Array.from(lines.flatMap(([, , ...limits]) => limits.map(limit))),
    claims: cars.map((car, index): Claim => {
      const [node, phases, min, ceiling, step] = car.split(' ');
      return {
        connector: index,
        node: names.indexOf(node!),
        phaseMask: [...phases!].reduce((mask, phase) => mask | (1 << (Number(phase) - 1)), 0),
        minMa: limit(min!),
        ceilingMa: limit(ceiling!),
        stepMa: limit(step!),
        arrival: index,
      };
    }),
  };
}

function inWords(bound: Bound, names: readonly string[]): string {
  if (bound.kind === 'ceiling') return 'ceiling';
  return `${bound.kind === 'row' ? '' : 'no room '}${names[bound.node]} ${ROWS[bound.row]}`;
}

describe('the allocator, site by site', () => {
  it.each(cases)('$title', ({ circuits, cars }) => {
    const { names, tree, capacityMa, claims } = siteOf(circuits, cars);
    const allocation = allocate(tree, capacityMa, claims);
    expect(allocation.shares.map(share => `${share.targetMa / 1000} ${inWords(share.bound, names)}`)).toEqual(
      cars.map(car => car.split(' | ')[1]),
    );
    expect(certificateHolds(tree, capacityMa, claims, allocation)).toBe(true);
    expect(rowsHold(tree, capacityMa, claims, allocation)).toBe(true);
  });

  it('shares a row at the bottom of 60 circuits in series, each narrower than the one above', () => {
    const levels = 60;
    const tree = { parent: Int32Array.from({ length: levels }, (_, node) => node - 1) };
    const capacityMa = Float64Array.from({ length: 4 * levels }, (_, row) => (700 - (row >> 2)) * 1000);
    const cars = Array.from({ length: 40 }, (_, c) => `main ${[1, 12, 123][c % 3]} 6 32 1`);
    const { claims } = siteOf(['main - 32 32 32 -'], cars);
    const below = claims.map(claim => ({ ...claim, node: levels - 1 }));
    const allocation = allocate(tree, capacityMa, below);
    // 641 A on the last sum row among 14, 13 and 13 cars of one, two and three phases.
    expect([...allocation.exactMa].every(ma => Math.abs(ma - 641_000 / 79) < 1e-6)).toBe(true);
    expect(certificateHolds(tree, capacityMa, below, allocation)).toBe(true);
    expect(rowsHold(tree, capacityMa, below, allocation)).toBe(true);
  });

  it('refuses a tree whose child stands before its parent, an unknown node, an empty phase mask and a step below 1 mA', () => {
    const { tree, capacityMa, claims } = siteOf(['main - 32 32 32 -'], ['main 123 6 32 1']);
    const [claim] = claims as [Claim];
    expect(() => allocate({ parent: Int32Array.of(1, -1) }, new Float64Array(8), [])).toThrow('before its parent');
    expect(() => allocate(tree, new Float64Array(3), claims)).toThrow('3 capacities for 1 nodes');
    expect(() => allocate(tree, capacityMa, [{ ...claim, node: 1 }])).toThrow('no node 1');
    expect(() => allocate(tree, capacityMa, [{ ...claim, phaseMask: 0 }])).toThrow('phase mask 0');
    expect(() => allocate(tree, capacityMa, [{ ...claim, stepMa: 0 }])).toThrow('step 0 mA');
  });
});
