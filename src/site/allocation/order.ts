/** The order in which claims are looked at: first come, first admitted. */
import type { Desk } from './desk.ts';

/** Up to this many are sorted by insertion; above it, counting is cheaper. */
const FEW = 32;
/** Which half of a key's 64 bits. */
const LOW = 0;
const HIGH = 1;
/** So many moves for each id, and insertion is given up: about what sorting by digits costs. */
const MOVES_EACH = 8;

/** How often each byte value occurs at each place of a word; cleared before each word. */
const counts = new Int32Array(4 * 256);

/** Puts the claims in order of arrival, equal ones by connector; one without a usable arrival comes last. */
export function orderByArrival(d: Desk): void {
  for (let c = 0; c < d.claims; c++) {
    d.order[c] = c;
    if (Number.isNaN(d.arrival[c] as number)) d.arrival[c] = Infinity;
  }
  sortBy(d.order, d.claims, d.connector, d);
  sortBy(d.order, d.claims, d.arrival, d);
}

/** Sorts the first `count` ids by `key`, in place; equal ones keep their order. Linear, and one walk when in order already. */
export function sortBy(ids: Int32Array, count: number, key: Float64Array, d: Desk): void {
  if (isSorted(ids, count, key)) return;
  if (count <= FEW) settle(ids, count, key, FEW * FEW);
  else if (!sortBySpread(ids, count, key, d)) sortByDigits(ids, count, key, d);
}

function isSorted(ids: Int32Array, count: number, key: Float64Array): boolean {
  for (let k = 1; k < count; k++)
    if ((key[ids[k - 1] as number] as number) > (key[ids[k] as number] as number)) return false;
  return true;
}

/** Insertion. Answers false when it gave up, after about `moves`; the ids are all there then, equal ones in order. */
function settle(ids: Int32Array, count: number, key: Float64Array, moves: number): boolean {
  let left = moves;
  let before = key[ids[0] as number] as number;
  for (let k = 1; k < count; k++) {
    const id = ids[k] as number;
    const own = key[id] as number;
    if (own >= before) {
      before = own;
      continue;
    }
    let hole = k;
    do {
      ids[hole] = ids[hole - 1] as number;
      hole--;
    } while (hole > 0 && (key[ids[hole - 1] as number] as number) > own);
    ids[hole] = id;
    left -= k - hole;
    if (left < 0) return false;
  }
  return true;
}

/**
 * Keys that lie evenly between the lowest and the highest: as many equal stretches as there are keys leave few to a
 * stretch, and insertion does the rest. Answers false when they lie too unevenly; equal ones are in order all the same.
 */
function sortBySpread(ids: Int32Array, count: number, key: Float64Array, d: Desk): boolean {
  const { spare, stretch, stretchEnd } = d;
  let lowest = Infinity;
  let highest = -Infinity;
  for (let k = 0; k < count; k++) {
    const own = key[ids[k] as number] as number;
    if (own < lowest) lowest = own;
    if (own > highest) highest = own;
  }
  const perKey = (count - 1) / (highest - lowest);
  if (!(perKey > 0 && perKey < Infinity)) return false;
  stretchEnd.fill(0, 0, count);
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    const at = (((key[id] as number) - lowest) * perKey) | 0;
    spare[k] = id;
    stretch[k] = at;
    stretchEnd[at] = (stretchEnd[at] as number) + 1;
  }
  for (let at = 1; at < count; at++) stretchEnd[at] = (stretchEnd[at] as number) + (stretchEnd[at - 1] as number);
  // From the last back, each to the end of its stretch: equal ones keep their order.
  for (let k = count - 1; k >= 0; k--) {
    const at = stretch[k] as number;
    const to = (stretchEnd[at] as number) - 1;
    stretchEnd[at] = to;
    ids[to] = spare[k] as number;
  }
  return settle(ids, count, key, MOVES_EACH * count);
}

/**
 * By the high half of the keys, which leaves few of them out of place, and the rest by insertion. Keys that differ in
 * their low halves only would make that slow: then both halves are sorted by digits. Each step keeps equal ones in order.
 */
function sortByDigits(ids: Int32Array, count: number, key: Float64Array, d: Desk): void {
  layWords(ids, count, key, d);
  sortByWord(ids, count, HIGH, d);
  if (settle(ids, count, key, MOVES_EACH * count)) return;
  sortByWord(ids, count, LOW, d);
  sortByWord(ids, count, HIGH, d);
}

/**
 * Keys as words that sort like the numbers: of a negative double all bits turned, of another the sign bit.
 * Lowest word first, as on every machine this runs on.
 */
function layWords(ids: Int32Array, count: number, key: Float64Array, d: Desk): void {
  const { sortKeys, sortWords } = d;
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    // Adding 0 makes -0 the 0 it equals.
    sortKeys[id] = (key[id] as number) + 0;
    const high = sortWords[2 * id + HIGH] as number;
    const turned = high >> 31;
    sortWords[2 * id + LOW] = (sortWords[2 * id + LOW] as number) ^ turned;
    sortWords[2 * id + HIGH] = high ^ (turned | 0x8000_0000);
  }
}

/** From the lowest byte of one half up; a byte that is the same in all keys costs nothing. */
function sortByWord(ids: Int32Array, count: number, half: 0 | 1, d: Desk): void {
  const { sortWords, spare } = d;
  countBytes(ids, count, half, sortWords);
  let source = ids;
  let goal = spare;
  for (let place = 0; place < 4; place++) {
    if (!startSlots(256 * place, count)) continue;
    for (let k = 0; k < count; k++) {
      const id = source[k] as number;
      const slot = 256 * place + (((sortWords[2 * id + half] as number) >>> (8 * place)) & 255);
      const to = counts[slot] as number;
      goal[to] = id;
      counts[slot] = to + 1;
    }
    [source, goal] = [goal, source];
  }
  if (source !== ids) for (let k = 0; k < count; k++) ids[k] = source[k] as number;
}

function countBytes(ids: Int32Array, count: number, half: 0 | 1, sortWords: Int32Array): void {
  counts.fill(0);
  for (let k = 0; k < count; k++) {
    const word = sortWords[2 * (ids[k] as number) + half] as number;
    const b = 256 + ((word >>> 8) & 255);
    const c = 512 + ((word >>> 16) & 255);
    const e = 768 + (word >>> 24);
    counts[word & 255] = (counts[word & 255] as number) + 1;
    counts[b] = (counts[b] as number) + 1;
    counts[c] = (counts[c] as number) + 1;
    counts[e] = (counts[e] as number) + 1;
  }
}

/** Turns the counts of one byte into where each value starts. False when all keys share one value. */
function startSlots(from: number, count: number): boolean {
  let start = 0;
  for (let slot = from; slot < from + 256; slot++) {
    const here = counts[slot] as number;
    if (here === count) return false;
    counts[slot] = start;
    start += here;
  }
  return true;
}
