/**
 * Runs dead-man tests: begins them, does in the world what they ask for, records what they show. What a
 * test wants and what it proves is the court's to say (`site/deadman`); this file owns the timer.
 */
import { at } from '#base/assert.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Checked } from '#base/problem.ts';
import type { ChargersHandle } from '#chargers/chargers.ts';
import { recall } from '#recall.ts';
import type { Command } from '#site/command.ts';
import { beginTest, type TestOrder } from '#site/deadman/begin.ts';
import {
  type DeadmanResults,
  effectiveTraits,
  NO_RESULTS,
  type Verdict,
  verdictOf,
  type Where,
  withVerdict,
} from '#site/deadman/results.ts';
import { verdictSentence } from '#site/deadman/sentences.ts';
import { actionsOf, type DeadmanTest, type TestAction, TICK_MS } from '#site/deadman/test.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';
import type { Store } from '#store/store.ts';
import type { World } from '#world.ts';

/** Ended tests are kept for those who watch; the results themselves are stored. */
const ENDED_KEPT = 50;

export type EndedTest = { readonly test: DeadmanTest; readonly where: Where; readonly verdict: Verdict };

export type DeadmanDeps = {
  readonly clock: Clock;
  readonly log: Log;
  freshId(): string;
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  /** Sends a command that controls nothing; its answer does not matter here. */
  tell(charger: number, command: Command): void;
  cut(charger: number, forMs: number): void;
  /** A charger whose socket was cut may come back. */
  letIn(charger: number): void;
  recall(): DeadmanResults | null;
  remember(results: DeadmanResults): Promise<void>;
};

/** The runner on a site's store and its charger door. */
export function openDeadman(
  world: World,
  store: Store,
  site: Pick<DeadmanDeps, 'state' | 'dispatch'> & { chargers(): ChargersHandle | null },
): Deadman {
  const { clock, log } = world;
  const nothing = { sent() {}, settled() {} };
  return new Deadman({
    recall: () => recall(store, log, 'deadman'),
    remember: async results => void (await store.remember('deadman', results)),
    clock,
    log,
    freshId: () => world.randomness.uuid(),
    state: () => site.state(),
    dispatch: event => site.dispatch(event),
    tell: (charger, command) => site.chargers()?.command(charger, command, { priority: 'other' }, nothing),
    cut: (charger, forMs) => site.chargers()?.cut(charger, forMs),
    letIn: charger => site.chargers()?.letIn(charger),
  });
}

export class Deadman {
  readonly #deps: DeadmanDeps;
  #results: DeadmanResults;
  #ended: readonly EndedTest[] = [];
  #tick: Timer | null = null;

  constructor(deps: DeadmanDeps) {
    this.#deps = deps;
    this.#results = deps.recall() ?? NO_RESULTS;
  }

  /** Begins a test, or says everything that stands against it. */
  begin(order: Omit<TestOrder, 'id'>): Checked<{ readonly id: string }> {
    const { clock, log } = this.#deps;
    const id = this.#deps.freshId();
    const begun = beginTest(this.#deps.state(), { ...order, id }, this.#results, clock.nowMs());
    if (!begun.ok) return begun;
    log.info('dead-man test begins', { id, charger: order.identity, legs: begun.value.legs.join(' ') });
    this.#deps.dispatch({ type: 'test-begun', test: begun.value, atMs: clock.nowMs() });
    this.#arm();
    return { ok: true, value: { id } };
  }

  /** Ends a test without a result; its socket is like any other again. False where none of that name runs. */
  cancel(id: string): boolean {
    const test = this.#deps.state().tests.find(running => running.id === id);
    if (test === undefined) return false;
    this.#deps.letIn(test.charger);
    this.#deps.dispatch({ type: 'test-ended', id, atMs: this.#deps.clock.nowMs() });
    this.#deps.log.info('dead-man test cancelled', { id });
    return true;
  }

  /** What people are shown; ended tests newest last. */
  shown(): { readonly ended: readonly EndedTest[]; readonly results: DeadmanResults } {
    return { ended: this.#ended, results: this.#results };
  }

  /** The traits of a charger that says it is this: a test here goes before its profile. */
  traits(found: ChargerTraits, boot: { readonly vendor: string; readonly model: string; readonly firmware: string }) {
    return effectiveTraits(found, this.#results, boot.vendor, boot.model, boot.firmware);
  }

  close(): void {
    this.#tick?.cancel();
  }

  #arm(): void {
    this.#tick?.cancel();
    this.#tick = this.#deps.clock.after('deadman', TICK_MS, () => this.#turn());
  }

  #turn(): void {
    const { clock, state, dispatch } = this.#deps;
    dispatch({ type: 'test-clock', atMs: clock.nowMs() });
    for (const test of state().tests) {
      if (test.step === 'ended') this.#record(test);
      else for (const action of actionsOf(test, clock.nowMs())) this.#act(test, action);
    }
    if (state().tests.length > 0) this.#arm();
  }

  /** Noted before it is done, so that what follows from it finds the note. */
  #act(test: DeadmanTest, action: TestAction): void {
    const { clock, dispatch, tell, cut } = this.#deps;
    dispatch({ type: 'test-acted', id: test.id, action, atMs: clock.nowMs() });
    const { connectorId } = at(this.#deps.state().topology.connectors, test.connector);
    if (action.kind === 'ask-sample') tell(test.charger, { kind: 'trigger', message: 'MeterValues', connectorId });
    else if (action.kind === 'cut') cut(test.charger, action.forMs);
    else tell(test.charger, { kind: 'reset', hard: true });
  }

  #record(test: DeadmanTest): void {
    const { clock, log, dispatch } = this.#deps;
    const { topology } = this.#deps.state();
    const { identity } = at(topology.chargers, test.charger);
    const { connectorId } = at(topology.connectors, test.connector);
    const where = { identity, connectorId, atWallMs: clock.wallMs() };
    const verdict = verdictOf(test);
    this.#ended = [...this.#ended.slice(1 - ENDED_KEPT), { test, where, verdict }];
    dispatch({ type: 'test-ended', id: test.id, atMs: clock.nowMs() });
    log.info('dead-man test ended', { id: test.id, charger: identity, result: verdictSentence(test, verdict) });
    this.#results = withVerdict(this.#results, test, where);
    void this.#deps.remember(this.#results);
    const { leaseClass } = verdict;
    if (leaseClass !== null) dispatch({ type: 'class-found', model: test.model, leaseClass, atMs: clock.nowMs() });
  }
}
