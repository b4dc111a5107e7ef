/**
 * Paths: for each claim the kept rows it touches, one after the other, so that walking them is one loop
 * without a question. A step is the row's line plus how often the claim counts there: 1 on a phase row,
 * its phases on a sum row.
 */
import { type Desk, LINE, LINE_BITS, NO_ROW } from './desk.ts';

/** The bits of a step that say how often; the others are the line. */
export const TIMES = LINE - 1;

/** Lays the paths of all admitted claims; the others get an empty one. From L1 to the sum, each from the claim to the root. */
export function layPaths(d: Desk): void {
  const needed = laySteps(d);
  if (needed <= d.steps.length) return;
  // What did not fit was not written: make room and write again.
  d.steps = new Int32Array(2 * needed);
  laySteps(d);
}

function laySteps(d: Desk): number {
  const { near, up, steps, pathStart, node, touches, phases, admitted } = d;
  let at = 0;
  for (let c = 0; c < d.claims; c++) {
    pathStart[c] = at;
    if (admitted[c] === 0) continue;
    const own = 4 * (node[c] as number);
    if (!isHeld(near, own)) continue;
    const touched = touches[c] as number;
    for (let r = 0; r < 4; r++) {
      if (!(touched & (1 << r))) continue;
      const times = r < 3 ? 1 : (phases[c] as number);
      for (let line = near[own + r] as number; line >= 0; line = up[line >> LINE_BITS] as number)
        steps[at++] = line + times;
    }
  }
  pathStart[d.claims] = at;
  return at;
}

/** Whether a node's rows have a kept one at or above at all. All bits of NO_ROW are set, and only of it: one question for four. */
const isHeld = (near: Int32Array, row: number): boolean =>
  ((near[row] as number) & (near[row + 1] as number) & (near[row + 2] as number) & (near[row + 3] as number)) !==
  NO_ROW;

/** The line of the first row on the claim's path that `moreMa` per phase does not fit beside the load, or NO_ROW. */
export function lineWithoutRoom(d: Desk, c: number, moreMa: number): number {
  const { load, capacity, steps } = d;
  const end = d.pathStart[c + 1] as number;
  for (let k = d.pathStart[c] as number; k < end; k++) {
    const step = steps[k] as number;
    const times = step & TIMES;
    const line = step - times;
    if ((load[line] as number) + times * moreMa > (capacity[line] as number)) return line;
  }
  return NO_ROW;
}

/** Adds `more` per phase to one column on a claim's path. */
export function book(d: Desk, c: number, more: number, column: Float64Array): void {
  const { steps } = d;
  const end = d.pathStart[c + 1] as number;
  for (let k = d.pathStart[c] as number; k < end; k++) {
    const step = steps[k] as number;
    const times = step & TIMES;
    const line = step - times;
    column[line] = (column[line] as number) + times * more;
  }
}

/** Adds `moreMa` per phase to `load` on a claim's path, and takes its phases from `pace`. */
export function bookOut(d: Desk, c: number, moreMa: number, load: Float64Array, pace: Float64Array): void {
  const { steps } = d;
  const end = d.pathStart[c + 1] as number;
  for (let k = d.pathStart[c] as number; k < end; k++) {
    const step = steps[k] as number;
    const times = step & TIMES;
    const line = step - times;
    load[line] = (load[line] as number) + times * moreMa;
    pace[line] = (pace[line] as number) - times;
  }
}
