/**
 * Which socket is which connector of the one station: gap-free from 1, in the order of the site file, stored at
 * the first accepted boot and never given to another. A charger that is gone keeps its number (design §5).
 */
import { fieldsOf, parsedJson } from '#base/json.ts';
import { socketNamed, type Topology } from '#site/topology.ts';
import type { StoreChange, StoredDocument } from '#world.ts';

export const MAP_KIND = 'upstream-map';

/** One connector number and the socket that it means. `index` is null where the site file has it no more. */
export type NumberedSocket = {
  readonly number: number;
  readonly charger: string;
  readonly connectorId: number;
  readonly index: number | null;
};

export type Numbering = {
  /** By number, from 1. */
  readonly sockets: readonly NumberedSocket[];
  /** What is not on disk yet: proposals, until a boot is accepted. */
  readonly unstored: readonly StoreChange[];
};

/** @param stored documents of the kind `upstream-map`; what cannot be read of them is passed over */
export function numberingOf(topology: Topology, stored: readonly StoredDocument[]): Numbering {
  const known = stored.flatMap(document => placeOf(document) ?? []).sort((a, b) => a.number - b.number);
  return renumbered({ sockets: known.map(place => ({ ...place, index: null })), unstored: [] }, topology);
}

/** The same numbers for another site: sockets that are new stand behind all others. */
export function renumbered({ sockets: before, unstored: owed }: Numbering, topology: Topology): Numbering {
  const indexOf = ({ charger, connectorId }: NumberedSocket) =>
    socketNamed(topology, charger, connectorId)?.index ?? null;
  const sockets = before.map(place => ({ ...place, index: indexOf(place) }));
  const unstored = [...owed];
  for (const spec of topology.connectors) {
    if (sockets.some(socket => socket.index === spec.index)) continue;
    const charger = topology.chargers[spec.charger]?.identity ?? '';
    const number = (sockets.at(-1)?.number ?? 0) + 1;
    sockets.push({ number, charger, connectorId: spec.connectorId, index: spec.index });
    const key = `${charger}/${spec.connectorId}`;
    unstored.push({ type: 'put', document: { kind: MAP_KIND, key, json: JSON.stringify({ number }) } });
  }
  return { sockets, unstored };
}

export const numberOf = ({ sockets }: Numbering, charger: string, connectorId: number): number | null =>
  sockets.find(socket => socket.charger === charger && socket.connectorId === connectorId)?.number ?? null;

export const socketOf = ({ sockets }: Numbering, number: number): NumberedSocket | null =>
  sockets.find(socket => socket.number === number) ?? null;

/** An identity may hold anything but a slash (OCPP 2.0.1 identifierString). */
function placeOf({ key, json }: StoredDocument): readonly Omit<NumberedSocket, 'index'>[] | null {
  const slash = key.lastIndexOf('/');
  const { number } = fieldsOf(parsedJson(json));
  const connectorId = Number(key.slice(slash + 1));
  if (slash < 0 || typeof number !== 'number' || !Number.isInteger(number) || number < 1) return null;
  return Number.isInteger(connectorId) ? [{ number, charger: key.slice(0, slash), connectorId }] : null;
}
