/**
 * The desk: one problem laid out in columns, so that the pass works on typed arrays. There is one
 * desk for the process and it only grows: a pass clears what it reads, and nothing of the desk
 * reaches a result, so `allocate` stays pure to its caller.
 */
import { assert } from '#base/assert.ts';
import type { Claim, RowTree } from './claim.ts';
import { phaseCount, usableCapacityMa, usableCeilingMa, usableMinimumMa } from './clean.ts';

/** Bound of a claim that no row holds back. */
export const NO_ROW = -1;

/** A claim touches the rows of its phases and, with all of them, the sum row (bit 8). */
const SUM_BIT = 8;

/** A line has room for so many columns, one cache line; and the bits of that. */
export const LINE = 8;
export const LINE_BITS = 3;

export type Desk = {
  claims: number;
  nodes: number;
  parent: Int32Array;

  // One entry for each claim.
  node: Int32Array;
  /** Bits 1, 2, 4 and SUM_BIT: the rows it touches at every node of its path. */
  touches: Uint8Array;
  phases: Uint8Array;
  min: Float64Array;
  ceiling: Float64Array;
  step: Float64Array;
  arrival: Float64Array;
  connector: Float64Array;
  /** 1 = takes part. */
  admitted: Uint8Array;
  exact: Float64Array;
  target: Float64Array;
  /** The row that holds it back, or NO_ROW; and for the fill the line of that row. */
  boundRow: Int32Array;
  boundLine: Int32Array;
  /** Claims in order of arrival. */
  order: Int32Array;
  /** Fill: claims by minimum not yet risen from it, claims by ceiling, and room to sort. */
  waiting: Int32Array;
  byCeiling: Int32Array;
  spare: Int32Array;
  /** Sorting by spread: the stretch each key lies in, and where each stretch ends. */
  stretch: Int32Array;
  stretchEnd: Int32Array;
  /** Sort keys, and the same memory as words. */
  sortKeys: Float64Array;
  sortWords: Int32Array;
  /** Fill: 0 stands on its minimum, 1 rises, 2 is frozen. */
  phase: Uint8Array;
  /** Fill: claims in tree order, each one's place there, and from each place the next one not frozen. */
  inTree: Int32Array;
  place: Int32Array;
  next: Int32Array;

  // One entry for each node.
  /** The claims below, as places in tree order. */
  first: Int32Array;
  end: Int32Array;
  cursor: Int32Array;

  // One entry for each row.
  rowCapacity: Float64Array;
  /** What can arrive from below while the kept rows are found. */
  arriving: Float64Array;
  /** The line of the nearest kept row of the same phase at or above, NO_ROW without one. */
  near: Int32Array;

  // One entry for each kept row, parents before children.
  kept: Int32Array;
  keptCount: number;
  /** The line of the nearest kept row of the same phase strictly above. */
  up: Int32Array;

  // By line: what is counted on the k-th kept row stands side by side from line LINE * k, so that a visit to a row
  // waits for memory once. Each column is a view of the same memory, shifted by one.
  capacity: Float64Array;
  load: Float64Array;
  /** How fast the row's load grows with a level: phases of the claims that may still rise. */
  pace: Float64Array;
  /** Of `load` and `pace`, what stands on minimums that the level has not reached. */
  waitLoad: Float64Array;
  waitPace: Float64Array;
  /** The highest minimum that waits at the start. */
  tallest: Float64Array;
  /** The level at which the row was full when last asked. */
  fullAt: Float64Array;

  // The paths (`paths.ts`): for claim c, the kept rows it touches are steps pathStart[c] to pathStart[c + 1].
  pathStart: Int32Array;
  steps: Int32Array;

  // The queue (`queue.ts`): of rows in the fill, of places in the order of arrival when handing back.
  listed: Int32Array;
  listKey: Float64Array;
  listAt: number;
  listEnd: number;
  heap: Int32Array;
  heapKey: Float64Array;
  heapSize: number;
};

let desk = makeDesk(64, 64);

/**
 * Lays a problem out: capacities and claims in whole mA on the safe side (`clean.ts`).
 * Asserts on what only a bug can make: a parent after its child, an unknown node, an empty mask, a step below 1 mA.
 */
export function layOut(tree: RowTree, capacityMa: Float64Array, claims: readonly Claim[]): Desk {
  const nodes = tree.parent.length;
  assert(capacityMa.length === 4 * nodes, `${capacityMa.length} capacities for ${nodes} nodes`);
  if (claims.length > desk.node.length || nodes > desk.first.length) desk = makeDesk(claims.length, nodes);
  desk.claims = claims.length;
  desk.nodes = nodes;
  desk.parent = tree.parent;
  for (let node = 0; node < nodes; node++) {
    const parent = tree.parent[node] as number;
    if (!(parent >= -1 && parent < node)) assert(false, `node ${node} stands before its parent ${parent}`);
  }
  const { rowCapacity } = desk;
  for (let row = 0; row < 4 * nodes; row++) rowCapacity[row] = usableCapacityMa(capacityMa[row]);
  layClaims(desk, claims);
  return desk;
}

function layClaims(d: Desk, claims: readonly Claim[]): void {
  const { node, touches, phases, min, ceiling, step, arrival, connector, admitted } = d;
  d.exact.fill(0, 0, claims.length);
  d.target.fill(0, 0, claims.length);
  d.boundRow.fill(NO_ROW, 0, claims.length);
  for (let c = 0; c < claims.length; c++) {
    const claim = claims[c] as Claim;
    const mask = claim.phaseMask;
    if (!isSound(claim, d.nodes)) refuse(claim, d.nodes);
    const least = usableMinimumMa(claim);
    const most = usableCeilingMa(claim);
    node[c] = claim.node;
    touches[c] = mask | SUM_BIT;
    phases[c] = phaseCount(mask);
    min[c] = least;
    ceiling[c] = most;
    step[c] = Math.ceil(claim.stepMa);
    arrival[c] = claim.arrival;
    connector[c] = claim.connector;
    admitted[c] = least <= most ? 1 : 0;
  }
}

const isSound = (claim: Claim, nodes: number): boolean =>
  claim.node >= 0 &&
  claim.node < nodes &&
  claim.phaseMask >= 1 &&
  claim.phaseMask <= 7 &&
  claim.stepMa >= 1 &&
  claim.stepMa < Infinity;

/** Says what is wrong with a claim. Apart, so that a sound one costs no texts. */
function refuse(claim: Claim, nodes: number): void {
  const { connector, node, phaseMask: mask, stepMa } = claim;
  assert(node >= 0 && node < nodes, `connector ${connector}: no node ${node}`);
  assert(mask >= 1 && mask <= 7, `connector ${connector}: phase mask ${mask}`);
  assert(stepMa >= 1 && stepMa < Infinity, `connector ${connector}: step ${stepMa} mA`);
}

function makeDesk(wantedClaims: number, wantedNodes: number): Desk {
  const n = 2 ** Math.ceil(Math.log2(Math.max(64, wantedClaims)));
  const nodes = 2 ** Math.ceil(Math.log2(Math.max(64, wantedNodes)));
  const rows = 4 * nodes;
  const ids = Math.max(n, rows);
  const ints = (length: number) => new Int32Array(length);
  const floats = (length: number) => new Float64Array(length);
  const bytes = (length: number) => new Uint8Array(length);
  const sortKeys = floats(ids);
  const lines = floats(LINE * rows);
  const column = (k: number) => lines.subarray(k);
  return {
    ...{ claims: 0, nodes: 0, parent: ints(0) },
    ...{ node: ints(n), touches: bytes(n), phases: bytes(n), min: floats(n), ceiling: floats(n), step: floats(n) },
    ...{ arrival: floats(n), connector: floats(n), admitted: bytes(n), exact: floats(n), target: floats(n) },
    ...{ boundRow: ints(n), boundLine: ints(n), order: ints(n), waiting: ints(n), byCeiling: ints(n), phase: bytes(n) },
    ...{
      spare: ints(ids),
      stretch: ints(ids),
      stretchEnd: ints(ids),
      sortKeys,
      sortWords: new Int32Array(sortKeys.buffer),
    },
    ...{ inTree: ints(n), place: ints(n), next: ints(n + 1) },
    ...{ first: ints(nodes), end: ints(nodes), cursor: ints(nodes) },
    ...{ rowCapacity: floats(rows), arriving: floats(rows), near: ints(rows) },
    ...{ kept: ints(rows), keptCount: 0, up: ints(rows) },
    ...{ capacity: column(0), load: column(1), pace: column(2) },
    ...{ waitLoad: column(3), waitPace: column(4), tallest: column(5), fullAt: column(6) },
    ...{ pathStart: ints(n + 1), steps: ints(8 * n) },
    ...{ listed: ints(ids), listKey: floats(ids), listAt: 0, listEnd: 0 },
    ...{ heap: ints(ids), heapKey: floats(ids), heapSize: 0 },
  };
}
