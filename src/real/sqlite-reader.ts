/** Reads the record file beside its writer: WAL lets both go on (sqlite.org/wal.html). Its few reads are at the start and for people. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Outcome } from '#base/outcome.ts';
import type { StoredDocument, StoredRecord } from '#world.ts';
import {
  attempt,
  DATABASE_FILE,
  documentOf,
  documentsOf,
  eachDocumentOf,
  newestOf,
  type Reads,
  readStatements,
} from './sqlite-file.ts';

export class SqliteReader {
  readonly #path: string;
  #open: (Reads & { readonly database: DatabaseSync }) | null = null;
  #isClosed = false;

  constructor(folder: string) {
    this.#path = join(folder, DATABASE_FILE);
  }

  documents(kind: string): Outcome<readonly StoredDocument[]> {
    return attempt(() => documentsOf(this.#reads(), kind));
  }

  eachDocument(kind: string, seen: (document: StoredDocument) => void): Outcome<void> {
    return attempt(() => eachDocumentOf(this.#reads(), kind, seen));
  }

  document(kind: string, key: string): Outcome<StoredDocument | null> {
    return attempt(() => documentOf(this.#reads(), kind, key));
  }

  newest(kind: string, limit: number): Outcome<readonly StoredRecord[]> {
    return attempt(() => newestOf(this.#reads(), kind, limit));
  }

  /** Another file has taken the place of the one that was read: the next read opens it. */
  forget(): void {
    const open = this.#open;
    this.#open = null;
    if (open !== null) attempt(() => open.database.close());
  }

  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  #reads(): Reads {
    if (this.#isClosed) throw new Error('the record store is closed');
    if (this.#open === null) {
      const database = new DatabaseSync(this.#path, { readOnly: true });
      this.#open = { database, ...readStatements(database) };
    }
    return this.#open;
  }
}
