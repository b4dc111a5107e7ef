/**
 * A charging session as it outlives the process: from a charger's start to its stop. Its id is minted here and is
 * what the charger knows; the back office's own id is bound later and used upwards only (design §5).
 */
import type { Moment } from '#base/clock.ts';
import { atTrueTimes, CLOCK_OFF_MS, type Heard, trueTime } from '#site/charger-stamp.ts';
import { asking } from '#site/reduce/asking.ts';
import { withConnector } from '#site/reduce/leaf.ts';
import type { MeterSample, Report } from '#site/report.ts';
import { heldUp, isLeap, type Register } from '#site/session-register.ts';
import type { SiteState } from '#site/state.ts';
import { socketNamed } from '#site/topology.ts';

/** Why what is billed differs from what the charger said, or what a person should know of it. */
export type SessionFlag =
  /** Its charger never told its end: closed by us at its last known register. */
  | 'stop-missing'
  /** The charger told that end after all: kept beside what was billed. */
  | 'stop-late'
  /** The charger's clock was off. */
  | 'start-time'
  | 'stop-time'
  /** Its register ran back, and was held at the last one that can be true. */
  | 'register-held'
  /** Its register leapt by more than its socket can give; told as it is. */
  | 'register-leap'
  /** Its end was ours, whatever the charger called it. */
  | 'reason-ours';

/** Who had us stop it: the back office turned its card away, stopped it, or let its plug go. */
export type StopAsked = { readonly by: 'deauthorised' | 'remote' | 'unlock'; readonly atWallMs: number };

/** How a session ended, as told or as billed. */
export type Ending = { readonly atWallMs: number; readonly meterWh: number; readonly reason: string };

export type Session = {
  readonly id: number;
  /** Identity of the charger. */
  readonly charger: string;
  readonly connectorId: number;
  readonly idToken: string;
  /** As the charger said, by its own clock: a start that is told again is known by it. */
  readonly startedAtWallMs: number;
  readonly meterStartWh: number;
  /** Whose it is above, and its id there once that has answered; 0 is an id like any other. */
  readonly upstream: {
    readonly station: string;
    readonly number: number;
    readonly transactionId: number | null;
    /** When it took the start, and the stop. */
    readonly startAckWallMs?: number;
    readonly stopAckWallMs?: number;
  } | null;
  /** As the charger said, or as we closed it. Null while it runs. */
  readonly endedAtWallMs: number | null;
  readonly meterStopWh: number | null;
  readonly reason: string | null;
  /** When it began by our clock: what goes up. */
  readonly beganWallMs: number;
  /** What goes up of its end; null while it runs. */
  readonly billed: Ending | null;
  readonly register: Register;
  readonly flags: readonly SessionFlag[];
  readonly stopAsked: StopAsked | null;
  /** Since when its socket is free, or another's, without a stop; null while it may run. */
  readonly missingSinceWallMs: number | null;
  /** The end that its charger told after we had closed it. */
  readonly correction: (Ending & { readonly heardWallMs: number }) | null;
};

export type Started = Extract<Report, { kind: 'transaction-started' }>;
export type Ended = Extract<Report, { kind: 'transaction-ended' }>;

export type Samples = Extract<Report, { kind: 'meter-values' }>;

/** What a charger said that must be on disk before its answer leaves, as the back office will hear of it. */
export type Business =
  | { readonly kind: 'started'; readonly session: Session; readonly report: Started }
  | { readonly kind: 'ended'; readonly session: Session; readonly report: Ended }
  | { readonly kind: 'samples'; readonly session: Session | null; readonly charger: string; readonly report: Samples }
  /** The end of a session that we had closed ourselves: nobody above hears of it again. */
  | { readonly kind: 'corrected'; readonly session: Session }
  /** A stop of a session that nobody knows: it is answered and set aside. */
  | { readonly kind: 'stray'; readonly charger: string; readonly report: Ended };

export function begunBy(report: Started, charger: string, id: number, heard: Heard): Session {
  const { connectorId, idToken, meterStartWh } = report;
  const began = trueTime(report.atWallMs, heard);
  return {
    ...{ id, charger, connectorId, idToken, meterStartWh, startedAtWallMs: report.atWallMs },
    ...{ upstream: null, endedAtWallMs: null, meterStopWh: null, reason: null },
    ...{ beganWallMs: began.atWallMs, billed: null, flags: began.isCorrected ? ['start-time'] : [] },
    register: { wh: meterStartWh, stampWallMs: report.atWallMs, heardWallMs: heard.atWallMs },
    ...{ stopAsked: null, missingSinceWallMs: null, correction: null },
  };
}

/** The same start told again: its charger never saw our answer. */
export const isBegunBy = (session: Session, report: Started, charger: string): boolean =>
  session.charger === charger &&
  session.connectorId === report.connectorId &&
  session.idToken === report.idToken &&
  session.meterStartWh === report.meterStartWh &&
  session.startedAtWallMs === report.atWallMs;

/** @param mostW the most that its socket gives; null where it is not known */
export function endedBy(session: Session, report: Ended, heard: Heard, mostW: number | null): Session {
  const { atWallMs, meterStopWh, reason } = report;
  const ended = trueTime(atWallMs, heard);
  const meterWh = Math.max(floorAt(session, atWallMs), meterStopWh);
  const stop = { wh: meterStopWh, stampWallMs: atWallMs, heardWallMs: heard.atWallMs };
  const billed = { atWallMs: Math.max(session.beganWallMs, ended.atWallMs), meterWh, reason };
  const why = oursOf(session, billed) ?? reason;
  const flags: readonly (SessionFlag | false)[] = [
    billed.atWallMs !== atWallMs && 'stop-time',
    meterWh !== meterStopWh && 'register-held',
    isLeap(startOf(session, heard), stop, mostW) && 'register-leap',
    why !== reason && 'reason-ours',
  ];
  return {
    ...{ ...session, endedAtWallMs: atWallMs, meterStopWh, reason, billed: { ...billed, reason: why } },
    flags: [...session.flags, ...flags.filter(flag => flag !== false)],
  };
}

/** The least that the register can be at an instant by the charger's clock: a later sample may be another session's. */
const floorAt = ({ register, meterStartWh }: Session, stampWallMs: number): number =>
  register.stampWallMs <= stampWallMs ? register.wh : meterStartWh;

/** Samples as they go up: at their true times, and with no register that runs back. */
export const asItGoesUp = (
  session: Session | null,
  samples: readonly MeterSample[],
  heard: Heard,
): readonly MeterSample[] =>
  atTrueTimes(session === null ? samples : heldUp(samples, stampWallMs => floorAt(session, stampWallMs)), heard);

/** Its beginning as a register; one that came late began earlier than we heard. */
const startOf = ({ meterStartWh, startedAtWallMs, beganWallMs }: Session, heard: Heard): Register => ({
  ...{ wh: meterStartWh, stampWallMs: startedAtWallMs, heardWallMs: Math.min(beganWallMs, heard.atWallMs) },
});

/** A charger that was told to stop does so within seconds; whoever ends it later ends it himself. */
const STOP_FOLLOWS_MS = 10 * 60_000;
/** What chargers call a stop that they were told; all other words name a cause of their own. */
const WORDS_FOR_TOLD: readonly string[] = ['Remote', 'Local', 'Other', 'DeAuthorized'];

const STOP_REASONS = { deauthorised: 'DeAuthorized', remote: 'Remote', unlock: 'UnlockCommand' } as const;

/** The reason where the end was ours; null where it was not. */
function oursOf({ stopAsked }: Session, { atWallMs, reason }: Ending): string | null {
  const sinceMs = stopAsked === null ? Number.NaN : atWallMs - stopAsked.atWallMs;
  // One that is away is told when it is back, and Remote is what it says of nobody else’s stop.
  const isLate = sinceMs > STOP_FOLLOWS_MS && reason !== 'Remote';
  if (stopAsked === null || !(sinceMs >= -CLOCK_OFF_MS) || isLate || !WORDS_FOR_TOLD.includes(reason)) return null;
  return STOP_REASONS[stopAsked.by];
}

/** Closed by us, because its charger never will: when it told its last register, and at that. */
export function closedAtLast(session: Session): { readonly session: Session; readonly report: Ended } {
  const { register, id, startedAtWallMs, beganWallMs } = session;
  const isOnlyStart = register.stampWallMs === startedAtWallMs;
  const atWallMs = isOnlyStart ? beganWallMs : Math.max(beganWallMs, register.heardWallMs);
  const ended = { endedAtWallMs: atWallMs, meterStopWh: register.wh, reason: 'Other' };
  const billed = { atWallMs, meterWh: register.wh, reason: 'Other' };
  const told = { transactionId: id, idToken: null, meterStopWh: register.wh, atWallMs, reason: 'Other', samples: [] };
  const flags = [...session.flags, 'stop-missing'] as const;
  return { session: { ...session, ...ended, billed, flags }, report: { kind: 'transaction-ended', ...told } };
}

/** Its charger told the end of a session that we had closed: it is kept, and nothing else changes. */
export const correctedBy = (session: Session, { atWallMs, meterStopWh, reason }: Ended, heard: Heard): Session => ({
  ...session,
  correction: { atWallMs, meterWh: meterStopWh, reason, heardWallMs: heard.atWallMs },
  flags: [...session.flags, 'stop-late'],
});

/** What a person should know of it now. */
export function raisedBy(business: Business): readonly SessionFlag[] {
  switch (business.kind) {
    case 'started':
      return business.session.flags;
    case 'ended':
      return business.session.flags.filter(flag => flag !== 'start-time');
    case 'corrected':
      return ['stop-late'];
    case 'samples':
    case 'stray':
      return [];
  }
}

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
    const { id, idToken, startedAtWallMs, beganWallMs, meterStartWh } = session;
    const startedAtMs = now.nowMs - Math.max(0, now.wallMs - beganWallMs);
    const transaction = { id, idToken, startedAtMs, startedAtWallMs, meterStartWh };
    return withConnector(next, spec.index, connector => {
      const isOlder = (connector.transaction?.startedAtMs ?? Number.NEGATIVE_INFINITY) > startedAtMs;
      return isOlder ? connector : asking({ ...connector, transaction }, now.nowMs);
    });
  }, state);
}
