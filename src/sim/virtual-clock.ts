/**
 * A clock whose time moves only from timer to timer. Timers stand in a binary heap and run in the
 * order (instant, insertion).
 *
 * Between two timers every promise that the first one settled must have run to its end, or the order
 * of things would depend on the length of promise chains. The cheapest way that is correct: the next
 * step is queued with `process.nextTick` from inside a microtask. Node drains the microtask queue to
 * the bottom before it takes the next tick, so a step costs two queue hops and no turn of the event loop.
 */
import type { Clock, ClockQuality, Timer } from '#base/clock.ts';

/** After so many steps one turn of the event loop, so that signals and worker messages get through. */
const STEPS_PER_TURN = 20_000;

export type VirtualClock = Clock & {
  /** Runs every timer due up to and at `untilMs`, then stands there. Rejects with what a timer throws. */
  run(untilMs: number): Promise<void>;
  /** Moves the wall clock, not the monotonic one. */
  stepWall(byMs: number): void;
  setQuality(quality: ClockQuality): void;
  /** Timers run so far. */
  steps(): number;
  /** Timers that wait, by name. */
  waiting(): readonly { readonly name: string; readonly atMs: number }[];
};

class Entry implements Timer {
  readonly atMs: number;
  readonly seq: number;
  readonly name: string;
  run: (() => void) | null;

  constructor(atMs: number, seq: number, name: string, run: () => void) {
    this.atMs = atMs;
    this.seq = seq;
    this.name = name;
    this.run = run;
  }

  cancel(): void {
    this.run = null;
  }
}

const before = (a: Entry, b: Entry) => a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq);

/** A binary heap of timers. Cancelled ones stay until they come up. */
class Heap {
  readonly entries: Entry[] = [];

  push(entry: Entry): void {
    const list = this.entries;
    let i = list.length;
    list.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = list[parent] as Entry;
      if (!before(entry, above)) break;
      list[i] = above;
      i = parent;
    }
    list[i] = entry;
  }

  /** Takes the top, which must exist. */
  pop(): Entry {
    const list = this.entries;
    const top = list[0] as Entry;
    const last = list.pop() as Entry;
    if (list.length > 0) this.sink(last);
    return top;
  }

  private sink(entry: Entry): void {
    const list = this.entries;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= list.length) break;
      if (child + 1 < list.length && before(list[child + 1] as Entry, list[child] as Entry)) child++;
      const below = list[child] as Entry;
      if (!before(below, entry)) break;
      list[i] = below;
      i = child;
    }
    list[i] = entry;
  }
}

/** @param startWallMs wall time at monotonic 0 */
export function virtualClock(startWallMs: number): VirtualClock {
  const heap = new Heap();
  let nowMs = 0;
  let seq = 0;
  let steps = 0;
  let wallOffsetMs = startWallMs;
  let quality: ClockQuality = 'synchronised';

  const after = (name: string, ms: number, run: () => void): Timer => {
    const entry = new Entry(nowMs + Math.max(0, ms), seq++, name, run);
    heap.push(entry);
    return entry;
  };

  /** The next live timer due by then, or null; time moves to it. */
  const next = (untilMs: number): (() => void) | null => {
    for (;;) {
      const top = heap.entries[0];
      if (top === undefined || top.atMs > untilMs) return null;
      heap.pop();
      if (top.run === null) continue;
      nowMs = top.atMs;
      return top.run;
    }
  };

  const run = (untilMs: number) =>
    new Promise<void>((resolve, reject) => {
      const afterMicrotasks = () => {
        if (steps % STEPS_PER_TURN === 0) setImmediate(step);
        else process.nextTick(step);
      };
      const step = () => {
        const due = next(untilMs);
        if (due === null) {
          nowMs = Math.max(nowMs, untilMs);
          resolve();
          return;
        }
        steps++;
        try {
          due();
        } catch (error) {
          reject(error);
          return;
        }
        queueMicrotask(afterMicrotasks);
      };
      queueMicrotask(afterMicrotasks);
    });

  return {
    nowMs: () => nowMs,
    wallMs: () => wallOffsetMs + nowMs,
    quality: () => quality,
    after,
    run,
    stepWall: byMs => {
      wallOffsetMs += byMs;
    },
    setQuality: newQuality => {
      quality = newQuality;
    },
    steps: () => steps,
    waiting: () => heap.entries.filter(e => e.run !== null).map(e => ({ name: e.name, atMs: e.atMs })),
  };
}
