/**
 * From exact shares to targets a charger can follow. A target is 0, the minimum as it stands, or a
 * whole multiple of the step above it, and never more than the ceiling: a charger that rounds for
 * itself then never rounds up. What rounding down leaves over is handed back until nothing fits.
 */
import { addOwn, type Desk, f64, i32, NO_ROW, SUM_BIT, sumUp, u8 } from './desk.ts';
import { firstKey, openQueue, putBack, takeFirst } from './queue.ts';
import { book, bookAll, rowWithoutRoom } from './rows.ts';

/** Below this a share just under a step counts as on it: the exact fill's own rounding, far below the 1 mA rows count in. */
const SLIP_MA = 1e-6;

/** Sets `target` of every admitted claim, and corrects `boundRow` to what stops it now. */
export function quantise(d: Desk): void {
  for (let c = 0; c < d.claims; c++) if (u8(d.admitted, c)) d.target[c] = stepDown(d, c, f64(d.exact, c));
  bookAll(d, d.target);
  handBack(d);
  for (let c = 0; c < d.claims; c++) if (u8(d.admitted, c)) d.boundRow[c] = stoppedBy(d, c);
}

/** The highest allowed target not above a share. */
function stepDown(d: Desk, c: number, shareMa: number): number {
  const step = f64(d.step, c);
  return Math.max(f64(d.min, c), Math.floor((shareMa + SLIP_MA) / step) * step);
}

/** From the target to the next allowed one. */
function stepUp(d: Desk, c: number): number {
  const step = f64(d.step, c);
  const target = f64(d.target, c);
  return (Math.floor(target / step) + 1) * step - target;
}

/**
 * Gives steps to whoever can still take one, lowest target first, then by arrival. Room only shrinks, so who
 * cannot take a step now never can: everyone leaves the queue in the end, and then nothing fits any more.
 */
function handBack(d: Desk): void {
  openQueue(d, listTakers(d));
  while (firstKey(d) < Infinity) {
    const turn = takeFirst(d);
    const c = i32(d.order, turn);
    if (takeTurn(d, c)) putBack(d, turn, f64(d.target, c));
    else book(d, c, -1, d.pace);
  }
}

/**
 * Takes the next step, if it fits, and as many more as do not pass what an even split among the takers of each of
 * its rows would give it: fine steps beside coarse ones then cost a few turns, not one for each milliampere.
 * Answers whether yet another step would fit.
 */
function takeTurn(d: Desk, c: number): boolean {
  const { load, capacity, pace, up } = d;
  const step = f64(d.step, c);
  const touched = u8(d.rows, c);
  const own = 4 * i32(d.node, c);
  const next = stepUp(d, c);
  let most = f64(d.ceiling, c) - f64(d.target, c);
  if (next > most) return false;
  let even = most;
  for (let r = 0; r < 4; r++) {
    if (!(touched & (1 << r))) continue;
    const weight = r < 3 ? 1 : u8(d.phases, c);
    for (let row = i32(d.near, own + r); row >= 0; row = i32(up, row)) {
      const room = f64(capacity, row) - f64(load, row);
      if (room < next * weight) return false;
      if (room < most * weight) most = room / weight;
      if (room < even * f64(pace, row)) even = room / f64(pace, row);
    }
  }
  const taken = next + Math.max(0, Math.floor((even - next) / step)) * step;
  book(d, c, taken, load);
  d.target[c] = f64(d.target, c) + taken;
  return taken + step <= most;
}

/** Lists, by place in the order of arrival, the claims whose next step fits; counts them on their rows. Answers how many. */
function listTakers(d: Desk): number {
  narrowDown(d);
  d.pace.fill(0, 0, 4 * d.nodes);
  let count = 0;
  for (let turn = 0; turn < d.claims; turn++) {
    const c = i32(d.order, turn);
    if (!u8(d.admitted, c)) continue;
    const more = stepUp(d, c);
    if (f64(d.target, c) + more > f64(d.ceiling, c) || !fitsBelow(d, c, more)) continue;
    d.listed[count++] = turn;
    d.listKey[turn] = f64(d.target, c);
    addOwn(d.pace, 4 * i32(d.node, c), u8(d.rows, c), u8(d.phases, c), 1);
  }
  sumUp(d, d.pace);
  return count;
}

/** Into `low` the least room of each kept row and those above it. */
function narrowDown(d: Desk): void {
  const { kept, capacity, load, up, low } = d;
  for (let k = 0; k < d.keptCount; k++) {
    const row = i32(kept, k);
    const above = i32(up, row);
    const room = f64(capacity, row) - f64(load, row);
    low[row] = above < 0 ? room : Math.min(room, f64(low, above));
  }
}

function fitsBelow(d: Desk, c: number, more: number): boolean {
  const { near, low } = d;
  const own = 4 * i32(d.node, c);
  const touched = u8(d.rows, c);
  for (let r = 0; r < 4; r++) {
    if (!(touched & (1 << r))) continue;
    const row = i32(near, own + r);
    if (row >= 0 && f64(low, row) < (r < 3 ? more : more * u8(d.phases, c))) return false;
  }
  return true;
}

/** NO_ROW for a claim that has all its ceiling allows; else the row that froze it while that is full within a step, else the nearest one that is. */
function stoppedBy(d: Desk, c: number): number {
  const more = stepUp(d, c);
  if (f64(d.target, c) + more > f64(d.ceiling, c)) return NO_ROW;
  const row = i32(d.boundRow, c);
  if (row !== NO_ROW) {
    const drawn = 1 << (row & 3) === SUM_BIT ? more * u8(d.phases, c) : more;
    if (f64(d.load, row) + drawn > f64(d.capacity, row)) return row;
  }
  return rowWithoutRoom(d, c, more);
}
