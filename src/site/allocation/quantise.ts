/**
 * From exact shares to targets a charger can follow. A target is 0, the minimum as it stands, or a
 * whole multiple of the step above it, and never more than the ceiling: a charger that rounds for
 * itself then never rounds up. What rounding down leaves over is handed back until nothing fits.
 */
import { type Desk, LINE_BITS, NO_ROW } from './desk.ts';
import { book, lineWithoutRoom, TIMES } from './paths.ts';
import { firstKey, openQueue, putBack, takeFirst } from './queue.ts';

/** Of a node's four rows, the one of the sum. */
const SUM = 3;

/** Below this a share just under a step counts as on it: the exact fill's own rounding, far below the 1 mA rows count in. */
const SLIP_MA = 1e-6;

/** Sets `target` of every admitted claim, and `boundRow` to what stops it now. Only the rows the fill kept can. */
export function quantise(d: Desk): void {
  const { admitted, exact, target, boundRow } = d;
  clearLines(d);
  for (let c = 0; c < d.claims; c++) {
    if (admitted[c] === 0) continue;
    target[c] = stepDown(d, c, exact[c] as number);
    book(d, c, target[c] as number, d.load);
  }
  handBack(d);
  for (let c = 0; c < d.claims; c++) {
    if (admitted[c] === 0) continue;
    const line = stoppedBy(d, c);
    boundRow[c] = line === NO_ROW ? NO_ROW : (d.kept[line >> LINE_BITS] as number);
  }
}

function clearLines(d: Desk): void {
  const { load, pace } = d;
  for (let k = 0; k < d.keptCount; k++) {
    const line = k << LINE_BITS;
    load[line] = 0;
    pace[line] = 0;
  }
}

/** The highest allowed target not above a share. */
function stepDown(d: Desk, c: number, shareMa: number): number {
  const step = d.step[c] as number;
  return Math.max(d.min[c] as number, Math.floor((shareMa + SLIP_MA) / step) * step);
}

/** From the target to the next allowed one. */
function stepUp(d: Desk, c: number): number {
  const step = d.step[c] as number;
  const target = d.target[c] as number;
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
    const c = d.order[turn] as number;
    if (takeTurn(d, c)) {
      d.listKey[turn] = d.target[c] as number;
      putBack(d, turn);
    } else {
      book(d, c, -1, d.pace);
    }
  }
}

/** Lists, by place in the order of arrival, the claims whose next step fits; counts them on their rows. Answers how many. */
function listTakers(d: Desk): number {
  const { order, admitted, target, ceiling, listed, listKey } = d;
  let count = 0;
  for (let turn = 0; turn < d.claims; turn++) {
    const c = order[turn] as number;
    if (admitted[c] === 0) continue;
    const more = stepUp(d, c);
    const now = target[c] as number;
    if (now + more > (ceiling[c] as number) || lineWithoutRoom(d, c, more) !== NO_ROW) continue;
    listed[count++] = turn;
    listKey[turn] = now;
    book(d, c, 1, d.pace);
  }
  return count;
}

/**
 * Takes the next step, if it fits, and as many more as do not pass what an even split among the takers of each of
 * its rows would give it: fine steps beside coarse ones then cost a few turns, not one for each milliampere.
 * Answers whether yet another step would fit.
 */
function takeTurn(d: Desk, c: number): boolean {
  const { load, capacity, pace, steps } = d;
  const step = d.step[c] as number;
  const next = stepUp(d, c);
  let most = (d.ceiling[c] as number) - (d.target[c] as number);
  if (next > most) return false;
  let even = most;
  const end = d.pathStart[c + 1] as number;
  for (let k = d.pathStart[c] as number; k < end; k++) {
    const at = steps[k] as number;
    const times = at & TIMES;
    const line = at - times;
    const room = (capacity[line] as number) - (load[line] as number);
    if (room < next * times) return false;
    if (room < most * times) most = room / times;
    if (room < even * (pace[line] as number)) even = room / (pace[line] as number);
  }
  const taken = next + Math.max(0, Math.floor((even - next) / step)) * step;
  book(d, c, taken, load);
  d.target[c] = (d.target[c] as number) + taken;
  return taken + step <= most;
}

/**
 * NO_ROW for a claim that has all its ceiling allows; else the line of the row that froze it while that is full within
 * a step, else of the nearest one that is.
 */
function stoppedBy(d: Desk, c: number): number {
  const more = stepUp(d, c);
  if ((d.target[c] as number) + more > (d.ceiling[c] as number)) return NO_ROW;
  const line = d.boundLine[c] as number;
  if (line !== NO_ROW) {
    const drawn = ((d.kept[line >> LINE_BITS] as number) & 3) === SUM ? more * (d.phases[c] as number) : more;
    if ((d.load[line] as number) + drawn > (d.capacity[line] as number)) return line;
  }
  return lineWithoutRoom(d, c, more);
}
