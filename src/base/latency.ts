/** Durations of the recent past, for a 99th percentile that people can watch. */

/** Enough for 15 minutes of one reduction a second, with room; older ones are overwritten. */
const KEPT = 2_048;

export class Latencies {
  readonly #windowMs: number;
  readonly #atMs: number[] = [];
  readonly #ms: number[] = [];
  #next = 0;

  /** @param windowMs how far back `p99Ms` looks */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(durationMs: number, atMs: number): void {
    this.#atMs[this.#next] = atMs;
    this.#ms[this.#next] = durationMs;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** The nearest-rank 99th percentile of the window, or null when nothing happened in it. */
  p99Ms(atMs: number): number | null {
    const recent = this.#ms.filter((_, i) => atMs - (this.#atMs[i] ?? 0) <= this.#windowMs).sort((a, b) => a - b);
    return recent[Math.ceil(recent.length * 0.99) - 1] ?? null;
  }
}
