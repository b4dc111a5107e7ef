/**
 * Samples at the marks of the clock (ClockAlignedDataInterval of 1.6, counted from midnight UTC): of each socket the
 * first that comes at a mark or after it, under its own time. Chargers sample every ten seconds.
 */
import type { MeterSample } from '#site/report.ts';
import { isEvidence } from '#site/session.ts';

export class ClockSamples {
  /** By connector: the mark that its newest sample stands behind. */
  readonly #marks = new Map<number, number>();

  /** @param intervalMs 0 = none are wanted */
  due(samples: readonly MeterSample[], connector: number, intervalMs: number): readonly MeterSample[] {
    if (intervalMs <= 0) {
      this.#marks.delete(connector);
      return [];
    }
    return samples.filter(sample => !isEvidence(sample) && this.#passes(connector, sample.atWallMs, intervalMs));
  }

  /** The first one ever only begins the count: it is not known whether a mark has just passed. */
  #passes(connector: number, atWallMs: number, intervalMs: number): boolean {
    const mark = Math.floor(atWallMs / intervalMs);
    const before = this.#marks.get(connector);
    this.#marks.set(connector, mark);
    return before !== undefined && mark > before;
  }
}
