/**
 * The exact fill: one common level rises from the minimums; a claim follows it until its ceiling or
 * a full row on its path stops it. As every row only counts upwards, this is max-min fair with any
 * mixture of phases, floors and sum rows (Radunovic and Le Boudec: water filling under free disposal).
 */
import { addOwn, type Desk, f64, i32, NO_ROW, sumUp, u8 } from './desk.ts';
import { sortBy } from './order.ts';
import { firstKey, openQueue, putBack, takeFirst } from './queue.ts';
import { bookOut, keepBindingRows } from './rows.ts';
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
  openQueue(d, listRows(d));
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
      passOver(d, c);
    }
  }
  sortBy(d.byCeiling, count, d.ceiling, d);
  return count;
}

function isHeldByRows(d: Desk, c: number): boolean {
  const touched = u8(d.rows, c);
  const own = 4 * i32(d.node, c);
  for (let r = 0; r < 4; r++) if (touched & (1 << r) && i32(d.near, own + r) !== NO_ROW) return true;
  return false;
}

/**
 * The lowest minimums rise from the start; the others wait, by minimum, and are load until then. On each row `pace`
 * counts the phases not frozen, `load` what is frozen; `waitPace` and `waitLoad` are what waits. Answers how many wait.
 */
function startOnMinimums(d: Desk, live: number): number {
  const rows = 4 * d.nodes;
  for (const column of [d.load, d.pace, d.waitLoad, d.waitPace]) column.fill(0, 0, rows);
  let lowest = Infinity;
  for (let k = 0; k < live; k++) lowest = Math.min(lowest, f64(d.min, i32(d.byCeiling, k)));
  let waiting = 0;
  for (let k = 0; k < live; k++) {
    const c = i32(d.byCeiling, k);
    addOwn(d.pace, 4 * i32(d.node, c), u8(d.rows, c), u8(d.phases, c), 1);
    if (f64(d.min, c) > lowest) d.waiting[waiting++] = c;
    else d.phase[c] = RISING;
  }
  sumUp(d, d.pace);
  if (waiting > 0) layWaiting(d, waiting);
  return waiting;
}

function layWaiting(d: Desk, waiting: number): void {
  d.tallest.fill(0, 0, 4 * d.nodes);
  for (let k = 0; k < waiting; k++) layOnMinimum(d, i32(d.waiting, k));
  sortBy(d.waiting, waiting, d.min, d);
}

/** Counts a claim that waits on the kept rows of its path. */
function layOnMinimum(d: Desk, c: number): void {
  const { near, up, waitLoad, waitPace, tallest } = d;
  const touched = u8(d.rows, c);
  const minimum = f64(d.min, c);
  const own = 4 * i32(d.node, c);
  for (let r = 0; r < 4; r++) {
    if (!(touched & (1 << r))) continue;
    const weight = r < 3 ? 1 : u8(d.phases, c);
    for (let row = i32(near, own + r); row >= 0; row = i32(up, row)) {
      waitLoad[row] = f64(waitLoad, row) + weight * minimum;
      waitPace[row] = f64(waitPace, row) + weight;
      if (minimum > f64(tallest, row)) tallest[row] = minimum;
    }
  }
}

/** The level at which a row is full if nobody on it leaves a minimum or is frozen before. */
function levelWhenFull(d: Desk, row: number): number {
  const pace = f64(d.pace, row) - f64(d.waitPace, row);
  return pace > 0 ? (f64(d.capacity, row) - f64(d.load, row) - f64(d.waitLoad, row)) / pace : Infinity;
}

/**
 * A level below which the row cannot be full; its true one once nobody on it can be waiting there. Freezes only put it
 * off. `level` is how far the site has risen, `nextStart` where the next claim leaves its minimum.
 */
function levelNotBefore(d: Desk, row: number, level: number, nextStart: number): number {
  const pace = f64(d.pace, row);
  if (pace === 0) return Infinity;
  const room = f64(d.capacity, row) - f64(d.load, row);
  const waitPace = f64(d.waitPace, row);
  const tallest = f64(d.tallest, row);
  if (waitPace === 0 || room / pace >= tallest) return room / pace;
  // A row fills ever faster, so the straight line from its load now to that at its tallest minimum is never too late.
  const now = f64(d.waitLoad, row) + (pace - waitPace) * level;
  const gain = pace * tallest - now;
  const straight = gain > 0 ? level + ((room - now) * (tallest - level)) / gain : level;
  return Math.max(straight, Math.min(levelWhenFull(d, row), nextStart));
}

/** Lists the kept rows on which somebody may rise, each with the level it cannot be full before. Answers how many. */
function listRows(d: Desk): number {
  let count = 0;
  for (let k = 0; k < d.keptCount; k++) {
    const row = i32(d.kept, k);
    if (f64(d.pace, row) === 0) continue;
    d.listed[count++] = row;
    d.listKey[row] = levelNotBefore(d, row, 0, 0);
  }
  return count;
}

/** Takes events by level until no claim can rise. At one level ceilings come first: who has all it asked for is not held by a row. */
function run(d: Desk, live: number, waiting: number): void {
  let atCeiling = 0;
  let atMinimum = 0;
  for (;;) {
    while (atCeiling < live && u8(d.phase, i32(d.byCeiling, atCeiling)) === FROZEN) atCeiling++;
    if (atCeiling === live) return;
    while (atMinimum < waiting && u8(d.phase, i32(d.waiting, atMinimum)) !== ON_MINIMUM) atMinimum++;
    const topped = i32(d.byCeiling, atCeiling);
    const ceiling = f64(d.ceiling, topped);
    const minimum = atMinimum < waiting ? f64(d.min, i32(d.waiting, atMinimum)) : Infinity;
    const full = firstKey(d);
    if (ceiling <= full && ceiling <= minimum) {
      freeze(d, topped, ceiling, NO_ROW);
    } else if (minimum <= full) {
      letRise(d, i32(d.waiting, atMinimum));
    } else {
      const row = takeFirst(d);
      const level = levelWhenFull(d, row);
      if (level <= full) stopAll(d, row, level);
      else if (f64(d.pace, row) > 0) putBack(d, row, levelNotBefore(d, row, full, minimum));
    }
  }
}

/** A claim leaves its minimum and rises with the others. */
function letRise(d: Desk, c: number): void {
  d.phase[c] = RISING;
  bookOut(d, c, -f64(d.min, c), d.waitLoad, d.waitPace);
}

/** A row is full: everyone on it who is not frozen stops here. */
function stopAll(d: Desk, row: number, level: number): void {
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
  const minimum = f64(d.min, c);
  const ceiling = f64(d.ceiling, c);
  const rose = u8(d.phase, c) === RISING;
  const share = row === NO_ROW ? ceiling : rose ? Math.min(Math.max(level, minimum), ceiling) : minimum;
  d.exact[c] = share;
  d.boundRow[c] = row;
  d.phase[c] = FROZEN;
  passOver(d, c);
  bookOut(d, c, share, d.load, d.pace);
  if (!rose) bookOut(d, c, -minimum, d.waitLoad, d.waitPace);
}
