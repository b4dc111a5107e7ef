/** When the gate must look again although nothing happened: the earliest deadline in the state. */
import { at } from '#base/assert.ts';
import { overdueAtMs, retryAtMs } from '#site/gate/belief.ts';
import { ASK_EVERY_MS, LINK_MS, RAISE_GAP_MS } from '#site/gate/constants.ts';
import { freshnessDeadlineMs } from '#site/gate/freshness.ts';
import { isUnknown, newest } from '#site/gate/ledger.ts';
import { askDueMs } from '#site/gate/send.ts';
import type { SiteState } from '#site/state.ts';

/** The first instant after `atMs` at which time alone may change what the gate does; Infinity when none is. */
export function nextDeadlineMs(state: SiteState, atMs: number): number {
  let next = Number.POSITIVE_INFINITY;
  const consider = (deadlineMs: number) => {
    if (deadlineMs > atMs && deadlineMs < next) next = deadlineMs;
  };
  for (const meter of state.meters) consider(freshnessDeadlineMs(meter, atMs));
  for (const limit of state.outsideLimits) consider(limit.validUntilMs ?? Number.POSITIVE_INFINITY);
  for (const spec of state.topology.connectors) {
    const connector = at(state.connectors, spec.index);
    const charger = at(state.chargers, spec.charger);
    const last = newest(connector.ledger);
    consider(overdueAtMs(connector, charger.traits));
    consider(retryAtMs(connector.ledger));
    if (charger.callSinceMs !== null) consider(charger.callSinceMs + LINK_MS);
    if (isUnknown(last)) continue;
    if (state.loop.raisesWaiting || at(state.targets, spec.index).targetMa > last.limitMa) {
      consider(last.sentAtMs + LINK_MS);
      consider(last.sentAtMs + RAISE_GAP_MS);
    }
    if (last.ackedAtMs === null || connector.ledger.held.length === 1) continue;
    consider(last.ackedAtMs + charger.traits.believeMs);
    if (!state.loop.raisesWaiting) continue;
    consider(askDueMs(last.ackedAtMs, charger));
    consider(charger.askedAtMs + ASK_EVERY_MS);
  }
  return next;
}
