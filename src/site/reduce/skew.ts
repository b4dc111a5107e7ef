/**
 * Telling live samples from a backlog. A charger stamps its samples with its own clock; the smallest
 * difference to ours seen so far is its skew, and a sample much later than that has been waiting.
 */

/** A sample this much later than the fastest one has been queued: it is history, not the present. */
const BACKLOG_MS = 30_000;

/** A clock that was set back makes every sample late by the same amount: after so many messages it is the new skew. */
const RELEARN_AFTER = 5;

/** A backlog comes at once and its samples are late by less and less; a clock that was set back is neither. */
const RELEARN_MS = 20_000;
const SAME_MS = 3_000;

export type Skew = {
  readonly skewMs: number | null;
  readonly lateInARow: number;
  /** How late the first of them was, and when it came. */
  readonly late?: { readonly diffMs: number; readonly sinceMs: number };
};

export type Judged = Skew & { readonly isLive: boolean };

/**
 * Judges one message by its newest sample.
 * @param diffMs our wall clock at receipt − the sample's timestamp
 * @param atMs monotonic, at receipt
 */
export function judgeSample({ skewMs, lateInARow, late }: Skew, diffMs: number, atMs: number): Judged {
  if (skewMs === null || diffMs <= skewMs) return { skewMs: diffMs, lateInARow: 0, isLive: true };
  if (diffMs - skewMs <= BACKLOG_MS) return { skewMs, lateInARow: 0, isLive: true };
  if (late === undefined || Math.abs(diffMs - late.diffMs) > SAME_MS) {
    return { skewMs, lateInARow: 1, late: { diffMs, sinceMs: atMs }, isLive: false };
  }
  if (lateInARow + 1 >= RELEARN_AFTER && atMs - late.sinceMs >= RELEARN_MS) {
    return { skewMs: diffMs, lateInARow: 0, isLive: true };
  }
  return { skewMs, lateInARow: lateInARow + 1, late, isLive: false };
}
