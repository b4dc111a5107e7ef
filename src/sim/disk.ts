/** The disk of a simulated box: how long a commit takes, when it fails, and the instant at which the process dies over one. */
import type { Clock } from '#base/clock.ts';
import { failed, type Outcome } from '#base/outcome.ts';

/** From a record handed over to the record on disk: the group commit of a small flash disk. */
const COMMIT_MS = 10;

/** A death over a commit: nothing of it is on disk, or all of it is and nobody was told. */
export type DeathAt = 'before-commit' | 'after-commit';

export class SimDisk {
  readonly #clock: Clock;
  #slowMs = 0;
  #slowUntilMs = Number.NEGATIVE_INFINITY;
  #fullUntilMs = Number.NEGATIVE_INFINITY;
  #death: { readonly at: DeathAt; kill(): void } | null = null;
  #lastEndsAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Every commit takes so much longer for a while. */
  slow(byMs: number, forMs: number): void {
    this.#slowMs = byMs;
    this.#slowUntilMs = this.#clock.nowMs() + forMs;
  }

  /** Nothing more fits on it for a while. */
  fill(forMs: number): void {
    this.#fullUntilMs = this.#clock.nowMs() + forMs;
  }

  /** The next commit is the process's last. */
  killAtNext(at: DeathAt, kill: () => void): void {
    this.#death = { at, kill };
  }

  /** Runs a write of a process that may be dead by then. Writes end in the order in which they were begun. */
  write(isAlive: () => boolean, run: () => Promise<Outcome<void>>): Promise<Outcome<void>> {
    return new Promise(resolve => {
      this.#clock.after('commit', this.#takesMs(), () => {
        if (isAlive()) this.#reached(run, resolve);
      });
    });
  }

  #takesMs(): number {
    const nowMs = this.#clock.nowMs();
    const slowMs = nowMs < this.#slowUntilMs ? this.#slowMs : 0;
    this.#lastEndsAtMs = Math.max(this.#lastEndsAtMs, nowMs + COMMIT_MS + slowMs);
    return this.#lastEndsAtMs - nowMs;
  }

  #reached(run: () => Promise<Outcome<void>>, resolve: (outcome: Outcome<void>) => void): void {
    const death = this.#death;
    this.#death = null;
    if (death?.at === 'after-commit') void run();
    if (death !== null) death.kill();
    else if (this.#clock.nowMs() < this.#fullUntilMs) resolve(failed('exception', 'database or disk is full'));
    else void run().then(resolve);
  }
}
