/** The row check: whole milliamperes against every row, knowing nothing of how the targets came about. */
import type { Allocation, Claim, RowTree, Share } from './claim.ts';
import { phaseCount, usableCapacityMa, usableCeilingMa, usableMinimumMa } from './clean.ts';

/** Scratch for one check, by row; grown, never handed out. */
let load = new Float64Array(256);

/**
 * True when every target is a whole number of mA, 0 or between its minimum and its ceiling, and all of them
 * together fit all four rows of every node. Sums of whole numbers are exact, so there is no tolerance.
 */
export function rowsHold(
  tree: RowTree,
  capacityMa: Float64Array,
  claims: readonly Claim[],
  allocation: Allocation,
): boolean {
  const shares = allocation.shares;
  const rows = 4 * tree.parent.length;
  if (shares.length !== claims.length || capacityMa.length !== rows) return false;
  if (rows > load.length) load = new Float64Array(rows);
  load.fill(0, 0, rows);
  for (let c = 0; c < claims.length; c++) if (!enter(claims[c] as Claim, shares[c] as Share)) return false;
  return fits(tree, capacityMa);
}

function enter(claim: Claim, share: Share): boolean {
  const target = share.targetMa;
  if (share.connector !== claim.connector || !Number.isInteger(target)) return false;
  if (target === 0) return true;
  if (target < usableMinimumMa(claim) || target > usableCeilingMa(claim)) return false;
  const row = 4 * claim.node;
  for (let r = 0; r < 3; r++) {
    if (claim.phaseMask & (1 << r)) load[row + r] = (load[row + r] as number) + target;
  }
  load[row + 3] = (load[row + 3] as number) + phaseCount(claim.phaseMask) * target;
  return true;
}

/** From the leaves up: a node's load is complete when its turn comes. */
function fits(tree: RowTree, capacityMa: Float64Array): boolean {
  for (let node = tree.parent.length - 1; node >= 0; node--) {
    const parent = tree.parent[node] as number;
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      const ma = load[row] as number;
      if (ma > usableCapacityMa(capacityMa[row])) return false;
      if (parent >= 0) load[4 * parent + r] = (load[4 * parent + r] as number) + ma;
    }
  }
  return true;
}
