/**
 * The book of stored schedules (rule 27). A raise waits until a restart would book it; what makes the book
 * smaller is written by and by. One append at a time, and all that waits meanwhile goes with the next.
 */
import { type Clock, momentOf } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { covers, higherOf, isProven, isWorthStoring, mayHold, type StoredSchedule } from '#site/gate/stored.ts';
import type { SiteState } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import type { RecordStore } from '#world.ts';
import { encodeSchedules, replaySchedules } from './schedules.ts';

const KIND = 'schedules';
/** Every so many records all connectors are written at once, and what is older goes. */
const WHOLE_EVERY = 50;
/** Records read at the start: what lies between two whole ones, and as much again where one failed. */
const RECORDS_READ = 4 * WHOLE_EVERY;
/** What only makes the book smaller is worth a write this often: it frees nothing while we live. */
const LOWER_EVERY_MS = 10_000;

export type ScheduleBook = {
  /** Reads the book, once, at the start. By connector; null where it says nothing. */
  recall(): readonly (StoredSchedule | null)[];
  /**
   * Calls `leave` with true once the command may leave: a raise when a restart would book it, which is at once
   * where the book covers it, anything else at once in any case. With false where the disk refuses the raise.
   * @param state with the command booked as sent
   */
  once(state: SiteState, command: GateCommand, leave: (isStored: boolean) => void): void;
  /** Writes down, seldom, where proven connectors may hold something else than the book says: mostly less. */
  lower(state: SiteState): void;
};

export type ScheduleBookDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly records: RecordStore;
  topology(): Topology;
};

export const openScheduleBook = (deps: ScheduleBookDeps): ScheduleBook => new Book(deps);

class Book implements ScheduleBook {
  readonly #deps: ScheduleBookDeps;
  /** The least that the disk may say of a connector, now or when what is under way has arrived. */
  readonly #known = new Map<number, StoredSchedule>();
  #next = new Map<number, StoredSchedule>();
  #waiting: ((isStored: boolean) => void)[] = [];
  #isWriting = false;
  #sinceWhole = WHOLE_EVERY;
  #loweredAtMs = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(deps: ScheduleBookDeps) {
    this.#deps = deps;
  }

  recall(): readonly (StoredSchedule | null)[] {
    const { records, log } = this.#deps;
    const topology = this.#deps.topology();
    const rows = records.newest(KIND, RECORDS_READ);
    if (!rows.ok) log.error('what chargers may hold could not be read back', { detail: rows.detail });
    else {
      const { schedules, skipped } = replaySchedules(rows.value, topology);
      for (const [connector, schedule] of schedules) this.#known.set(connector, schedule);
      if (skipped > 0) log.warn('Some of what chargers may hold could not be read back.', { kind: KIND, skipped });
    }
    return topology.connectors.map(({ index }) => this.#of(index));
  }

  once(state: SiteState, command: GateCommand, leave: (isStored: boolean) => void): void {
    if (command.type !== 'set-limit' || command.change !== 'raise') leave(true);
    if (command.type !== 'set-limit') return;
    const { connector } = command;
    const need = mayHold(state, connector, this.#of(connector));
    if (covers(this.#of(connector), need)) {
      if (command.change === 'raise') leave(true);
      return;
    }
    if (command.change === 'raise') this.#waiting.push(leave);
    this.#next.set(connector, higherOf(this.#next.get(connector) ?? null, need));
    this.#write();
  }

  lower(state: SiteState): void {
    const nowMs = this.#deps.clock.nowMs();
    if (nowMs - this.#loweredAtMs < LOWER_EVERY_MS) return;
    this.#loweredAtMs = nowMs;
    for (const spec of state.topology.connectors) {
      if (this.#next.has(spec.index) || !isProven(state, spec)) continue;
      const known = this.#of(spec.index);
      const need = mayHold(state, spec.index, known);
      if (!isWorthStoring(known, need, spec)) continue;
      this.#next.set(spec.index, need);
      // From here on the disk may say this little, so the next raise waits for it.
      if (covers(known, need)) this.#known.set(spec.index, need);
    }
    if (this.#next.size > 0) this.#write();
  }

  #of(connector: number): StoredSchedule | null {
    return this.#known.get(connector) ?? null;
  }

  /** Begins after the code that asked has ended: a pass that raises a thousand is one record. */
  #write(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    void Promise.resolve().then(() => this.#append());
  }

  async #append(): Promise<void> {
    const { records, clock, topology } = this.#deps;
    const batch = this.#next;
    const waiting = this.#waiting;
    this.#next = new Map();
    this.#waiting = [];
    const isWhole = this.#sinceWhole >= WHOLE_EVERY;
    const atWallMs = momentOf(clock).wallMs;
    const json = encodeSchedules(isWhole ? new Map([...this.#known, ...batch]) : batch, isWhole, topology());
    const outcome = await records.append([{ kind: KIND, atWallMs, json }]);
    if (outcome.ok) {
      // What waits already may be less again: then the disk is about to say less.
      for (const [connector, schedule] of batch) if (!this.#next.has(connector)) this.#known.set(connector, schedule);
      this.#sinceWhole = isWhole ? 1 : this.#sinceWhole + 1;
      if (isWhole) void records.prune(KIND, atWallMs);
    } else this.#sinceWhole = WHOLE_EVERY;
    this.#tell(outcome);
    this.#isWriting = false;
    if (this.#next.size > 0) this.#write();
    for (const leave of waiting) leave(outcome.ok);
  }

  #tell(outcome: Outcome<void>): void {
    if (this.#isFailing === !outcome.ok) return;
    this.#isFailing = !outcome.ok;
    const { log } = this.#deps;
    if (outcome.ok) log.info('what chargers may hold can be written down again');
    else log.error('nothing is raised: what chargers may hold cannot be written down', { detail: outcome.detail });
  }
}
