/** Whose turn it is on a bus. Pure: times and jitter arrive as arguments. */

/** Where a meter stands: when it is next due, and how many polls in a row it has not answered. */
export type Turn = { readonly dueMs: number; readonly failures: number };

/**
 * A silent meter is asked at least this often (interval and jitter apart): soon enough to be back before
 * anyone drives out to it, seldom enough to leave a shared bus to the others.
 */
export const RETRY_MAX_MS = 5_000;
/** Spread over the back-off, so that meters behind one gateway do not come back in step. */
export const JITTER_PERCENT = 20;

export const firstTurn = (nowMs: number): Turn => ({ dueMs: nowMs, failures: 0 });

/** After an answer: the next slot of the meter's own grid that lies ahead, so that no delay adds up. */
export function afterAnswer(turn: Turn, intervalMs: number, nowMs: number): Turn {
  return { dueMs: nextSlot(turn.dueMs, intervalMs, nowMs), failures: 0 };
}

/**
 * After a failed poll: one lost answer costs nothing but that poll; from the second on the wait doubles up
 * to RETRY_MAX_MS, or the interval where that is longer. `jitterPercent` lies in [0, JITTER_PERCENT].
 */
export function afterFailure(turn: Turn, intervalMs: number, nowMs: number, jitterPercent: number): Turn {
  const failures = turn.failures + 1;
  if (failures === 1) return { dueMs: nextSlot(turn.dueMs, intervalMs, nowMs), failures };
  const longest = Math.max(intervalMs, RETRY_MAX_MS);
  const wait = Math.min(intervalMs * 2 ** (failures - 1), longest);
  return { dueMs: nowMs + Math.round(wait * (1 + jitterPercent / 100)), failures };
}

function nextSlot(slotMs: number, intervalMs: number, nowMs: number): number {
  const passed = Math.max(1, Math.floor((nowMs - slotMs) / intervalMs) + 1);
  return slotMs + passed * intervalMs;
}

/**
 * The index of the meter to ask next. Meters that answer go before silent ones whenever they are due: a
 * dead device costs the others at most one timeout between two of their polls. When nobody is due, the
 * first who will be.
 */
export function nextIndex(turns: readonly Turn[], nowMs: number): number {
  const rank = ({ dueMs, failures }: Turn) => (dueMs > nowMs ? 2 : failures > 0 ? 1 : 0);
  let best = -1;
  let bestTurn: Turn | undefined;
  for (const [index, turn] of turns.entries()) {
    const sooner =
      bestTurn === undefined ||
      rank(turn) < rank(bestTurn) ||
      (rank(turn) === rank(bestTurn) && turn.dueMs < bestTurn.dueMs);
    if (sooner) [best, bestTurn] = [index, turn];
  }
  return best;
}
