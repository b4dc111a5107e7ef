/**
 * The exact fill: one common level rises from the minimums; a claim follows it until its ceiling or
 * a full row on its path stops it. As every row only counts upwards, this is max-min fair with any
 * mixture of phases, floors and sum rows (Radunovic and Le Boudec: water filling under free disposal).
 */
import { addOwn, type Desk, f64, i32, NO_ROW, sumUp, u8 } from './desk.ts';
import { append, dropTop, heapify, keyOf, moveUp, putOff, topOf } from './heap.ts';
import { sortBy } from './order.ts';
import { keepBindingRows } from './rows.ts';
import { layInTreeOrder, nextLive, passOver } from './tree-order.ts';

const ON_MINIMUM = 0;
const RISING = 1;
const FROZEN = 2;

/**
 * Gives every admitted claim its exact share (mA per phase, `exact`) and the row that froze it (`boundRow`, NO_ROW
 * for its ceiling). Events come by level: a claim leaves its minimum, reaches its ceiling, or a row fills up.
 */
export function fill(d: Desk): void {
  keepBindingRows(d, d.ceiling);
  layInTreeOrder(d);
  const live = listByCeiling(d);
  const waiting = startOnMinimums(d, live);
  queueRows(d);
  run(d, live, waiting);
}

/** Claims that some kept row can stop, by ceiling; the others get their ceiling at once. Answers how many. */
function listByCeiling(d: Desk): number {
  let count = 0;
  for (let c = 0; c < d.claims; c++) {
    if (!u8(d.admitted, c)) continue;
    if (isHeldByRows(d, c)) {
      d.byCeiling[count++] = c;
      d.phase[c] = ON_MINIMUM;
    } else {
      d.exact[c] = f64(d.ceiling, c);
      d.phase[c] = FROZEN;
      passOver(d, c);
    }
  }
  sortBy(d.byCeiling, count, d.ceiling, d.connector, d.spare);
  return count;
}

function isHeldByRows(d: Desk, c: number): boolean {
  const touched = u8(d.rows, c);
  for (let node = i32(d.near, i32(d.node, c)); node >= 0; node = i32(d.up, node)) {
    if (u8(d.keep, node) & touched) return true;
  }
  return false;
}

/** The lowest minimums rise from the start; the others are load and wait, by minimum. Answers how many wait. */
function startOnMinimums(d: Desk, live: number): number {
  d.load.fill(0, 0, 4 * d.nodes);
  d.pace.fill(0, 0, 4 * d.nodes);
  let lowest = Infinity;
  for (let k = 0; k < live; k++) lowest = Math.min(lowest, f64(d.min, i32(d.byCeiling, k)));
  let waiting = 0;
  for (let k = 0; k < live; k++) {
    const c = i32(d.byCeiling, k);
    const row = 4 * i32(d.node, c);
    if (f64(d.min, c) > lowest) {
      addOwn(d.load, row, u8(d.rows, c), u8(d.phases, c), f64(d.min, c));
      d.waiting[waiting++] = c;
    } else {
      addOwn(d.pace, row, u8(d.rows, c), u8(d.phases, c), 1);
      d.phase[c] = RISING;
    }
  }
  sumUp(d, d.load);
  sumUp(d, d.pace);
  sortBy(d.waiting, waiting, d.min, d.connector, d.spare);
  return waiting;
}

/** The level at which a row is full if nothing else happens. */
function levelWhenFull(d: Desk, row: number): number {
  const pace = f64(d.pace, row);
  return pace > 0 ? (f64(d.capacity, row) - f64(d.load, row)) / pace : Infinity;
}

function queueRows(d: Desk): void {
  d.heapSize = 0;
  for (let node = 0; node < d.nodes; node++) {
    const keep = u8(d.keep, node);
    for (let r = 0; r < 4; r++) if (keep & (1 << r)) append(d, 4 * node + r, levelWhenFull(d, 4 * node + r));
  }
  heapify(d);
}

/** Takes events by level until no claim can rise. At one level ceilings come first: who has all it asked for is not held by a row. */
function run(d: Desk, live: number, waiting: number): void {
  let atCeiling = 0;
  let atMinimum = 0;
  for (;;) {
    while (atCeiling < live && u8(d.phase, i32(d.byCeiling, atCeiling)) === FROZEN) atCeiling++;
    if (atCeiling === live) return;
    while (atMinimum < waiting && u8(d.phase, i32(d.waiting, atMinimum)) === FROZEN) atMinimum++;
    const topped = i32(d.byCeiling, atCeiling);
    const leaving = atMinimum < waiting ? i32(d.waiting, atMinimum) : -1;
    const ceiling = f64(d.ceiling, topped);
    const minimum = leaving < 0 ? Infinity : f64(d.min, leaving);
    const full = d.heapSize > 0 ? f64(d.heapKey, 0) : Infinity;
    if (ceiling <= full && ceiling <= minimum) {
      freeze(d, topped, ceiling, NO_ROW);
    } else if (minimum <= full) {
      letRise(d, leaving);
      atMinimum++;
    } else {
      fillUp(d, topOf(d));
    }
  }
}

/** A claim leaves its minimum: its rows fill faster from here, so they come earlier in the queue. */
function letRise(d: Desk, c: number): void {
  const touched = u8(d.rows, c);
  const phases = u8(d.phases, c);
  const minimum = f64(d.min, c);
  d.phase[c] = RISING;
  for (let node = i32(d.near, i32(d.node, c)); node >= 0; node = i32(d.up, node)) {
    addOwn(d.load, 4 * node, touched, phases, -minimum);
    addOwn(d.pace, 4 * node, touched, phases, 1);
    const rows = u8(d.keep, node) & touched;
    for (let r = 0; r < 4; r++) if (rows & (1 << r)) hasten(d, 4 * node + r);
  }
}

function hasten(d: Desk, row: number): void {
  const level = levelWhenFull(d, row);
  if (level < keyOf(d, row)) moveUp(d, row, level);
}

/** The first row in the queue: freezes since it was queued may have put it off, else everyone on it stops here. */
function fillUp(d: Desk, row: number): void {
  const level = levelWhenFull(d, row);
  if (level > f64(d.heapKey, 0)) {
    putOff(d, level);
    return;
  }
  dropTop(d);
  const node = row >> 2;
  const bit = 1 << (row & 3);
  const end = i32(d.end, node);
  for (let place = nextLive(d, i32(d.first, node)); place < end; place = nextLive(d, place + 1)) {
    const c = i32(d.inTree, place);
    if (u8(d.rows, c) & bit) freeze(d, c, level, row);
  }
}

/** Stops a claim at a level, or on its minimum if it never left it. Its rows fill more slowly from here. */
function freeze(d: Desk, c: number, level: number, row: number): void {
  const rising = u8(d.phase, c) === RISING;
  const minimum = f64(d.min, c);
  const ceiling = f64(d.ceiling, c);
  const share = row === NO_ROW ? ceiling : rising ? Math.min(Math.max(level, minimum), ceiling) : minimum;
  d.exact[c] = share;
  d.boundRow[c] = row;
  d.phase[c] = FROZEN;
  passOver(d, c);
  if (!rising) return;
  const touched = u8(d.rows, c);
  const phases = u8(d.phases, c);
  for (let node = i32(d.near, i32(d.node, c)); node >= 0; node = i32(d.up, node)) {
    addOwn(d.load, 4 * node, touched, phases, share);
    addOwn(d.pace, 4 * node, touched, phases, -1);
  }
}
