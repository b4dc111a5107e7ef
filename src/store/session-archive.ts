/**
 * Ended sessions beyond those that are kept in mind: on disk under the day of their end (UTC), so that one day is read
 * or removed without the others.
 */
import type { Session } from '#site/session.ts';
import type { RecordStore, StoreChange } from '#world.ts';
import { decodeSession } from './sessions.ts';

const DAY_MS = 86_400_000;
/** Thirteen months: a year's bill may be disputed in the month after it. */
export const ARCHIVE_DAYS = 400;
/** Nights on which nobody pruned, because the box was off, are made up for. */
const NIGHTS_MISSED = 60;

const kindOf = (wallMs: number): string => `session-of-${new Date(wallMs).toISOString().slice(0, 10)}`;

/** A session that is over leaves the mind: it stands under its day from now on. */
export function archived(session: Session): StoreChange {
  const kind = kindOf(session.billed?.atWallMs ?? session.beganWallMs);
  return { type: 'put', document: { kind, key: String(session.id), json: JSON.stringify(session) } };
}

export type SessionArchive = {
  /** Sessions that ended on the days (UTC) that these two instants touch; nothing of a day that cannot be read. */
  between(fromWallMs: number, toWallMs: number): readonly Session[];
  /** Removes what is older than ARCHIVE_DAYS, a day at a time. */
  prune(nowWallMs: number): Promise<void>;
};

export const openArchive = (records: RecordStore): SessionArchive => ({
  between(fromWallMs, toWallMs) {
    const found: Session[] = [];
    for (let dayMs = fromWallMs - (fromWallMs % DAY_MS); dayMs <= toWallMs; dayMs += DAY_MS) {
      const day = records.documents(kindOf(dayMs));
      for (const { json } of day.ok ? day.value : []) {
        const session = decodeSession(json);
        if (session !== null) found.push(session);
      }
    }
    return found;
  },
  async prune(nowWallMs) {
    for (let day = ARCHIVE_DAYS + 1; day <= ARCHIVE_DAYS + NIGHTS_MISSED; day++) {
      const kind = kindOf(nowWallMs - day * DAY_MS);
      const found = records.documents(kind);
      const gone = (found.ok ? found.value : []).map(({ key }): StoreChange => ({ type: 'remove', kind, key }));
      if (gone.length > 0) await records.commit(gone);
    }
  },
});
