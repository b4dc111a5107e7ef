/** One pass of the loop: allocate, check, gate. Two layers that do not trust each other. */
import { at } from '#base/assert.ts';
import type { Triple } from '#base/units.ts';
import { allocate } from '#site/allocation/allocate.ts';
import { certificateHolds } from '#site/allocation/certificate.ts';
import type { Claim, Share } from '#site/allocation/claim.ts';
import {
  capacityFor,
  claimsOf,
  isRemoved,
  limitOfShare,
  type Part,
  partsOf,
  rowTree,
  standingMa,
  wants,
} from '#site/allocation/claims.ts';
import { rowsHold } from '#site/allocation/row-check.ts';
import { isReachable } from '#site/gate/belief.ts';
import { ceilingOf } from '#site/gate/ceiling.ts';
import { nextDeadlineMs } from '#site/gate/deadlines.ts';
import type { PassResult } from '#site/gate/decision.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import { afterLapses } from '#site/gate/lease.ts';
import { grantMa, newest } from '#site/gate/ledger.ts';
import { freeSockets } from '#site/gate/reserve.ts';
import { type RowRoom, siteRows } from '#site/gate/rows.ts';
import { commandsFor } from '#site/gate/send.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import {
  ceilingReason,
  failedCheckReason,
  idleReason,
  reasonOfShare,
  removedReason,
  stuckReason,
  waitingReason,
} from '#site/reasons.ts';
import type { Connector, SiteState, Target } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/**
 * What each connector shall draw, and the commands that may leave for it now.
 * @param atMs monotonic; everything in the state lies at or before it
 */
export function pass(found: SiteState, atMs: number): PassResult {
  const state = afterLapses(found, atMs);
  const rooms = siteRows(state, atMs);
  const exposures = exposuresOf(state, atMs);
  const planned = plan(state, rooms, exposures, atMs);
  const sending = commandsFor(state, planned.targets, rooms, exposures, atMs);
  const targets = withWaiting(state, planned.targets, sending.waiting);
  const after = { ...state, targets, loop: { ...state.loop, raisesWaiting: sending.waiting.size > 0 } };
  return {
    targets,
    commands: sending.commands,
    wakeAtMs: nextDeadlineMs(after, atMs),
    checksHeld: planned.checksHeld,
    blockedReductions: sending.blockedReductions,
    raisesWaiting: sending.waiting.size > 0,
  };
}

type Plan = { readonly targets: readonly Target[]; readonly checksHeld: boolean };

const CLAIMS: ReadonlySet<Part> = new Set(['claims']);
const CLAIMS_AND_STUCK: ReadonlySet<Part> = new Set(['claims', 'stuck']);
const STUCK: ReadonlySet<Part> = new Set(['stuck']);
const NONE: ReadonlySet<Part> = new Set();

/**
 * Targets for all. Stuck connectors count at what they may hold, so that the others give way in this
 * very pass; what they themselves should draw comes from a second fill in which they ask like anyone.
 */
function plan(state: SiteState, rooms: readonly RowRoom[], exposures: readonly Triple[], atMs: number): Plan {
  const parts = partsOf(state, atMs);
  const free = freeSockets(state, atMs);
  const capacityMa = capacityFor(state, rooms, parts, STUCK, exposures, free);
  const standing = standingMa(state, parts, capacityMa, free, atMs);
  const main = fill(state, capacityMa, claimsOf(state, parts, CLAIMS, atMs));
  const wished = parts.includes('stuck')
    ? fill(
        state,
        capacityFor(state, rooms, parts, NONE, exposures, free),
        claimsOf(state, parts, CLAIMS_AND_STUCK, atMs),
      )
    : main;
  if (!main.holds || !wished.holds)
    return { targets: state.topology.connectors.map(s => safeTarget(state, s)), checksHeld: false };
  const targets = state.topology.connectors.map(spec => {
    const connector = at(state.connectors, spec.index);
    const part = at(parts, spec.index);
    if (!wants(connector)) return { targetMa: at(standing, spec.index), reason: standingReason(state, spec) };
    const share = (part === 'stuck' ? wished : main).shares[spec.index];
    const sharedMa = limitOfShare(state, spec, share?.targetMa ?? 0, atMs);
    const targetMa = connector.ledger.uncontrolled ? proofMa(spec, connector) : sharedMa;
    if (part === 'stuck')
      return { targetMa, reason: stuckReason(state.topology, spec, stuckWords(state, spec, connector)) };
    return {
      targetMa,
      reason: share ? shareReason(state, share, spec, rooms, atMs) : idleReason(state.topology, spec),
    };
  });
  return { targets, checksHeld: true };
}

/** One that does not obey is told once less than it was: only by obeying that it comes back (rule 8). */
function proofMa({ minMa }: ConnectorSpec, { ledger }: Connector): number {
  if (ledger.obeyed !== null) return newest(ledger).limitMa;
  return ledger.brokenMa > minMa ? minMa : 0;
}

const standingReason = (state: SiteState, spec: ConnectorSpec) =>
  isRemoved(state, spec) ? removedReason(state.topology, spec) : idleReason(state.topology, spec);

/** A share that no row holds back is held back by its own ceiling. */
function shareReason(state: SiteState, share: Share, spec: ConnectorSpec, rooms: readonly RowRoom[], atMs: number) {
  const { topology } = state;
  if (isRemoved(state, spec)) return removedReason(topology, spec);
  if (share.bound.kind !== 'ceiling') return reasonOfShare(topology, share.bound, spec, rooms);
  const charger = at(state.chargers, spec.charger);
  return ceilingReason(
    topology,
    spec,
    ceilingOf(at(state.connectors, spec.index), spec, charger, topology.nominalV, atMs),
  );
}

function fill(state: SiteState, capacityMa: Float64Array, claims: readonly Claim[]) {
  const tree = rowTree(state.topology);
  const allocation = allocate(tree, capacityMa, claims);
  const holds =
    certificateHolds(tree, capacityMa, claims, allocation) && rowsHold(tree, capacityMa, claims, allocation);
  return { holds, shares: byConnector(allocation.shares) };
}

/** By connector index; nothing where nobody claimed. */
function byConnector(shares: readonly Share[]): readonly (Share | undefined)[] {
  const out: (Share | undefined)[] = [];
  for (const share of shares) out[share.connector] = share;
  return out;
}

/** Rule 28: a failed check grants the lower of the current grant and the fallback. */
function safeTarget(state: SiteState, spec: ConnectorSpec): Target {
  const granted = grantMa(at(state.connectors, spec.index).ledger);
  return { targetMa: Math.min(granted ?? spec.fallbackMa, spec.fallbackMa), reason: failedCheckReason };
}

function stuckWords(state: SiteState, spec: ConnectorSpec, connector: Connector): string {
  if (connector.ledger.uncontrolled) return 'draws more than it was told: counted at its rating';
  const charger = at(state.chargers, spec.charger);
  if (!isReachable(charger)) return 'cannot be reached: counted at what it may still draw';
  if (!isSetUp(charger)) return 'is being set up: counted at what it may still draw';
  if (connector.ledger.failures > 0) return 'did not take its last command: counted at what it may still draw';
  return 'has not given way in time: counted at what it may still draw';
}

function withWaiting(
  state: SiteState,
  targets: readonly Target[],
  waiting: ReadonlyMap<number, RowRoom>,
): readonly Target[] {
  if (waiting.size === 0) return targets;
  return targets.map((target, index) => {
    const room = waiting.get(index);
    return room === undefined ? target : { ...target, reason: waitingReason(state.topology, target.targetMa, room) };
  });
}
