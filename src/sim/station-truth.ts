/** What the world can tell of a station that stands in it. */
import type { StationTruth } from './holdings.ts';
import type { Station } from './station.ts';
import { takes } from './station-memory.ts';

/**
 * @param known false while nobody could know that it obeys nothing: then it counts with what it accepted, and
 * with what it draws. What flows in truth is counted beside this, whatever anybody knows.
 */
export const truthOf = (station: Station, known: () => boolean = () => true): StationTruth => ({
  stack: () => (known() ? station.stack() : station.promisedStack()),
  wallMs: () => station.wallMs(),
  startedWallMs: id => station.connectorOf(id).transaction?.startedWallMs ?? null,
  wattPhases: id => station.connectorOf(id).wattPhases(),
  isOff: () => station.isOff(),
  takes: profile => takes(station.plan.habit, profile),
});
