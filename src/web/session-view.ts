/** Sessions as people and back offices compare them: what was billed, what its charger said, how far it was told. Pure. */
import type { Session, SessionFlag } from '#site/session.ts';
import { type Cell, csv } from './csv.ts';

/** How far a message to the back office is; `none`: nobody is to be told. */
type Delivered = 'none' | 'waiting' | 'sent' | 'acknowledged' | 'set aside';

/** One session, as it is handed in. */
export type SessionRecord = { readonly session: Session; readonly start: Delivered; readonly stop: Delivered | null };

type Moment = {
  /** What is billed. */
  readonly at: string;
  /** By the charger's own clock. */
  readonly saidAt: string | null;
  readonly registerWh: number;
  readonly delivery: Delivered;
  readonly acknowledgedAt: string | null;
};

export type SessionView = {
  readonly id: number;
  readonly charger: string;
  readonly evseId: number | null;
  readonly connectorId: number;
  readonly upstreamId: number | null;
  /** The back office's own id; null until its answer to the start. */
  readonly transactionId: number | null;
  /** The card; null for readers who may not write. */
  readonly idToken: string | null;
  readonly start: Moment;
  /** Null while it runs. */
  readonly stop: (Moment & { readonly saidWh: number; readonly reason: string; readonly saidReason: string }) | null;
  readonly energyWh: number;
  readonly flags: readonly SessionFlag[];
  readonly correction: { readonly at: string; readonly registerWh: number; readonly reason: string } | null;
  /** The back office has acknowledged all that there is to tell, or nobody is to be told. */
  readonly delivered: boolean;
};

/** @param evseId of its socket; null where the site file has it no more. @param mayKnow the reader may see whose card it was */
export function sessionView(
  { session, start, stop }: SessionRecord,
  evseId: number | null,
  mayKnow: boolean,
): SessionView {
  const { id, charger, connectorId, idToken, upstream, billed, flags, correction, meterStartWh } = session;
  return {
    ...{ id, charger, evseId, connectorId, flags },
    ...{ upstreamId: upstream?.number ?? null, transactionId: upstream?.transactionId ?? null },
    idToken: mayKnow ? idToken : null,
    start: {
      ...{ at: iso(session.beganWallMs), saidAt: iso(session.startedAtWallMs), registerWh: meterStartWh },
      ...{ delivery: start, acknowledgedAt: isoOrNull(upstream?.startAckWallMs) },
    },
    stop: billed === null || stop === null ? null : { ...stopView(session, billed), delivery: stop },
    energyWh: (billed?.meterWh ?? session.register.wh) - meterStartWh,
    correction:
      correction === null
        ? null
        : { at: iso(correction.atWallMs), registerWh: correction.meterWh, reason: correction.reason },
    delivered: [start, stop].every(each => each === null || each === 'acknowledged' || each === 'none'),
  };
}

function stopView(session: Session, billed: NonNullable<Session['billed']>) {
  const { endedAtWallMs, meterStopWh, reason, upstream } = session;
  return {
    ...{ at: iso(billed.atWallMs), saidAt: isoOrNull(endedAtWallMs), registerWh: billed.meterWh },
    ...{ saidWh: meterStopWh ?? billed.meterWh, reason: billed.reason, saidReason: reason ?? billed.reason },
    acknowledgedAt: isoOrNull(upstream?.stopAckWallMs),
  };
}

const iso = (wallMs: number): string => new Date(wallMs).toISOString();
const isoOrNull = (wallMs: number | null | undefined): string | null => (wallMs == null ? null : iso(wallMs));

const COLUMNS: Readonly<Record<string, (view: SessionView) => Cell>> = {
  connector: view => view.upstreamId,
  charger: view => view.charger,
  chargerConnector: view => view.connectorId,
  // In OCPP 1.6 a charger knows its session by our number.
  chargerTransactionId: view => view.id,
  busbarTransactionId: view => view.id,
  csmsTransactionId: view => view.transactionId,
  startedAt: view => view.start.at,
  startRegisterWh: view => view.start.registerWh,
  startDelivery: view => view.start.delivery,
  startAcknowledgedAt: view => view.start.acknowledgedAt,
  endedAt: view => view.stop?.at ?? null,
  stopRegisterWh: view => view.stop?.registerWh ?? null,
  energyWh: view => view.energyWh,
  reason: view => view.stop?.reason ?? null,
  stopDelivery: view => view.stop?.delivery ?? null,
  stopAcknowledgedAt: view => view.stop?.acknowledgedAt ?? null,
  flags: view => view.flags.join(' '),
  chargerStartedAt: view => view.start.saidAt,
  chargerEndedAt: view => view.stop?.saidAt ?? null,
  chargerStopRegisterWh: view => view.stop?.saidWh ?? null,
  chargerReason: view => view.stop?.saidReason ?? null,
  correctionAt: view => view.correction?.at ?? null,
  correctionRegisterWh: view => view.correction?.registerWh ?? null,
  correctionReason: view => view.correction?.reason ?? null,
};

/** The table of `GET /api/v1/upstream/reconciliation.csv`: a row for each session. No cards. */
export const reconciliation = (views: readonly SessionView[]): string =>
  csv(
    Object.keys(COLUMNS),
    views.map(view => Object.values(COLUMNS).map(cellOf => cellOf(view))),
  );
