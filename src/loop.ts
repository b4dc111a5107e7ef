/**
 * The loop: when a pass runs. At once for what relieves a row, after a moment's wait for what only
 * raises, at the next deadline when nothing happens. One timer, armed at the deadline in the state.
 */
import type { Clock, Timer } from '#base/clock.ts';
import { Latencies } from '#base/latency.ts';
import type { SiteEvent } from '#site/event.ts';
import { nextDeadlineMs } from '#site/gate/deadlines.ts';
import type { GateCommand, PassResult } from '#site/gate/decision.ts';
import { pass } from '#site/pass.ts';
import type { SiteState } from '#site/state.ts';
import type { Urgency } from '#site/urgency.ts';

/** Raises wait this long for company; a garage that comes home at once is one pass. */
const COALESCE_MS = 20;

/** The loop turns at least this often, so that silence of the loop itself is seen. */
const TURN_AT_LEAST_MS = 5_000;

/** A pass whose commands fail at once may start another; the rest of a longer row waits for the timer. */
const PASSES_IN_A_ROW = 20;

const LATENCY_WINDOW_MS = 15 * 60_000;

/** What a pass decides; null where it does not come to its end, so that nothing is sent, refreshed or told. */
export type Decide = (state: SiteState, atMs: number) => PassResult | null;

export type LoopDeps = {
  readonly clock: Clock;
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  send(command: GateCommand): void;
  /** A certificate or integer check failed (rule 28). */
  checkFailed(): void;
  /** Another one than `pass` where a loop that hangs is simulated. */
  readonly decide?: Decide | undefined;
};

export type LoopFigures = {
  readonly lastPassMs: number;
  readonly p99PassMs: number;
  /** From a meter's answer parsed to the last reduction handed to its socket; null when nothing had to be reduced. */
  readonly p99ReactionMs: number | null;
};

export class Loop {
  readonly #deps: LoopDeps;
  readonly #passMs = new Latencies(LATENCY_WINDOW_MS);
  readonly #reactionMs = new Latencies(LATENCY_WINDOW_MS);
  #lastPassMs = 0;
  #turning = false;
  #again = false;
  #closed = false;
  #soon: Timer | null = null;
  #wake: Timer | null = null;

  constructor(deps: LoopDeps) {
    this.#deps = deps;
  }

  /** @param sampleAtMs the meter answer that made it urgent, for the reaction time; else null */
  want(urgency: Urgency, sampleAtMs: number | null): void {
    if (urgency === 'now') this.turn(sampleAtMs);
    else if (urgency === 'soon') this.#soon ??= this.#deps.clock.after('pass-soon', COALESCE_MS, () => this.turn(null));
  }

  /** Passes until nothing more is due at this instant, then sleeps until the next deadline. */
  turn(sampleAtMs: number | null): void {
    if (this.#closed) return;
    this.#again = true;
    if (this.#turning) return;
    this.#turning = true;
    this.#soon?.cancel();
    this.#soon = null;
    try {
      for (let turns = 0; this.#again && turns < PASSES_IN_A_ROW; turns++) {
        this.#again = false;
        this.#pass(sampleAtMs);
      }
      this.#arm();
    } catch (bug) {
      // Whoever called may swallow it (an HTTP handler would); a bug in the loop must end the process all the same.
      queueMicrotask(() => {
        throw bug;
      });
      throw bug;
    } finally {
      this.#turning = false;
    }
  }

  figures(): LoopFigures {
    const nowMs = this.#deps.clock.nowMs();
    return {
      lastPassMs: this.#lastPassMs,
      p99PassMs: this.#passMs.p99Ms(nowMs) ?? 0,
      p99ReactionMs: this.#reactionMs.p99Ms(nowMs),
    };
  }

  close(): void {
    this.#closed = true;
    this.#soon?.cancel();
    this.#wake?.cancel();
  }

  #pass(sampleAtMs: number | null): void {
    const { clock, dispatch } = this.#deps;
    const atMs = clock.nowMs();
    const result = (this.#deps.decide ?? pass)(this.#deps.state(), atMs);
    if (result === null) return;
    this.#lastPassMs = clock.nowMs() - atMs;
    this.#passMs.add(this.#lastPassMs, atMs);
    if (!result.checksHeld) this.#deps.checkFailed();
    dispatch({ type: 'passed', result, atMs });
    if (result.commands.length === 0) return;
    // Booked before the bytes leave: from now on a charger may hold them.
    dispatch({ type: 'commands-sent', commands: result.commands, atMs });
    for (const command of result.commands) this.#deps.send(command);
    const reduced = result.commands.some(command => command.type === 'set-limit' && command.change === 'decrease');
    if (sampleAtMs !== null && reduced) this.#reactionMs.add(clock.nowMs() - sampleAtMs, atMs);
  }

  #arm(): void {
    const { clock } = this.#deps;
    const nowMs = clock.nowMs();
    const dueMs = Math.min(nextDeadlineMs(this.#deps.state(), nowMs), nowMs + TURN_AT_LEAST_MS);
    this.#wake?.cancel();
    this.#wake = clock.after('pass-due', Math.max(1, Math.ceil(dueMs - nowMs)), () => this.turn(null));
  }
}
