/** How far a guard meter may be believed at an instant (rule 16). */
import { GOOD_SAMPLES } from '#site/gate/constants.ts';
import type { Meter } from '#site/state.ts';

/**
 * `starting`: fewer than three good samples, no raise yet. `fresh`. `stale`: no raise below.
 * `fail-safe`: the subtree goes to its fail-safe current.
 */
export type Freshness = 'starting' | 'fresh' | 'stale' | 'fail-safe';

export const staleAfterMs = (meter: Meter): number => Math.max(3_000, 3 * meter.intervalMs);
export const failSafeAfterMs = (meter: Meter): number => Math.max(10_000, 6 * meter.intervalMs);

export function freshness(meter: Meter, atMs: number): Freshness {
  const ageMs = atMs - meter.atMs;
  if (ageMs > failSafeAfterMs(meter)) return 'fail-safe';
  if (ageMs > staleAfterMs(meter)) return 'stale';
  return meter.goodInARow < GOOD_SAMPLES ? 'starting' : 'fresh';
}

/** The next instant at which this meter's freshness changes by silence; Infinity when it cannot. */
export function freshnessDeadlineMs(meter: Meter, atMs: number): number {
  const stale = meter.atMs + staleAfterMs(meter);
  if (atMs <= stale) return stale + 1;
  const failSafe = meter.atMs + failSafeAfterMs(meter);
  return atMs <= failSafe ? failSafe + 1 : Number.POSITIVE_INFINITY;
}
