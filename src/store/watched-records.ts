/**
 * The records as rooms are handed them: every write is watched. One that fails, although it was tried twice, or that
 * does not end, begins limits-only mode (design §3): control goes on, and what must not be lost is refused, so that
 * chargers keep it. The first write that is on disk again ends it.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Failure, Outcome } from '#base/outcome.ts';
import type { LimitsOnly } from '#site/state.ts';
import type { RecordStore, StoreChange, StoredDocument, StoredRecord } from '#world.ts';

/** A disk that is merely busy answers within seconds; chargers wait 30 s for an answer at most, and less is common. */
export const STALLED_AFTER_MS = 10_000;
/** A trial write soon, for a moment's trouble, and then ever more seldom: a disk that fails is not to be worn. */
export const TRIAL_AFTER_MS: readonly [number, number] = [1_000, 60_000];

export type WatchDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly records: RecordStore;
  changed(limitsOnly: LimitsOnly | null): void;
};

export class WatchedRecords implements RecordStore {
  readonly #deps: WatchDeps;
  #limitsOnly: LimitsOnly | null = null;
  /** Before it nothing ends the mode. */
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #trialMs = TRIAL_AFTER_MS[0];
  #trial: Timer | null = null;
  #isTrying = false;
  /** When each write under way began, oldest first. */
  readonly #underWay = new Set<{ readonly beganAtMs: number }>();
  #stallTimer: Timer | null = null;
  #isClosed = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** Begins the mode for at least so long, whatever the disk does. */
  hold(why: string, forMs: number): void {
    this.#heldUntilMs = this.#deps.clock.nowMs() + forMs;
    this.#begin(why);
  }

  append(records: readonly StoredRecord[]): Promise<Outcome<void>> {
    return this.#watched(() => this.#deps.records.append(records));
  }

  commit(changes: readonly StoreChange[]): Promise<Outcome<void>> {
    return this.#watched(() => this.#deps.records.commit(changes));
  }

  documents(kind: string): Outcome<readonly StoredDocument[]> {
    return this.#deps.records.documents(kind);
  }

  eachDocument(kind: string, seen: (document: StoredDocument) => void): Outcome<void> {
    return this.#deps.records.eachDocument(kind, seen);
  }

  document(kind: string, key: string): Outcome<StoredDocument | null> {
    return this.#deps.records.document(kind, key);
  }

  newest(kind: string, limit: number): Outcome<readonly StoredRecord[]> {
    return this.#deps.records.newest(kind, limit);
  }

  prune(kind: string, beforeWallMs: number): Promise<Outcome<number>> {
    return this.#deps.records.prune(kind, beforeWallMs);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#trial?.cancel();
    this.#stallTimer?.cancel();
    return this.#deps.records.close();
  }

  async #watched(run: () => Promise<Outcome<void>>): Promise<Outcome<void>> {
    const write = { beganAtMs: this.#deps.clock.nowMs() };
    this.#underWay.add(write);
    this.#watchStall();
    const outcome = await run();
    this.#underWay.delete(write);
    if (!this.#isClosed) this.#judge(outcome);
    return outcome;
  }

  #judge(outcome: Outcome<void>): void {
    if (outcome.ok) this.#end();
    else if (isOfTheDisk(outcome.why)) this.#begin(outcome.detail);
  }

  #begin(why: string): void {
    if (this.#limitsOnly !== null) return;
    const { clock, log, changed } = this.#deps;
    this.#limitsOnly = { sinceMs: clock.nowMs(), why };
    this.#trialMs = TRIAL_AFTER_MS[0];
    log.error('Limits only: limits are kept, but no session can be written down. Chargers are asked to keep theirs.', {
      why,
    });
    this.#tryLater();
    changed(this.#limitsOnly);
  }

  #end(): void {
    const { clock, log, changed } = this.#deps;
    if (this.#limitsOnly === null || clock.nowMs() < this.#heldUntilMs) return;
    this.#limitsOnly = null;
    this.#trial?.cancel();
    this.#trial = null;
    log.info('Sessions can be written down again.');
    changed(null);
  }

  #tryLater(): void {
    this.#trial?.cancel();
    this.#trial = this.#deps.clock.after('try the disk', this.#trialMs, () => void this.#try());
    this.#trialMs = Math.min(2 * this.#trialMs, TRIAL_AFTER_MS[1]);
  }

  /** Whether a write reaches the disk. Only one at a time: behind a disk that hangs they would pile up. */
  async #try(): Promise<void> {
    if (!this.#isTrying) {
      this.#isTrying = true;
      const json = JSON.stringify({ atWallMs: this.#deps.clock.wallMs() });
      await this.commit([{ type: 'put', document: { kind: 'trial', key: 'disk', json } }]);
      this.#isTrying = false;
    }
    if (this.#limitsOnly !== null && !this.#isClosed) this.#tryLater();
  }

  #watchStall(): void {
    if (this.#stallTimer !== null) return;
    this.#stallTimer = this.#deps.clock.after('writes end', STALLED_AFTER_MS, () => {
      this.#stallTimer = null;
      const [oldest] = this.#underWay;
      if (oldest === undefined) return;
      const isStalled = this.#deps.clock.nowMs() - oldest.beganAtMs >= STALLED_AFTER_MS;
      if (isStalled) this.#begin(`a write has not ended for ${STALLED_AFTER_MS / 1000} s`);
      this.#watchStall();
    });
  }
}

/** A text that is none, or one write too many at once, says nothing of the disk. */
const isOfTheDisk = (why: Failure): boolean => why !== 'malformed' && why !== 'cancelled';
