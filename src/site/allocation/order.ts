/** The order in which claims are looked at: first come, first admitted. */
import { type Desk, f64, i32 } from './desk.ts';

/** Up to this many are sorted by insertion; above it, counting digits is cheaper. */
const FEW = 32;
const BYTES = 8;

/** How often each byte value occurs at each place of the keys; cleared at the start of each sort. */
const counts = new Int32Array(BYTES * 256);

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
  if (count <= FEW) insertAll(ids, count, key);
  else sortByBytes(ids, count, key, d);
}

function isSorted(ids: Int32Array, count: number, key: Float64Array): boolean {
  for (let k = 1; k < count; k++) if (f64(key, i32(ids, k - 1)) > f64(key, i32(ids, k))) return false;
  return true;
}

function insertAll(ids: Int32Array, count: number, key: Float64Array): void {
  for (let k = 1; k < count; k++) {
    const id = i32(ids, k);
    const own = f64(key, id);
    let hole = k;
    while (hole > 0 && f64(key, i32(ids, hole - 1)) > own) {
      ids[hole] = i32(ids, hole - 1);
      hole--;
    }
    ids[hole] = id;
  }
}

/** From the lowest byte up; a byte that is the same in all keys costs nothing. */
function sortByBytes(ids: Int32Array, count: number, key: Float64Array, d: Desk): void {
  const { sortBytes, spare } = d;
  layBytes(ids, count, key, d);
  let source = ids;
  let goal = spare;
  for (let place = 0; place < BYTES; place++) {
    if (!startSlots(256 * place, count)) continue;
    for (let k = 0; k < count; k++) {
      const id = i32(source, k);
      const slot = 256 * place + (sortBytes[BYTES * id + place] as number);
      const to = i32(counts, slot);
      goal[to] = id;
      counts[slot] = to + 1;
    }
    [source, goal] = [goal, source];
  }
  if (source !== ids) for (let k = 0; k < count; k++) ids[k] = i32(source, k);
}

/**
 * Keys as bytes that sort like the numbers: of a negative double all bits turned, of another the sign bit.
 * Lowest byte first, as on every machine this runs on.
 */
function layBytes(ids: Int32Array, count: number, key: Float64Array, d: Desk): void {
  const { sortKeys, sortWords, sortBytes } = d;
  counts.fill(0);
  for (let k = 0; k < count; k++) {
    const id = i32(ids, k);
    // Adding 0 makes -0 the 0 it equals.
    sortKeys[id] = f64(key, id) + 0;
    const high = i32(sortWords, 2 * id + 1);
    const turned = high >> 31;
    sortWords[2 * id] = i32(sortWords, 2 * id) ^ turned;
    sortWords[2 * id + 1] = high ^ (turned | 0x8000_0000);
    for (let place = 0; place < BYTES; place++) {
      const slot = 256 * place + (sortBytes[BYTES * id + place] as number);
      counts[slot] = i32(counts, slot) + 1;
    }
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
