/** Sessions as people look them up: those in mind and those of past days, each with how far the back office has heard. */
import type { Clock } from '#base/clock.ts';
import type { Nightly } from '#history/history.ts';
import type { Session } from '#site/session.ts';
import type { Store } from '#store/store.ts';
import type { Upstream } from '#upstream/upstream.ts';

/** Beside the history’s own, at an hour in which few sessions end. */
const PRUNE_AT = '25 3 * * *';
const DAY_MS = 86_400_000;

export type SessionLedgerDeps = {
  readonly clock: Clock;
  readonly store: Pick<Store, 'sessions' | 'archive'>;
  readonly nightly: Nightly | null;
  /** Of the site. */
  readonly timezone: string;
  upstream(): Upstream;
};

export type LedgerEntry = ReturnType<ReturnType<Upstream['delivery']>> & { readonly session: Session };

export type SessionLedger = {
  /** Running ones and the newest that ended, newest first. */
  recent(): readonly LedgerEntry[];
  /** Those that ended on a day of the site (YYYY-MM-DD), oldest first; on the day that runs also those that run. */
  onDay(day: string): readonly LedgerEntry[];
  close(): void;
};

export function openSessionLedger(deps: SessionLedgerDeps): SessionLedger {
  const { clock, store, timezone } = deps;
  const nightly = deps.nightly?.(
    'session-archive-prune',
    PRUNE_AT,
    timezone,
    () => void store.archive.prune(clock.wallMs()),
  );
  const entries = (sessions: readonly Session[]): readonly LedgerEntry[] => {
    const deliveryOf = deps.upstream().delivery();
    return sessions.map(session => ({ session, ...deliveryOf(session) }));
  };
  return {
    recent: () => entries([...store.sessions.all()].sort(newestFirst)),
    onDay(day) {
      const noonMs = Date.parse(`${day}T12:00:00Z`);
      // A day somewhere on earth touches its neighbours in UTC.
      const sessions = [...store.archive.between(noonMs - DAY_MS, noonMs + DAY_MS), ...store.sessions.all()];
      const dayOf = calendarOf(timezone);
      const endedMs = ({ billed }: Session) => billed?.atWallMs ?? clock.wallMs();
      return entries(
        sessions
          .filter(session => dayOf(endedMs(session)) === day)
          .sort(newestFirst)
          .reverse(),
      );
    },
    close: () => nightly?.stop(),
  };
}

const newestFirst = (a: Session, b: Session): number => b.beganWallMs - a.beganWallMs || b.id - a.id;

/** The day on the wall, as ISO 8601 writes it. */
function calendarOf(timezone: string): (wallMs: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short' });
  return wallMs => format.format(wallMs);
}
