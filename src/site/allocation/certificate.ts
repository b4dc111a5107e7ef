/**
 * The certificate: a proof, from the answer alone, that the exact shares are max-min fair. It shares
 * nothing with the fill but the problem itself, so that a fault in the fill cannot hide in it.
 */
import type { Allocation, Claim, RowTree, Share } from './claim.ts';
import { phaseCount, usableCapacityMa, usableCeilingMa, usableMinimumMa } from './clean.ts';

/** A ten-millionth of an ampere: far above the fill's rounding, far below any step. */
const TOLERANCE_MA = 1e-4;

/** Scratch for one check, by row; grown, never handed out. */
let scratch = makeScratch(256);

/**
 * True when every share lies between its minimum and its ceiling, no row is overfull, everyone below their
 * ceiling has a full row on their path in which nobody who rose above their minimum has more, and the minimum
 * of whoever was not admitted truly does not fit the row it names. O(claims + nodes).
 */
export function certificateHolds(
  tree: RowTree,
  capacityMa: Float64Array,
  claims: readonly Claim[],
  allocation: Allocation,
): boolean {
  const shares = allocation.shares;
  const rows = 4 * tree.parent.length;
  if (shares.length !== claims.length || capacityMa.length !== rows) return false;
  clear(rows);
  for (let c = 0; c < claims.length; c++) if (!enter(claims[c] as Claim, shares[c] as Share)) return false;
  carryUp(tree);
  if (!findBottlenecks(tree, capacityMa)) return false;
  for (let c = 0; c < claims.length; c++) {
    if (!isExplained(claims[c] as Claim, shares[c] as Share, capacityMa)) return false;
  }
  return true;
}

function clear(rows: number): void {
  if (rows > scratch.load.length) scratch = makeScratch(rows);
  scratch.load.fill(0, 0, rows);
  scratch.minimums.fill(0, 0, rows);
  scratch.top.fill(-1, 0, rows);
}

const takesPart = (claim: Claim, share: Share): boolean =>
  share.bound.kind !== 'not-admitted' && usableMinimumMa(claim) <= usableCeilingMa(claim);

/** Puts a share on its node's rows. False when it is outside its own bounds. */
function enter(claim: Claim, share: Share): boolean {
  const exact = share.exactMa;
  if (share.connector !== claim.connector) return false;
  if (!takesPart(claim, share)) return exact === 0;
  const minimum = usableMinimumMa(claim);
  if (!(exact >= minimum - TOLERANCE_MA && exact <= usableCeilingMa(claim) + TOLERANCE_MA)) return false;
  const rose = exact > minimum + TOLERANCE_MA ? exact : -1;
  for (let r = 0; r < 3; r++) if (claim.phaseMask & (1 << r)) add(4 * claim.node + r, exact, minimum, rose);
  const phases = phaseCount(claim.phaseMask);
  add(4 * claim.node + 3, phases * exact, phases * minimum, rose);
  return true;
}

function add(row: number, load: number, minimum: number, top: number): void {
  const { load: loads, minimums, top: tops } = scratch;
  loads[row] = (loads[row] as number) + load;
  minimums[row] = (minimums[row] as number) + minimum;
  if (top > (tops[row] as number)) tops[row] = top;
}

function carryUp(tree: RowTree): void {
  const { load, minimums, top } = scratch;
  for (let node = tree.parent.length - 1; node >= 0; node--) {
    const parent = tree.parent[node] as number;
    if (parent < 0) continue;
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      add(4 * parent + r, load[row] as number, minimums[row] as number, top[row] as number);
    }
  }
}

/**
 * Into `bottleneck` the lowest level, among the full rows at and above each row, of the one who rose highest in
 * it: whoever stands at or above that has their bottleneck. False when a row is overfull.
 */
function findBottlenecks(tree: RowTree, capacityMa: Float64Array): boolean {
  const { load, top, bottleneck } = scratch;
  for (let node = 0; node < tree.parent.length; node++) {
    const above = 4 * (tree.parent[node] as number);
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      const room = usableCapacityMa(capacityMa[row]) - (load[row] as number);
      if (!(room >= -TOLERANCE_MA)) return false;
      const here = room <= TOLERANCE_MA ? (top[row] as number) : Infinity;
      bottleneck[row] = above < 0 ? here : Math.min(here, bottleneck[above + r] as number);
    }
  }
  return true;
}

function isExplained(claim: Claim, share: Share, capacityMa: Float64Array): boolean {
  if (share.bound.kind === 'not-admitted') return hasNoRoom(claim, 4 * share.bound.node + share.bound.row, capacityMa);
  if (!takesPart(claim, share) || share.exactMa >= usableCeilingMa(claim) - TOLERANCE_MA) return true;
  const { bottleneck } = scratch;
  let lowest = bottleneck[4 * claim.node + 3] as number;
  for (let r = 0; r < 3; r++) {
    if (claim.phaseMask & (1 << r)) lowest = Math.min(lowest, bottleneck[4 * claim.node + r] as number);
  }
  return share.exactMa >= lowest - TOLERANCE_MA;
}

function hasNoRoom(claim: Claim, row: number, capacityMa: Float64Array): boolean {
  const phases = (row & 3) === 3 ? phaseCount(claim.phaseMask) : 1;
  return (scratch.minimums[row] as number) + phases * usableMinimumMa(claim) > usableCapacityMa(capacityMa[row]);
}

function makeScratch(rows: number) {
  const floats = () => new Float64Array(rows);
  return { load: floats(), minimums: floats(), top: floats(), bottleneck: floats() };
}
