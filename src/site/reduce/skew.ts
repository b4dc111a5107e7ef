/**
 * A charger's clock, from the timestamps it sends (rule 21): to tell live samples from a backlog, and to write
 * leases that end when they should. A lease ends by the charger's clock; we know that clock as ours − skew.
 *
 * Transit, queues and whole seconds only make a timestamp look older than its clock, never newer, so the
 * smallest difference is the truest. A skew that is too large puts a lease into the charger's past: it lapses
 * early, which harms nobody. One that is too small lets it lapse late by as much, and G (10 s) is all that is
 * allowed for: hence what follows is quick to doubt a clock that was set back and slow to trust it again.
 */
import type { AlikeRow, Charger, Skew } from '#site/state.ts';

/** A sample this much later than the fastest one has been queued: it is history, not the present. */
const BACKLOG_MS = 30_000;

/** More than transit and drift make, less than G: a difference that moves by this is a clock that was set. */
const JUMP_MS = 5_000;

/** A clock that was set back makes every sample late by the same amount: after so many messages it is the new skew. */
const RELEARN_AFTER = 5;
/** A clock that jumped is known again after so many messages that agree. */
const SETTLED_AFTER = 3;
/** A backlog comes at once and its samples are late by less and less; a clock that was set is neither. */
const AGREE_OVER_MS = 20_000;
const SAME_MS = 3_000;

/** A smallest difference counts for two of these. Slewing and drift move 0.5 s a minute at most, 5 s in both. */
const WINDOW_MS = 300_000;

/** A first timestamp that may be old is believed this near to what the charger was told at its boot. */
const AS_TOLD_MS = 10_000;

export const UNKNOWN_SKEW: Skew = { ms: null, window: { lowMs: 0, sinceMs: 0 }, late: null, settling: null };

/**
 * Time as chargers are told − the charger's clock, ms; null where it is unknown or jumps, so that no lease may be
 * written. While messages are late by little it is the latest's: the clock may have been set back by that, and
 * if it was not, the lease lapses early.
 */
export function skewOf({ skew: { ms, late, settling } }: Pick<Charger, 'skew'>): number | null {
  if (ms === null || settling !== null) return null;
  if (late === null) return ms;
  return late.highMs - ms > BACKLOG_MS ? null : late.highMs;
}

export type Judged = { readonly isLive: boolean; readonly skew: Skew };

/**
 * Judges one message of samples by its newest.
 * @param diffMs time as chargers are told at receipt − the sample's timestamp
 * @param atMs monotonic, at receipt
 */
export function judgeSample(skew: Skew, diffMs: number, atMs: number): Judged {
  if (skew.ms === null) return { isLive: true, skew: learned(diffMs, atMs) };
  const lateMs = diffMs - skew.ms;
  if (lateMs < -JUMP_MS) return { isLive: true, skew: { ...learned(diffMs, atMs), settling: row(diffMs, atMs) } };
  if (lateMs <= JUMP_MS) return { isLive: true, skew: confirmed(skew, skew.ms, diffMs, atMs) };
  const late = joined(skew.late, diffMs, atMs);
  if (agrees(late, RELEARN_AFTER, atMs)) return { isLive: true, skew: learned(late.lowMs, atMs) };
  return { isLive: lateMs <= BACKLOG_MS, skew: { ...skew, late } };
}

/**
 * Judges a timestamp that may be old: a StatusNotification carries the time of the change, which may be that of
 * the boot or of a week ago; scheduleStart may be the start of a period. So a late one says nothing. An early
 * one cannot be old: its clock is ahead of what we thought, and samples have to settle that. It never moves
 * the skew that samples are judged by: there are chargers that stamp the two in different time zones.
 * @param isAsked it answers a question of just now, so that it is taken for a first word however far off. Should it
 *   be old all the same, leases end early until a sample comes
 */
export function judgeMoment(skew: Skew, diffMs: number, atMs: number, isAsked: boolean): Skew {
  if (skew.ms === null) return isAsked || Math.abs(diffMs) <= AS_TOLD_MS ? learned(diffMs, atMs) : skew;
  const lateMs = diffMs - skew.ms;
  if (lateMs > JUMP_MS) return skew;
  if (lateMs < -JUMP_MS) return { ...skew, settling: row(diffMs, atMs) };
  return confirmed(skew, skew.ms, diffMs, atMs);
}

const learned = (ms: number, atMs: number): Skew => ({
  ...{ ms, window: { lowMs: ms, sinceMs: atMs }, late: null, settling: null },
});

/** After a punctual message. */
function confirmed(before: Skew, ms: number, diffMs: number, atMs: number): Skew {
  const { window, late, settling } = before;
  const lowMs = Math.min(window.lowMs, diffMs);
  const isOver = atMs - window.sinceMs >= WINDOW_MS;
  // Nearly every message is like the one before it.
  if (!isOver && late === null && settling === null && lowMs === window.lowMs && diffMs >= ms) return before;
  const since = settling === null ? null : joined(settling, diffMs, atMs);
  return {
    ms: isOver ? lowMs : Math.min(ms, diffMs),
    window: isOver ? { lowMs: diffMs, sinceMs: atMs } : { ...window, lowMs },
    late: null,
    settling: since === null || agrees(since, SETTLED_AFTER, atMs) ? null : since,
  };
}

const row = (diffMs: number, atMs: number): AlikeRow => ({ lowMs: diffMs, highMs: diffMs, count: 1, sinceMs: atMs });

/** The row with one message more, or a new one where it does not fit in. */
function joined(before: AlikeRow | null, diffMs: number, atMs: number): AlikeRow {
  if (before === null) return row(diffMs, atMs);
  const lowMs = Math.min(before.lowMs, diffMs);
  const highMs = Math.max(before.highMs, diffMs);
  if (highMs - lowMs > SAME_MS) return row(diffMs, atMs);
  return { lowMs, highMs, count: before.count + 1, sinceMs: before.sinceMs };
}

const agrees = ({ count, sinceMs }: AlikeRow, messages: number, atMs: number): boolean =>
  count >= messages && atMs - sinceMs >= AGREE_OVER_MS;
