/**
 * What everything but the back office leaves its connectors, as far as it is known: what a composite schedule is
 * made of beside the back office's own profiles. Its own limits are left out here, since the stack knows how they
 * change with time.
 */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import type { Quad } from '#base/units.ts';
import { wants } from '#site/allocation/claims.ts';
import { grantMa } from '#site/gate/ledger.ts';
import { isExpired } from '#site/gate/limits.ts';
import { phasesOf } from '#site/gate/mask.ts';
import { type RowRoom, siteRows } from '#site/gate/rows.ts';
import type { OutsideLimit, SiteState, Target } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { SocketOutlook, StationOutlook } from './composite-schedule.ts';
import type { ProfileSession } from './profile-rules.ts';

/** The name under which limits of the back office stand among the others. */
export const BACK_OFFICE = 'csms';

/** @param place the connector's number at the back office, and what runs there */
export function socketOutlook(
  state: SiteState,
  spec: ConnectorSpec,
  place: { readonly connector: number; readonly session: ProfileSession | null },
  now: Moment,
): SocketOutlook {
  const connector = at(state.connectors, spec.index);
  const phases = phasesOf(connector, spec, now.nowMs);
  return {
    ...place,
    grantMa: wants(connector) ? grantMa(connector.ledger) : null,
    leaves: leavesOf(state, spec, now),
    phases,
    wattsPerA: spec.dc?.wattsPerA ?? state.topology.nominalV * phases.length,
    minMa: spec.minMa,
    isDc: spec.dc !== null,
  };
}

/** Roots stand beside each other, so that what they leave adds up. */
export function stationOutlook(state: SiteState, atMs: number): StationOutlook {
  const { nominalV, supplyPhases } = state.topology;
  const leaves = roomsAhead(state, atMs).map(({ fromMs, rooms }) => ({
    afterMs: fromMs - atMs,
    limitMa: rootsLeave(state, rooms),
  }));
  return { nominalV, supplyPhases, leaves };
}

function rootsLeave({ topology }: SiteState, rooms: readonly RowRoom[]): Quad {
  const roots = topology.circuits.filter(({ parent }) => parent < 0);
  const sum = (row: number) => roots.reduce((all, { index }) => all + Math.max(0, targetMa(rooms, index, row)), 0);
  return [sum(0), sum(1), sum(2), sum(3)];
}

/**
 * Now, and from each instant on at which a limit from outside is known to end. Where something else than the back
 * office keeps a car down, that is its share for as long as the limits stay as they are.
 */
function leavesOf(state: SiteState, spec: ConnectorSpec, { nowMs, wallMs }: Moment): SocketOutlook['leaves'] {
  const shareMa = shareOf(state, spec);
  return roomsAhead(state, nowMs).map(({ fromMs, rooms }, index) => {
    const isOpen = index > 0 && isFreedBy(state, spec, fromMs);
    const limitMa = Math.min(isOpen ? spec.maxMa : shareMa, roomOf(rooms, spec));
    return { fromWallMs: wallMs + fromMs - nowMs, limitMa };
  });
}

type RoomsFrom = { readonly fromMs: number; readonly rooms: readonly RowRoom[] };

/** The same for every socket of a question, and much more work than what each of them makes of it. */
const ahead = new WeakMap<SiteState, readonly RoomsFrom[]>();

/** What rows leave now, and from each instant on at which a limit from outside ends. Meters are read as now. */
function roomsAhead(state: SiteState, atMs: number): readonly RoomsFrom[] {
  const known = ahead.get(state);
  if (known?.[0]?.fromMs === atMs) return known;
  const local = withoutBackOffice(state);
  const later = endsAhead(local, atMs).map(fromMs => ({ fromMs, rooms: siteRows(withoutEnded(local, fromMs), atMs) }));
  const all = [{ fromMs: atMs, rooms: siteRows(local, atMs) }, ...later];
  ahead.set(state, all);
  return all;
}

/** What the others leave it of what is shared; its rating where nobody asks, or where only the back office holds it. */
function shareOf(state: SiteState, spec: ConnectorSpec): number {
  const target = state.targets[spec.index];
  if (target === undefined || !wants(at(state.connectors, spec.index)) || isBackOffices(target)) return spec.maxMa;
  return target.targetMa;
}

const isBackOffices = ({ reason }: Target): boolean => reason.source === BACK_OFFICE || reason.limit === BACK_OFFICE;

const withoutBackOffice = (state: SiteState): SiteState => ({
  ...state,
  outsideLimits: state.outsideLimits.filter(({ source }) => source !== BACK_OFFICE),
});

/** Instants, monotonic, at which limits from outside end. */
function endsAhead({ outsideLimits }: SiteState, atMs: number): readonly number[] {
  const ends = outsideLimits.flatMap(({ validUntilMs }) =>
    validUntilMs !== null && validUntilMs > atMs ? [validUntilMs] : [],
  );
  return [...new Set(ends)].sort((a, b) => a - b);
}

/** Limits as they will stand then: gone, or at their fail-safe value. */
const withoutEnded = (state: SiteState, atMs: number): SiteState => ({
  ...state,
  outsideLimits: state.outsideLimits.flatMap(limit => (isExpired(limit, atMs) ? afterEnd(limit) : [limit])),
});

const afterEnd = (limit: OutsideLimit): readonly OutsideLimit[] =>
  limit.failSafeMa === null ? [] : [{ ...limit, limitMa: limit.failSafeMa, limitW: null, validUntilMs: null }];

/** A limit on the circuit that keeps it down ends by then: its share is open again. */
function isFreedBy(state: SiteState, spec: ConnectorSpec, atMs: number): boolean {
  const id = state.targets[spec.index]?.reason.id;
  return state.outsideLimits.some(
    limit => isExpired(limit, atMs) && at(state.topology.circuits, limit.circuit).id === id,
  );
}

/** The least that a row above it leaves, were it alone there. */
function roomOf(rooms: readonly RowRoom[], spec: ConnectorSpec): number {
  let roomMa = spec.maxMa;
  for (const circuit of spec.path) {
    for (const phase of spec.phases) roomMa = Math.min(roomMa, targetMa(rooms, circuit, phase));
    roomMa = Math.min(roomMa, Math.floor(targetMa(rooms, circuit, 3) / spec.phases.length));
  }
  return Math.max(0, roomMa);
}

const targetMa = (rooms: readonly RowRoom[], circuit: number, row: number): number =>
  at(rooms, 4 * circuit + row).targetMa;
