/** What must survive a restart: sessions, limits set from outside, marks, results of tests, the time that chargers are told, what they may hold, what was written to them. */
import type { SavedChargerTime } from '#base/charger-time.ts';
import { type Clock, type Moment, momentOf } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import { type DeadmanResults, NO_RESULTS } from '#site/deadman/results.ts';
import { type Marks, NO_MARKS } from '#site/marks.ts';
import { ratedW } from '#site/session-register.ts';
import type { OutsideLimit } from '#site/state.ts';
import { socketNamed, type Topology } from '#site/topology.ts';
import type { Written } from '#site/written.ts';
import type { RecordStore } from '#world.ts';
import { type AdoptionBook, openAdoptionBook } from './adopted.ts';
import { decodeChargerTime, encodeChargerTime } from './charger-time.ts';
import { decodeResults, encodeResults } from './deadman-results.ts';
import { type FormerSettings, openFormerSettings } from './former-settings.ts';
import { decodeMarks, encodeMarks } from './marks.ts';
import { decodeLimits, encodeLimits } from './outside-limits.ts';
import { openScheduleBook, type ScheduleBook } from './schedule-book.ts';
import { openArchive, type SessionArchive } from './session-archive.ts';
import { SessionBook, type SessionBookDeps } from './session-book.ts';
import { type WatchDeps, WatchedRecords } from './watched-records.ts';
import { decodeWritten, encodeWritten } from './written.ts';

export type { WatchedRecords };

/** What may be remembered, by kind. A new value of a kind takes the place of the one before. */
export type Remembered = {
  readonly 'outside-limits': readonly OutsideLimit[];
  readonly 'charger-time': SavedChargerTime | null;
  readonly marks: Marks;
  readonly deadman: DeadmanResults;
  readonly written: readonly Written[];
};

/** What was found, and how much had to be passed over: records or entries that were damaged or no longer fit the site. */
export type Recalled<T> = { readonly value: T; readonly skipped: number };

export type StoreDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly records: RecordStore;
  topology(): Topology;
  /** Who else has something to write down with a session; nobody without it. */
  readonly business?: Pick<SessionBookDeps, 'also' | 'kept' | 'isNeeded'>;
};

export type Store = {
  /** Writes a kind's value down. The answer comes once it is on disk; a failure is logged too. */
  remember<K extends keyof Remembered>(kind: K, value: Remembered[K]): Promise<Outcome<void>>;
  /** The newest readable value of a kind; null when nothing was ever remembered. */
  recall<K extends keyof Remembered>(kind: K): Outcome<Recalled<Remembered[K]> | null>;
  readonly schedules: ScheduleBook;
  readonly sessions: SessionBook;
  readonly archive: SessionArchive;
  readonly adopted: AdoptionBook;
  readonly former: FormerSettings;
};

/** How far back a readable record is looked for, when the newest are damaged. */
const RECORDS_SEARCHED = 20;
/** Superseded records of a kind are removed after so many: an EMS may write every few seconds. */
const PRUNE_EVERY = 100;

const NOBODY_ELSE = { also: () => [], kept() {}, isNeeded: () => false };

type Site = { readonly topology: Topology; readonly moment: Moment };

/** How a kind is written and read. `decode` answers null where the text is nothing that we wrote. */
type Form<T> = {
  /** For the log. */
  readonly what: string;
  /** What stands in where every record was damaged. */
  readonly none: T;
  encode(value: T, site: Site): string;
  decode(json: string, writtenAtWallMs: number, site: Site): Recalled<T> | null;
};

const FORMS: { readonly [K in keyof Remembered]: Form<Remembered[K]> } = {
  deadman: {
    what: 'what dead-man tests have shown',
    none: NO_RESULTS,
    encode: results => encodeResults(results),
    decode: json => decodeResults(json),
  },
  'outside-limits': {
    what: 'what was set from outside',
    none: [],
    encode: (limits, { topology, moment }) => encodeLimits(limits, topology, moment),
    decode(json, writtenAtWallMs, { topology, moment }) {
      const decoded = decodeLimits(json, writtenAtWallMs, topology, moment);
      return decoded === null ? null : { value: decoded.limits, skipped: decoded.skipped };
    },
  },
  'charger-time': {
    what: 'the time that chargers are told',
    none: null,
    encode: value => (value === null ? 'null' : encodeChargerTime(value)),
    decode(json) {
      const value = decodeChargerTime(json);
      return value === null ? null : { value, skipped: 0 };
    },
  },
  marks: {
    what: 'who does not obey, and who has no power',
    none: NO_MARKS,
    encode: encodeMarks,
    decode(json) {
      const value = decodeMarks(json);
      return value === null ? null : { value, skipped: 0 };
    },
  },
  written: {
    what: 'how often chargers were written to',
    none: [],
    encode: encodeWritten,
    decode(json) {
      const value = decodeWritten(json);
      return value === null ? null : { value, skipped: 0 };
    },
  },
};

/** The records as every room is handed them: limits-only mode begins and ends with what their writes come to. */
export const watchRecords = (deps: WatchDeps): WatchedRecords => new WatchedRecords(deps);

/** Opens the store of a site on its records, and reads back its sessions. */
export function openStore(deps: StoreDeps): Store {
  const { clock, log, records, topology } = deps;
  const remembered = new Map<string, number>();
  const site = (): Site => ({ topology: topology(), moment: momentOf(clock) });
  return {
    schedules: openScheduleBook(deps),
    sessions: new SessionBook({
      ...{ ...NOBODY_ELSE, ...deps.business, log, records },
      ratedW(charger, connectorId) {
        const spec = socketNamed(topology(), charger, connectorId);
        return spec === undefined ? null : ratedW(spec, topology());
      },
    }),
    archive: openArchive(records),
    adopted: openAdoptionBook(deps),
    former: openFormerSettings(deps),
    async remember(kind, value) {
      const now = site();
      const atWallMs = now.moment.wallMs;
      const outcome = await records.append([{ kind, atWallMs, json: FORMS[kind].encode(value, now) }]);
      const count = (remembered.get(kind) ?? 0) + 1;
      remembered.set(kind, count);
      const { what } = FORMS[kind];
      if (!outcome.ok) log.error('This would not survive a restart.', { what, detail: outcome.detail });
      else if (count % PRUNE_EVERY === 0) void records.prune(kind, atWallMs);
      return outcome;
    },
    recall(kind) {
      const found = records.newest(kind, RECORDS_SEARCHED);
      if (!found.ok) return found;
      const recalled = newestReadable(FORMS[kind], found.value, site());
      if (recalled !== null && recalled.skipped > 0) {
        const { what } = FORMS[kind];
        log.warn('Some of what was remembered could not be read back.', { kind, what, skipped: recalled.skipped });
      }
      return { ok: true, value: recalled };
    },
  };
}

type Rows = readonly { readonly atWallMs: number; readonly json: string }[];

function newestReadable<T>(form: Form<T>, rows: Rows, site: Site): Recalled<T> | null {
  let damaged = 0;
  for (const row of rows.toReversed()) {
    const decoded = form.decode(row.json, row.atWallMs, site);
    if (decoded !== null) return { value: decoded.value, skipped: decoded.skipped + damaged };
    damaged++;
  }
  return damaged === 0 ? null : { value: form.none, skipped: damaged };
}
