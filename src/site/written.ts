/** How often chargers were made to write their flash today (rule 23), as it outlives a process: their wear does, too. */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import type { SiteState } from '#site/state.ts';

/** Profiles written to a socket since the beginning of its day. */
export type Written = {
  readonly charger: string;
  readonly connectorId: number;
  readonly sinceWallMs: number;
  readonly count: number;
};

/** Those of every socket that was written to at all. */
export const writtenOf = ({ topology, connectors }: SiteState, { nowMs, wallMs }: Moment): readonly Written[] =>
  topology.connectors.flatMap(({ index, charger, connectorId }) => {
    const { dayMs, count } = at(connectors, index).ledger.writes;
    if (count === 0) return [];
    const sinceWallMs = Math.round(wallMs - (nowMs - dayMs));
    return [{ charger: at(topology.chargers, charger).identity, connectorId, sinceWallMs, count }];
  });

/** The state of a new process with the counts of the one before. A clock that was set back begins the day now. */
export function withWritten(state: SiteState, written: readonly Written[], { nowMs, wallMs }: Moment): SiteState {
  const { topology } = state;
  const connectors = state.connectors.map((connector, index) => {
    const { charger, connectorId } = at(topology.connectors, index);
    const { identity } = at(topology.chargers, charger);
    const found = written.find(one => one.charger === identity && one.connectorId === connectorId);
    if (found === undefined) return connector;
    const dayMs = nowMs - Math.max(0, wallMs - found.sinceWallMs);
    return { ...connector, ledger: { ...connector.ledger, writes: { dayMs, count: found.count } } };
  });
  return { ...state, connectors };
}
