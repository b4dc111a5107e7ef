import type { Clock, Timer } from '#base/clock.ts';

type Due = { readonly atMs: number; readonly order: number; readonly run: () => void };

/** A clock that stands still until a test moves it. Timers of one instant run in the order they were set. */
export class HandClock implements Clock {
  private atMs = 1_000;
  private order = 0;
  private due: Due[] = [];

  nowMs(): number {
    return this.atMs;
  }

  wallMs(): number {
    return 1_767_225_600_000 + this.atMs;
  }

  quality(): 'synchronised' {
    return 'synchronised';
  }

  after(_name: string, ms: number, run: () => void): Timer {
    const timer = { atMs: this.atMs + ms, order: this.order++, run };
    this.due.push(timer);
    return {
      cancel: () => {
        this.due = this.due.filter(other => other !== timer);
      },
    };
  }

  /** Lets time pass and runs what falls due in it. */
  step(ms: number): void {
    const untilMs = this.atMs + ms;
    for (let next = this.next(untilMs); next !== undefined; next = this.next(untilMs)) {
      this.due = this.due.filter(other => other !== next);
      this.atMs = Math.max(this.atMs, next.atMs);
      next.run();
    }
    this.atMs = untilMs;
  }

  pending(): number {
    return this.due.length;
  }

  private next(untilMs: number): Due | undefined {
    return this.due.filter(timer => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  }
}
