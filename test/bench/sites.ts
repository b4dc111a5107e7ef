/** Sites for benchmarks and random tests: the same seed makes the same site on every machine. */
import type { Claim, RowTree } from '#site/allocation/claim.ts';
import { phaseCount } from '#site/allocation/clean.ts';

export type BenchSite = {
  readonly tree: RowTree;
  readonly capacityMa: Float64Array;
  readonly claims: readonly Claim[];
};

export type Random = {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
};

/** Seeded numbers: Marsaglia's three-shift recurrence on 32 bits, started away from zero and stirred. */
export function randomFrom(seed: number): Random {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x5bd1e995) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let stir = 0; stir < 8; stir++) next();
  const int = (below: number): number => Math.floor(next() * below);
  return { next, int, pick: list => list[int(list.length)] as (typeof list)[number] };
}

/** Connectors on one charger, the lowest node of the tree. */
const PER_LEAF = 2;

/**
 * A site of `connectors` on a tree of `levels` (1 = the grid connection only): two connectors at each charger,
 * 35 % one-phase, 6 % two-phase, the rest three-phase; minimum 6 or 8 A, ceiling 13 to 32 A, step 0.1 or 1 A;
 * every row at 45 to 100 % of what hangs on it, ± 25 % by phase; one node in five with a row for the sum.
 */
export function benchSite(connectors: number, levels: number, seed: number): BenchSite {
  const random = randomFrom(seed);
  const { parent, leaves } = treeOf(Math.max(1, Math.ceil(connectors / PER_LEAF)), levels);
  const claims = Array.from({ length: connectors }, (_, c) =>
    benchClaim(random, c, leaves[c % leaves.length] as number),
  );
  return { tree: { parent }, capacityMa: capacitiesFor(parent, claims, random), claims };
}

/** Level by level: the root, then ever more nodes, the last level one node for each charger. */
function treeOf(chargers: number, levels: number): { parent: Int32Array; leaves: number[] } {
  const parent = [-1];
  let above = [0];
  for (let level = 1; level < levels; level++) {
    const wide = level === levels - 1 ? chargers : Math.ceil(chargers ** (level / (levels - 1)) * 0.9);
    const here = Array.from({ length: Math.max(above.length, wide) }, (_, k) => parent.length + k);
    for (const [k] of here.entries()) parent.push(above[Math.floor((k * above.length) / here.length)] as number);
    above = here;
  }
  return { parent: Int32Array.from(parent), leaves: above };
}

/** One car; drawn anew for "one car changed what it asks for". */
export function benchClaim(random: Random, connector: number, node: number): Claim {
  const kind = random.next();
  const mask = kind < 0.35 ? random.pick([1, 2, 4]) : kind < 0.41 ? random.pick([3, 5, 6]) : 7;
  return {
    connector,
    node,
    phaseMask: mask,
    minMa: random.pick([6000, 6000, 8000]),
    ceilingMa: random.pick([13_000, 16_000, 20_000, 25_000, 32_000]),
    stepMa: random.pick([100, 100, 100, 1000]),
    arrival: random.int(1e9),
  };
}

function capacitiesFor(parent: Int32Array, claims: readonly Claim[], random: Random): Float64Array {
  const wanted = new Float64Array(4 * parent.length);
  for (const claim of claims) {
    for (let node = claim.node; node >= 0; node = parent[node] as number) {
      for (let r = 0; r < 3; r++) if (claim.phaseMask & (1 << r)) wanted[4 * node + r]! += claim.ceilingMa;
      wanted[4 * node + 3]! += phaseCount(claim.phaseMask) * claim.ceilingMa;
    }
  }
  return wanted.map((ma, row) => {
    const share = 0.45 + 0.55 * random.next();
    if (row % 4 === 3) return random.next() < 0.2 ? Math.round(ma * share) : 1e9;
    return Math.round(ma * share * (0.75 + 0.5 * random.next()));
  });
}
