/**
 * A queue of ids by key, equal keys by id. What is known at the start is sorted once; only what comes
 * back with a later key goes through a heap, and that is little.
 */
import { type Desk, f64, i32 } from './desk.ts';
import { sortBy } from './order.ts';

/** Opens the queue with the first `count` ids of `listed`, ascending, and their keys in `listKey`, by id. */
export function openQueue(d: Desk, count: number): void {
  sortBy(d.listed, count, d.listKey, d);
  d.listAt = 0;
  d.listEnd = count;
  d.heapSize = 0;
}

/** The smallest key, Infinity when the queue is empty. */
export function firstKey(d: Desk): number {
  const listed = d.listAt < d.listEnd ? f64(d.listKey, i32(d.listed, d.listAt)) : Infinity;
  return d.heapSize > 0 ? Math.min(listed, f64(d.heapKey, 0)) : listed;
}

/** Takes the first id out; the queue is not empty. */
export function takeFirst(d: Desk): number {
  if (d.heapSize === 0) return i32(d.listed, d.listAt++);
  const back = i32(d.heap, 0);
  if (d.listAt < d.listEnd) {
    const listed = i32(d.listed, d.listAt);
    if (isBefore(f64(d.listKey, listed), listed, f64(d.heapKey, 0), back)) {
      d.listAt++;
      return listed;
    }
  }
  dropTop(d);
  return back;
}

/** Puts an id that was taken out back in. */
export function putBack(d: Desk, id: number, key: number): void {
  let slot = d.heapSize++;
  while (slot > 0) {
    const above = (slot - 1) >> 1;
    if (isBefore(f64(d.heapKey, above), i32(d.heap, above), key, id)) break;
    put(d, i32(d.heap, above), f64(d.heapKey, above), slot);
    slot = above;
  }
  put(d, id, key, slot);
}

const isBefore = (key: number, id: number, otherKey: number, otherId: number): boolean =>
  key < otherKey || (key === otherKey && id < otherId);

function dropTop(d: Desk): void {
  const last = --d.heapSize;
  const id = i32(d.heap, last);
  const key = f64(d.heapKey, last);
  let slot = 0;
  for (let below = 1; below < last; below = 2 * slot + 1) {
    const right = below + 1;
    if (
      right < last &&
      isBefore(f64(d.heapKey, right), i32(d.heap, right), f64(d.heapKey, below), i32(d.heap, below))
    ) {
      below = right;
    }
    if (isBefore(key, id, f64(d.heapKey, below), i32(d.heap, below))) break;
    put(d, i32(d.heap, below), f64(d.heapKey, below), slot);
    slot = below;
  }
  put(d, id, key, slot);
}

function put(d: Desk, id: number, key: number, slot: number): void {
  d.heap[slot] = id;
  d.heapKey[slot] = key;
}
