/**
 * Sessions whose charger never tells their end: it has booted, its socket is free or another car's, and no stop comes.
 * A charger that is away may have the stop in its queue, so only one with a steady link can miss it. Pure.
 */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import type { Session } from '#site/session.ts';
import type { ConnectorStatus, SiteState } from '#site/state.ts';
import { socketNamed } from '#site/topology.ts';

/** A charger that tries again for hours is still believed; a bill that waits for days is not. */
export const STOP_MISSING_AFTER_MS = 24 * 3_600_000;
/** What waited for a link comes within minutes of it. */
const STEADY_LINK_MS = 10 * 60_000;

/** A car may be in a session that we know of. */
const RUNS: readonly ConnectorStatus[] = ['Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing'];

export type MissingStop = {
  /** Null: it may run. */
  readonly sinceWallMs: number | null;
  /** It is to be closed now. */
  readonly isDue: boolean;
};

/** @param isNewest no later session runs on its socket */
export function missingStop(state: SiteState, session: Session, isNewest: boolean, now: Moment): MissingStop {
  const spec = socketNamed(state.topology, session.charger, session.connectorId);
  const before = heardSince(session, now) ? null : session.missingSinceWallMs;
  // Its charger or its socket stands in no file any more: nobody will tell.
  if (spec === undefined) return missing(before ?? now.wallMs, true, now);
  const { link, booted, linkSinceMs } = at(state.chargers, spec.charger);
  const { status } = at(state.connectors, spec.index);
  const isThere = link === 'online' && booted;
  const isOver = !isNewest || (isThere && status === 'Available');
  if (!isOver && isThere && RUNS.includes(status)) return { sinceWallMs: null, isDue: false };
  const sinceWallMs = before ?? (isOver ? now.wallMs : null);
  return missing(sinceWallMs, isOver && isThere && now.nowMs - linkSinceMs >= STEADY_LINK_MS, now);
}

/** Its charger told a register of it since then. One that was told in our future was told before our clock was set back. */
const heardSince = ({ missingSinceWallMs, register: { heardWallMs } }: Session, { wallMs }: Moment): boolean =>
  missingSinceWallMs !== null && heardWallMs > missingSinceWallMs && heardWallMs <= wallMs;

const missing = (sinceWallMs: number | null, mayClose: boolean, { wallMs }: Moment): MissingStop => ({
  sinceWallMs,
  isDue: mayClose && sinceWallMs !== null && wallMs - sinceWallMs >= STOP_MISSING_AFTER_MS,
});
