/** A heap of ids by `heapKey`, equal keys by id, in which an id can be found and moved. */
import { type Desk, f64, i32 } from './desk.ts';

export const topOf = (d: Desk): number => i32(d.heap, 0);

const before = (d: Desk, a: number, b: number): boolean => {
  const ka = f64(d.heapKey, a);
  const kb = f64(d.heapKey, b);
  return ka < kb || (ka === kb && a < b);
};

const put = (d: Desk, id: number, slot: number): void => {
  d.heap[slot] = id;
  d.heapSlot[id] = slot;
};

/** Appends an id without ordering; `heapify` follows. */
export function append(d: Desk, id: number, key: number): void {
  d.heapKey[id] = key;
  put(d, id, d.heapSize++);
}

export function heapify(d: Desk): void {
  for (let slot = (d.heapSize >> 1) - 1; slot >= 0; slot--) sink(d, i32(d.heap, slot));
}

/** After its key became smaller. */
export function rise(d: Desk, id: number): void {
  let slot = i32(d.heapSlot, id);
  while (slot > 0) {
    const above = (slot - 1) >> 1;
    const other = i32(d.heap, above);
    if (before(d, other, id)) break;
    put(d, other, slot);
    slot = above;
  }
  put(d, id, slot);
}

/** After its key became larger. */
export function sink(d: Desk, id: number): void {
  let slot = i32(d.heapSlot, id);
  for (;;) {
    let below = 2 * slot + 1;
    if (below >= d.heapSize) break;
    if (below + 1 < d.heapSize && before(d, i32(d.heap, below + 1), i32(d.heap, below))) below++;
    const other = i32(d.heap, below);
    if (before(d, id, other)) break;
    put(d, other, slot);
    slot = below;
  }
  put(d, id, slot);
}

export function dropTop(d: Desk): void {
  const last = i32(d.heap, --d.heapSize);
  if (d.heapSize === 0) return;
  put(d, last, 0);
  sink(d, last);
}
