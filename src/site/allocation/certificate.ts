/**
 * The certificate: a proof, from the answer alone, that the exact shares are max-min fair. It shares
 * nothing with the fill but the problem itself, so that a fault in the fill cannot hide in it.
 */
import type { Allocation, Claim, RowTree, Share } from './claim.ts';
import { phaseCount, usableCapacityMa, usableCeilingMa, usableMinimumMa } from './clean.ts';

/** A ten-millionth of an ampere: far above the fill's rounding, far below any step. */
const TOLERANCE_MA = 1e-4;

/** Numbers to a row in the scratch, side by side so that a visit to a row waits for memory once. */
const LINE = 4;

/** What is still open about a claim once it is entered: nothing, why it takes no part, or else what stops it: 8 * node + phases. */
const NOTHING = -1;
const LEFT_OUT = -2;

/** Scratch for one check, the columns of row r at LINE * r; grown, never handed out. */
let scratch = makeScratch(256, 256);

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
  const { shares, exactMa } = allocation;
  const rows = 4 * tree.parent.length;
  if (shares.length !== claims.length || exactMa.length !== claims.length || capacityMa.length !== rows) return false;
  clear(rows, claims.length);
  for (let c = 0; c < claims.length; c++) {
    if (!enter(c, claims[c] as Claim, shares[c] as Share, exactMa[c] as number)) return false;
  }
  carryUp(tree);
  if (!findBottlenecks(tree, capacityMa)) return false;
  for (let c = 0; c < claims.length; c++) {
    const open = scratch.open[c] as number;
    if (open === NOTHING) continue;
    if (open === LEFT_OUT) {
      if (!hasNoRoom(claims[c] as Claim, shares[c] as Share, capacityMa)) return false;
    } else if (!isStopped(open >> 3, open & 7, exactMa[c] as number)) return false;
  }
  return true;
}

function clear(rows: number, claims: number): void {
  if (LINE * rows > scratch.load.length || claims > scratch.open.length) scratch = makeScratch(rows, claims);
  const { load, minimums, top } = scratch;
  for (let line = 0; line < LINE * rows; line += LINE) {
    load[line] = 0;
    minimums[line] = 0;
    top[line] = -1;
  }
}

/** Puts a share on its node's rows and notes what is open about it. False when it is outside its own bounds. */
function enter(c: number, claim: Claim, share: Share, exact: number): boolean {
  if (share.connector !== claim.connector) return false;
  const minimum = usableMinimumMa(claim);
  const ceiling = usableCeilingMa(claim);
  const isLeftOut = share.bound.kind === 'not-admitted';
  scratch.open[c] = isLeftOut ? LEFT_OUT : NOTHING;
  if (isLeftOut || minimum > ceiling) return exact === 0;
  if (!(exact >= minimum - TOLERANCE_MA && exact <= ceiling + TOLERANCE_MA)) return false;
  const rose = exact > minimum + TOLERANCE_MA ? exact : -1;
  const mask = claim.phaseMask;
  if (exact < ceiling - TOLERANCE_MA) scratch.open[c] = 8 * claim.node + mask;
  const line = LINE * 4 * claim.node;
  if (mask & 1) add(scratch, line, exact, minimum, rose);
  if (mask & 2) add(scratch, line + LINE, exact, minimum, rose);
  if (mask & 4) add(scratch, line + 2 * LINE, exact, minimum, rose);
  const phases = phaseCount(mask);
  add(scratch, line + 3 * LINE, phases * exact, phases * minimum, rose);
  return true;
}

function add({ load, minimums, top }: Scratch, line: number, exact: number, minimum: number, rose: number): void {
  load[line] = (load[line] as number) + exact;
  minimums[line] = (minimums[line] as number) + minimum;
  if (rose > (top[line] as number)) top[line] = rose;
}

function carryUp(tree: RowTree): void {
  const { load, minimums, top } = scratch;
  for (let node = tree.parent.length - 1; node >= 0; node--) {
    const parent = tree.parent[node] as number;
    if (parent < 0) continue;
    for (let r = 0; r < 4; r++) {
      const line = LINE * (4 * node + r);
      add(scratch, LINE * (4 * parent + r), load[line] as number, minimums[line] as number, top[line] as number);
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
      const line = LINE * row;
      const room = usableCapacityMa(capacityMa[row]) - (load[line] as number);
      if (!(room >= -TOLERANCE_MA)) return false;
      const here = room <= TOLERANCE_MA ? (top[line] as number) : Infinity;
      bottleneck[line] = above < 0 ? here : Math.min(here, bottleneck[LINE * (above + r)] as number);
    }
  }
  return true;
}

/** Any one row that stops it explains why it has not its ceiling. */
function isStopped(node: number, mask: number, exact: number): boolean {
  const { bottleneck } = scratch;
  const line = LINE * 4 * node;
  const least = exact + TOLERANCE_MA;
  return (
    least >= (bottleneck[line + 3 * LINE] as number) ||
    ((mask & 1) !== 0 && least >= (bottleneck[line] as number)) ||
    ((mask & 2) !== 0 && least >= (bottleneck[line + LINE] as number)) ||
    ((mask & 4) !== 0 && least >= (bottleneck[line + 2 * LINE] as number))
  );
}

/** Beside the minimums of those let in, this one's does not fit the row it names. */
function hasNoRoom(claim: Claim, { bound }: Share, capacityMa: Float64Array): boolean {
  if (bound.kind !== 'not-admitted') return false;
  const row = 4 * bound.node + bound.row;
  const phases = bound.row === 3 ? phaseCount(claim.phaseMask) : 1;
  const minimums = scratch.minimums[LINE * row] as number;
  return minimums + phases * usableMinimumMa(claim) > usableCapacityMa(capacityMa[row]);
}

type Scratch = Readonly<Record<'load' | 'minimums' | 'top' | 'bottleneck', Float64Array> & { open: Int32Array }>;

/** Each column of the rows is a view of the same memory, shifted by one. */
function makeScratch(rows: number, claims: number): Scratch {
  const lines = new Float64Array(LINE * rows + LINE);
  const column = (k: number) => lines.subarray(k, k + LINE * rows);
  const open = new Int32Array(claims);
  return { load: column(0), minimums: column(1), top: column(2), bottleneck: column(3), open };
}
