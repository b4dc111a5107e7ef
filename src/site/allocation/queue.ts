/**
 * A queue of ids by key, equal keys by id. What is known at the start is sorted once; only what comes
 * back with a later key goes through a heap, and that is little.
 */
import type { Desk } from './desk.ts';
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
  const listed = d.listAt < d.listEnd ? (d.listKey[d.listed[d.listAt] as number] as number) : Infinity;
  return d.heapSize > 0 ? Math.min(listed, d.heapKey[0] as number) : listed;
}

/** Takes the first id out; the queue is not empty. */
export function takeFirst(d: Desk): number {
  if (d.heapSize === 0) return d.listed[d.listAt++] as number;
  const back = d.heap[0] as number;
  if (d.listAt < d.listEnd) {
    const listed = d.listed[d.listAt] as number;
    if (isBefore(d.listKey[listed] as number, listed, d.heapKey[0] as number, back)) {
      d.listAt++;
      return listed;
    }
  }
  dropTop(d);
  return back;
}

/** Puts an id that was taken out back in, by what `listKey` now says. */
export function putBack(d: Desk, id: number): void {
  const key = d.listKey[id] as number;
  let slot = d.heapSize++;
  while (slot > 0) {
    const above = (slot - 1) >> 1;
    if (isBefore(d.heapKey[above] as number, d.heap[above] as number, key, id)) break;
    put(d, d.heap[above] as number, d.heapKey[above] as number, slot);
    slot = above;
  }
  put(d, id, key, slot);
}

const isBefore = (key: number, id: number, otherKey: number, otherId: number): boolean =>
  key < otherKey || (key === otherKey && id < otherId);

function dropTop(d: Desk): void {
  const last = --d.heapSize;
  const id = d.heap[last] as number;
  const key = d.heapKey[last] as number;
  let slot = 0;
  for (let below = 1; below < last; below = 2 * slot + 1) {
    const right = below + 1;
    if (
      right < last &&
      isBefore(d.heapKey[right] as number, d.heap[right] as number, d.heapKey[below] as number, d.heap[below] as number)
    ) {
      below = right;
    }
    if (isBefore(key, id, d.heapKey[below] as number, d.heap[below] as number)) break;
    put(d, d.heap[below] as number, d.heapKey[below] as number, slot);
    slot = below;
  }
  put(d, id, key, slot);
}

function put(d: Desk, id: number, key: number, slot: number): void {
  d.heap[slot] = id;
  d.heapKey[slot] = key;
}
