/**
 * Sessions and the messages about them that must reach the back office. What is heard comes out as changes of the
 * store, and counts only once they are on disk (`keep`); what is answered from above comes out the same way.
 */
import type { MeterSample, Report } from '#site/report.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import { decodeRow, keyOf, OUTBOX_KIND, type Row, type RowWords } from './row.ts';
import { halved } from './sample-desk.ts';
import { type Bound, decodeSession, isSameStart, SESSION_KIND, type Session } from './session.ts';

/**
 * Messages kept for the back office. A site of 200 chargers that is used around the clock makes 2,000 a day; a
 * charger keeps what comes beyond ten days of that.
 */
export const OUTBOX_MAX = 20_000;
/** Ended sessions that were delivered, kept to know a start or stop that a charger repeats. */
export const SESSIONS_KEPT = 5_000;
/** Samples in one waiting message: about 10 kB. More are halved. */
const SAMPLES_IN_ROW = 20;

/** What was heard: on disk with `changes`, told to the back office from `keep` on. One that is not kept is heard again. */
export type Heard = { readonly changes: readonly StoreChange[]; keep(): void };

type Started = Extract<Report, { kind: 'transaction-started' }>;
type Ended = Extract<Report, { kind: 'transaction-ended' }>;

export type BookDeps = {
  uuid(): string;
  wallMs(): number;
  /** Where a session that begins now belongs; null before a boot was accepted. */
  bindingOf(charger: string, connectorId: number): Bound | null;
};

const NOTHING: Heard = { changes: [], keep() {} };

export class Book {
  readonly #deps: BookDeps;
  readonly #sessions = new Map<number, Session>();
  /** Starts and stops that are not known to be on disk. */
  readonly #owed = new Map<string, Row>();
  #rows: Row[] = [];
  /** Rows that were sent at least once, or may have been by an earlier process: their bytes stand. */
  readonly #sent = new Set<string>();
  #sequence = 0;

  constructor(deps: BookDeps, sessions: readonly StoredDocument[], rows: readonly StoredDocument[]) {
    this.#deps = deps;
    for (const { json } of sessions) {
      const session = decodeSession(json);
      if (session !== null) this.#sessions.set(session.id, session);
    }
    this.#rows = rows.flatMap(({ key, json }) => decodeRow(key, json) ?? []).sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { key } of this.#rows) this.#sent.add(key);
    this.#sequence = Number(this.#rows.at(-1)?.key ?? 0);
  }

  // --- what chargers say

  /** The session that a repeated start belongs to. */
  sameStart(charger: string, start: Started): Session | null {
    for (const session of this.#sessions.values()) if (isSameStart(session, charger, start)) return session;
    return null;
  }

  isFull(): boolean {
    return this.#rows.length >= OUTBOX_MAX;
  }

  /** @param id the transaction id that the charger is told */
  started(charger: string, start: Started, id: number): Heard {
    const name = nameOf('start', id);
    if (this.#owed.has(name)) return this.#heard(name, []);
    if (this.#sessions.has(id)) return NOTHING;
    const { connectorId, idToken, meterStartWh, atWallMs: startedAtWallMs, reservationId } = start;
    const upstream = this.#deps.bindingOf(charger, connectorId);
    const open = { endedAtWallMs: null, meterStopWh: null, reason: null };
    const gone = this.#forgetOld();
    this.#sessions.set(id, { id, charger, connectorId, idToken, startedAtWallMs, meterStartWh, upstream, ...open });
    this.#owed.set(name, this.#row(id, { what: 'start', reservationId }));
    return this.#heard(name, gone);
  }

  /** A stop of a transaction that nobody knows is kept aside for a person. */
  ended(charger: string, stop: Ended): Heard {
    const session = this.#sessions.get(stop.transactionId);
    const { idToken, meterStopWh, atWallMs, samples } = stop;
    const words = { what: 'stop', idToken, meterStopWh, atWallMs, samples } as const;
    if (session === undefined || session.charger !== charger) return this.#orphan({ ...words, reason: stop.reason });
    const name = nameOf('stop', session.id);
    if (this.#owed.has(name)) return this.#heard(name, []);
    if (session.endedAtWallMs !== null) return NOTHING;
    // Who was turned away from above was stopped by us, and its charger says Remote.
    const reason = session.refused === true && stop.reason === 'Remote' ? 'DeAuthorized' : stop.reason;
    this.#sessions.set(session.id, { ...session, endedAtWallMs: atWallMs, meterStopWh, reason });
    this.#owed.set(name, this.#row(session.id, { ...words, reason }));
    return this.#heard(name, []);
  }

  /** Samples of a session, thinned. Kept in memory at once: they may lose a second (promise 3). */
  sampled(session: Session, samples: readonly MeterSample[]): readonly StoreChange[] {
    if (this.#owed.has(nameOf('start', session.id))) return [];
    const waiting = this.#rows.find(
      row => row.what === 'samples' && row.session === session.id && !this.#sent.has(row.key),
    );
    if (waiting?.what !== 'samples') return this.#add(this.#row(session.id, { what: 'samples', samples }));
    const all = [...waiting.samples, ...samples];
    const row = { ...waiting, samples: all.length > SAMPLES_IN_ROW ? halved(all) : all };
    this.#rows = this.#rows.map(each => (each === waiting ? row : each));
    return [putRow(row)];
  }

  #heard(name: string, also: readonly StoreChange[]): Heard {
    const row = this.#owed.get(name);
    const session = row?.session == null ? undefined : this.#sessions.get(row.session);
    if (row === undefined || session === undefined) return NOTHING;
    return {
      changes: [putSession(session), putRow(row), ...also],
      keep: () => {
        if (this.#owed.delete(name)) this.#insert(row);
      },
    };
  }

  #orphan(words: Extract<RowWords, { what: 'stop' }>): Heard {
    const known = this.#rows.find(
      row => row.what === 'stop' && row.session === null && row.atWallMs === words.atWallMs,
    );
    if (known !== undefined) return { changes: [putRow(known)], keep() {} };
    const row: Row = { ...this.#row(null, words), setAside: 'no start of it is known' };
    return { changes: this.#add(row), keep() {} };
  }

  #row(session: number | null, words: RowWords): Row {
    this.#sequence++;
    const { uuid, wallMs } = this.#deps;
    return { ...words, key: keyOf(this.#sequence), messageId: uuid(), session, sinceWallMs: wallMs() };
  }

  #add(row: Row): readonly StoreChange[] {
    this.#insert(row);
    return [putRow(row)];
  }

  /** Commits end in the order in which they began, so this is nearly always the end of the list. */
  #insert(row: Row): void {
    const last = this.#rows.at(-1);
    this.#rows.push(row);
    if (last !== undefined && last.key > row.key) this.#rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Room for a new session: the oldest that is over and delivered goes. */
  #forgetOld(): readonly StoreChange[] {
    if (this.#sessions.size < SESSIONS_KEPT) return [];
    for (const session of this.#sessions.values()) {
      if (session.endedAtWallMs === null || this.#rows.some(row => row.session === session.id)) continue;
      this.#sessions.delete(session.id);
      return [{ type: 'remove', kind: SESSION_KIND, key: String(session.id) }];
    }
    return [];
  }

  // --- what the back office is sent

  /**
   * The message whose turn it is: starts and stops in stored order, a session's samples before its stop, all other
   * samples when nothing else waits.
   */
  next(station: string): { readonly row: Row; readonly session: Session } | null {
    let sample: { readonly row: Row; readonly session: Session } | null = null;
    for (const row of this.#rows) {
      const session = this.#sendable(row, station);
      if (session === null) continue;
      if (row.what === 'samples') sample ??= { row, session };
      else {
        const own = row.what === 'stop' ? this.#samplesOf(session.id) : undefined;
        return { row: own ?? row, session };
      }
    }
    return sample;
  }

  #sendable(row: Row, station: string): Session | null {
    if (row.setAside !== undefined || row.session === null) return null;
    const session = this.#sessions.get(row.session);
    return session?.upstream?.station === station ? session : null;
  }

  #samplesOf = (session: number): Row | undefined =>
    this.#rows.find(row => row.session === session && row.what === 'samples' && row.setAside === undefined);

  /** From now on its bytes stand. */
  sending(row: Row): void {
    this.#sent.add(row.key);
  }

  /** The back office has it. @param transactionId with a start: what the back office calls it */
  delivered(row: Row, transactionId: number | null): readonly StoreChange[] {
    this.#remove(row);
    const gone: StoreChange = { type: 'remove', kind: OUTBOX_KIND, key: row.key };
    const session = row.session === null ? undefined : this.#sessions.get(row.session);
    if (session?.upstream == null || row.what !== 'start') return [gone];
    return [gone, ...this.#change({ ...session, upstream: { ...session.upstream, transactionId } })];
  }

  /** Refused too often: it waits for a person, and what stands behind it goes. */
  setAside(row: Row, why: string): readonly StoreChange[] {
    const aside = { ...row, setAside: why };
    this.#rows = this.#rows.map(each => (each.key === row.key ? aside : each));
    return [putRow(aside)];
  }

  refused(session: Session): readonly StoreChange[] {
    return this.#change({ ...(this.#sessions.get(session.id) ?? session), refused: true });
  }

  /** Sessions from before the first accepted boot belong to this back office from now on. */
  bind(): readonly StoreChange[] {
    return [...this.#sessions.values()].flatMap(session => {
      if (session.upstream !== null) return [];
      return this.#change({ ...session, upstream: this.#deps.bindingOf(session.charger, session.connectorId) });
    });
  }

  /** A session is never on disk as ended without the message that says so. */
  #change(session: Session): readonly StoreChange[] {
    this.#sessions.set(session.id, session);
    const owed = [this.#owed.get(nameOf('start', session.id)), this.#owed.get(nameOf('stop', session.id))];
    return [putSession(session), ...owed.flatMap(row => (row === undefined ? [] : [putRow(row)]))];
  }

  #remove(row: Row): void {
    this.#rows = this.#rows.filter(each => each.key !== row.key);
    this.#sent.delete(row.key);
  }

  // --- looking

  session(id: number): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  /** Sessions that run, oldest first. */
  live(): readonly Session[] {
    return [...this.#sessions.values()].filter(session => session.endedAtWallMs === null);
  }

  /** The newest that runs there. */
  liveOn(charger: string, connectorId: number): Session | null {
    const isThere = (session: Session) => session.charger === charger && session.connectorId === connectorId;
    return this.live().findLast(isThere) ?? null;
  }

  figures(station: string | null): {
    readonly queued: number;
    readonly setAside: number;
    readonly oldestWallMs: number | null;
  } {
    const queued = this.#rows.filter(row => this.#isQueued(row, station));
    return {
      queued: queued.length,
      setAside: this.#rows.length - queued.length,
      oldestWallMs: queued.reduce<number | null>(
        (oldest, row) => Math.min(oldest ?? row.sinceWallMs, row.sinceWallMs),
        null,
      ),
    };
  }

  #isQueued(row: Row, station: string | null): boolean {
    if (row.setAside !== undefined || row.session === null) return false;
    const upstream = this.#sessions.get(row.session)?.upstream ?? null;
    return upstream === null || upstream.station === station;
  }
}

const nameOf = (what: 'start' | 'stop', id: number): string => `${what} ${id}`;

const putSession = (session: Session): StoreChange => ({
  type: 'put',
  document: { kind: SESSION_KIND, key: String(session.id), json: JSON.stringify(session) },
});

const putRow = ({ key, ...row }: Row): StoreChange => ({
  type: 'put',
  document: { kind: OUTBOX_KIND, key, json: JSON.stringify(row) },
});
