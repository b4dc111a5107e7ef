/**
 * A raise waits for the disk before it leaves (rule 27), and the world may change meanwhile: what it was granted
 * on is looked at again at the last moment.
 */
import { at } from '#base/assert.ts';
import { LINK_MS } from '#site/gate/constants.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import { newest } from '#site/gate/ledger.ts';
import { phasesOf } from '#site/gate/mask.ts';
import { type RowRoom, siteRows } from '#site/gate/rows.ts';
import { type Sums, sumsOf } from '#site/gate/sums.ts';
import { pathRows } from '#site/gate/wish.ts';
import type { SiteState } from '#site/state.ts';

/** The rows as they stand now, with every raise that is booked. */
export type Standing = { readonly rooms: readonly RowRoom[]; readonly sums: Sums };

export const standingOf = (state: SiteState, atMs: number): Standing => ({
  rooms: siteRows(state, atMs),
  sums: sumsOf(state, exposuresOf(state, atMs), atMs),
});

/** Whether a raise that is booked already still fits every row on its path, and is still wanted. */
export function mayLeave(state: SiteState, { rooms, sums }: Standing, command: GateCommand, atMs: number): boolean {
  if (command.type !== 'set-limit' || command.change !== 'raise') return true;
  if (at(state.targets, command.connector).targetMa < command.limitMa) return false;
  // Its lease is counted from the decision: a disk that takes longer would have it end late.
  if (atMs - newest(at(state.connectors, command.connector).ledger).sentAtMs > LINK_MS) return false;
  const spec = at(state.topology.connectors, command.connector);
  const phases = phasesOf(at(state.connectors, command.connector), spec, atMs);
  return pathRows(spec, phases).every(row => {
    const room = at(rooms, row);
    return (sums.live[row] ?? 0) <= room.raiseMa && (sums.hard[row] ?? 0) <= room.hardRaiseMa;
  });
}
