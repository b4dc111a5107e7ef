/** What all connectors together take of each row, in the three views that a raise must fit (rule 3). */
import { at } from '#base/assert.ts';
import type { PhaseIndex, Triple } from '#base/units.ts';
import { LOOK_AHEAD_MS, SKEW_MS } from '#site/gate/constants.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import { countsAtLapse, lapsedLevelMa, lapsedOf } from '#site/gate/lapse.ts';
import { bookedLevelMa, levelMa } from '#site/gate/ledger.ts';
import { sharersOf } from '#site/gate/mask.ts';
import { freeSockets, plugInReserve } from '#site/gate/reserve.ts';
import { loadByRow, type RowRoom } from '#site/gate/rows.ts';
import type { Sent } from '#site/gate/told.ts';
import { pathRows, type Wish } from '#site/gate/wish.ts';
import type { SiteState } from '#site/state.ts';

/** By 4 × circuit + row; raises that are granted are added. */
export type Sums = {
  /** Exposures in the look-ahead of live rows, with the plug-in reserve. */
  readonly live: number[];
  /** Exposures until every lease has lapsed, with the plug-in reserve. */
  readonly hard: number[];
  /** Row set 2: once every lease has lapsed. */
  readonly lapsed: number[];
};

/** How far schedules count on hard rows: a dead gateway cannot lower others in time. */
export const hardAheadMs = (state: SiteState): number => state.topology.leaseTtlMs + SKEW_MS;

/** @param live exposures by connector, as `exposuresOf` gives them */
export function sumsOf(state: SiteState, live: readonly Triple[], atMs: number): Sums {
  const reserve = plugInReserve(state, freeSockets(state, atMs));
  const withReserve = (sums: number[]) => sums.map((ma, row) => ma + (reserve[row] ?? 0));
  return {
    live: withReserve(loadByRow(state, live)),
    hard: withReserve(loadByRow(state, exposuresOf(state, atMs, hardAheadMs(state)))),
    lapsed: loadByRow(state, lapsedOf(state, atMs)),
  };
}

/**
 * The level that a raise is counted from, in each view. `returns`: up to here it comes by itself once its lease has
 * lapsed, so that row set 2 counts it there already; −1 for one that is not proven.
 */
export type Booked = {
  readonly live: number;
  readonly hard: number;
  readonly lapsed: number;
  readonly returns: number;
};

export function bookedOf(state: SiteState, { connector, spec, charger }: Wish, atMs: number): Booked {
  const lapsed = lapsedLevelMa(state, spec, atMs);
  return {
    live: bookedLevelMa(connector, spec, charger, atMs, LOOK_AHEAD_MS),
    hard: bookedLevelMa(connector, spec, charger, atMs, hardAheadMs(state)),
    lapsed,
    returns: countsAtLapse(state, spec, atMs) ? lapsed : -1,
  };
}

/**
 * The highest level to which a row lets a connector be raised; −1 where the row is already over. Where row set 2
 * does not fit, nothing is raised beyond what it would come back to by itself.
 */
export function reachMa(room: RowRoom, sums: Sums, row: number, share: number, booked: Booked): number {
  const free = Math.min(
    reach(room.raiseMa - (sums.live[row] ?? 0), share, booked.live),
    reach(room.hardRaiseMa - (sums.hard[row] ?? 0), share, booked.hard),
  );
  return room.lapsedMa < (sums.lapsed[row] ?? 0) ? Math.min(free, booked.returns) : free;
}

const reach = (freeMa: number, share: number, bookedMa: number): number =>
  freeMa < 0 ? -1 : bookedMa + Math.floor(freeMa / share);

const shareOf = (phases: readonly PhaseIndex[], row: number): number => (row % 4 === 3 ? phases.length : 1);

/** What a socket falls to by itself (rule 22): its fallback; where that is 0, its minimum while row set 2 carries it. */
export function lapseFor(wish: Wish, limitMa: number, rooms: readonly RowRoom[], sums: Sums, booked: Booked): number {
  const { spec, charger } = wish;
  if (spec.fallbackMa > 0 || limitMa < spec.minMa) return spec.fallbackMa;
  const addedMa = Math.max(0, levelMa(spec.minMa, spec, charger.traits) - booked.lapsed);
  const fits = pathRows(spec, spec.phases).every(
    row => (sums.lapsed[row] ?? 0) + addedMa * shareOf(spec.phases, row) <= at(rooms, row).lapsedMa,
  );
  return fits ? spec.minMa : 0;
}

/** Books a limit that is about to be sent. Whoever comes after this car may use every phase, so row set 2 counts all. */
export function bookSent(wish: Wish, sent: Sent, sums: Sums, booked: Booked, atMs: number): void {
  const { spec, charger, connector, phases } = wish;
  const level = levelMa(sent.limitMa, spec, charger.traits, sharersOf(connector, atMs));
  for (const row of pathRows(spec, phases)) {
    add(sums.live, row, shareOf(phases, row) * Math.max(0, level - booked.live));
    add(sums.hard, row, shareOf(phases, row) * Math.max(0, level - booked.hard));
  }
  bookLapse(wish, sent, sums, booked);
}

/** Books what a limit lapses to. */
export function bookLapse({ spec, charger }: Wish, sent: Sent, sums: Sums, booked: Booked): void {
  const lapsed = levelMa(sent.lapseMa, spec, charger.traits);
  for (const row of pathRows(spec, spec.phases)) {
    add(sums.lapsed, row, shareOf(spec.phases, row) * Math.max(0, lapsed - booked.lapsed));
  }
}

function add(sums: number[], row: number, ma: number): void {
  sums[row] = (sums[row] ?? 0) + ma;
}
