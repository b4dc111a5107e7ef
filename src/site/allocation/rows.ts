/**
 * Rows: which of them can bind at all, and what a claim finds on its way up. A row that the rows
 * below or above it imply is left out; that changes no result and saves most of the work.
 */
import { addOwn, type Desk, f64, i32, NO_ROW, sumUp, u8 } from './desk.ts';

/**
 * Keeps the rows that can bind while every admitted claim takes at most its `demand` (mA per phase), and links them:
 * `near` is the nearest kept row of the same phase at or above a row, `up` the nearest above.
 * Implied from below: what can arrive fits anyway. Implied from above: a kept row nearer the root is as narrow.
 */
export function keepBindingRows(d: Desk, demand: Float64Array): void {
  const arriving = d.low;
  arriving.fill(0, 0, 4 * d.nodes);
  for (let c = 0; c < d.claims; c++) {
    if (u8(d.admitted, c)) addOwn(arriving, 4 * i32(d.node, c), u8(d.rows, c), u8(d.phases, c), f64(demand, c));
  }
  markReached(d, arriving);
  linkUncovered(d);
}

/** From the leaves up: marks, in `near`, the rows whose capacity is below what can arrive, and hands on what can pass. */
function markReached(d: Desk, arriving: Float64Array): void {
  const { parent, capacity, near } = d;
  for (let node = d.nodes - 1; node >= 0; node--) {
    const onward = 4 * i32(parent, node);
    let phases = 0;
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      const wanted = r < 3 ? f64(arriving, row) : Math.min(phases, f64(arriving, row));
      const own = f64(capacity, row);
      const binds = own < wanted;
      const passes = binds ? own : wanted;
      near[row] = binds ? row : NO_ROW;
      if (onward >= 0) arriving[onward + r] = f64(arriving, onward + r) + passes;
      phases += passes;
    }
  }
}

/** From the roots down: drops rows at least as wide as a kept row of the same phase above, and links the others. */
function linkUncovered(d: Desk): void {
  const { parent, capacity, near, up, low, kept } = d;
  let count = 0;
  for (let node = 0; node < d.nodes; node++) {
    const above = 4 * i32(parent, node);
    for (let r = 0; r < 4; r++) {
      const row = 4 * node + r;
      const next = above < 0 ? NO_ROW : i32(near, above + r);
      const narrowest = above < 0 ? Infinity : f64(low, above + r);
      const own = f64(capacity, row);
      up[row] = next;
      if (i32(near, row) === row && own < narrowest) {
        low[row] = own;
        kept[count++] = row;
      } else {
        low[row] = narrowest;
        near[row] = next;
      }
    }
  }
  d.keptCount = count;
}

/** The first kept row on the claim's path that `moreMa` per phase does not fit beside `load`, or NO_ROW. */
export function rowWithoutRoom(d: Desk, c: number, moreMa: number): number {
  const { load, capacity, up } = d;
  const touched = u8(d.rows, c);
  const own = 4 * i32(d.node, c);
  for (let r = 0; r < 4; r++) {
    if (!(touched & (1 << r))) continue;
    const more = r < 3 ? moreMa : moreMa * u8(d.phases, c);
    for (let row = i32(d.near, own + r); row >= 0; row = i32(up, row)) {
      if (f64(load, row) + more > f64(capacity, row)) return row;
    }
  }
  return NO_ROW;
}

/** Adds `moreMa` per phase to `load` on a claim's kept rows, and takes its phases from `pace`. */
export function bookOut(d: Desk, c: number, moreMa: number, load: Float64Array, pace: Float64Array): void {
  const { near, up } = d;
  const touched = u8(d.rows, c);
  const phases = u8(d.phases, c);
  const own = 4 * i32(d.node, c);
  for (let r = 0; r < 4; r++) {
    if (!(touched & (1 << r))) continue;
    const weight = r < 3 ? 1 : phases;
    const drawn = weight * moreMa;
    for (let row = i32(near, own + r); row >= 0; row = i32(up, row)) {
      load[row] = f64(load, row) + drawn;
      pace[row] = f64(pace, row) - weight;
    }
  }
}

/** Adds `more` per phase to one column on a claim's kept rows. */
export function book(d: Desk, c: number, more: number, column: Float64Array): void {
  const { near, up } = d;
  const touched = u8(d.rows, c);
  const own = 4 * i32(d.node, c);
  for (let r = 0; r < 4; r++) {
    if (!(touched & (1 << r))) continue;
    const drawn = r < 3 ? more : more * u8(d.phases, c);
    for (let row = i32(near, own + r); row >= 0; row = i32(up, row)) column[row] = f64(column, row) + drawn;
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
