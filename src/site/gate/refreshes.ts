/**
 * Refreshes (rule 20): a lease is said again only by a pass in which the rows on its own path hold and the meters
 * there may be relied on. Nothing else keeps a grant alive; whatever stops this loop lets it lapse.
 */
import { at } from '#base/assert.ts';
import { isLinked, isReachable } from '#site/gate/belief.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { putOff } from '#site/gate/flash.ts';
import { canLease, refreshDueMs } from '#site/gate/lease.ts';
import { newest } from '#site/gate/ledger.ts';
import { isRefreshUnanswered, type SentFor } from '#site/gate/reductions.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import { isFree, pathRows, setLimit, type Wish } from '#site/gate/wish.ts';

/** @param over rows that what has been granted would overload */
export function sendRefreshes(
  wishes: readonly Wish[],
  rooms: readonly RowRoom[],
  over: ReadonlySet<number>,
  sentFor: SentFor,
  busy: Set<number>,
  ttlMs: number,
  atMs: number,
): readonly GateCommand[] {
  const out: GateCommand[] = [];
  for (const wish of wishes) {
    if (wish.test !== null && !wish.test.refresh) continue;
    if (!isDue(wish, ttlMs, atMs) || !isFree(wish, busy, atMs)) continue;
    // One that does not answer is told again all the same: that is how it is found to be back.
    const isHeard = isRefreshUnanswered(wish) ? isLinked(wish.charger) : isReachable(wish.charger);
    if (!isHeard || !isSetUp(wish.charger)) continue;
    const last = newest(wish.connector.ledger);
    if (last.limitMa > last.lapseMa && !holds(wish, rooms, over)) continue;
    busy.add(wish.spec.charger);
    // A lower target that was not worth a command of its own comes along.
    out.push(setLimit(wish, sentFor(wish, Math.min(last.limitMa, wish.targetMa)), 'refresh'));
  }
  return out;
}

const isDue = (wish: Wish, ttlMs: number, atMs: number): boolean =>
  isRefreshUnanswered(wish) || isEndlessPause(wish) || atMs >= dueMs(wish, ttlMs, atMs);

const dueMs = ({ connector, spec, charger: { traits } }: Wish, ttlMs: number, atMs: number): number =>
  refreshDueMs(newest(connector.ledger), spec.index, ttlMs, putOff(connector, traits, ttlMs, atMs));

/** Told while its clock was unknown: now it can be given its end. */
const isEndlessPause = ({ connector: { ledger }, spec, charger }: Wish): boolean => {
  const { limitMa, lapsesAtMs, ackedAtMs } = newest(ledger);
  return (
    ackedAtMs !== null && lapsesAtMs === Number.POSITIVE_INFINITY && limitMa < spec.fallbackMa && canLease(charger)
  );
};

const holds = (wish: Wish, rooms: readonly RowRoom[], over: ReadonlySet<number>): boolean =>
  pathRows(wish.spec, wish.phases).every(row => !over.has(row) && at(rooms, row).mayRefresh);
