/** Looks for sessions whose charger never tells their end, and closes them a day later at their last known register. */
import { type Moment, momentOf, type Timer } from '#base/clock.ts';
import { missingStop } from '#site/missing-stop.ts';
import type { Session } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import type { Store } from '#store/store.ts';
import type { RecordStore, World } from '#world.ts';

/** Against a day this is nothing, and it costs a look at the sessions that run. */
const LOOK_EVERY_MS = 600_000;
/** The wall clock was set, and did not merely drift. */
const JUMP_MS = 60_000;

export type MissingStopsDeps = {
  readonly world: Pick<World, 'clock' | 'log'>;
  readonly records: Pick<RecordStore, 'commit'>;
  readonly sessions: Store['sessions'];
  state(): SiteState;
  /** Nothing more fits on its way to the back office. */
  isFull(): boolean;
};

type Due = NonNullable<ReturnType<Store['sessions']['close']>>;

export class MissingStops {
  readonly #deps: MissingStopsDeps;
  #timer: Timer | null = null;
  #last: Moment;
  /** Closed, and not on disk yet. */
  #owed: readonly Due[] = [];

  constructor(deps: MissingStopsDeps) {
    this.#deps = deps;
    this.#last = momentOf(deps.world.clock);
  }

  open(): void {
    this.#timer = this.#deps.world.clock.after('look for missing stops', LOOK_EVERY_MS, () => {
      this.open();
      this.#look();
    });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { world, sessions, state, isFull } = this.#deps;
    const now = momentOf(world.clock);
    const jumpMs = now.wallMs - this.#last.wallMs - (now.nowMs - this.#last.nowMs);
    this.#last = now;
    if (state().limitsOnly !== null || isFull()) return;
    const owed = this.#owed;
    this.#owed = [];
    for (const due of owed) void this.#keep(due);
    const open = sessions.open();
    const newest = new Map(open.map(session => [socketOf(session), session.id]));
    for (const session of open) {
      const told = Math.abs(jumpMs) > JUMP_MS ? moved(session, jumpMs) : session;
      const { sinceWallMs, isDue } = missingStop(state(), told, newest.get(socketOf(session)) === session.id, now);
      const changes = sessions.missing(session.id, sinceWallMs);
      const due = isDue ? sessions.close(session.id) : null;
      if (due !== null) void this.#keep(due);
      else if (changes.length > 0) void this.#deps.records.commit(changes);
    }
  }

  async #keep(due: Due): Promise<void> {
    const outcome = await this.#deps.records.commit(due.changes);
    if (outcome.ok) due.stored();
    else this.#owed = [...this.#owed, due];
  }
}

/** A day is a day that passed, and not one that somebody set. */
const moved = (session: Session, jumpMs: number): Session => {
  const { missingSinceWallMs } = session;
  return missingSinceWallMs === null ? session : { ...session, missingSinceWallMs: missingSinceWallMs + jumpMs };
};

const socketOf = ({ charger, connectorId }: Session): string => `${charger}/${connectorId}`;
