/**
 * Compares what truly happened at the chargers with what the back office has written down: each session that truly
 * was must be there once, with its registers, and nothing else. Knows nothing of the gateway.
 */
import type { SimOffice } from './office.ts';
import type { Ledger, LedgerStart } from './office-ledger.ts';
import type { SimSite } from './site.ts';
import { type SitePlan, socketsOf } from './site-plan.ts';
import type { TrueSession } from './station-transactions.ts';

export type LedgerAccount = {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
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
  const numbers = connectorNumbers(plan);
  const foundStarts = new Set<LedgerStart>();
  const foundStops = new Set<object>();
  for (const { identity, sessions } of truths)
    for (const session of sessions) {
      const name = `${identity} ${session.idTag} at ${session.startedWallMs}`;
      const number = numbers.get(`${identity}/${session.connectorId}`) ?? 0;
      const starts = ledger.starts.filter(start => isStartOf(start, session, number));
      for (const start of starts) foundStarts.add(start);
      if (starts.length === 0 && session.atMs <= untilMs) lost.push(`start of ${name}`);
      if (starts.length > 1) duplicated.push(`${starts.length} starts of ${name}`);
      const { end } = session;
      if (end === null) continue;
      const id = starts[0]?.transactionId;
      const stops = ledger.stops.filter(
        stop => stop.transactionId === id && stop.meterStop === end.meterStop && stop.wallMs === end.wallMs,
      );
      for (const stop of stops) foundStops.add(stop);
      if (stops.length === 0 && end.atMs <= untilMs) lost.push(`stop of ${name}`);
      if (stops.length > 1) duplicated.push(`${stops.length} stops of ${name}`);
    }
  for (const start of ledger.starts)
    if (!foundStarts.has(start)) duplicated.push(`a start that never was: ${start.idTag}`);
  for (const stop of ledger.stops)
    if (!foundStops.has(stop)) duplicated.push(`a stop that never was: ${stop.transactionId} ${stop.meterStop} Wh`);
  return { lost, duplicated };
}

const isStartOf = (start: LedgerStart, session: TrueSession, number: number): boolean =>
  start.connectorId === number &&
  start.idTag === session.idTag &&
  start.meterStart === session.meterStart &&
  start.wallMs === session.startedWallMs;

/** Gap-free from 1 in the order of the site file, as the back office was promised. */
function connectorNumbers(plan: SitePlan): ReadonlyMap<string, number> {
  const names = plan.chargers.flatMap(charger => socketsOf(charger).map(id => `${charger.identity}/${id}`));
  return new Map(names.map((name, index) => [name, index + 1]));
}
