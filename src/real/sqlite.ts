/**
 * Durable records in one SQLite file. One append is one transaction, on disk before it answers. It runs
 * on the loop's own thread for now; a worker with group commit can take its place behind RecordStore.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { unreachable } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { RecordStore, StoreChange, StoredDocument, StoredRecord } from '#world.ts';
import { isDamage, setAside } from './damaged-file.ts';

export const DATABASE_FILE = 'busbar.db';
/** Written to the file as `user_version`; a file with a higher one belongs to a newer Busbar. */
const SCHEMA_VERSION = 2;
/** One call of `prune` removes at most this many, about 10 ms of work: the loop shares this thread. Call again until 0. */
export const PRUNE_ROWS = 1_000;
/** Larger files are not read through at the start (about a second per GB); their damage shows at the first touch. */
const READ_THROUGH_BYTES = 256 * 1024 * 1024;

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
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

type Deps = { readonly clock: Clock; readonly log: Log };

type Opened = {
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  readonly newest: StatementSync;
  readonly prune: StatementSync;
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly documents: StatementSync;
};

/**
 * Opens the record store of a state folder, made if it is not there; null keeps records in memory.
 * A damaged file is renamed and told in the log, and a fresh one takes its place. Fails when the folder
 * cannot be written or the file was made by a newer Busbar.
 */
export function openSqlite(folder: string | null, deps: Deps): Outcome<RecordStore> {
  const opened = openOrReplace(folder, deps);
  return opened.ok ? ok(new SqliteStore(opened.value, folder, deps)) : opened;
}

function openOrReplace(folder: string | null, deps: Deps): Outcome<Opened> {
  if (folder === null) return attempt(() => open(':memory:'));
  const made = attempt(() => mkdirSync(folder, { recursive: true }));
  if (!made.ok) return made;
  const path = join(folder, DATABASE_FILE);
  try {
    return ok(open(path));
  } catch (error) {
    if (!isDamage(error)) return failed('exception', `${path}: ${words(error)}`);
    const moved = setAside(path, words(error), deps);
    return moved.ok ? attempt(() => open(path)) : moved;
  }
}

/** Throws what SQLite throws. */
function open(path: string): Opened {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version > SCHEMA_VERSION) throw new Error(`written by a newer Busbar (schema ${version})`);
    readThrough(database);
    database.exec(SCHEMA);
    return { database, ...statements(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function readThrough(database: DatabaseSync): void {
  const bytes = database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  if (Number(bytes.get()?.bytes) > READ_THROUGH_BYTES) return;
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw Object.assign(new Error(String(verdict)), { errcode: 11 });
}

function statements(database: DatabaseSync) {
  return {
    insert: database.prepare('INSERT INTO records (kind, at_wall_ms, json) VALUES (?, ?, ?)'),
    newest: database.prepare(
      'SELECT kind, at_wall_ms AS atWallMs, json FROM records WHERE kind = ? ORDER BY seq DESC LIMIT ?',
    ),
    prune: database.prepare(
      `DELETE FROM records WHERE seq IN
         (SELECT seq FROM records WHERE kind = ? AND at_wall_ms < ? ORDER BY at_wall_ms LIMIT ${PRUNE_ROWS})`,
    ),
    put: database.prepare(
      'INSERT INTO documents (kind, key, json) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json',
    ),
    remove: database.prepare('DELETE FROM documents WHERE kind = ? AND key = ?'),
    documents: database.prepare('SELECT kind, key, json FROM documents WHERE kind = ? ORDER BY seq'),
  };
}

class SqliteStore implements RecordStore {
  #opened: Opened | null;
  readonly #folder: string | null;
  readonly #deps: Deps;

  constructor(opened: Opened, folder: string | null, deps: Deps) {
    this.#opened = opened;
    this.#folder = folder;
    this.#deps = deps;
  }

  append(records: readonly StoredRecord[]): Promise<Outcome<void>> {
    return this.commit(records.map(record => ({ type: 'append', record })));
  }

  async commit(changes: readonly StoreChange[]): Promise<Outcome<void>> {
    try {
      this.#write(changes);
      return ok(undefined);
    } catch (error) {
      if (!isDamage(error)) return failed('exception', words(error));
    }
    const replaced = this.#replace();
    return replaced.ok ? attempt(() => this.#write(changes)) : replaced;
  }

  documents(kind: string): Outcome<readonly StoredDocument[]> {
    return attempt(() => this.#open().documents.all(kind) as unknown as StoredDocument[]);
  }

  newest(kind: string, limit: number): Outcome<readonly StoredRecord[]> {
    return attempt(() => {
      const rows = this.#open().newest.all(kind, limit) as unknown as StoredRecord[];
      return rows.reverse();
    });
  }

  prune(kind: string, beforeWallMs: number): Outcome<number> {
    return attempt(() => Number(this.#open().prune.run(kind, Math.ceil(beforeWallMs)).changes));
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (opened !== null) opened.database.close();
  }

  #open(): Opened {
    if (this.#opened === null) throw new Error('the record store is closed');
    return this.#opened;
  }

  #write(changes: readonly StoreChange[]): void {
    const opened = this.#open();
    const { database } = opened;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) apply(opened, change);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The file turned out damaged while we ran: start a fresh one. */
  #replace(): Outcome<void> {
    attempt(() => this.#opened?.database.close());
    this.#opened = null;
    const opened = openOrReplace(this.#folder, this.#deps);
    if (!opened.ok) return opened;
    this.#opened = opened.value;
    return ok(undefined);
  }
}

function apply({ insert, put, remove }: Opened, change: StoreChange): void {
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

function attempt<T>(run: () => T): Outcome<T> {
  try {
    return ok(run());
  } catch (error) {
    return failed('exception', words(error));
  }
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
