/** The back office as people see it: the line to it, what waits, and which socket has which number there. Pure. */
import type { ConnectorStatus } from '#site/state.ts';
import type { UpstreamView } from './site-view.ts';

/** One back office, as the upstream room tells it. */
export type Office = {
  readonly identity: string;
  readonly state: UpstreamView['state'];
  readonly queued: number;
  readonly oldestMs: number;
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

/** The table of `GET /api/v1/upstream/map.csv`, for those who register sockets at the back office. */
export function upstreamMap(offices: readonly Office[]): string {
  const lines = offices.flatMap(({ identity, connectors }) =>
    connectors.map(({ number, charger, connectorId, removed }) =>
      [identity, number, charger, connectorId, removed].join(),
    ),
  );
  return ['station,connector,charger,chargerConnector,removed', ...lines, ''].join('\r\n');
}
