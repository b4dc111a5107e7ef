/** The one who writes the record file: a group of commits is one transaction, on disk before it answers. */
import type { Outcome } from '#base/outcome.ts';
import { failed, ok } from '#base/outcome.ts';
import type { StoreChange } from '#world.ts';
import { isDamage } from './damaged-file.ts';
import { apply, attempt, type FileDeps, type FileOptions, type OpenFile, openFile, words } from './sqlite-file.ts';

/** Changes of one caller, and their turn: turns grow within a run and are never used twice. */
export type Turn = { readonly turn: number; readonly changes: readonly StoreChange[] };

export type WriterOptions = FileOptions & {
  /** Tells this opening of the store from every other one. */
  readonly run: string;
  /** A damaged file was set aside and a fresh one begun. */
  replaced?(): void;
};

export class SqliteWriter {
  #file: OpenFile | null = null;
  readonly #folder: string | null;
  readonly #deps: FileDeps;
  readonly #options: WriterOptions;

  constructor(folder: string | null, deps: FileDeps, options: WriterOptions) {
    this.#folder = folder;
    this.#deps = deps;
    this.#options = options;
  }

  /** Opens the file where it is not open. See `openFile`. */
  open(readThrough = this.#options.readThrough ?? true): Outcome<OpenFile> {
    if (this.#file !== null) return ok(this.#file);
    const opened = openFile(this.#folder, this.#deps, { ...this.#options, readThrough });
    if (opened.ok) this.#file = opened.value;
    return opened;
  }

  /**
   * All of them or none. What SQLite refuses is tried once more on the file opened anew, where it is not found
   * there already: a COMMIT that failed may have reached the disk (design: reopen and verify once).
   */
  write(turns: readonly Turn[]): Outcome<void> {
    const last = turns.at(-1);
    if (last === undefined) return ok(undefined);
    try {
      this.#transact(turns, last.turn);
      return ok(undefined);
    } catch (error) {
      if (this.#folder === null) return failed('exception', words(error));
      this.#reopen(isDamage(error));
    }
    return attempt(() => {
      if (this.upTo() < last.turn) this.#transact(turns, last.turn);
    });
  }

  /** The newest turn of this run that is on disk; 0 before the first. Throws what SQLite throws. */
  upTo(): number {
    return Number(this.#opened().marked.get(this.#options.run)?.upTo ?? 0);
  }

  /** At most `PRUNE_ROWS` records at once. */
  prune(kind: string, beforeWallMs: number): Outcome<number> {
    return attempt(() => Number(this.#opened().prune.run(kind, Math.ceil(beforeWallMs)).changes));
  }

  close(): void {
    const file = this.#file;
    this.#file = null;
    if (file !== null) attempt(() => file.database.close());
  }

  /** A damaged file is found out by reading it through, and set aside. */
  #reopen(isDamaged: boolean): void {
    this.close();
    this.open(isDamaged);
    if (isDamaged) this.#options.replaced?.();
  }

  #opened(): OpenFile {
    const opened = this.open();
    if (!opened.ok) throw new Error(opened.detail);
    return opened.value;
  }

  #transact(turns: readonly Turn[], last: number): void {
    const file = this.#opened();
    const { database } = file;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const { changes } of turns) for (const change of changes) apply(file, change);
      file.mark.run(this.#options.run, last);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}
