/**
 * Telling live samples from a backlog. A charger stamps its samples with its own clock; the smallest
 * difference to ours seen so far is its skew, and a sample much later than that has been waiting.
 */

/** A sample this much later than the fastest one has been queued: it is history, not the present. */
const BACKLOG_MS = 30_000;

/** A clock that was set back makes every sample late by the same amount: after so many it is the new skew. */
const RELEARN_AFTER = 5;

export type Skew = { readonly skewMs: number | null; readonly lateInARow: number };

export type Judged = Skew & { readonly isLive: boolean };

/** @param diffMs our wall clock at receipt − the sample's timestamp */
export function judgeSample(skew: Skew, diffMs: number): Judged {
  if (skew.skewMs === null || diffMs <= skew.skewMs) return { skewMs: diffMs, lateInARow: 0, isLive: true };
  if (diffMs - skew.skewMs <= BACKLOG_MS) return { ...skew, lateInARow: 0, isLive: true };
  const lateInARow = skew.lateInARow + 1;
  if (lateInARow < RELEARN_AFTER) return { ...skew, lateInARow, isLive: false };
  return { skewMs: diffMs, lateInARow: 0, isLive: true };
}
