/**
 * Busbar as a charging station: boots, is accepted, told to wait or turned away, and gives its heartbeat. Until it is
 * accepted it sends nothing but what was asked of it (OCPP 1.6 clause 4.2).
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Reply, Report } from '#site/report.ts';

/** Where the back office names no interval. */
const DEFAULT_WAIT_MS = 60_000;
const DEFAULT_HEARTBEAT_MS = 300_000;
/** Whatever it says: not more often than this, and once a day at least (1.6 clause 4.6). */
const LEAST_MS = 10_000;
const MOST_MS = 86_400_000;

export type StationState = 'offline' | 'booting' | 'pending' | 'rejected' | 'accepted';

export type StationDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: Extract<Report, { kind: 'boot' }>;
  ask(report: Report, settled: (outcome: Outcome<Reply>) => void): void;
  /** For the first time in this process, or after it was not. */
  accepted(): void;
  /** It wants to hear nothing until so long has passed. */
  turnedAway(forMs: number): void;
};

export class Station {
  readonly #deps: StationDeps;
  #state: StationState = 'offline';
  #wasAccepted = false;
  /** It took the line and answered nothing, the last time. */
  #wasSilent = false;
  /** It was told to wait so long; a new link changes nothing about that. */
  #bootNotBeforeMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;
  #heartbeatMs = DEFAULT_HEARTBEAT_MS;

  constructor(deps: StationDeps) {
    this.#deps = deps;
  }

  state(): StationState {
    return this.#state;
  }

  heartbeatMs(): number {
    return this.#heartbeatMs;
  }

  /** A link stands. One that was accepted goes on without a boot (1.6 clause 4.2: only after a boot). */
  linked(): void {
    const waitMs = this.#bootNotBeforeMs - this.#deps.clock.nowMs();
    if (this.#wasAccepted && this.#wasSilent) this.#prove();
    else if (this.#wasAccepted) this.#accept();
    else if (waitMs > 0) {
      this.#state = 'pending';
      this.#bootIn(waitMs);
    } else this.boot();
  }

  unlinked(): void {
    this.#timer?.cancel();
    this.#state = 'offline';
  }

  /** A call was not answered in time. Until it answers one it counts as offline, however often it takes the line. */
  silent(): void {
    this.#wasSilent = true;
  }

  boot(): void {
    this.#timer?.cancel();
    if (this.#state !== 'pending') this.#state = 'booting';
    this.#deps.ask(this.#deps.boot, outcome => this.#answered(outcome));
  }

  heartbeat(): void {
    this.#deps.ask({ kind: 'heartbeat' }, () => {});
  }

  /** @param seconds 0 leaves it at what it was */
  setHeartbeat(seconds: number): void {
    if (seconds > 0) this.#heartbeatMs = bounded(seconds * 1000);
    if (this.#state === 'accepted') this.#beatLater();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #answered(outcome: Outcome<Reply>): void {
    if (this.#state !== 'booting' && this.#state !== 'pending') return;
    if (!outcome.ok || outcome.value.kind !== 'boot') {
      this.#bootIn(DEFAULT_WAIT_MS);
      return;
    }
    const { status, intervalS } = outcome.value;
    const waitMs = intervalS > 0 ? bounded(intervalS * 1000) : DEFAULT_WAIT_MS;
    this.#wasAccepted = status === 'Accepted';
    this.#bootNotBeforeMs = this.#wasAccepted ? Number.NEGATIVE_INFINITY : this.#deps.clock.nowMs() + waitMs;
    if (status === 'Accepted') {
      if (intervalS > 0) this.#heartbeatMs = waitMs;
      this.#deps.log.info('accepted by the back office', { heartbeatS: this.#heartbeatMs / 1000 });
      this.#accept();
    } else if (status === 'Pending') {
      this.#state = 'pending';
      this.#deps.log.warn('the back office has this station wait', { waitMs });
      this.#bootIn(waitMs);
    } else {
      this.#state = 'rejected';
      this.#deps.log.warn('the back office turned this station away', { waitMs });
      this.#deps.turnedAway(waitMs);
    }
  }

  /** Any answer will do, an error too. */
  #prove(): void {
    this.#deps.ask({ kind: 'heartbeat' }, outcome => {
      const isAnswer = outcome.ok || (outcome.why !== 'timeout' && outcome.why !== 'offline');
      if (isAnswer && this.#state === 'offline') this.#accept();
    });
  }

  #accept(): void {
    this.#state = 'accepted';
    this.#wasSilent = false;
    this.#beatLater();
    this.#deps.accepted();
  }

  #bootIn(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after('boot again', ms, () => this.boot());
  }

  #beatLater(): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after('heartbeat upwards', this.#heartbeatMs, () => {
      this.heartbeat();
      this.#beatLater();
    });
  }
}

const bounded = (ms: number): number => Math.min(MOST_MS, Math.max(LEAST_MS, ms));
