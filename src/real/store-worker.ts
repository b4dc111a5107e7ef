/**
 * Durable records written by a thread of their own. Group commit: what is handed over while a transaction is under
 * way goes into the next one together, so that the disk's pace bounds the delay of an answer and not their number.
 */
import { randomUUID } from 'node:crypto';
import { assert, unreachable } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { RecordStore, StoreChange, StoredDocument, StoredRecord } from '#world.ts';
import { openFile } from './sqlite-file.ts';
import { SqliteReader } from './sqlite-reader.ts';
import type { Turn } from './sqlite-writer.ts';
import type { FromStoreThread } from './store-protocol.ts';
import { StoreThreadKeeper } from './store-thread-keeper.ts';
import { faultOf, sizeOf } from './well-formed.ts';

/** Callers that wait for one transaction after another: 200 chargers with 50 messages each. What comes above is refused. */
export const WAITING_COMMITS = 10_000;
/** The same in characters, for the memory of a small box. */
export const WAITING_CHARACTERS = 32 * 1024 * 1024;
/** In one transaction, about 10 ms of work: the first of a storm is not to wait for the last. */
const GROUP_COMMITS = 500;

/** A disk that hangs would hang the end of the process with it. */
const DRAIN_WITHIN_MS = 5_000;

type Waiting = Turn & { readonly size: number; settled(outcome: Outcome<void>): void };

const THREAD = new URL('./store-thread.ts', import.meta.url);

type Deps = { readonly clock: Clock; readonly log: Log };

/**
 * Opens the records of a state folder and the thread that writes them. Fails as `openFile` does.
 * @param thread what the thread runs, where it is to have a fault
 */
export function openStoreWorker(folder: string, deps: Deps, thread = THREAD): Outcome<RecordStore> {
  const opened = openFile(folder, deps);
  if (!opened.ok) return opened;
  const store = new StoreWorker(folder, deps, thread);
  // The last connection to close would take the write-ahead log away from the reader's eyes.
  const seen = store.newest('', 0);
  opened.value.database.close();
  if (seen.ok) return ok(store);
  void store.close();
  return seen;
}

class StoreWorker implements RecordStore {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #reader: SqliteReader;
  readonly #keeper: StoreThreadKeeper;
  #isStanding = false;
  /** Why nothing is written for now. */
  #down: string | null = null;
  #isClosed = false;
  #turn = 0;
  #waiting: Waiting[] = [];
  #waitingSize = 0;
  /** The group that the thread was told, oldest turn first; empty where none is under way. */
  #flying: readonly Waiting[] = [];
  #isDue = false;
  readonly #prunes = new Map<number, (outcome: Outcome<number>) => void>();
  #emptied: (() => void) | null = null;

  constructor(folder: string, { clock, log }: Deps, thread: URL) {
    this.#clock = clock;
    this.#log = log;
    this.#reader = new SqliteReader(folder);
    this.#keeper = new StoreThreadKeeper({
      clock,
      log,
      data: { folder, run: randomUUID() },
      thread,
      heard: message => this.#heard(message),
      crashed: why => this.#crashed(why),
    });
  }

  append(records: readonly StoredRecord[]): Promise<Outcome<void>> {
    return this.commit(records.map(record => ({ type: 'append', record })));
  }

  commit(changes: readonly StoreChange[]): Promise<Outcome<void>> {
    const refusal = this.#refusal(changes);
    if (refusal !== null) return Promise.resolve(refusal);
    if (changes.length === 0) return Promise.resolve(ok(undefined));
    return new Promise(settled => {
      this.#turn += 1;
      const size = sizeOf(changes);
      this.#waitingSize += size;
      this.#waiting.push({ turn: this.#turn, changes, size, settled });
      this.#next();
    });
  }

  documents(kind: string): Outcome<readonly StoredDocument[]> {
    return this.#reader.documents(kind);
  }

  eachDocument(kind: string, seen: (document: StoredDocument) => void): Outcome<void> {
    return this.#reader.eachDocument(kind, seen);
  }

  document(kind: string, key: string): Outcome<StoredDocument | null> {
    return this.#reader.document(kind, key);
  }

  newest(kind: string, limit: number): Outcome<readonly StoredRecord[]> {
    return this.#reader.newest(kind, limit);
  }

  prune(kind: string, beforeWallMs: number): Promise<Outcome<number>> {
    if (this.#isClosed || !this.#isStanding) return Promise.resolve(failed('offline', 'the store does not stand'));
    return new Promise(settled => {
      this.#turn += 1;
      this.#prunes.set(this.#turn, settled);
      this.#keeper.tell({ type: 'prune', id: this.#turn, kind, beforeWallMs });
    });
  }

  /** What was handed over is written first, where the disk still takes it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#drained();
    // The writer closes last: only then does SQLite put the write-ahead log into the file.
    this.#reader.close();
    await this.#keeper.close();
  }

  #drained(): Promise<void> {
    if (this.#flying.length + this.#waiting.length === 0) return Promise.resolve();
    return new Promise(done => {
      const late = this.#clock.after('drain the store', DRAIN_WITHIN_MS, done);
      this.#emptied = () => {
        late.cancel();
        done();
      };
    });
  }

  #refusal(changes: readonly StoreChange[]): Outcome<never> | null {
    if (this.#isClosed) return failed('exception', 'the record store is closed');
    const fault = faultOf(changes);
    if (fault !== null) return failed('malformed', fault);
    if (this.#down !== null) return failed('exception', this.#down);
    if (this.#waiting.length >= WAITING_COMMITS || this.#waitingSize >= WAITING_CHARACTERS)
      return failed('cancelled', `${this.#waiting.length} commits wait for the disk`);
    return null;
  }

  /** Sends the next group once this turn of the event loop is over: what its other sockets bring goes with it. */
  #next(): void {
    if (this.#isDue || !this.#isStanding || this.#flying.length > 0 || this.#waiting.length === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (!this.#isStanding || this.#flying.length > 0) return;
      this.#flying = this.#waiting.slice(0, GROUP_COMMITS);
      this.#waiting = this.#waiting.slice(GROUP_COMMITS);
      for (const { size } of this.#flying) this.#waitingSize -= size;
      this.#send();
    });
  }

  #send(): void {
    this.#keeper.tell({ type: 'write', turns: this.#flying.map(({ turn, changes }) => ({ turn, changes })) });
  }

  #heard(message: FromStoreThread): void {
    switch (message.type) {
      case 'standing':
        this.#stands(message.upTo);
        return;
      case 'written':
        this.#settle(message.outcome);
        return;
      case 'pruned':
        this.#prunes.get(message.id)?.(message.outcome);
        this.#prunes.delete(message.id);
        return;
      case 'replaced':
        this.#reader.forget();
        return;
      case 'said':
        this.#log[message.level](message.message, { ...message.fields });
        return;
      default:
        unreachable(message);
    }
  }

  /** A group whose answer was lost with the thread before is on disk, or is told again. */
  #stands(upTo: number): void {
    this.#isStanding = true;
    this.#down = null;
    const last = this.#flying.at(-1);
    if (last === undefined) this.#next();
    else if (last.turn <= upTo) this.#settle(ok(undefined));
    else this.#send();
  }

  #settle(outcome: Outcome<void>): void {
    const settled = this.#flying;
    assert(settled.length > 0, 'the store answers what it was told');
    this.#flying = [];
    for (const each of settled) each.settled(outcome);
    this.#next();
    this.#tellEmptied();
  }

  #crashed(why: string | null): void {
    this.#isStanding = false;
    for (const settled of this.#prunes.values()) settled(failed('exception', 'the store crashed'));
    this.#prunes.clear();
    if (why === null) return;
    this.#down = why;
    const given = [...this.#flying, ...this.#waiting];
    this.#flying = [];
    this.#waiting = [];
    this.#waitingSize = 0;
    for (const each of given) each.settled(failed('exception', why));
    this.#tellEmptied();
  }

  #tellEmptied(): void {
    if (this.#flying.length + this.#waiting.length === 0) this.#emptied?.();
  }
}
