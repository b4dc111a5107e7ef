/** The order in which claims are looked at: first come, first admitted. */
import { type Desk, f64, i32 } from './desk.ts';

/** Runs this short are sorted by insertion before merging. */
const RUN = 8;

/** Puts the claims in order of arrival, equal ones by connector; one without a usable arrival comes last. */
export function orderByArrival(d: Desk): void {
  for (let c = 0; c < d.claims; c++) {
    d.order[c] = c;
    if (Number.isNaN(f64(d.arrival, c))) d.arrival[c] = Infinity;
  }
  sortBy(d.order, d.claims, d.arrival, d.connector, d.spare);
}

/**
 * Sorts the first `count` ids by `key`, equal ones by `tie`, in place and stably: insertion in short
 * runs, then merging; a list that is in order already costs one walk.
 */
export function sortBy(ids: Int32Array, count: number, key: Float64Array, tie: Float64Array, spare: Int32Array): void {
  if (isSorted(ids, count, key, tie)) return;
  for (let from = 0; from < count; from += RUN) insertRun(ids, from, Math.min(from + RUN, count), key, tie);
  let source = ids;
  let goal = spare;
  for (let width = RUN; width < count; width *= 2) {
    for (let from = 0; from < count; from += 2 * width) {
      mergeRuns(source, goal, from, Math.min(from + width, count), Math.min(from + 2 * width, count), key, tie);
    }
    [source, goal] = [goal, source];
  }
  if (source !== ids) for (let k = 0; k < count; k++) ids[k] = i32(source, k);
}

function comesAfter(a: number, b: number, key: Float64Array, tie: Float64Array): boolean {
  const ka = f64(key, a);
  const kb = f64(key, b);
  return ka > kb || (ka === kb && f64(tie, a) > f64(tie, b));
}

function isSorted(ids: Int32Array, count: number, key: Float64Array, tie: Float64Array): boolean {
  for (let k = 1; k < count; k++) if (comesAfter(i32(ids, k - 1), i32(ids, k), key, tie)) return false;
  return true;
}

function insertRun(ids: Int32Array, from: number, end: number, key: Float64Array, tie: Float64Array): void {
  for (let k = from + 1; k < end; k++) {
    const id = i32(ids, k);
    let hole = k;
    while (hole > from && comesAfter(i32(ids, hole - 1), id, key, tie)) {
      ids[hole] = i32(ids, hole - 1);
      hole--;
    }
    ids[hole] = id;
  }
}

function mergeRuns(
  source: Int32Array,
  goal: Int32Array,
  from: number,
  middle: number,
  end: number,
  key: Float64Array,
  tie: Float64Array,
): void {
  let left = from;
  let right = middle;
  for (let k = from; k < end; k++) {
    const takeLeft = right >= end || (left < middle && !comesAfter(i32(source, left), i32(source, right), key, tie));
    goal[k] = takeLeft ? i32(source, left++) : i32(source, right++);
  }
}
