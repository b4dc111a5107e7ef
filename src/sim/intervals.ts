/** Stretches of time that may overlap: kept as they come, measured as their union. */
export class Intervals {
  private list: [number, number][] = [];

  add(fromMs: number, toMs: number): void {
    if (toMs <= fromMs) return;
    const last = this.list.at(-1);
    if (last && fromMs >= last[0] && fromMs <= last[1]) last[1] = Math.max(last[1], toMs);
    else this.list.push([fromMs, toMs]);
  }

  /** Time in which at least one stretch runs, ms. */
  unionMs(): number {
    const sorted = this.list.toSorted((a, b) => a[0] - b[0]);
    let total = 0;
    let end = Number.NEGATIVE_INFINITY;
    for (const [from, to] of sorted) {
      total += Math.max(0, to - Math.max(from, end));
      end = Math.max(end, to);
    }
    return total;
  }
}

/** A condition that several causes may hold true at once: measures the time in which at least one does. */
export class Bucket {
  private holders = 0;
  private sinceMs = 0;
  private totalMs = 0;

  enter(atMs: number): void {
    if (this.holders++ === 0) this.sinceMs = atMs;
  }

  leave(atMs: number): void {
    if (--this.holders === 0) this.totalMs += atMs - this.sinceMs;
  }

  active(): boolean {
    return this.holders > 0;
  }

  ms(nowMs: number): number {
    return this.totalMs + (this.holders > 0 ? nowMs - this.sinceMs : 0);
  }
}
