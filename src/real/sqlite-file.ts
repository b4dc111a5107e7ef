/**
 * The record file itself: opened, made where it is not there, set aside where it is damaged, read and written.
 * WAL with synchronous FULL: what COMMIT has answered is on disk (sqlite.org/pragma.html#pragma_synchronous).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { unreachable } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { StoreChange, StoredDocument, StoredRecord } from '#world.ts';
import { isDamage, setAside } from './damaged-file.ts';

export const DATABASE_FILE = 'busbar.db';
/** Written to the file as `user_version`; a file with a higher one belongs to a newer Busbar. */
const SCHEMA_VERSION = 2;
/** One call of `prune` removes at most this many, about 10 ms of work: the loop shares this thread. Call again until 0. */
export const PRUNE_ROWS = 1_000;
/** Larger files are not read through at the start (about a second per GB); their damage shows at the first touch. */
const READ_THROUGH_BYTES = 256 * 1024 * 1024;

// `written` says how far the newest run has come: a COMMIT whose answer was lost is looked up there, not guessed.
// `records_of_kind` ends in seq by itself, as every SQLite index ends in the rowid.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    at_wall_ms INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS records_of_kind ON records (kind);
  CREATE INDEX IF NOT EXISTS records_by_age ON records (kind, at_wall_ms);
  CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS written (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    run TEXT NOT NULL,
    up_to INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

export type FileDeps = { readonly clock: Pick<Clock, 'wallMs'>; readonly log: Log };

export type FileOptions = {
  /** How long a statement waits for somebody else's lock on the file; 0 on the loop's thread. */
  readonly busyMs?: number;
  /** False where the file was read through a moment ago. */
  readonly readThrough?: boolean;
};

export type Reads = {
  readonly newest: StatementSync;
  readonly documents: StatementSync;
  readonly document: StatementSync;
};

export type OpenFile = Reads & {
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  readonly prune: StatementSync;
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly mark: StatementSync;
  readonly marked: StatementSync;
};

/**
 * Opens the record file of a state folder, made if it is not there; null keeps records in memory.
 * A damaged file is renamed and told in the log, and a fresh one takes its place. Fails when the folder
 * cannot be written or the file was made by a newer Busbar.
 */
export function openFile(folder: string | null, deps: FileDeps, options: FileOptions = {}): Outcome<OpenFile> {
  if (folder === null) return attempt(() => open(':memory:', options));
  const made = attempt(() => mkdirSync(folder, { recursive: true }));
  if (!made.ok) return made;
  const path = join(folder, DATABASE_FILE);
  try {
    return ok(open(path, options));
  } catch (error) {
    if (!isDamage(error)) return failed('exception', `${path}: ${words(error)}`);
    const moved = setAside(path, words(error), deps);
    return moved.ok ? attempt(() => open(path, options)) : moved;
  }
}

/** Throws what SQLite throws. */
function open(path: string, { busyMs = 0, readThrough = true }: FileOptions): OpenFile {
  const database = new DatabaseSync(path, { timeout: busyMs });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version > SCHEMA_VERSION) throw new Error(`written by a newer Busbar (schema ${version})`);
    if (readThrough) checkPages(database);
    database.exec(SCHEMA);
    return { database, ...statements(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkPages(database: DatabaseSync): void {
  const bytes = database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  if (Number(bytes.get()?.bytes) > READ_THROUGH_BYTES) return;
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw Object.assign(new Error(String(verdict)), { errcode: 11 });
}

/** What reads: on the writer's own connection, or on one beside it. */
export const readStatements = (database: DatabaseSync): Reads => ({
  newest: database.prepare(
    'SELECT kind, at_wall_ms AS atWallMs, json FROM records WHERE kind = ? ORDER BY seq DESC LIMIT ?',
  ),
  documents: database.prepare('SELECT kind, key, json FROM documents WHERE kind = ? ORDER BY seq'),
  document: database.prepare('SELECT kind, key, json FROM documents WHERE kind = ? AND key = ?'),
});

export const documentsOf = ({ documents }: Reads, kind: string): readonly StoredDocument[] =>
  documents.all(kind) as unknown as StoredDocument[];

export function eachDocumentOf({ documents }: Reads, kind: string, seen: (document: StoredDocument) => void): void {
  for (const document of documents.iterate(kind)) seen(document as unknown as StoredDocument);
}

export const documentOf = ({ document }: Reads, kind: string, key: string): StoredDocument | null =>
  (document.get(kind, key) as unknown as StoredDocument | undefined) ?? null;

/** Oldest first. */
export const newestOf = ({ newest }: Reads, kind: string, limit: number): readonly StoredRecord[] =>
  (newest.all(kind, limit) as unknown as StoredRecord[]).reverse();

function statements(database: DatabaseSync) {
  return {
    insert: database.prepare('INSERT INTO records (kind, at_wall_ms, json) VALUES (?, ?, ?)'),
    ...readStatements(database),
    prune: database.prepare(
      `DELETE FROM records WHERE seq IN
         (SELECT seq FROM records WHERE kind = ? AND at_wall_ms < ? ORDER BY at_wall_ms LIMIT ${PRUNE_ROWS})`,
    ),
    put: database.prepare(
      'INSERT INTO documents (kind, key, json) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json',
    ),
    remove: database.prepare('DELETE FROM documents WHERE kind = ? AND key = ?'),
    mark: database.prepare(
      'INSERT INTO written (one, run, up_to) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET run = excluded.run, up_to = excluded.up_to',
    ),
    marked: database.prepare('SELECT up_to AS upTo FROM written WHERE run = ?'),
  };
}

export function apply({ insert, put, remove }: OpenFile, change: StoreChange): void {
  switch (change.type) {
    case 'append': {
      const { kind, atWallMs, json } = change.record;
      insert.run(kind, Math.round(atWallMs), json);
      return;
    }
    case 'put':
      put.run(change.document.kind, change.document.key, change.document.json);
      return;
    case 'remove':
      remove.run(change.kind, change.key);
      return;
    default:
      unreachable(change);
  }
}

/** What throws, as an outcome in its words. */
export function attempt<T>(run: () => T): Outcome<T> {
  try {
    return ok(run());
  } catch (error) {
    return failed('exception', words(error));
  }
}

export const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
