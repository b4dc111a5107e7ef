/**
 * Sessions, on disk and in mind: which ids are given, what a charger tells again, and what has to be written down
 * before it is answered. What is not yet on disk is remembered as it was first asked for, so that telling it again
 * writes the very same.
 */
import type { Log } from '#base/log.ts';
import type { Heard } from '#site/charger-stamp.ts';
import type { Report } from '#site/report.ts';
import {
  asItGoesUp,
  type Business,
  begunBy,
  closedAtLast,
  correctedBy,
  type Ended,
  endedBy,
  isBegunBy,
  isBilling,
  type Samples,
  type Session,
  type Started,
  type StopAsked,
} from '#site/session.ts';
import { registerAfterAll } from '#site/session-register.ts';
import type { RecordStore, StoreChange } from '#world.ts';
import { Forgetting } from './forgetting.ts';
import { KeptDocuments } from './kept-documents.ts';
import { beyondKept } from './open-kept.ts';
import { RefusedStarts } from './refused-starts.ts';
import { archived } from './session-archive.ts';
import { decodeSession, SESSION_KIND, sessionDocument } from './sessions.ts';
import { type Due, digest, ToldOnce } from './told-once.ts';

/** Ended ones that are remembered, because a charger may tell a stop again: some days of a large site. */
export const ENDED_KEPT = 1_000;
/** Two for each session that is remembered, and as many again. */
const SAMPLES_KEPT = 4_000;
const STRAYS_KEPT = 200;
/** The newest register of a session that runs is written down this often: a stop that never comes is billed at it. */
const REGISTER_EVERY_MS = 300_000;

export type SessionBookDeps = {
  readonly log: Log;
  readonly records: RecordStore;
  /** What else goes into the same commit. Asked once for each thing heard, however often it is told; it counts once `kept`. */
  also(business: Business): readonly StoreChange[];
  /** It is on disk, with what went into the same commit. */
  kept(business: Business): void;
  /** The back office has yet to hear of an ended session: it is not forgotten. */
  isNeeded(session: Session): boolean;
  /** The most that a socket gives, W; null where it is not known. */
  ratedW(charger: string, connectorId: number): number | null;
};

/** Ids are positive and fit the 32 bits that 1.6 chargers have for them. */
const MAX_ID = 2 ** 31 - 1;

const NO_ID = { id: 0, isAgain: false } as const;

export class SessionBook {
  readonly #deps: SessionBookDeps;
  /** By id, oldest first: those that run, and those that ended. */
  readonly #open = new Map<number, Session>();
  readonly #over = new Map<number, Session>();
  readonly #pending: ToldOnce;
  readonly #refused = new RefusedStarts();
  readonly #forgetting = new Forgetting(this.#over, ENDED_KEPT);
  /** By session that runs: when its register was last written down. */
  readonly #registerNotedWallMs = new Map<number, number>();
  readonly #samples: KeptDocuments;
  readonly #strays: KeptDocuments;

  /** Reads back what an earlier process left. */
  constructor(deps: SessionBookDeps) {
    this.#deps = deps;
    this.#pending = new ToldOnce(deps);
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

  /** Those that are kept in mind: running ones, and the newest that ended. */
  all(): readonly Session[] {
    return [...this.#over.values(), ...this.#open.values()];
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
    while (this.get(id) !== null || this.#refused.withId(id) !== undefined) id = (id % MAX_ID) + 1;
    return { id, isAgain: false };
  }

  /** A start that is not answered now keeps its id for when it is told again. */
  refuse(report: Report, charger: string, id: number, heard: Heard): void {
    if (report.kind !== 'transaction-started' || this.get(id) !== null) return;
    this.#refused.put(begunBy(report, charger, id, heard));
  }

  /** What has to be on disk before this report is answered; null where nothing has. */
  due(report: Report, charger: string, id: number, heard: Heard): Due | null {
    switch (report.kind) {
      case 'transaction-started':
        return this.#started(report, charger, id, heard);
      case 'transaction-ended':
        return this.#ended(report, charger, heard);
      case 'meter-values':
        return isBilling(report) ? this.#billed(report, charger, heard) : null;
      default:
        return null;
    }
  }

  /**
   * The register of a session that runs, from samples that its charger tells of it. What is to be written down of it:
   * nothing most of the time. @param id null where no session runs there
   */
  sampled({ samples }: Samples, charger: string, id: number | null, heard: Heard): readonly StoreChange[] {
    const session = id === null ? undefined : this.#open.get(id);
    if (session === undefined || session.charger !== charger) return [];
    const mostW = this.#deps.ratedW(charger, session.connectorId);
    const register = registerAfterAll(session.register, samples, heard.atWallMs, mostW);
    if (register === session.register) return [];
    this.#keep({ ...session, register });
    const notedWallMs = this.#registerNotedWallMs.get(session.id) ?? session.beganWallMs;
    // One whose start is on its way to the disk would get there without the message that goes with it.
    if (heard.atWallMs - notedWallMs < REGISTER_EVERY_MS || this.#pending.has(`start/${session.id}`)) return [];
    this.#registerNotedWallMs.set(session.id, heard.atWallMs);
    return [sessionDocument({ ...session, register })];
  }

  /** We have its charger stop it: the reason of the stop that follows is ours. */
  stopAsked(id: number, asked: StopAsked): readonly StoreChange[] {
    const session = this.#open.get(id);
    // A card that was turned away is why, whoever else stops it too.
    if (session === undefined || session.stopAsked?.by === 'deauthorised') return [];
    return this.#noted({ ...session, stopAsked: asked });
  }

  /** Its socket is free, or another's, and no stop has come since then; null: it may run after all. */
  missing(id: number, sinceWallMs: number | null): readonly StoreChange[] {
    const session = this.#open.get(id);
    if (session === undefined || session.missingSinceWallMs === sinceWallMs) return [];
    return this.#noted({ ...session, missingSinceWallMs: sinceWallMs });
  }

  /** Ends a session whose stop will not come, at its last known register. Null where it has ended. */
  close(id: number): Due | null {
    const open = this.#open.get(id);
    if (open === undefined) return null;
    const { session, report } = closedAtLast(open);
    this.#deps.log.error('a charger never told the end of a session, which is closed', {
      charger: session.charger,
      id,
    });
    return this.#closed(session, report);
  }

  /**
   * Takes over what the back office made of a session. The caller commits the changes: what is not on disk yet of it
   * goes with them, so that none is ever there as ended without the message that says so.
   */
  bind(id: number, upstream: Session['upstream']): readonly StoreChange[] {
    const session = this.get(id);
    if (session === null) return [];
    this.#keep({ ...session, upstream });
    return [...this.#pending.owed(`start/${id}`, `stop/${id}`), sessionDocument({ ...session, upstream })];
  }

  #noted(session: Session): readonly StoreChange[] {
    this.#keep(session);
    return [...this.#pending.owed(`start/${session.id}`), sessionDocument(session)];
  }

  #keep(session: Session): void {
    const { id } = session;
    if (isOpen(session)) this.#open.set(id, session);
    else {
      this.#open.delete(id);
      this.#registerNotedWallMs.delete(id);
      this.#over.set(id, session);
    }
  }

  #begun(report: Started, charger: string): Session | undefined {
    // Only an open one: a stop follows the answer to its start, and a charger without a clock says the same every time.
    return [...this.open(), ...this.#refused.all()].find(session => isBegunBy(session, report, charger));
  }

  #started(report: Started, charger: string, id: number, heard: Heard): Due {
    const told = `start/${id}`;
    if (this.get(id) !== null) return this.#pending.again(told);
    // What was heard first is nearest to when it was.
    const session = this.#refused.withId(id) ?? begunBy(report, charger, id, heard);
    const lost = this.#withoutStop(session);
    this.#refused.taken(session);
    this.#keep(session);
    return this.#pending.first(told, [sessionDocument(session)], { kind: 'started', session, report }, lost);
  }

  #ended(report: Ended, charger: string, heard: Heard): Due {
    const found = this.get(report.transactionId);
    if (found === null || found.charger !== charger) return this.#stray(report, charger);
    if (!isOpen(found)) return this.#toldAgain(found, report, heard);
    const session = endedBy(found, report, heard, this.#deps.ratedW(charger, found.connectorId));
    return this.#closed(session, { ...report, samples: asItGoesUp(found, report.samples, heard) });
  }

  #closed(session: Session, report: Ended): Due {
    const told = `stop/${session.id}`;
    this.#keep(session);
    const billed = report.samples.length === 0 ? [] : this.#samples.put(told, { samples: report.samples });
    const changes = [sessionDocument(session), ...billed, ...this.#forgetOldest(session.id)];
    return this.#pending.first(told, changes, { kind: 'ended', session, report });
  }

  /** The same stop once more; or, of one that we had closed ourselves, what its charger says of it. */
  #toldAgain(found: Session, report: Ended, heard: Heard): Due {
    if (!found.flags.includes('stop-missing')) return this.#pending.again(`stop/${found.id}`);
    const told = `correction/${found.id}`;
    if (found.correction !== null) return this.#pending.again(told);
    const session = correctedBy(found, report, heard);
    this.#keep(session);
    this.#deps.log.warn('a charger told the end of a session that was closed without it', { id: session.id });
    // Where that is not on disk yet, its end never gets there without the message that says so.
    const changes = [...this.#pending.owed(`stop/${found.id}`), sessionDocument(session)];
    return this.#pending.first(told, changes, { kind: 'corrected', session });
  }

  #stray(report: Ended, charger: string): Due {
    const told = `stray/${charger}/${report.transactionId}/${report.atWallMs}`;
    if (this.#strays.has(told)) return this.#pending.again(told);
    this.#deps.log.warn('a charger ends a session that nobody knows', { charger, transactionId: report.transactionId });
    const changes = this.#strays.put(told, { charger, ...report });
    return this.#pending.first(told, changes, { kind: 'stray', charger, report });
  }

  #billed(report: Samples, charger: string, heard: Heard): Due {
    const { connectorId, transactionId, samples } = report;
    // Some chargers tell one measurand a message: those of an instant are told apart by what they say.
    const told = `samples/${charger}/${connectorId}/${transactionId}/${samples[0]?.atWallMs}/${digest(samples)}`;
    if (this.#samples.has(told)) return this.#pending.again(told);
    const session = transactionId === null ? null : this.get(transactionId);
    const above = { ...report, samples: asItGoesUp(session, samples, heard) };
    return this.#pending.first(told, this.#samples.put(told, { samples }), {
      kind: 'samples',
      session,
      charger,
      report: above,
    });
  }

  /** Those beyond what may still get a stop, but for what the back office has yet to hear of: closed where it knows them. */
  #withoutStop(session: Session): readonly Due[] {
    const lost = beyondKept(this.open(), session).filter(
      each => !this.#pending.has(`start/${each.id}`) && !this.#deps.isNeeded(each),
    );
    return lost.flatMap(({ id, charger, upstream }) => {
      if (upstream !== null) return this.close(id) ?? [];
      this.#deps.log.error('a session was never ended by its charger, and is given up', { charger, id });
      return { changes: [this.#forget(id)], stored() {} };
    });
  }

  #forgetOldest(newest: number): readonly StoreChange[] {
    const isNeeded = (session: Session) =>
      session.id === newest || this.#isPending(session.id) || this.#deps.isNeeded(session);
    return this.#forgetting.bite(isNeeded).flatMap(session => [archived(session), this.#forget(session.id)]);
  }

  #isPending = (id: number): boolean => this.#pending.has(`stop/${id}`) || this.#pending.has(`correction/${id}`);

  #forget(id: number): StoreChange {
    this.#open.delete(id);
    this.#over.delete(id);
    this.#registerNotedWallMs.delete(id);
    return { type: 'remove', kind: SESSION_KIND, key: String(id) };
  }
}

const isOpen = ({ endedAtWallMs }: Session): boolean => endedAtWallMs === null;
