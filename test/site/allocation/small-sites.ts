/** Small random sites with everything in them: any mask, any floor, any step, sum rows, empty rows, several roots. */
import { NO_LIMIT_MA } from '#base/units.ts';
import type { Allocation, Claim, RowTree } from '#site/allocation/claim.ts';
import { phaseCount, usableCapacityMa, usableCeilingMa, usableMinimumMa } from '#site/allocation/clean.ts';
import { type Random, randomFrom } from '../../bench/sites.ts';

export type Site = { readonly tree: RowTree; readonly capacityMa: Float64Array; readonly claims: readonly Claim[] };

export type Shape = {
  /** Minimums to draw from, mA; by default those of real chargers and some that no charger has. */
  readonly minimums?: readonly number[];
  readonly steps?: readonly number[];
  readonly masks?: readonly number[];
  readonly maxClaims?: number;
};

const MAX_DEPTH = 4;
const MINIMUMS = [0, 6000, 6000, 6000, 8000, 13_000, 4137];
const STEPS = [1, 7, 100, 100, 1000, 1000];
const MASKS = [1, 2, 4, 1, 2, 4, 3, 5, 6, 7, 7, 7, 7];

export function smallSite(seed: number, shape: Shape = {}): Site {
  const random = randomFrom(seed);
  const parent = smallTree(random);
  const count = 1 + random.int(shape.maxClaims ?? 12);
  const claims = Array.from({ length: count }, (_, c) => smallClaim(random, c, random.int(parent.length), shape));
  return { tree: { parent }, capacityMa: smallCapacities(random, parent, claims), claims };
}

function smallTree(random: Random): Int32Array {
  const nodes = 1 + random.int(8);
  const depth: number[] = [];
  const parent = Array.from({ length: nodes }, (_, node) => {
    const above = node === 0 || random.next() < 0.05 ? -1 : random.int(node);
    const kept = above >= 0 && depth[above]! >= MAX_DEPTH ? -1 : above;
    depth.push(kept < 0 ? 1 : depth[kept]! + 1);
    return kept;
  });
  return Int32Array.from(parent);
}

function smallClaim(random: Random, c: number, node: number, shape: Shape): Claim {
  const minMa = shape.minimums || random.next() < 0.8 ? random.pick(shape.minimums ?? MINIMUMS) : random.int(14_000);
  return {
    connector: 100 + ((c * 7) % 12),
    node,
    phaseMask: random.pick(shape.masks ?? MASKS),
    minMa,
    ceilingMa:
      random.next() < 0.05
        ? random.int(6000)
        : minMa + random.pick([0, 1, 3, 10, 26]) * 1000 + random.int(2) * random.int(999),
    stepMa: random.pick(shape.steps ?? STEPS),
    arrival: random.int(6),
  };
}

function smallCapacities(random: Random, parent: Int32Array, claims: readonly Claim[]): Float64Array {
  const wanted = loadsOf({ parent }, claims, claims.map(usableCeilingMa));
  const tightness = random.pick([0.3, 0.6, 0.9]);
  return wanted.map((ma, row) => {
    const dice = random.next();
    if (row % 4 === 3 ? dice < 0.6 : dice < 0.1) return NO_LIMIT_MA;
    if (dice > 0.98) return 0;
    return Math.round(ma * (tightness + 0.4 * random.next())) + random.int(3);
  });
}

/** What the rows carry when each claim takes its amount per phase. Plainly, claim by claim up its path. */
export function loadsOf(tree: RowTree, claims: readonly Claim[], taken: readonly number[]): Float64Array {
  const loads = new Float64Array(4 * tree.parent.length);
  for (const [c, claim] of claims.entries()) {
    for (const { row, times } of rowsOf(tree, claim)) loads[row]! += times * taken[c]!;
  }
  return loads;
}

/** The rows a claim touches and how often it counts in each. */
export function rowsOf(tree: RowTree, claim: Claim): readonly { readonly row: number; readonly times: number }[] {
  const rows: { row: number; times: number }[] = [];
  for (let node = claim.node; node >= 0; node = tree.parent[node]!) {
    for (let r = 0; r < 3; r++) if (claim.phaseMask & (1 << r)) rows.push({ row: 4 * node + r, times: 1 });
    rows.push({ row: 4 * node + 3, times: phaseCount(claim.phaseMask) });
  }
  return rows;
}

/** Indexes of the claims that were admitted. */
export const admittedIn = (site: Site, allocation: Allocation): readonly number[] =>
  site.claims.flatMap((claim, c) =>
    allocation.shares[c]!.bound.kind !== 'not-admitted' && usableMinimumMa(claim) <= usableCeilingMa(claim) ? [c] : [],
  );

/** True when these amounts fit every row. */
export const fitsAll = (site: Site, taken: readonly number[]): boolean =>
  loadsOf(site.tree, site.claims, taken).every((ma, row) => ma <= usableCapacityMa(site.capacityMa[row]));

export const targetsOf = (allocation: Allocation): number[] => allocation.shares.map(share => share.targetMa);
export const exactOf = (allocation: Allocation): number[] => [...allocation.exactMa];
