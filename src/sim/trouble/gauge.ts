/** What truly flows against the limits that stand: how long something was above, and how far. */
import type { Clock } from '#base/clock.ts';
import type { Truth } from '../truth.ts';
import type { Held, Reading } from './facts.ts';

/** One row: a phase of a circuit in mA, or its sum in W. */
export type Row = {
  readonly where: string;
  readonly circuit: number;
  /** 3 is the sum, in W. */
  readonly line: 0 | 1 | 2 | 3;
  readonly limit: number;
  readonly evOnly: boolean;
};

/** Nothing above for so long after the last change: it is over. */
export const QUIET_MS = 3_000;

export class Gauge {
  private readonly clock: Clock;
  private readonly truth: Truth;
  private readonly nominalV: number;
  private rows: readonly Row[] = [];
  private startedMs = 0;
  private overSinceMs: number | null = null;
  private lastOverMs: number | null = null;
  private longestMs = 0;
  private worst: Reading | null = null;
  private worstShare = 0;

  constructor(clock: Clock, truth: Truth, nominalV: number) {
    this.clock = clock;
    this.truth = truth;
    this.nominalV = nominalV;
    truth.listen({ afterChange: () => this.look() });
  }

  /** Counts anew from this instant. */
  start(rows: readonly Row[]): void {
    this.rows = rows;
    this.startedMs = this.clock.nowMs();
    this.overSinceMs = null;
    this.lastOverMs = null;
    this.longestMs = 0;
    this.worst = null;
    this.worstShare = 0;
    this.look();
  }

  stop(): void {
    this.rows = [];
  }

  /** @param earliestMs after the start; what comes later may still pass a limit */
  held(earliestMs: number): Held {
    this.look();
    const nowMs = this.clock.nowMs();
    const quietMs = nowMs - (this.lastOverMs ?? this.startedMs);
    const settled = this.overSinceMs === null && quietMs >= QUIET_MS && nowMs - this.startedMs >= earliestMs;
    return {
      backMs: settled ? (this.lastOverMs ?? this.startedMs) - this.startedMs : null,
      longestOverMs: this.longestMs,
      worst: this.worst,
    };
  }

  /** What flows in a row, in its unit. */
  flow({ circuit, line, evOnly }: Row): number {
    const currents = evOnly ? this.truth.cars(circuit) : this.truth.total(circuit);
    return line === 3 ? ((currents[0] + currents[1] + currents[2]) * this.nominalV) / 1000 : currents[line];
  }

  private look(): void {
    if (this.rows.length === 0) return;
    const nowMs = this.clock.nowMs();
    let over = false;
    for (const row of this.rows) {
      const share = this.flow(row) / row.limit;
      if (share > 1) over = true;
      if (share <= this.worstShare) continue;
      this.worstShare = share;
      this.worst = readingOf(row, this.flow(row));
    }
    if (this.overSinceMs !== null) {
      this.lastOverMs = nowMs;
      this.longestMs = Math.max(this.longestMs, nowMs - this.overSinceMs);
    }
    if (!over) this.overSinceMs = null;
    else this.overSinceMs ??= nowMs;
  }
}

const readingOf = ({ where, line, limit }: Row, value: number): Reading => ({
  value: value / 1000,
  limit: limit / 1000,
  unit: line === 3 ? 'kW' : 'A',
  where,
});
