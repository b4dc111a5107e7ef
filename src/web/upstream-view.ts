/** The back office as people see it: the line to it, what waits, and which socket has which number there. Pure. */
import type { ConnectorStatus, SiteState } from '#site/state.ts';
import { socketNamed, socketW } from '#site/topology.ts';
import { type Cell, csv } from './csv.ts';
import type { UpstreamView } from './site-view.ts';

/** One back office, as the upstream room tells it. */
export type Office = {
  readonly identity: string;
  readonly state: UpstreamView['state'];
  readonly queued: number;
  readonly oldestMs: number;
  readonly etaMs: number | null;
  readonly setAside: number;
  readonly sinceWallMs: number;
  readonly cause: string;
  readonly why: string;
  readonly whatToDo: string;
  readonly connectors: readonly {
    readonly number: number;
    readonly charger: string;
    readonly connectorId: number;
    readonly removed: boolean;
    readonly outOfService: boolean;
    readonly reserved: boolean;
    readonly proposed: boolean;
  }[];
};

export function upstreamView({ connectors: _, sinceWallMs, ...office }: Office): UpstreamView {
  return { ...office, since: new Date(sinceWallMs).toISOString() };
}

/** The JSON of `GET /api/v1/upstream`. */
export const upstreamDetail = (offices: readonly Office[]) =>
  offices.map(office => ({ ...upstreamView(office), connectors: office.connectors }));

/** A socket's number at the back office; null without one. */
export const upstreamId = (offices: readonly Office[], charger: string, connectorId: number): number | null =>
  socketOf(offices, { charger, connectorId })?.number ?? null;

const socketOf = (offices: readonly Office[], place: { readonly charger: string; readonly connectorId: number }) =>
  offices[0]?.connectors.find(
    ({ charger, connectorId }) => charger === place.charger && connectorId === place.connectorId,
  );

/** Its status beside what the back office has said of it, which not every charger can say itself. */
export function standingStatus(
  offices: readonly Office[],
  place: { readonly charger: string; readonly connectorId: number },
  status: ConnectorStatus,
): ConnectorStatus {
  const socket = socketOf(offices, place);
  if (socket?.outOfService && (status === 'Available' || status === 'Reserved')) return 'Unavailable';
  return socket?.reserved && status === 'Available' ? 'Reserved' : status;
}

/**
 * The table of `GET /api/v1/upstream/map.csv`, for those who register sockets at the back office. `plug` is the socket's
 * number at its charger; what the site file has no more keeps its number alone.
 */
export const upstreamMap = (offices: readonly Office[], state: SiteState): string =>
  csv(
    ['number', 'identity', 'serial', 'bay', 'plug', 'kW', 'state'],
    offices.flatMap(({ connectors }) => connectors.map(socket => row(socket, state))),
  );

function row(socket: Office['connectors'][number], { topology, chargers }: SiteState): readonly Cell[] {
  const { number, charger, connectorId, removed, proposed } = socket;
  const spec = socketNamed(topology, charger, connectorId);
  const word = removed ? 'removed' : proposed ? 'proposed' : 'confirmed';
  if (spec === undefined) return [number, charger, null, null, connectorId, null, word];
  const kW = Math.round(socketW(spec, topology) / 100) / 10;
  return [number, charger, chargers[spec.charger]?.serial ?? null, spec.name, connectorId, kW, word];
}
