/**
 * Rows: which of them can bind at all, and what a claim finds on its way up. A row that the rows
 * below or above it imply is left out; that changes no result and saves most of the work.
 */
import { addOwn, type Desk, f64, i32, NO_ROW, SUM_BIT, sumUp, u8 } from './desk.ts';

/**
 * Keeps the rows that can bind while every admitted claim takes at most its `demand` (mA per phase).
 * Implied from below: what can arrive fits anyway. Implied from above: a kept row nearer the root is as narrow.
 */
export function keepBindingRows(d: Desk, demand: Float64Array): void {
  const arriving = d.low;
  arriving.fill(0, 0, 4 * d.nodes);
  for (let c = 0; c < d.claims; c++) {
    if (u8(d.admitted, c)) addOwn(arriving, 4 * i32(d.node, c), u8(d.rows, c), u8(d.phases, c), f64(demand, c));
  }
  for (let node = d.nodes - 1; node >= 0; node--) keepIfReached(d, node, arriving);
  for (let node = 0; node < d.nodes; node++) dropIfCovered(d, node);
}

/** Marks the rows whose capacity is below what can arrive, and hands what can pass on to the parent. */
function keepIfReached(d: Desk, node: number, arriving: Float64Array): void {
  const row = 4 * node;
  const onward = 4 * i32(d.parent, node);
  let keep = 0;
  let phases = 0;
  for (let r = 0; r < 3; r++) {
    const wanted = f64(arriving, row + r);
    const passes = Math.min(wanted, f64(d.capacity, row + r));
    if (passes < wanted) keep |= 1 << r;
    if (onward >= 0) arriving[onward + r] = f64(arriving, onward + r) + passes;
    phases += passes;
  }
  const wanted = Math.min(phases, f64(arriving, row + 3));
  const passes = Math.min(wanted, f64(d.capacity, row + 3));
  if (passes < wanted) keep |= SUM_BIT;
  if (onward >= 0) arriving[onward + 3] = f64(arriving, onward + 3) + passes;
  d.keep[node] = keep;
}

/** Drops rows at least as wide as a kept row of the same phase above; links the nodes that keep any. */
function dropIfCovered(d: Desk, node: number): void {
  const parent = i32(d.parent, node);
  let keep = u8(d.keep, node);
  for (let r = 0; r < 4; r++) {
    const row = 4 * node + r;
    const above = parent < 0 ? Infinity : f64(d.low, 4 * parent + r);
    const capacity = f64(d.capacity, row);
    const narrower = (keep & (1 << r)) !== 0 && capacity < above;
    if (!narrower) keep &= ~(1 << r);
    d.low[row] = narrower ? capacity : above;
  }
  d.keep[node] = keep;
  const up = parent < 0 ? -1 : i32(d.near, parent);
  d.up[node] = up;
  d.near[node] = keep ? node : up;
}

/** The first kept row on the claim's path that `moreMa` per phase does not fit beside `load`, or NO_ROW. */
export function rowWithoutRoom(d: Desk, c: number, moreMa: number): number {
  const touched = u8(d.rows, c);
  const all = moreMa * u8(d.phases, c);
  for (let node = i32(d.near, i32(d.node, c)); node >= 0; node = i32(d.up, node)) {
    const rows = u8(d.keep, node) & touched;
    const row = 4 * node;
    if (rows & 1 && f64(d.load, row) + moreMa > f64(d.capacity, row)) return row;
    if (rows & 2 && f64(d.load, row + 1) + moreMa > f64(d.capacity, row + 1)) return row + 1;
    if (rows & 4 && f64(d.load, row + 2) + moreMa > f64(d.capacity, row + 2)) return row + 2;
    if (rows & SUM_BIT && f64(d.load, row + 3) + all > f64(d.capacity, row + 3)) return row + 3;
  }
  return NO_ROW;
}

/** Adds `moreMa` per phase to the load of the kept rows on the claim's path. */
export function book(d: Desk, c: number, moreMa: number): void {
  const touched = u8(d.rows, c);
  const phases = u8(d.phases, c);
  for (let node = i32(d.near, i32(d.node, c)); node >= 0; node = i32(d.up, node)) {
    addOwn(d.load, 4 * node, touched, phases, moreMa);
  }
}

/** Sets the load of every row to what the admitted claims take. */
export function bookAll(d: Desk, taken: Float64Array): void {
  d.load.fill(0, 0, 4 * d.nodes);
  for (let c = 0; c < d.claims; c++) {
    if (u8(d.admitted, c)) addOwn(d.load, 4 * i32(d.node, c), u8(d.rows, c), u8(d.phases, c), f64(taken, c));
  }
  sumUp(d, d.load);
}
