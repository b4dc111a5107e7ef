/**
 * The messages about sessions that must reach the back office, in the order in which they happened. Each is on disk
 * in one commit with the session that it tells of, and counts only from then on. Their words lie there until their
 * turn comes, so that a week's backlog costs little memory; every step here takes the same time however many wait.
 */
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { MeterSample } from '#site/report.ts';
import type { Session } from '#site/session.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import type { Sessions } from './deps.ts';
import { type Delivered, decodeRow, keyOf, OUTBOX_KIND, type Row, type RowWords, type SessionDelivery } from './row.ts';
import { Counts, type Head, headOf, RowQueue } from './row-queue.ts';
import { halved, signedLength } from './sample-desk.ts';
import { WordsInMind } from './words-in-mind.ts';

/**
 * Messages kept for the back office. A site of 200 chargers that is used around the clock makes 2,000 a day: four
 * months of them, some hundred megabytes on disk. A charger keeps what comes beyond that.
 */
export const OUTBOX_MAX = 250_000;
/** Samples in one waiting message: about 10 kB. More are halved. */
const SAMPLES_IN_ROW = 20;
/** Characters of signed data in one: a reading has some hundreds to some thousands, and a frame must not grow for ever. */
const SIGNED_IN_ROW = 16_000;

export type OutboxDeps = {
  readonly sessions: Sessions;
  /** Who we are to whom: rows of another station stay where they are (design §5). */
  readonly station: string;
  readonly log: Log;
  uuid(): string;
  wallMs(): number;
  /** Every stored document of the kind `outbox`; what cannot be read of them is passed over. */
  each(seen: (document: StoredDocument) => void): void;
  /** One of them. */
  read(key: string): Outcome<StoredDocument | null>;
};

/** A message and the session that it tells of. */
export type Turn = { readonly row: Row; readonly session: Session };

/** How much waits, and since when. */
export type OutboxFigures = {
  readonly queued: number;
  readonly setAside: number;
  readonly oldestWallMs: number | null;
};

export class Outbox {
  readonly #deps: OutboxDeps;
  /** Starts and stops. */
  readonly #trades = new RowQueue();
  readonly #samples = new RowQueue();
  readonly #samplesOf = new Map<number, Set<Head>>();
  /** Of each session the message that takes more samples: not sent yet, and its words not on disk for certain. */
  readonly #open = new Map<number, Head>();
  /** Refused, or of another station. */
  readonly #aside = new RowQueue();
  readonly #inMind = new WordsInMind();
  /** Starts and stops that were sent at least once, or may have been by an earlier process. */
  readonly #sent = new Set<string>();
  #sequence = 0;
  #isUnreadable = false;
  /** Rows of each session: those that wait here, and those that are not known to be on disk. */
  readonly #waiting = new Counts();
  readonly #owed = new Counts();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    deps.each(({ key, json }) => {
      const row = decodeRow(key, json);
      if (row === null) return;
      this.#sequence = Math.max(this.#sequence, Number(key));
      this.#add(headOf(row, false), row.setAside !== undefined);
      if (row.what !== 'samples') this.#sent.add(key);
    });
    this.#inMind.written(this.#sequence);
  }

  isFull(): boolean {
    return this.#trades.size + this.#samples.size + this.#aside.size >= OUTBOX_MAX;
  }

  /** A start or a stop: to be written down, and handed back to `insert` once it is. */
  make(session: number, words: RowWords): { readonly row: Row; readonly changes: readonly StoreChange[] } {
    const row = this.#row(session, words);
    this.#owed.add(session);
    if (words.what === 'stop') this.#close(session);
    return { row, changes: [putRow(row)] };
  }

  /** It is on disk, and so is all that was handed over before it: commits end in the order in which they began. */
  insert(row: Row): void {
    this.#owed.take(row.session);
    this.#inMind.written(Number(row.key));
    const head = headOf(row, true);
    this.#add(head, false);
    this.#inMind.keep(head, Number(row.key));
  }

  /** Evidence of a session is on its way to the disk: none of its samples go until it is there. */
  owe = (session: number): void => this.#owed.add(session);

  paid = (session: number): void => this.#owed.take(session);

  /** Samples of a session; what was not sent yet waits in one message. They may lose a second (promise 3). */
  sampled(session: Session, samples: readonly MeterSample[]): readonly StoreChange[] {
    const waiting = this.#open.get(session.id);
    const before = waiting?.row?.what === 'samples' ? waiting.row : null;
    const all = before === null ? samples : [...before.samples, ...samples];
    const kept = all.length > SAMPLES_IN_ROW ? halved(all) : all;
    // Of evidence nothing is left out: what does not fit goes in a message of its own.
    const isTooMuch = kept.length > SAMPLES_IN_ROW || signedLength(kept) > SIGNED_IN_ROW;
    if (waiting === undefined || before === null || isTooMuch) return this.#opened(session, samples);
    const row = { ...before, samples: kept };
    waiting.row = row;
    return [putRow(row)];
  }

  /**
   * The message whose turn it is: starts and stops in stored order, a session's samples before its stop, all other
   * samples when nothing else waits. Nothing while the disk cannot be read.
   * @param heldBack sessions whose messages let others go before them
   */
  next(heldBack: ReadonlySet<number> = new Set()): Turn | null {
    const turn = this.#nextOf(this.#trades, heldBack);
    return (turn === null ? this.#nextOf(this.#samples, heldBack) : turn) ?? null;
  }

  /** From now on its bytes stand. */
  sending({ key, session, what }: Row): void {
    if (what !== 'samples') this.#sent.add(key);
    if (this.#open.get(session)?.key === key) this.#close(session);
  }

  /** The back office has it. @param transactionId with a start: what the back office calls it */
  delivered({ row }: Turn, transactionId: number | null): readonly StoreChange[] {
    if (this.#take(row)) this.#waiting.take(row.session);
    const gone: StoreChange = { type: 'remove', kind: OUTBOX_KIND, key: row.key };
    const { sessions, wallMs } = this.#deps;
    const upstream = sessions.get(row.session)?.upstream;
    if (upstream == null || row.what === 'samples') return [gone];
    const bound =
      row.what === 'start'
        ? { ...upstream, transactionId, startAckWallMs: wallMs() }
        : { ...upstream, stopAckWallMs: wallMs() };
    return [...sessions.bind(row.session, bound), gone];
  }

  /** Refused too often: it waits for a person, and what stands behind it goes. */
  setAside(row: Row, why: string): readonly StoreChange[] {
    if (this.#take(row)) this.#aside.add(headOf(row, false));
    return [putRow({ ...row, setAside: why })];
  }

  /** How far the back office has heard of a session, as it is now. */
  delivery(): (session: Session) => SessionDelivery {
    const rows = new Map([...this.#trades, ...this.#aside].map(head => [`${head.what}/${head.session}`, head]));
    return session => {
      const { id, upstream, billed } = session;
      const of = (what: 'start' | 'stop', ackWallMs: number | undefined) =>
        ackWallMs === undefined ? this.#deliveryOf(session, rows.get(`${what}/${id}`)) : 'acknowledged';
      const stop = billed === null ? null : of('stop', upstream?.stopAckWallMs);
      return { start: of('start', upstream?.startAckWallMs), stop };
    };
  }

  /** The back office has yet to hear of it. */
  isNeeded({ id }: Session): boolean {
    return this.#owed.has(id) || this.#waiting.has(id);
  }

  /** Sessions that have something to tell. */
  waiting(): readonly Session[] {
    return this.#waiting.ids().flatMap(id => this.#deps.sessions.get(id) ?? []);
  }

  figures(): OutboxFigures {
    const since = [this.#trades.sinceWallMs, this.#samples.sinceWallMs].filter(ms => ms !== null);
    return {
      queued: this.#trades.size + this.#samples.size,
      setAside: this.#aside.size,
      oldestWallMs: since.length === 0 ? null : Math.min(...since),
    };
  }

  /** A message is gone from here once it was acknowledged, and not before. */
  #deliveryOf({ id, upstream }: Session, head: Head | undefined): Delivered {
    if (head === undefined && this.#owed.has(id)) return 'waiting';
    if (head === undefined) return upstream === null ? 'none' : 'acknowledged';
    if (this.#aside.get(head.key) !== undefined) return 'set aside';
    return this.#sent.has(head.key) ? 'sent' : 'waiting';
  }

  /** Undefined where the words of its turn cannot be read now. */
  #nextOf(queue: RowQueue, heldBack: ReadonlySet<number>): Turn | null | undefined {
    for (const head of queue) {
      const session = this.#sendable(head);
      if (session === null || heldBack.has(head.session)) continue;
      const row = head.what === 'stop' ? this.#stopOrSamples(head) : this.#wordsOf(head);
      if (row !== null) return { row, session };
      if (this.#isUnreadable) return undefined;
    }
    return null;
  }

  #stopOrSamples(stop: Head): Row | null {
    for (const own of this.#samplesOf.get(stop.session) ?? []) {
      const row = this.#wordsOf(own);
      if (row !== null || this.#isUnreadable) return row;
    }
    return this.#wordsOf(stop);
  }

  #sendable({ what, session: id }: Head): Session | null {
    // Samples of a session whose start is not on disk would go before it; evidence would go twice after a crash.
    if (what === 'samples' && this.#owed.has(id)) return null;
    const session = this.#deps.sessions.get(id);
    return session?.upstream?.station === this.#deps.station ? session : null;
  }

  #wordsOf(head: Head): Row | null {
    if (head.row !== null) return head.row;
    const { log, read } = this.#deps;
    const found = read(head.key);
    if (!found.ok && !this.#isUnreadable) log.error('what waits cannot be read', { detail: found.detail });
    this.#isUnreadable = !found.ok;
    if (!found.ok) return null;
    head.row = found.value === null ? null : decodeRow(head.key, found.value.json);
    if (head.row !== null) this.#inMind.keep(head, this.#sequence);
    else {
      log.error('a message for the back office is not on disk any more', { key: head.key, session: head.session });
      if (this.#take(head)) this.#waiting.take(head.session);
    }
    return head.row;
  }

  /** What it says is no more changed. */
  #close(session: number): void {
    const head = this.#open.get(session);
    this.#open.delete(session);
    if (head !== undefined) this.#inMind.keep(head, this.#sequence);
  }

  #opened({ id }: Session, samples: readonly MeterSample[]): readonly StoreChange[] {
    this.#close(id);
    const row = this.#row(id, { what: 'samples', samples });
    const head = headOf(row, true);
    this.#add(head, false);
    this.#open.set(id, head);
    return [putRow(row)];
  }

  #row(session: number, words: RowWords): Row {
    this.#sequence++;
    const { uuid, wallMs } = this.#deps;
    return { ...words, key: keyOf(this.#sequence), messageId: uuid(), session, sinceWallMs: wallMs() };
  }

  #add(head: Head, isAside: boolean): void {
    this.#waiting.add(head.session);
    if (isAside || this.#isOfAnother(head.session)) this.#aside.add(head);
    else if (head.what !== 'samples') this.#trades.add(head);
    else {
      this.#samples.add(head);
      const own = this.#samplesOf.get(head.session);
      if (own === undefined) this.#samplesOf.set(head.session, new Set([head]));
      else own.add(head);
    }
  }

  /** Once bound, a session is its station's for good (design §5); one that nobody knows can never be told. */
  #isOfAnother(id: number): boolean {
    const session = this.#deps.sessions.get(id);
    return session === null || (session.upstream !== null && session.upstream.station !== this.#deps.station);
  }

  #take({ key, what, session }: Pick<Row, 'key' | 'what' | 'session'>): boolean {
    const queue = what === 'samples' ? this.#samples : this.#trades;
    const head = queue.get(key) ?? this.#aside.get(key);
    if (head === undefined) return false;
    if (this.#open.get(session) === head) this.#open.delete(session);
    queue.remove(key);
    this.#aside.remove(key);
    this.#inMind.forget(head);
    this.#sent.delete(key);
    const own = this.#samplesOf.get(session);
    own?.delete(head);
    if (own?.size === 0) this.#samplesOf.delete(session);
    return true;
  }
}

const putRow = ({ key, ...row }: Row): StoreChange => ({
  type: 'put',
  document: { kind: OUTBOX_KIND, key, json: JSON.stringify(row) },
});
