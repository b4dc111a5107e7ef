/**
 * Messages that the back office left without an answer while it answered others. A silent back office is away, not
 * wrong; a message that it alone never answers must not hold up all behind it. So it is doubted after some tries:
 * what stands behind goes before it, and only when another of its kind was answered on the same link just before, and
 * it is not, is it the message. As long as nothing of its kind is answered, nothing is set aside.
 */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Row } from './row.ts';

/** As many tries as a refused one has. Each lasts 30 s and costs the link (decision 45). */
const DOUBTED_AFTER = 3;
/** A doubted one that no other can vouch against is tried by itself ever more seldom: each try costs the link. */
const TRIAL_MIN_MS = 60_000;
const TRIAL_MAX_MS = 900_000;

type Silence = Pick<Row, 'session' | 'what'> & { readonly times: number };

export type SilencesDeps = { readonly clock: Clock; readonly log: Log; wake(): void };

export class Silences {
  readonly #deps: SilencesDeps;
  /** By key of the row, the first that was doubted first. */
  readonly #of = new Map<string, Silence>();
  /** What was answered on this link. */
  readonly #witnesses = new Set<Row['what']>();
  #trialAtMs = 0;

  constructor(deps: SilencesDeps) {
    this.#deps = deps;
  }

  linked(): void {
    this.#witnesses.clear();
  }

  has(key: string): boolean {
    return this.#of.has(key);
  }

  /** Sessions whose messages wait while others go: a session's own order is kept. */
  heldBack(): ReadonlySet<number> {
    const held = new Set<number>();
    let mayTry = this.#deps.clock.nowMs() >= this.#trialAtMs;
    for (const { session, what, times } of this.#of.values()) {
      if (times < DOUBTED_AFTER || this.#witnesses.has(what)) continue;
      if (!mayTry) held.add(session);
      mayTry = false;
    }
    return held;
  }

  answered({ key, what }: Row): void {
    this.#of.delete(key);
    this.#witnesses.add(what);
  }

  /** @returns whether it is the message, and not the back office */
  unanswered({ key, session, what }: Row): boolean {
    const times = (this.#of.get(key)?.times ?? 0) + 1;
    if (times >= DOUBTED_AFTER && this.#witnesses.has(what)) {
      this.#of.delete(key);
      return true;
    }
    this.#of.set(key, { session, what, times });
    if (times >= DOUBTED_AFTER) this.#doubted({ session, what, times });
    return false;
  }

  #doubted({ session, what, times }: Silence): void {
    const { clock, log, wake } = this.#deps;
    if (times === DOUBTED_AFTER)
      log.error('the back office never answers a message; others go before it', { what, session });
    const waitMs = Math.min(TRIAL_MAX_MS, TRIAL_MIN_MS * 2 ** (times - DOUBTED_AFTER));
    this.#trialAtMs = clock.nowMs() + waitMs;
    clock.after('doubted message upwards again', waitMs, wake);
  }
}
