/** When the gate must look again although nothing happened: the earliest deadline in the state. */
import { at } from '#base/assert.ts';
import { askDueMs } from '#site/gate/ask.ts';
import { overdueAtMs, retryAtMs } from '#site/gate/belief.ts';
import { probeEndsAtMs } from '#site/gate/ceiling.ts';
import { ASK_EVERY_MS, LINK_MS, LOOK_AHEAD_MS, RAISE_GAP_MS } from '#site/gate/constants.ts';
import { putOff, raiseDueMs } from '#site/gate/flash.ts';
import { freshnessDeadlineMs } from '#site/gate/freshness.ts';
import { lapseDeadlinesMs, refreshDueMs } from '#site/gate/lease.ts';
import { isUnknown, newest } from '#site/gate/ledger.ts';
import { learnedAtMs } from '#site/gate/mask.ts';
import { secondWordDueMs } from '#site/gate/roll-call.ts';
import { setupRetryAtMs } from '#site/gate/set-up.ts';
import { hardAheadMs } from '#site/gate/sums.ts';
import type { SiteState } from '#site/state.ts';

/** The first instant after `atMs` at which time alone may change what the gate does; Infinity when none is. */
export function nextDeadlineMs(state: SiteState, atMs: number): number {
  let next = Number.POSITIVE_INFINITY;
  const consider = (deadlineMs: number) => {
    if (deadlineMs > atMs && deadlineMs < next) next = deadlineMs;
  };
  for (const meter of state.meters) consider(freshnessDeadlineMs(meter, atMs));
  for (const limit of state.outsideLimits) consider(limit.validUntilMs ?? Number.POSITIVE_INFINITY);
  consider(state.commissioningUntilMs);
  const { leaseTtlMs } = state.topology;
  const aheadMs = [LOOK_AHEAD_MS, hardAheadMs(state)];
  for (const spec of state.topology.connectors) {
    const connector = at(state.connectors, spec.index);
    const charger = at(state.chargers, spec.charger);
    const last = newest(connector.ledger);
    consider(learnedAtMs(connector));
    if (connector.probeAtMs !== null) consider(probeEndsAtMs(connector.probeAtMs));
    consider(overdueAtMs(connector, charger.traits));
    consider(retryAtMs(connector.ledger));
    if (charger.callSinceMs !== null) consider(charger.callSinceMs + LINK_MS);
    consider(setupRetryAtMs(charger));
    for (const deadlineMs of lapseDeadlinesMs(connector, charger.traits, aheadMs)) consider(deadlineMs);
    if (isUnknown(last)) continue;
    consider(refreshDueMs(last, spec.index, leaseTtlMs, putOff(connector, charger.traits, leaseTtlMs, atMs)));
    if (state.loop.raisesWaiting || at(state.targets, spec.index).targetMa > last.limitMa) {
      consider(connector.ledger.changedAtMs + LINK_MS);
      consider(connector.ledger.changedAtMs + RAISE_GAP_MS);
      consider(raiseDueMs(connector, charger.traits, leaseTtlMs, atMs));
    }
    if (state.loop.raisesWaiting && connector.draw !== null) consider(secondWordDueMs(state, spec, connector.draw));
    if (last.ackedAtMs === null || connector.ledger.held.length === 1) continue;
    for (const { ackedAtMs } of connector.ledger.held)
      if (ackedAtMs !== null) consider(ackedAtMs + charger.traits.believeMs);
    if (!state.loop.raisesWaiting) continue;
    consider(askDueMs(last.ackedAtMs, charger));
    consider(charger.askedAtMs + ASK_EVERY_MS);
  }
  return next;
}
