/**
 * Which socket is which connector of the one station: gap-free from 1, as the installer numbered them and else in the
 * order of the site file; stored at the first accepted boot, frozen from then on, and never given to another. A charger
 * that is gone keeps its number, and one that replaces it takes it over (design §5).
 */
import { fieldsOf, parsedJson } from '#base/json.ts';
import { type ConnectorSpec, socketNamed, type Topology } from '#site/topology.ts';
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

type Place = Omit<NumberedSocket, 'index'>;

/** @param stored documents of the kind `upstream-map`; what cannot be read of them is passed over */
export function numberingOf(topology: Topology, stored: readonly StoredDocument[]): Numbering {
  const known = stored.flatMap(document => placeOf(document) ?? []).sort((a, b) => a.number - b.number);
  return renumbered({ sockets: known.map(place => ({ ...place, index: null })), unstored: [] }, topology);
}

/** The same numbers for another site: sockets that are new stand behind all others. */
export function renumbered({ sockets: before, unstored: owed }: Numbering, topology: Topology): Numbering {
  const unstored = [...owed];
  const held = new Set(before.map(keyOf));
  const places = before.map((place): Place => {
    const heir = heirOf(place, topology);
    // One that has a number of its own keeps that.
    if (heir === null || held.has(keyOf(heir))) return place;
    unstored.push({ type: 'remove', kind: MAP_KIND, key: keyOf(place) }, put(heir));
    return heir;
  });
  const numbers = new Map(places.map(place => [keyOf(place), place]));
  for (const place of proposed(places, fresh(topology, numbers), topology)) {
    numbers.set(keyOf(place), place);
    unstored.push(put(place));
  }
  const sockets = [...numbers.values()].sort((a, b) => a.number - b.number);
  return { sockets: sockets.map(place => ({ ...place, index: indexOf(topology, place) })), unstored };
}

/** Of one whose numbers are not on disk yet. */
export const isProposed = ({ unstored }: Numbering, socket: Place): boolean =>
  unstored.some(change => change.type === 'put' && change.document.key === keyOf(socket));

export const numberOf = ({ sockets }: Numbering, charger: string, connectorId: number): number | null =>
  sockets.find(socket => socket.charger === charger && socket.connectorId === connectorId)?.number ?? null;

export const socketOf = ({ sockets }: Numbering, number: number): NumberedSocket | null =>
  sockets.find(socket => socket.number === number) ?? null;

const keyOf = ({ charger, connectorId }: Pick<Place, 'charger' | 'connectorId'>): string => `${charger}/${connectorId}`;

const put = ({ number, ...place }: Place): StoreChange => ({
  type: 'put',
  document: { kind: MAP_KIND, key: keyOf(place), json: JSON.stringify({ number }) },
});

const indexOf = (topology: Topology, { charger, connectorId }: Place): number | null =>
  socketNamed(topology, charger, connectorId)?.index ?? null;

/** The same place for the charger that stands in for one that is gone; null where none does, or it has no such socket. */
function heirOf(place: Place, topology: Topology): Place | null {
  if (topology.chargers.some(({ identity }) => identity === place.charger)) return null;
  const heir = topology.chargers.find(({ replaces }) => replaces === place.charger);
  const taken = heir === undefined ? null : { ...place, charger: heir.identity };
  return taken === null || indexOf(topology, taken) === null ? null : taken;
}

type Fresh = { readonly spec: ConnectorSpec; readonly charger: string };

const fresh = (topology: Topology, known: ReadonlyMap<string, Place>): readonly Fresh[] =>
  topology.connectors
    .map(spec => ({ spec, charger: topology.chargers[spec.charger]?.identity ?? '' }))
    .filter(({ spec, charger }) => !known.has(keyOf({ charger, connectorId: spec.connectorId })));

/** As wished where that number is free and leaves no gap; the others take the lowest that are left, in bay order. */
function proposed(places: readonly Place[], sockets: readonly Fresh[], topology: Topology): readonly Place[] {
  const most = places.length + sockets.length;
  const free = new Set(Array.from({ length: most }, (_, index) => index + 1));
  for (const { number } of places) free.delete(number);
  const wished = new Map<Fresh, number>();
  for (const socket of sockets) {
    const wish = socket.spec.upstreamId;
    if (wish !== undefined && free.delete(wish)) wished.set(socket, wish);
  }
  const left = free.values();
  return sockets.map(socket => {
    const number = wished.get(socket) ?? left.next().value ?? most + topology.connectors.length;
    return { number, charger: socket.charger, connectorId: socket.spec.connectorId };
  });
}

/** An identity may hold anything but a slash (OCPP 2.0.1 identifierString). */
function placeOf({ key, json }: StoredDocument): readonly Place[] | null {
  const slash = key.lastIndexOf('/');
  const { number } = fieldsOf(parsedJson(json));
  const connectorId = Number(key.slice(slash + 1));
  if (slash < 0 || typeof number !== 'number' || !Number.isInteger(number) || number < 1) return null;
  return Number.isInteger(connectorId) ? [{ number, charger: key.slice(0, slash), connectorId }] : null;
}
