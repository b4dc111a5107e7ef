/** The order in which claims are looked at: first come, first admitted. */
import { type Desk, f64, i32 } from './desk.ts';

/** Up to this many are sorted by insertion; above it, counting digits is cheaper. */
const FEW = 32;
/** Which half of a key's 64 bits. */
const LOW = 0;
const HIGH = 1;
/** So many moves for each id, and insertion is given up: about what sorting the other half by digits costs. */
const MOVES_EACH = 8;

/** How often each byte value occurs at each place of a word; cleared before each word. */
const counts = new Int32Array(4 * 256);

/** Puts the claims in order of arrival, equal ones by connector; one without a usable arrival comes last. */
export function orderByArrival(d: Desk): void {
  for (let c = 0; c < d.claims; c++) {
    d.order[c] = c;
    if (Number.isNaN(f64(d.arrival, c))) d.arrival[c] = Infinity;
  }
  sortBy(d.order, d.claims, d.connector, d);
  sortBy(d.order, d.claims, d.arrival, d);
}

/** Sorts the first `count` ids by `key`, in place; equal ones keep their order. Linear, and one walk when in order already. */
export function sortBy(ids: Int32Array, count: number, key: Float64Array, d: Desk): void {
  if (isSorted(ids, count, key)) return;
  if (count <= FEW) settle(ids, count, key, FEW * FEW);
  else sortByDigits(ids, count, key, d);
}

function isSorted(ids: Int32Array, count: number, key: Float64Array): boolean {
  for (let k = 1; k < count; k++) if (f64(key, i32(ids, k - 1)) > f64(key, i32(ids, k))) return false;
  return true;
}

/** Insertion. Answers false when it gave up, after about `moves`; the ids are all there then, equal ones in order. */
function settle(ids: Int32Array, count: number, key: Float64Array, moves: number): boolean {
  let left = moves;
  for (let k = 1; k < count; k++) {
    const id = i32(ids, k);
    const own = f64(key, id);
    let hole = k;
    while (hole > 0 && f64(key, i32(ids, hole - 1)) > own) {
      ids[hole] = i32(ids, hole - 1);
      hole--;
    }
    ids[hole] = id;
    left -= k - hole;
    if (left < 0) return false;
  }
  return true;
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
    const id = i32(ids, k);
    // Adding 0 makes -0 the 0 it equals.
    sortKeys[id] = f64(key, id) + 0;
    const high = i32(sortWords, 2 * id + HIGH);
    const turned = high >> 31;
    sortWords[2 * id + LOW] = i32(sortWords, 2 * id + LOW) ^ turned;
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
      const id = i32(source, k);
      const slot = 256 * place + ((i32(sortWords, 2 * id + half) >>> (8 * place)) & 255);
      const to = i32(counts, slot);
      goal[to] = id;
      counts[slot] = to + 1;
    }
    [source, goal] = [goal, source];
  }
  if (source !== ids) for (let k = 0; k < count; k++) ids[k] = i32(source, k);
}

function countBytes(ids: Int32Array, count: number, half: 0 | 1, sortWords: Int32Array): void {
  counts.fill(0);
  for (let k = 0; k < count; k++) {
    const word = i32(sortWords, 2 * i32(ids, k) + half);
    const b = 256 + ((word >>> 8) & 255);
    const c = 512 + ((word >>> 16) & 255);
    const e = 768 + (word >>> 24);
    counts[word & 255] = i32(counts, word & 255) + 1;
    counts[b] = i32(counts, b) + 1;
    counts[c] = i32(counts, c) + 1;
    counts[e] = i32(counts, e) + 1;
  }
}

/** Turns the counts of one byte into where each value starts. False when all keys share one value. */
function startSlots(from: number, count: number): boolean {
  let start = 0;
  for (let slot = from; slot < from + 256; slot++) {
    const here = i32(counts, slot);
    if (here === count) return false;
    counts[slot] = start;
    start += here;
  }
  return true;
}
