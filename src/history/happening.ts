/** What history writes down as having happened: read off the change between two states and the event between them. */
import { at } from '#base/assert.ts';
import { type PhaseAmps, phaseAmps } from '#base/units.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SessionFlag } from '#site/session.ts';
import type { Connector, OutsideLimit, SiteState } from '#site/state.ts';
import type { MeterChange } from './meter-words.ts';

/** One line of the site's diary, with names instead of indexes. No idTokens: they are people's. */
export type Happening =
  | { readonly what: 'charger-connected'; readonly charger: string; readonly ocppVersion: string }
  | { readonly what: 'charger-lost'; readonly charger: string; readonly detail: string }
  | {
      readonly what: 'transaction-started';
      readonly charger: string;
      readonly connectorId: number;
      readonly transactionId: number;
      readonly meterStartWh: number;
    }
  | {
      readonly what: 'transaction-ended';
      readonly charger: string;
      readonly connectorId: number;
      readonly transactionId: number;
      readonly meterStartWh: number;
      /** Null where the charger did not say: it lost the transaction, or a new one took its place. */
      readonly meterStopWh: number | null;
      readonly reason: string;
    }
  | {
      readonly what: 'limit-set';
      readonly source: string;
      readonly circuit: string;
      readonly limitA: PhaseAmps;
      readonly limitW: number | null;
      readonly evOnly: boolean;
      readonly validUntilWallMs: number | null;
    }
  | { readonly what: 'limits-cleared'; readonly source: string }
  /** What is billed differs from what the charger told, or a person should know of it otherwise. */
  | {
      readonly what: 'session-flagged';
      readonly charger: string;
      readonly connectorId: number;
      readonly transactionId: number;
      readonly flags: readonly SessionFlag[];
      readonly saidWh: number | null;
      readonly billedWh: number | null;
      /** As the charger told it after it was closed. */
      readonly correctionWh: number | null;
      readonly saidReason: string | null;
      readonly billedReason: string | null;
    }
  /** Sessions could not be written down from here on, or could again (null). */
  | { readonly what: 'limits-only'; readonly why: string | null }
  | { readonly what: 'charger-adopted' | 'charger-removed' | 'charger-restored'; readonly charger: string }
  | MeterChange;

const NOTHING: readonly Happening[] = [];

/** What happened between two states, by the event that led from one to the other. Costs nothing when nothing did. */
export function happenings(before: SiteState | null, after: SiteState, event: SiteEvent): readonly Happening[] {
  switch (event.type) {
    case 'charger-connected':
      return [{ what: event.type, charger: identity(after, event.charger), ocppVersion: event.ocppVersion }];
    case 'charger-lost':
      return linkLost(before, after, event.charger)
        ? [{ what: event.type, charger: identity(after, event.charger), detail: event.detail }]
        : NOTHING;
    case 'charger-reported':
      return transactionChanges(before, after, event);
    case 'limits-set':
      return event.limits.map(limit => limitSet(after, limit));
    case 'durability':
      return [{ what: 'limits-only', why: event.limitsOnly?.why ?? null }];
    case 'limits-cleared':
      return [{ what: event.type, source: event.source }];
    case 'session-flagged':
      return [sessionFlagged(event)];
    case 'topology-changed':
      return [{ what: `charger-${event.change}`, charger: identity(after, event.charger) }];
    default:
      return NOTHING;
  }
}

function sessionFlagged({ session, flags }: Extract<SiteEvent, { readonly type: 'session-flagged' }>): Happening {
  const { charger, connectorId, id, meterStartWh, meterStopWh, reason, billed, correction } = session;
  const since = (registerWh: number | null | undefined) => (registerWh == null ? null : registerWh - meterStartWh);
  return {
    ...{ what: 'session-flagged', charger, connectorId, transactionId: id, flags },
    ...{ saidWh: since(meterStopWh), billedWh: since(billed?.meterWh), correctionWh: since(correction?.meterWh) },
    ...{ saidReason: reason, billedReason: billed?.reason ?? null },
  };
}

const identity = (state: SiteState, charger: number): string => at(state.topology.chargers, charger).identity;

/** The end of an older socket is no loss: a newer one stands. */
function linkLost(before: SiteState | null, after: SiteState, charger: number): boolean {
  return before?.chargers[charger]?.link !== 'offline' && after.chargers[charger]?.link === 'offline';
}

function limitSet(state: SiteState, limit: OutsideLimit): Happening {
  return {
    what: 'limit-set',
    source: limit.source,
    circuit: at(state.topology.circuits, limit.circuit).id,
    limitA: phaseAmps(limit.limitMa, state.topology.supplyPhases),
    limitW: limit.limitW,
    evOnly: limit.evOnly,
    validUntilWallMs: limit.validUntilWallMs,
  };
}

type Reported = Extract<SiteEvent, { readonly type: 'charger-reported' }>;

function transactionChanges(before: SiteState | null, after: SiteState, event: Reported): readonly Happening[] {
  if (before !== null && before.connectors === after.connectors) return NOTHING;
  const moved = at(after.topology.chargers, event.charger).connectors.filter(
    index => before?.connectors[index]?.transaction?.id !== after.connectors[index]?.transaction?.id,
  );
  // Samples come by the thousand, and tell nothing.
  if (moved.length === 0) return NOTHING;
  return moved.flatMap(index => {
    const place = {
      charger: identity(after, event.charger),
      connectorId: at(after.topology.connectors, index).connectorId,
    };
    return transactionChange(before?.connectors[index], at(after.connectors, index), place, event);
  });
}

function transactionChange(
  before: Connector | undefined,
  after: Connector,
  place: { readonly charger: string; readonly connectorId: number },
  event: Reported,
): readonly Happening[] {
  const old = before?.transaction ?? null;
  const now = after.transaction;
  const found: Happening[] = [];
  if (old !== null) {
    const start = { transactionId: old.id, meterStartWh: old.meterStartWh };
    found.push({ what: 'transaction-ended', ...place, ...start, ...ending(event, old.id) });
  }
  if (now !== null) {
    found.push({ what: 'transaction-started', ...place, transactionId: now.id, meterStartWh: now.meterStartWh });
  }
  return found;
}

function ending(event: Reported, transactionId: number): { meterStopWh: number | null; reason: string } {
  const { report } = event;
  return report.kind === 'transaction-ended' && report.transactionId === transactionId
    ? { meterStopWh: report.meterStopWh, reason: report.reason }
    : { meterStopWh: null, reason: `not said; seen with ${report.kind}` };
}
