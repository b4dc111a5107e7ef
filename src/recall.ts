/** What an earlier process left for this one, taken up by the hall; what cannot be read is told and does without. */
import { ChargerClock } from '#base/charger-clock.ts';
import { type Clock, momentOf } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { type KnownModel, restorable } from '#site/gate/stored.ts';
import { initialState } from '#site/initial.ts';
import { marksOf, NO_MARKS, withMarks } from '#site/marks.ts';
import { withSessions } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import type { ChargerSpec, ChargerTraits, Topology } from '#site/topology.ts';
import { withWritten, writtenOf } from '#site/written.ts';
import type { Remembered, Store } from '#store/store.ts';

type Deps = { readonly clock: Clock; readonly log: Log };

/** The state of a process that starts: limits from outside, open sessions, and what proven chargers may still hold, outlive the last one. */
export function recallState(
  store: Store,
  topology: Topology,
  traitsOf: (charger: ChargerSpec, model: KnownModel) => ChargerTraits,
  { clock, log }: Deps,
): SiteState {
  const schedules = store.schedules.recall();
  const believed = restorable(topology, schedules, traitsOf);
  const outsideLimits = recall(store, log, 'outside-limits') ?? [];
  const now = momentOf(clock);
  const state = withMarks(initialState(topology, clock.nowMs(), believed), recall(store, log, 'marks') ?? NO_MARKS);
  const counted = withWritten({ ...state, outsideLimits }, recall(store, log, 'written') ?? [], now);
  return withSessions(counted, store.sessions.open(), now);
}

/** The clock that chargers are told, going on from where an earlier process left it. */
export const openChargerClock = (store: Store, deps: Deps, isIdle: () => boolean): ChargerClock =>
  new ChargerClock(
    { ...deps, isIdle, remember: saved => void store.remember('charger-time', saved) },
    recall(store, deps.log, 'charger-time'),
  );

/** What was remembered of a kind; null where nothing was, or where it cannot be read. */
export function recall<K extends keyof Remembered>(store: Store, log: Log, kind: K): Remembered[K] | null {
  const recalled = store.recall(kind);
  if (!recalled.ok) log.error('what was remembered could not be read back', { kind, detail: recalled.detail });
  return recalled.ok ? (recalled.value?.value ?? null) : null;
}

/** A disk that refuses is asked again after so long: a mark that is lost with the process lets one that disobeys in again. */
const MARKS_AGAIN_MS = 10_000;

/** Writes marks down when they change. Looked at with every pass: one string of names that is nearly always empty. */
export class MarkKeeper {
  readonly #store: Pick<Store, 'remember'>;
  #written: string;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(store: Pick<Store, 'remember'>, state: SiteState) {
    this.#store = store;
    this.#written = JSON.stringify(marksOf(state));
  }

  keep(state: SiteState, atMs: number): void {
    const marks = marksOf(state);
    const json = JSON.stringify(marks);
    if (json === this.#written || atMs < this.#notBeforeMs) return;
    const before = this.#written;
    this.#written = json;
    void this.#store.remember('marks', marks).then(({ ok }) => {
      if (ok) return;
      this.#written = before;
      this.#notBeforeMs = atMs + MARKS_AGAIN_MS;
    });
  }
}

/** A restart forgets so much of what was written to chargers at most: some writes of each. */
const WRITTEN_EVERY_MS = 300_000;

/** Writes down now and then how often chargers were written to (rule 23). */
export class WrittenKeeper {
  readonly #store: Store;
  readonly #clock: Clock;
  #keptAtMs: number;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#keptAtMs = clock.nowMs();
  }

  keep(state: SiteState): void {
    const now = momentOf(this.#clock);
    if (now.nowMs < this.#keptAtMs + WRITTEN_EVERY_MS) return;
    this.#keptAtMs = now.nowMs;
    void this.#store.remember('written', writtenOf(state, now));
  }
}
