/**
 * Compares what truly happened at the chargers with what the back office has written down: each session that truly
 * was must be there once, with its registers, and nothing else. Knows nothing of the gateway.
 */
import type { SimOffice } from './office.ts';
import {
  type Ledger,
  type LedgerStart,
  type StartWords,
  type StopWords,
  startWords,
  stopWords,
} from './office-ledger.ts';
import type { SimSite } from './site.ts';
import { type SitePlan, socketsOf } from './site-plan.ts';
import type { TrueEnd, TrueSession } from './station-transactions.ts';

export type LedgerAccount = {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** What it would not have, as often as the standard has a station try: the station keeps it for a person. */
  readonly setAside: readonly string[];
  /** What the back office saw a station do that it must not. */
  readonly complaints: readonly string[];
};

/** Links are mended within minutes, a refused message is tried again within six, and a full day's backlog goes at 5/s. */
export const SETTLE_MS = 40 * 60_000;

/** Lets the weather clear and everything that is on its way arrive; then compares. */
export async function settleLedger(site: SimSite, office: SimOffice): Promise<LedgerAccount> {
  const { clock, weather, plan, posts } = site;
  const untilMs = clock.nowMs();
  weather.isCalm = true;
  office.behave({ answerMs: 20, loseAnswers: 0, errors: {} });
  await clock.run(untilMs + SETTLE_MS);
  const truths = posts.map(({ plan: { identity }, station }) => ({ identity, sessions: station.sessions() }));
  return { ...compareLedger(plan, truths, office.ledger, untilMs), complaints: office.complaints };
}

/** Sessions of one charger, as they truly were. */
export type ChargerTruth = { readonly identity: string; readonly sessions: readonly TrueSession[] };

/** @param untilMs what happened later may be on its way yet */
export function compareLedger(
  plan: SitePlan,
  truths: readonly ChargerTruth[],
  ledger: Ledger,
  untilMs: number,
): Omit<LedgerAccount, 'complaints'> {
  const lost: string[] = [];
  const duplicated: string[] = [];
  const setAside: string[] = [];
  const refused = new Refusals(ledger);
  const numbers = connectorNumbers(plan);
  const foundStarts = new Set<LedgerStart>();
  const foundStops = new Set<object>();
  for (const { identity, sessions } of truths)
    for (const session of sessions) {
      const name = `${identity} ${session.idTag} at ${session.startedWallMs}`;
      const number = numbers.get(`${identity}/${session.connectorId}`) ?? 0;
      const starts = ledger.starts.filter(start => isStartOf(start, session, number));
      for (const start of starts) foundStarts.add(start);
      const isRefused = starts.length === 0 && refused.start(session, number);
      if (isRefused) setAside.push(`start of ${name}`);
      else if (starts.length === 0 && session.atMs <= untilMs) lost.push(`start of ${name}`);
      if (starts.length > 1) duplicated.push(`${starts.length} starts of ${name}`);
      const { end } = session;
      if (end === null) continue;
      const id = isRefused ? NO_TRANSACTION : starts[0]?.transactionId;
      const stops = ledger.stops.filter(stop => isStopOf(stop, end, id));
      for (const stop of stops) foundStops.add(stop);
      if (stops.length === 0 && refused.stop(end, id ?? NO_TRANSACTION)) setAside.push(`stop of ${name}`);
      else if (stops.length === 0 && end.atMs <= untilMs) lost.push(`stop of ${name}`);
      if (stops.length > 1) duplicated.push(`${stops.length} stops of ${name}`);
    }
  for (const start of ledger.starts)
    if (!foundStarts.has(start)) duplicated.push(`a start that never was: ${start.idTag}`);
  for (const stop of ledger.stops)
    if (!foundStops.has(stop)) duplicated.push(`a stop that never was: ${stop.transactionId} ${stop.meterStop} Wh`);
  return { lost, duplicated, setAside };
}

/** TransactionMessageAttempts: a message that is refused so often is given up (1.6, clause 9.1). */
const ATTEMPTS = 3;
/** The transaction id of a stop whose start the back office never took. */
const NO_TRANSACTION = -1;

/** What was refused for good, read as what it would have been in the ledger. */
class Refusals {
  private readonly starts: StartWords[];
  private readonly stops: StopWords[];

  constructor({ refused }: Ledger) {
    const given = [...refused.values()].filter(({ times }) => times >= ATTEMPTS);
    const payloadsOf = (of: string) => given.filter(({ action }) => action === of).map(({ payload }) => payload);
    this.starts = payloadsOf('StartTransaction').map(startWords);
    this.stops = payloadsOf('StopTransaction').map(stopWords);
  }

  start(session: TrueSession, number: number): boolean {
    return takeFirst(this.starts, start => isStartOf(start, session, number));
  }

  stop(end: TrueEnd, transactionId: number): boolean {
    return takeFirst(this.stops, stop => isStopOf(stop, end, transactionId));
  }
}

/** Each refusal excuses one message. */
function takeFirst<T>(list: T[], test: (one: T) => boolean): boolean {
  const index = list.findIndex(test);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}

const isStartOf = (start: StartWords, session: TrueSession, number: number): boolean =>
  start.connectorId === number &&
  start.idTag === session.idTag &&
  start.meterStart === session.meterStart &&
  isTimeOf(start.wallMs, session.startedWallMs, session);

const isStopOf = (stop: StopWords, end: TrueEnd, transactionId: number | undefined): boolean =>
  stop.transactionId === transactionId && stop.meterStop === end.meterStop && isTimeOf(stop.wallMs, end.wallMs, end);

/** A station whose clock is off by more has told a time that nobody should bill by. */
const CLOCK_OFF_MS = 60_000;

/**
 * What a right clock said stands to the millisecond. What a wrong one said does not: the time written down is between
 * when it truly was, less the error of a measurement, and when the station had its answer.
 */
function isTimeOf(wallMs: number, saidWallMs: number, truth: Pick<TrueSession, 'trueWallMs' | 'toldWallMs'>): boolean {
  const { trueWallMs, toldWallMs } = truth;
  if (Math.abs(saidWallMs - trueWallMs) <= CLOCK_OFF_MS) return wallMs === saidWallMs;
  return wallMs >= trueWallMs - CLOCK_OFF_MS && wallMs <= (toldWallMs ?? Number.POSITIVE_INFINITY);
}

/** Gap-free from 1 in the order of the site file, as the back office was promised. */
function connectorNumbers(plan: SitePlan): ReadonlyMap<string, number> {
  const names = plan.chargers.flatMap(charger => socketsOf(charger).map(id => `${charger.identity}/${id}`));
  return new Map(names.map((name, index) => [name, index + 1]));
}
