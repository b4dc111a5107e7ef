/**
 * Durable records on the caller's own thread: for records that live in memory, and where nobody else needs the
 * thread. Beside a loop it is `store-worker.ts` that writes.
 */
import { randomUUID } from 'node:crypto';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { RecordStore, StoreChange, StoredDocument, StoredRecord } from '#world.ts';
import {
  attempt,
  documentOf,
  documentsOf,
  eachDocumentOf,
  type FileDeps,
  newestOf,
  type OpenFile,
} from './sqlite-file.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { faultOf } from './well-formed.ts';

/** Opens the record store of a state folder on this thread; null keeps records in memory. Fails as `openFile` does. */
export function openSqlite(folder: string | null, deps: FileDeps): Outcome<RecordStore> {
  const writer = new SqliteWriter(folder, deps, { run: randomUUID() });
  const opened = writer.open();
  return opened.ok ? ok(new SqliteStore(writer)) : opened;
}

class SqliteStore implements RecordStore {
  #writer: SqliteWriter | null;
  #turn = 0;

  constructor(writer: SqliteWriter) {
    this.#writer = writer;
  }

  append(records: readonly StoredRecord[]): Promise<Outcome<void>> {
    return this.commit(records.map(record => ({ type: 'append', record })));
  }

  async commit(changes: readonly StoreChange[]): Promise<Outcome<void>> {
    if (this.#writer === null) return failed('exception', 'the record store is closed');
    const fault = faultOf(changes);
    if (fault !== null) return failed('malformed', fault);
    this.#turn += 1;
    return this.#writer.write([{ turn: this.#turn, changes }]);
  }

  documents(kind: string): Outcome<readonly StoredDocument[]> {
    return this.#read(file => documentsOf(file, kind));
  }

  eachDocument(kind: string, seen: (document: StoredDocument) => void): Outcome<void> {
    return this.#read(file => eachDocumentOf(file, kind, seen));
  }

  document(kind: string, key: string): Outcome<StoredDocument | null> {
    return this.#read(file => documentOf(file, kind, key));
  }

  newest(kind: string, limit: number): Outcome<readonly StoredRecord[]> {
    return this.#read(file => newestOf(file, kind, limit));
  }

  async prune(kind: string, beforeWallMs: number): Promise<Outcome<number>> {
    return this.#writer?.prune(kind, beforeWallMs) ?? failed('exception', 'the record store is closed');
  }

  async close(): Promise<void> {
    this.#writer?.close();
    this.#writer = null;
  }

  #read<T>(run: (file: OpenFile) => T): Outcome<T> {
    const opened = this.#writer?.open() ?? failed('exception', 'the record store is closed');
    return opened.ok ? attempt(() => run(opened.value)) : opened;
  }
}
