/**
 * A charging session as it outlives the process: from a charger's start to its stop. Its id is minted here and is
 * what the charger knows; the back office's own id is bound later and used upwards only (design §5).
 */
import type { Moment } from '#base/clock.ts';
import { asking } from '#site/reduce/asking.ts';
import { withConnector } from '#site/reduce/leaf.ts';
import type { MeterSample, Report } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import { socketNamed } from '#site/topology.ts';

export type Session = {
  readonly id: number;
  /** Identity of the charger. */
  readonly charger: string;
  readonly connectorId: number;
  readonly idToken: string;
  /** As the charger said. */
  readonly startedAtWallMs: number;
  readonly meterStartWh: number;
  /** Whose it is above, and its id there once that has answered; 0 is an id like any other. */
  readonly upstream: {
    readonly station: string;
    readonly number: number;
    readonly transactionId: number | null;
  } | null;
  /** Null while it runs. */
  readonly endedAtWallMs: number | null;
  readonly meterStopWh: number | null;
  readonly reason: string | null;
};

export type Started = Extract<Report, { kind: 'transaction-started' }>;
export type Ended = Extract<Report, { kind: 'transaction-ended' }>;

export type Samples = Extract<Report, { kind: 'meter-values' }>;

/** What a charger said that must be on disk before its answer leaves, as the back office will hear of it. */
export type Business =
  | { readonly kind: 'started'; readonly session: Session; readonly report: Started }
  | { readonly kind: 'ended'; readonly session: Session; readonly report: Ended }
  | { readonly kind: 'samples'; readonly session: Session | null; readonly charger: string; readonly report: Samples }
  /** A stop of a session that nobody knows: it is answered and set aside. */
  | { readonly kind: 'stray'; readonly charger: string; readonly report: Ended };

export const begunBy = (report: Started, charger: string, id: number): Session => ({
  id,
  charger,
  connectorId: report.connectorId,
  idToken: report.idToken,
  startedAtWallMs: report.atWallMs,
  meterStartWh: report.meterStartWh,
  upstream: null,
  endedAtWallMs: null,
  meterStopWh: null,
  reason: null,
});

/** The same start told again: its charger never saw our answer. */
export const isBegunBy = (session: Session, report: Started, charger: string): boolean =>
  session.charger === charger &&
  session.connectorId === report.connectorId &&
  session.idToken === report.idToken &&
  session.meterStartWh === report.meterStartWh &&
  session.startedAtWallMs === report.atWallMs;

export const endedBy = (session: Session, report: Ended): Session => ({
  ...session,
  endedAtWallMs: report.atWallMs,
  meterStopWh: report.meterStopWh,
  reason: report.reason,
});

export const isOfBeginOrEnd = ({ context }: MeterSample): boolean => context.startsWith('Transaction.');

/** What begins or ends a session, or is signed, is what a back office bills on; all other samples are a picture. */
export const isEvidence = (sample: MeterSample): boolean => isOfBeginOrEnd(sample) || sample.signed !== undefined;

/** What a charger said is on disk before it is answered: samples that bill a session, not periodic ones (promise 3). */
export const isBilling = (report: Extract<Report, { kind: 'meter-values' }>): boolean =>
  report.samples.some(isEvidence);

/** Start, stop and billing samples: promise 3. */
export function isBusiness(report: Report): boolean {
  switch (report.kind) {
    case 'transaction-started':
    case 'transaction-ended':
      return true;
    case 'meter-values':
      return isBilling(report);
    default:
      return false;
  }
}

/** Sessions that an earlier process left open run on, until their charger says otherwise. The newest one of a socket counts. */
export function withSessions(state: SiteState, open: readonly Session[], now: Moment): SiteState {
  const { topology } = state;
  return open.reduce((next, session) => {
    const spec = socketNamed(topology, session.charger, session.connectorId);
    if (spec === undefined) return next;
    const { id, idToken, startedAtWallMs, meterStartWh } = session;
    const startedAtMs = now.nowMs - Math.max(0, now.wallMs - startedAtWallMs);
    const transaction = { id, idToken, startedAtMs, startedAtWallMs, meterStartWh };
    return withConnector(next, spec.index, connector => {
      const isOlder = (connector.transaction?.startedAtWallMs ?? Number.NEGATIVE_INFINITY) > startedAtWallMs;
      return isOlder ? connector : asking({ ...connector, transaction }, now.nowMs);
    });
  }, state);
}
