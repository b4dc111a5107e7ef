/**
 * The messages about sessions that must reach the back office, in the order in which they happened. Each is on disk
 * in one commit with the session that it tells of, and counts only from then on.
 */
import type { MeterSample } from '#site/report.ts';
import type { Session } from '#site/session.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import type { Sessions } from './deps.ts';
import { decodeRow, keyOf, OUTBOX_KIND, type Row, type RowWords } from './row.ts';
import { halved } from './sample-desk.ts';

/**
 * Messages kept for the back office. A site of 200 chargers that is used around the clock makes 2,000 a day; a
 * charger keeps what comes beyond ten days of that.
 */
export const OUTBOX_MAX = 20_000;
/** Samples in one waiting message: about 10 kB. More are halved. */
const SAMPLES_IN_ROW = 20;
/** Characters of signed data in one: a reading has some hundreds to some thousands, and a frame must not grow for ever. */
const SIGNED_IN_ROW = 16_000;

export type OutboxDeps = {
  readonly sessions: Sessions;
  /** Who we are to whom: rows of another station stay where they are (design §5). */
  readonly station: string;
  uuid(): string;
  wallMs(): number;
};

/** A message and the session that it tells of. */
export type Turn = { readonly row: Row; readonly session: Session };

/** How far a message is. `none`: nobody is to be told. `sent`: its answer has not come, or an earlier process sent it. */
export type Delivered = 'none' | 'waiting' | 'sent' | 'acknowledged' | 'set aside';
/** Of a session that runs there is no stop. */
export type SessionDelivery = { readonly start: Delivered; readonly stop: Delivered | null };

/** How much waits, and since when. */
export type OutboxFigures = {
  readonly queued: number;
  readonly setAside: number;
  readonly oldestWallMs: number | null;
};

export class Outbox {
  readonly #deps: OutboxDeps;
  #rows: Row[];
  /** Rows that were sent at least once, or may have been by an earlier process: their bytes stand. */
  readonly #sent: Set<string>;
  #sequence: number;
  /** Rows of each session: those that wait here, and those that are not known to be on disk. */
  readonly #waiting = new Counts();
  readonly #owed = new Counts();

  /** @param stored documents of the kind `outbox`; what cannot be read of them is passed over */
  constructor(deps: OutboxDeps, stored: readonly StoredDocument[]) {
    this.#deps = deps;
    this.#rows = stored.flatMap(({ key, json }) => decodeRow(key, json) ?? []).sort(byKey);
    for (const { session } of this.#rows) this.#waiting.add(session);
    this.#sent = new Set(this.#rows.map(({ key }) => key));
    this.#sequence = Number(this.#rows.at(-1)?.key ?? 0);
  }

  isFull(): boolean {
    return this.#rows.length >= OUTBOX_MAX;
  }

  /** A start or a stop: to be written down, and handed back to `insert` once it is. */
  make(session: number, words: RowWords): { readonly row: Row; readonly changes: readonly StoreChange[] } {
    const row = this.#row(session, words);
    this.#owed.add(session);
    return { row, changes: [putRow(row)] };
  }

  /** It is on disk. */
  insert(row: Row): void {
    this.#owed.take(row.session);
    this.#add(row);
  }

  /** Evidence of a session is on its way to the disk: none of its samples go until it is there. */
  owe(session: number): void {
    this.#owed.add(session);
  }

  paid(session: number): void {
    this.#owed.take(session);
  }

  /** Samples of a session; what was not sent yet waits in one message. They may lose a second (promise 3). */
  sampled(session: Session, samples: readonly MeterSample[]): readonly StoreChange[] {
    const waiting = this.#rows.findLast(
      row => row.what === 'samples' && row.session === session.id && !this.#sent.has(row.key),
    );
    const all = waiting?.what === 'samples' ? [...waiting.samples, ...samples] : samples;
    const kept = all.length > SAMPLES_IN_ROW ? halved(all) : all;
    // Of evidence nothing is left out: what does not fit goes in a message of its own.
    if (waiting?.what !== 'samples' || kept.length > SAMPLES_IN_ROW || signedLength(kept) > SIGNED_IN_ROW) {
      const row = this.#row(session.id, { what: 'samples', samples });
      this.#add(row);
      return [putRow(row)];
    }
    const row = { ...waiting, samples: kept };
    this.#rows = this.#rows.map(each => (each === waiting ? row : each));
    return [putRow(row)];
  }

  /**
   * The message whose turn it is: starts and stops in stored order, a session's samples before its stop, all other
   * samples when nothing else waits.
   * @param heldBack sessions whose messages let others go before them
   */
  next(heldBack: ReadonlySet<number> = NOBODY): Turn | null {
    let sample: Turn | null = null;
    for (const row of this.#rows) {
      const session = this.#sendable(row);
      if (session === null || heldBack.has(row.session)) continue;
      if (row.what === 'samples') sample ??= { row, session };
      else {
        const own = row.what === 'stop' ? this.#samplesOf(session.id) : undefined;
        return { row: own ?? row, session };
      }
    }
    return sample;
  }

  /** From now on its bytes stand. */
  sending(row: Row): void {
    this.#sent.add(row.key);
  }

  /** The back office has it. @param transactionId with a start: what the back office calls it */
  delivered({ row }: Turn, transactionId: number | null): readonly StoreChange[] {
    this.#rows = this.#rows.filter(each => each.key !== row.key);
    this.#sent.delete(row.key);
    this.#waiting.take(row.session);
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
    const aside = { ...row, setAside: why };
    this.#rows = this.#rows.map(each => (each.key === row.key ? aside : each));
    return [putRow(aside)];
  }

  /** How far the back office has heard of a session, as it is now. */
  delivery(): (session: Session) => SessionDelivery {
    const rows = new Map(this.#rows.map(row => [`${row.what}/${row.session}`, row]));
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
    const ids = new Set(this.#rows.map(row => row.session));
    return [...ids].flatMap(id => this.#deps.sessions.get(id) ?? []);
  }

  figures(): OutboxFigures {
    const queued = this.#rows.filter(row => this.#isQueued(row));
    return {
      queued: queued.length,
      setAside: this.#rows.length - queued.length,
      oldestWallMs: queued.length === 0 ? null : Math.min(...queued.map(row => row.sinceWallMs)),
    };
  }

  /** A message is gone from here once it was acknowledged, and not before. */
  #deliveryOf({ id, upstream }: Session, row: Row | undefined): Delivered {
    if (row === undefined && this.#owed.has(id)) return 'waiting';
    if (row === undefined) return upstream === null ? 'none' : 'acknowledged';
    if (row.setAside !== undefined) return 'set aside';
    return this.#sent.has(row.key) ? 'sent' : 'waiting';
  }

  #sendable(row: Row): Session | null {
    // Samples of a session whose start is not on disk would go before it; evidence would go twice after a crash.
    if (row.setAside !== undefined || (row.what === 'samples' && this.#owed.has(row.session))) return null;
    const session = this.#deps.sessions.get(row.session);
    return session?.upstream?.station === this.#deps.station ? session : null;
  }

  #samplesOf = (session: number): Row | undefined =>
    this.#rows.find(row => row.session === session && row.what === 'samples' && row.setAside === undefined);

  #isQueued(row: Row): boolean {
    const upstream = this.#deps.sessions.get(row.session)?.upstream ?? null;
    return row.setAside === undefined && (upstream === null || upstream.station === this.#deps.station);
  }

  #row(session: number, words: RowWords): Row {
    this.#sequence++;
    const { uuid, wallMs } = this.#deps;
    return { ...words, key: keyOf(this.#sequence), messageId: uuid(), session, sinceWallMs: wallMs() };
  }

  /** Commits end in the order in which they began, so this is nearly always the end of the list. */
  #add(row: Row): void {
    const last = this.#rows.at(-1);
    this.#waiting.add(row.session);
    this.#rows.push(row);
    if (last !== undefined && last.key > row.key) this.#rows.sort(byKey);
  }
}

/** How many there are of each. */
class Counts {
  readonly #of = new Map<number, number>();

  has(id: number): boolean {
    return this.#of.has(id);
  }

  add(id: number): void {
    this.#of.set(id, (this.#of.get(id) ?? 0) + 1);
  }

  take(id: number): void {
    const left = (this.#of.get(id) ?? 1) - 1;
    if (left > 0) this.#of.set(id, left);
    else this.#of.delete(id);
  }
}

const signedLength = (samples: readonly MeterSample[]): number =>
  samples.reduce((sum, { signed }) => sum + (signed ?? []).reduce((own, { data }) => own + data.length, 0), 0);

const NOBODY: ReadonlySet<number> = new Set();

const byKey = (a: Row, b: Row): number => (a.key < b.key ? -1 : 1);

const putRow = ({ key, ...row }: Row): StoreChange => ({
  type: 'put',
  document: { kind: OUTBOX_KIND, key, json: JSON.stringify(row) },
});
