/** What the world can tell of a station that stands in it. */
import type { StationTruth } from './holdings.ts';
import type { Station } from './station.ts';
import { takes } from './station-memory.ts';

export const truthOf = (station: Station): StationTruth => ({
  stack: () => station.stack(),
  wallMs: () => station.wallMs(),
  startedWallMs: id => station.connectorOf(id).transaction?.startedWallMs ?? null,
  wattPhases: id => station.connectorOf(id).wattPhases(),
  takes: profile => takes(station.plan.habit, profile),
});
