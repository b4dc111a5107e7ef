/** What the back office is told of a connector, and when: at once when its status changes, its reason now and then. */
import { at } from '#base/assert.ts';
import { wants } from '#site/allocation/claims.ts';
import { grantMa } from '#site/gate/ledger.ts';
import type { Charger, Connector, ConnectorStatus, SiteState } from '#site/state.ts';
import { ascii, type StatusFacts, statusText } from '#site/status-words.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** A target moves with every pass, and small raises wait for minutes: less than this is no news. */
const MOVING_MA = 1_000;

/** The reason for what a connector has now, in words for a status notice; empty where nobody asks for current. */
export function statusInfo(state: SiteState, spec: ConnectorSpec): string {
  const connector = at(state.connectors, spec.index);
  const target = state.targets[spec.index];
  if (target === undefined || !wants(connector)) return '';
  const { reason, targetMa } = target;
  const granted = grantMa(connector.ledger);
  const where = state.topology.circuits.find(circuit => circuit.id === reason.id)?.name ?? reason.id;
  const facts: StatusFacts = {
    grant: granted === null ? null : figure(spec, granted),
    isPaused: (granted ?? targetMa) === 0 && targetMa === 0,
    target: figure(spec, targetMa),
    isMoving: Math.abs((granted ?? 0) - targetMa) >= MOVING_MA,
    least: figure(spec, spec.minMa),
    reason,
    where: ascii(where) === '' ? reason.id : where,
    takesLess: takesLess(connector, at(state.chargers, spec.charger), granted, targetMa),
  };
  return statusText(facts);
}

/** Amperes with at most one decimal, rounded down; direct current in kW at the car. */
function figure({ dc }: ConnectorSpec, ma: number): string {
  if (dc === null) return `${Math.floor(ma / 100) / 10} A`;
  return `${Math.floor(((ma / 1000) * dc.wattsPerA) / 100) / 10} kW`;
}

/** Its sample came after it has had the time to follow, and shows less than it may draw. */
function takesLess(connector: Connector, charger: Charger, granted: number | null, targetMa: number): boolean {
  const { draw, ledger } = connector;
  const ackedAtMs = ledger.held.at(-1)?.ackedAtMs ?? null;
  if (draw === null || ackedAtMs === null || granted !== targetMa || granted === 0) return false;
  if (draw.atMs < ackedAtMs + charger.traits.reactionMs) return false;
  return Math.max(...draw.ma) < granted - Math.max(1_000, granted / 10);
}

export type StatusNotice = {
  readonly status: ConnectorStatus;
  readonly errorCode: string;
  readonly info: string;
};

/** A limit moves every few seconds; one message for each would bury those that matter (issue 4). */
export const REASON_EVERY_MS = 300_000;

/**
 * When a notice is to leave, monotonic; null: it says nothing new.
 * @param told the last one and when it left; null where the back office knows nothing, as after a reconnect
 */
export function noticeDueMs(told: (StatusNotice & { readonly atMs: number }) | null, now: StatusNotice): number | null {
  if (told === null || told.status !== now.status || told.errorCode !== now.errorCode) return Number.NEGATIVE_INFINITY;
  return told.info === now.info ? null : told.atMs + REASON_EVERY_MS;
}
