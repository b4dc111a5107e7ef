/** Reasons as the passes give them: what bound a share, in data and in plain words. */
import { at } from '#base/assert.ts';
import { toA } from '#base/units.ts';
import type { Bound } from '#site/allocation/claim.ts';
import type { Ceiling } from '#site/gate/ceiling.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import type { Reason, ReasonSource } from '#site/reason.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';

const ROW_NAMES = ['L1', 'L2', 'L3', 'sum of phases'] as const;

const KNOWN_SOURCES: readonly ReasonSource[] = [
  'fuse',
  'contract',
  'ems',
  'grid',
  'csms',
  'cap',
  'schedule',
  'charger',
  'cable',
];

/** The closed list knows the usual names; any other source from outside is an energy manager. */
const sourceOf = (name: string): ReasonSource => KNOWN_SOURCES.find(known => known === name) ?? 'ems';

const identityOf = (topology: Topology, spec: ConnectorSpec): string => at(topology.chargers, spec.charger).identity;

/** Why a share is no higher than its own ceiling: the charger's rating, or whoever allows it less. */
export const ceilingReason = (topology: Topology, spec: ConnectorSpec, { source, text }: Ceiling): Reason => ({
  source,
  id: identityOf(topology, spec),
  row: null,
  text: text === '' && source === 'charger' ? `all that ${spec.name} can give` : text,
});

/** Why a share is what a row leaves it. */
export function reasonOfShare(
  topology: Topology,
  bound: Exclude<Bound, { kind: 'ceiling' }>,
  spec: ConnectorSpec,
  rooms: readonly RowRoom[],
): Reason {
  const room = at(rooms, bound.node * 4 + bound.row);
  const tight = reasonOfRow(topology, room);
  if (bound.kind === 'row') return tight;
  return {
    ...tight,
    source: 'minimum',
    text: `needs ${toA(spec.minMa)} A, no room left: ${tight.text}`,
    limit: tight.source,
  };
}

/** Why a row has no more. */
export function reasonOfRow(topology: Topology, room: RowRoom): Reason {
  const circuit = at(topology.circuits, room.circuit);
  const row = ROW_NAMES[room.row];
  if (room.because === 'meter') {
    return { source: 'meter', id: circuit.id, row: room.row, text: `the meter of ${circuit.name} is silent, ${row}` };
  }
  const name = room.limit?.source ?? 'fuse';
  const text = name === 'fuse' ? `${circuit.name}, ${row}` : `${name} limit of ${circuit.name}, ${row}`;
  return { source: sourceOf(name), id: circuit.id, row: room.row, text };
}

/** A target above the grant that must wait until others have given way. */
export function waitingReason(topology: Topology, targetMa: number, room: RowRoom): Reason {
  const tight = reasonOfRow(topology, room);
  const text = `rises to ${toA(targetMa)} A when ${tight.text} has room`;
  return { ...tight, source: 'transit', text, limit: tight.source };
}

export const idleReason = (topology: Topology, spec: ConnectorSpec): Reason => ({
  source: 'fallback',
  id: identityOf(topology, spec),
  row: null,
  text: spec.fallbackMa === 0 ? 'nobody asks for current' : 'nobody asks, its fallback current stands ready',
});

/** A person took its charger out of the site. */
export const removedReason = (topology: Topology, spec: ConnectorSpec): Reason => ({
  source: 'operator',
  id: identityOf(topology, spec),
  row: null,
  text: 'its charger was taken out of this site: it gets nothing',
});

export const stuckReason = (topology: Topology, spec: ConnectorSpec, words: string): Reason => ({
  source: 'charger',
  id: identityOf(topology, spec),
  row: null,
  text: words,
});

export const failedCheckReason: Reason = {
  source: 'fallback',
  id: 'check',
  row: null,
  text: 'a check of the allocation failed: the lower of grant and fallback current',
};
