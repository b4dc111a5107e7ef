/** A station's own wall clock: off by something, drifting, stepping, or lost with the power. */
import type { Clock } from '#base/clock.ts';

export class StationClock {
  private readonly clock: Clock;
  /** Its time was `wallAtMs` at `sinceMs`, and has gone on at `rate` since. */
  private wallAtMs: number;
  private sinceMs: number;
  private rate = 1;

  /** @param errorMs its time minus the true one */
  constructor(clock: Clock, errorMs: number) {
    this.clock = clock;
    this.sinceMs = clock.nowMs();
    this.wallAtMs = clock.wallMs() + errorMs;
  }

  wallMs(): number {
    return Math.round(this.wallAtMs + (this.clock.nowMs() - this.sinceMs) * this.rate);
  }

  /** True time until it shows this, ms; 0 once it does. */
  untilMs(wallMs: number): number {
    return Math.max(0, Math.ceil((wallMs - this.wallMs()) / this.rate));
  }

  /** From now on it gains so much; 0 = it keeps time. */
  drift(perMille: number): void {
    this.set(this.wallMs());
    this.rate = 1 + perMille / 1000;
  }

  set(wallMs: number): void {
    this.wallAtMs = wallMs;
    this.sinceMs = this.clock.nowMs();
  }
}
