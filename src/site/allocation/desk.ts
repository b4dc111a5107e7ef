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
export const SUM_BIT = 8;

export type Desk = {
  claims: number;
  nodes: number;
  parent: Int32Array;

  // One entry for each claim.
  node: Int32Array;
  /** Bits 1, 2, 4 and SUM_BIT: the rows it touches at every node of its path. */
  rows: Uint8Array;
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
  /** The row that holds it back, or NO_ROW. */
  boundRow: Int32Array;
  /** Claims in order of arrival. */
  order: Int32Array;
  /** Fill: claims by minimum not yet risen from it, claims by ceiling, and room to sort. */
  waiting: Int32Array;
  byCeiling: Int32Array;
  spare: Int32Array;
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
  /** The nearest row of the same phase at or above that can bind, NO_ROW without one; and the nearest strictly above. */
  near: Int32Array;
  up: Int32Array;
  /** The kept rows, parents before children. */
  kept: Int32Array;
  keptCount: number;
  capacity: Float64Array;
  load: Float64Array;
  /** How fast the row's load grows with a level: phases of the claims that may still rise. */
  pace: Float64Array;
  /** Of `load` and `pace`, what stands on minimums that the level has not reached. */
  waitLoad: Float64Array;
  waitPace: Float64Array;
  /** The highest minimum that waits at the start. */
  tallest: Float64Array;
  /** Lowest value met on the way down from the root; after the links are made, only of kept rows. */
  low: Float64Array;

  // The queue (`queue.ts`): of rows in the fill, of places in the order of arrival when handing back.
  listed: Int32Array;
  listKey: Float64Array;
  listAt: number;
  listEnd: number;
  heap: Int32Array;
  heapKey: Float64Array;
  heapSize: number;
};

/** Reads of typed arrays whose index the desk itself made. One for each type keeps them fast. */
export const f64 = (list: Float64Array, index: number): number => list[index] as number;
export const i32 = (list: Int32Array, index: number): number => list[index] as number;
export const u8 = (list: Uint8Array, index: number): number => list[index] as number;

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
    const parent = i32(tree.parent, node);
    if (!(parent >= -1 && parent < node)) assert(false, `node ${node} stands before its parent ${parent}`);
  }
  const { capacity } = desk;
  for (let row = 0; row < 4 * nodes; row++) capacity[row] = usableCapacityMa(f64(capacityMa, row));
  layClaims(desk, claims);
  return desk;
}

function layClaims(d: Desk, claims: readonly Claim[]): void {
  const { node, rows, phases, min, ceiling, step, arrival, connector, admitted } = d;
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
    rows[c] = mask | SUM_BIT;
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

/** Adds an amount per phase to the rows of one node that a claim touches; the sum row takes it once for each phase. */
export function addOwn(rows: Float64Array, row: number, touched: number, phases: number, amount: number): void {
  if (touched & 1) rows[row] = f64(rows, row) + amount;
  if (touched & 2) rows[row + 1] = f64(rows, row + 1) + amount;
  if (touched & 4) rows[row + 2] = f64(rows, row + 2) + amount;
  rows[row + 3] = f64(rows, row + 3) + phases * amount;
}

/** Children into parents, from the leaves up. */
export function sumUp(d: Desk, rows: Float64Array): void {
  const { parent, nodes } = d;
  for (let node = nodes - 1; node >= 0; node--) {
    const to = 4 * i32(parent, node);
    const from = 4 * node;
    if (to < 0) continue;
    rows[to] = f64(rows, to) + f64(rows, from);
    rows[to + 1] = f64(rows, to + 1) + f64(rows, from + 1);
    rows[to + 2] = f64(rows, to + 2) + f64(rows, from + 2);
    rows[to + 3] = f64(rows, to + 3) + f64(rows, from + 3);
  }
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
  return {
    ...{ claims: 0, nodes: 0, parent: ints(0) },
    ...{ node: ints(n), rows: bytes(n), phases: bytes(n), min: floats(n), ceiling: floats(n), step: floats(n) },
    ...{ arrival: floats(n), connector: floats(n), admitted: bytes(n), exact: floats(n), target: floats(n) },
    ...{ boundRow: ints(n), order: ints(n), waiting: ints(n), byCeiling: ints(n), spare: ints(ids), phase: bytes(n) },
    ...{ sortKeys, sortWords: new Int32Array(sortKeys.buffer) },
    ...{ inTree: ints(n), place: ints(n), next: ints(n + 1) },
    ...{ first: ints(nodes), end: ints(nodes), cursor: ints(nodes), near: ints(rows), up: ints(rows) },
    ...{ kept: ints(rows), keptCount: 0 },
    ...{ capacity: floats(rows), load: floats(rows), pace: floats(rows), low: floats(rows) },
    ...{
      waitLoad: floats(rows),
      waitPace: floats(rows),
      tallest: floats(rows),
      listed: ints(ids),
      listKey: floats(ids),
      listAt: 0,
      listEnd: 0,
    },
    ...{ heap: ints(ids), heapKey: floats(ids), heapSize: 0 },
  };
}
