/**
 * The exact fill: one common level rises from the minimums; a claim follows it until its ceiling or
 * a full row on its path stops it. As every row only counts upwards, this is max-min fair with any
 * mixture of phases, floors and sum rows (Radunovic and Le Boudec: water filling under free disposal).
 */
import { type Desk, LINE_BITS, NO_ROW } from './desk.ts';
import { sortBy } from './order.ts';
import { book, bookOut, layPaths, TIMES } from './paths.ts';
import { firstKey, openQueue, putBack, takeFirst } from './queue.ts';
import { keepBindingRows } from './rows.ts';
import { layInTreeOrder, nextLive, passOver } from './tree-order.ts';

const ON_MINIMUM = 0;
const RISING = 1;
const FROZEN = 2;

/**
 * Gives every admitted claim its exact share (mA per phase, `exact`) and the line of the row that froze it (`boundLine`,
 * NO_ROW for its ceiling). Events come by level: a claim leaves its minimum, reaches its ceiling, or a row fills up.
 */
export function fill(d: Desk): void {
  keepBindingRows(d, d.ceiling);
  layPaths(d);
  layInTreeOrder(d);
  const live = listByCeiling(d);
  const waiting = startOnMinimums(d, live);
  openQueue(d, listRows(d));
  run(d, live, waiting);
}

/** Claims that some kept row can stop, by ceiling; the others get their ceiling at once. Answers how many. */
function listByCeiling(d: Desk): number {
  const { admitted, pathStart, byCeiling, phase, exact, ceiling, boundLine, pace } = d;
  let count = 0;
  for (let c = 0; c < d.claims; c++) {
    if (admitted[c] === 0) continue;
    if (pathStart[c] === pathStart[c + 1]) {
      exact[c] = ceiling[c] as number;
      boundLine[c] = NO_ROW;
      passOver(d, c);
    } else {
      byCeiling[count++] = c;
      phase[c] = ON_MINIMUM;
      book(d, c, 1, pace);
    }
  }
  sortBy(byCeiling, count, ceiling, d);
  return count;
}

/** Nobody waits yet. */
function clearWaiting(d: Desk): void {
  const { waitLoad, waitPace, tallest } = d;
  for (let k = 0; k < d.keptCount; k++) {
    const line = k << LINE_BITS;
    waitLoad[line] = 0;
    waitPace[line] = 0;
    tallest[line] = 0;
  }
}

/**
 * The lowest minimums rise from the start; the others wait, by minimum, and are load until then. On each row `pace`
 * counts the phases not frozen, `load` what is frozen; `waitPace` and `waitLoad` are what waits. Answers how many wait.
 */
function startOnMinimums(d: Desk, live: number): number {
  const { byCeiling, min } = d;
  clearWaiting(d);
  let lowest = Infinity;
  for (let k = 0; k < live; k++) lowest = Math.min(lowest, min[byCeiling[k] as number] as number);
  let waiting = 0;
  for (let k = 0; k < live; k++) {
    const c = byCeiling[k] as number;
    if ((min[c] as number) > lowest) {
      d.waiting[waiting++] = c;
      layOnMinimum(d, c);
    } else {
      d.phase[c] = RISING;
    }
  }
  sortBy(d.waiting, waiting, min, d);
  return waiting;
}

/** Counts a claim that waits on the rows of its path. */
function layOnMinimum(d: Desk, c: number): void {
  const { steps, waitLoad, waitPace, tallest } = d;
  const minimum = d.min[c] as number;
  const end = d.pathStart[c + 1] as number;
  for (let k = d.pathStart[c] as number; k < end; k++) {
    const step = steps[k] as number;
    const times = step & TIMES;
    const line = step - times;
    waitLoad[line] = (waitLoad[line] as number) + times * minimum;
    waitPace[line] = (waitPace[line] as number) + times;
    if (minimum > (tallest[line] as number)) tallest[line] = minimum;
  }
}

/** The level at which a row is full if nobody on it leaves a minimum or is frozen before. */
function levelWhenFull(d: Desk, line: number): number {
  const pace = (d.pace[line] as number) - (d.waitPace[line] as number);
  if (!(pace > 0)) return Infinity;
  return ((d.capacity[line] as number) - (d.load[line] as number) - (d.waitLoad[line] as number)) / pace;
}

/**
 * Sets the k-th kept row's key in the queue: a level below which it cannot be full; its true one once nobody on it can
 * be waiting there. Freezes only put it off. `level` is how far the site has risen, `nextStart` where the next claim
 * leaves its minimum. Written, not answered: a number handed back is an object when the call is not inlined.
 */
function setKey(d: Desk, k: number, level: number, nextStart: number): void {
  const line = k << LINE_BITS;
  const pace = d.pace[line] as number;
  const room = (d.capacity[line] as number) - (d.load[line] as number);
  const waitPace = d.waitPace[line] as number;
  const tallest = d.tallest[line] as number;
  if (waitPace === 0 || room / pace >= tallest) {
    d.listKey[k] = room / pace;
    return;
  }
  // A row fills ever faster, so the straight line from its load now to that at its tallest minimum is never too late.
  const now = (d.waitLoad[line] as number) + (pace - waitPace) * level;
  const gain = pace * tallest - now;
  const straight = gain > 0 ? level + ((room - now) * (tallest - level)) / gain : level;
  d.listKey[k] = Math.max(straight, Math.min(levelWhenFull(d, line), nextStart));
}

/** Lists the kept rows on which somebody may rise, each with the level it cannot be full before. Answers how many. */
function listRows(d: Desk): number {
  const { pace, listed } = d;
  let count = 0;
  for (let k = 0; k < d.keptCount; k++) {
    if (pace[k << LINE_BITS] === 0) continue;
    listed[count++] = k;
    setKey(d, k, 0, 0);
  }
  return count;
}

/** Takes events by level until no claim can rise. At one level ceilings come first: who has all it asked for is not held by a row. */
function run(d: Desk, live: number, waiting: number): void {
  const { phase, byCeiling, waiting: byMinimum } = d;
  let atCeiling = 0;
  let atMinimum = 0;
  for (;;) {
    while (atCeiling < live && phase[byCeiling[atCeiling] as number] === FROZEN) atCeiling++;
    if (atCeiling === live) return;
    while (atMinimum < waiting && phase[byMinimum[atMinimum] as number] !== ON_MINIMUM) atMinimum++;
    const topped = byCeiling[atCeiling] as number;
    const ceiling = d.ceiling[topped] as number;
    const minimum = atMinimum < waiting ? (d.min[byMinimum[atMinimum] as number] as number) : Infinity;
    const full = firstKey(d);
    if (ceiling <= full && ceiling <= minimum) {
      freeze(d, topped, NO_ROW);
    } else if (minimum <= full) {
      letRise(d, byMinimum[atMinimum] as number);
    } else {
      const k = takeFirst(d);
      const line = k << LINE_BITS;
      const level = levelWhenFull(d, line);
      d.fullAt[line] = level;
      if (level <= full) {
        stopAll(d, k);
      } else if ((d.pace[line] as number) > 0) {
        setKey(d, k, full, minimum);
        putBack(d, k);
      }
    }
  }
}

/** A claim leaves its minimum and rises with the others. */
function letRise(d: Desk, c: number): void {
  d.phase[c] = RISING;
  bookOut(d, c, -(d.min[c] as number), d.waitLoad, d.waitPace);
}

/** The k-th kept row is full: everyone on it who is not frozen stops here. */
function stopAll(d: Desk, k: number): void {
  const row = d.kept[k] as number;
  const node = row >> 2;
  const bit = 1 << (row & 3);
  const end = d.end[node] as number;
  for (let place = nextLive(d, d.first[node] as number); place < end; place = nextLive(d, place + 1)) {
    const c = d.inTree[place] as number;
    if ((d.touches[c] as number) & bit) freeze(d, c, k << LINE_BITS);
  }
}

/** Stops a claim where the row of this line is full, or on its minimum if it never left it; at its ceiling for NO_ROW. */
function freeze(d: Desk, c: number, line: number): void {
  const minimum = d.min[c] as number;
  const rose = d.phase[c] === RISING;
  const share = line === NO_ROW ? (d.ceiling[c] as number) : rose ? levelWithin(d, c, line) : minimum;
  d.exact[c] = share;
  d.boundLine[c] = line;
  d.phase[c] = FROZEN;
  passOver(d, c);
  // Its rows fill more slowly from here.
  bookOut(d, c, share, d.load, d.pace);
  if (!rose) bookOut(d, c, -minimum, d.waitLoad, d.waitPace);
}

const levelWithin = (d: Desk, c: number, line: number): number =>
  Math.min(Math.max(d.fullAt[line] as number, d.min[c] as number), d.ceiling[c] as number);
