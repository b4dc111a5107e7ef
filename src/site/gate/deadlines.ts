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
  for (const meter of state.meters) next = sooner(next, freshnessDeadlineMs(meter, atMs), atMs);
  for (const limit of state.outsideLimits) next = sooner(next, limit.validUntilMs ?? Number.POSITIVE_INFINITY, atMs);
  for (const spec of state.topology.connectors) {
    const connector = at(state.connectors, spec.index);
    const charger = at(state.chargers, spec.charger);
    const last = newest(connector.ledger);
    next = sooner(next, overdueAtMs(connector, charger.traits), atMs);
    next = sooner(next, retryAtMs(connector.ledger), atMs);
    if (charger.callSinceMs !== null) next = sooner(next, charger.callSinceMs + LINK_MS, atMs);
    if (isUnknown(last)) continue;
    if (state.loop.raisesWaiting || at(state.targets, spec.index).targetMa > last.limitMa) {
      next = sooner(next, last.sentAtMs + LINK_MS, atMs);
      next = sooner(next, last.sentAtMs + RAISE_GAP_MS, atMs);
    }
    if (last.ackedAtMs === null || connector.ledger.held.length === 1) continue;
    next = sooner(next, last.ackedAtMs + charger.traits.believeMs, atMs);
    if (!state.loop.raisesWaiting) continue;
    next = sooner(next, askDueMs(last.ackedAtMs, charger), atMs);
    next = sooner(next, charger.askedAtMs + ASK_EVERY_MS, atMs);
  }
  return next;
}

const sooner = (next: number, deadlineMs: number, atMs: number): number =>
  deadlineMs > atMs && deadlineMs < next ? deadlineMs : next;
