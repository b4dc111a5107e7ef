/**
 * Sessions, on disk and in mind: which ids are given, what a charger tells again, and what has to be written down
 * before it is answered. What is not yet on disk is remembered as it was first asked for, so that telling it again
 * writes the very same.
 */
import type { Log } from '#base/log.ts';
import type { Report } from '#site/report.ts';
import {
  type Business,
  begunBy,
  type Ended,
  endedBy,
  isBegunBy,
  isBilling,
  type Samples,
  type Session,
  type Started,
} from '#site/session.ts';
import type { RecordStore, StoreChange } from '#world.ts';
import { KeptDocuments } from './kept-documents.ts';
import { decodeSession, SESSION_KIND, sessionDocument } from './sessions.ts';

/** Ended ones that are remembered, because a charger may tell a stop again: some days of a large site. */
export const ENDED_KEPT = 1_000;
/** Of one socket, whose stops never came. A charger that loses its stops must not fill the disk. */
export const OPEN_KEPT = 20;
/** Of one charger, whatever sockets it names: it may name some that it has not. */
export const OPEN_OF_CHARGER = 100;
/** Two for each session that is remembered, and as many again. */
const SAMPLES_KEPT = 4_000;
const STRAYS_KEPT = 200;
/** Sockets whose start waits for the disk: those of a large site; a charger may name sockets that it has not. */
const REFUSED_KEPT = 1_000;

/** Empty `changes`: it is on disk already. `stored` is called once they are. */
export type Due = { readonly changes: readonly StoreChange[]; stored(): void };

export type SessionBookDeps = {
  readonly log: Log;
  readonly records: RecordStore;
  /** What else goes into the same commit. Asked once for each thing heard, however often it is told; it counts once `kept`. */
  also(business: Business): readonly StoreChange[];
  /** It is on disk, with what went into the same commit. */
  kept(business: Business): void;
  /** The back office has yet to hear of an ended session: it is not forgotten. */
  isNeeded(session: Session): boolean;
};

type Pending = { readonly changes: readonly StoreChange[]; readonly business: Business };

const ON_DISK: Due = { changes: [], stored() {} };
/** Ids are positive and fit the 32 bits that 1.6 chargers have for them. */
const MAX_ID = 2 ** 31 - 1;

/** Of what begins no session. */
const NO_ID = { id: 0, isAgain: false } as const;

export class SessionBook {
  readonly #deps: SessionBookDeps;
  /** By id, oldest first: those that run, and those that ended. */
  readonly #open = new Map<number, Session>();
  readonly #over = new Map<number, Session>();
  /** By what was told: not on disk yet. */
  readonly #pending = new Map<string, Pending>();
  /** By socket: a start that was refused, and the id that it gets when it is told again. */
  readonly #refused = new Map<string, Session>();
  readonly #samples: KeptDocuments;
  readonly #strays: KeptDocuments;

  /** Reads back what an earlier process left. */
  constructor(deps: SessionBookDeps) {
    this.#deps = deps;
    this.#samples = new KeptDocuments(deps.records, 'session-samples', SAMPLES_KEPT);
    this.#strays = new KeptDocuments(deps.records, 'stray-stop', STRAYS_KEPT);
    const found = deps.records.documents(SESSION_KIND);
    if (!found.ok) deps.log.error('sessions could not be read back', { detail: found.detail });
    for (const { key, json } of found.ok ? found.value : []) {
      const session = decodeSession(json);
      if (session === null) deps.log.error('a session could not be read back', { key });
      else this.#keep(session);
    }
  }

  open(): readonly Session[] {
    return [...this.#open.values()];
  }

  get(id: number): Session | null {
    return this.#open.get(id) ?? this.#over.get(id) ?? null;
  }

  /** The id under which this start is known already; else the fresh one, or the next that is free. */
  idFor(report: Report, charger: string, freshId: () => number): { readonly id: number; readonly isAgain: boolean } {
    // Nothing else gets an id, and samples come by the thousand.
    if (report.kind !== 'transaction-started') return NO_ID;
    const known = this.#begun(report, charger);
    if (known !== undefined) return { id: known.id, isAgain: true };
    let id = freshId();
    while (this.#isGiven(id)) id = (id % MAX_ID) + 1;
    return { id, isAgain: false };
  }

  /** A start that is not answered now keeps its id for when it is told again. */
  refuse(report: Report, charger: string, id: number): void {
    if (report.kind !== 'transaction-started' || this.get(id) !== null) return;
    this.#refused.set(`${charger}/${report.connectorId}`, begunBy(report, charger, id));
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_KEPT && oldest !== undefined) this.#refused.delete(oldest);
  }

  /** What has to be on disk before this report is answered; null where nothing has. */
  due(report: Report, charger: string, id: number): Due | null {
    switch (report.kind) {
      case 'transaction-started':
        return this.#started(report, charger, id);
      case 'transaction-ended':
        return this.#ended(report, charger);
      case 'meter-values':
        return isBilling(report) ? this.#billed(report, charger) : null;
      default:
        return null;
    }
  }

  /**
   * Takes over what the back office made of a session. The caller commits the changes: what is not on disk yet of it
   * goes with them, so that none is ever there as ended without the message that says so.
   */
  bind(id: number, upstream: Session['upstream']): readonly StoreChange[] {
    const session = this.get(id);
    if (session === null) return [];
    this.#keep({ ...session, upstream });
    const owed = [this.#pending.get(`start/${id}`), this.#pending.get(`stop/${id}`)];
    return [...owed.flatMap(pending => pending?.changes ?? []), sessionDocument({ ...session, upstream })];
  }

  #keep(session: Session): void {
    const { id } = session;
    if (isOpen(session)) this.#open.set(id, session);
    else {
      this.#open.delete(id);
      this.#over.set(id, session);
    }
  }

  #isGiven(id: number): boolean {
    return this.get(id) !== null || [...this.#refused.values()].some(session => session.id === id);
  }

  #begun(report: Started, charger: string): Session | undefined {
    // Only an open one: a stop follows the answer to its start, and a charger without a clock says the same every time.
    return [...this.open(), ...this.#refused.values()].find(session => isBegunBy(session, report, charger));
  }

  #started(report: Started, charger: string, id: number): Due {
    const told = `start/${id}`;
    if (this.get(id) !== null) return this.#again(told);
    const session = begunBy(report, charger, id);
    const lost = this.#withoutStop(session);
    this.#refused.delete(`${charger}/${report.connectorId}`);
    this.#keep(session);
    return this.#first(told, [sessionDocument(session), ...lost], { kind: 'started', session, report });
  }

  #ended(report: Ended, charger: string): Due {
    const found = this.get(report.transactionId);
    if (found === null || found.charger !== charger) return this.#stray(report, charger);
    const told = `stop/${found.id}`;
    if (!isOpen(found)) return this.#again(told);
    const session = endedBy(found, report);
    this.#keep(session);
    const { samples } = report;
    const billed = samples.length === 0 ? [] : this.#samples.put(told, { samples });
    const changes = [sessionDocument(session), ...billed, ...this.#forgetOldest(session.id)];
    return this.#first(told, changes, { kind: 'ended', session, report });
  }

  #stray(report: Ended, charger: string): Due {
    const told = `stray/${charger}/${report.transactionId}/${report.atWallMs}`;
    if (this.#strays.has(told)) return this.#again(told);
    this.#deps.log.warn('a charger ends a session that nobody knows', { charger, transactionId: report.transactionId });
    return this.#first(told, this.#strays.put(told, { charger, ...report }), { kind: 'stray', charger, report });
  }

  #billed(report: Samples, charger: string): Due {
    const { connectorId, transactionId, samples } = report;
    // Some chargers tell one measurand a message: those of an instant are told apart by what they say.
    const told = `samples/${charger}/${connectorId}/${transactionId}/${samples[0]?.atWallMs}/${digest(samples)}`;
    if (this.#samples.has(told)) return this.#again(told);
    const session = transactionId === null ? null : this.get(transactionId);
    return this.#first(told, this.#samples.put(told, { samples }), { kind: 'samples', session, charger, report });
  }

  #first(told: string, own: readonly StoreChange[], business: Business): Due {
    this.#pending.set(told, { changes: [...own, ...this.#deps.also(business)], business });
    return this.#again(told);
  }

  #again(told: string): Due {
    const pending = this.#pending.get(told);
    if (pending === undefined) return ON_DISK;
    const stored = () => {
      if (this.#pending.delete(told)) this.#deps.kept(pending.business);
    };
    return { changes: pending.changes, stored };
  }

  /** Open sessions of the same socket beyond those that may still get their stop, or that the back office has yet to hear of. */
  #withoutStop({ charger, connectorId }: Session): readonly StoreChange[] {
    const own = this.open().filter(each => each.charger === charger);
    const same = own.filter(each => each.connectorId === connectorId);
    const over = new Set([
      ...same.slice(0, Math.max(0, same.length + 1 - OPEN_KEPT)),
      ...own.slice(0, Math.max(0, own.length + 1 - OPEN_OF_CHARGER)),
    ]);
    const known = [...over].filter(each => !this.#pending.has(`start/${each.id}`) && !this.#deps.isNeeded(each));
    return known.map(({ id }) => {
      this.#deps.log.error('a session was never ended by its charger, and is given up', { charger, connectorId, id });
      return this.#forget(id);
    });
  }

  #forgetOldest(newest: number): readonly StoreChange[] {
    if (this.#over.size <= ENDED_KEPT) return [];
    return [...this.#over.values()]
      .slice(0, this.#over.size - ENDED_KEPT)
      .filter(
        session => session.id !== newest && !this.#pending.has(`stop/${session.id}`) && !this.#deps.isNeeded(session),
      )
      .map(({ id }) => this.#forget(id));
  }

  #forget(id: number): StoreChange {
    this.#open.delete(id);
    this.#over.delete(id);
    return { type: 'remove', kind: SESSION_KIND, key: String(id) };
  }
}

const isOpen = ({ endedAtWallMs }: Session): boolean => endedAtWallMs === null;

/** 32 bits of what was said (FNV-1a): enough among the few messages of one instant and session. */
function digest(said: object): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(said)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}
