/** The machine's clock for a simulated world that must end: one word stops every timer it ever set. */
import type { Clock, Timer } from '#base/clock.ts';
import { openClock } from '#real/clock.ts';

export type StoppableClock = Clock & {
  /** Nothing that waits runs any more, and nothing new is taken. */
  stop(): void;
};

const NO_TIMER: Timer = { cancel() {} };

export function openStoppableClock(): StoppableClock {
  const clock = openClock();
  const waiting = new Set<Timer>();
  let stopped = false;
  return {
    nowMs: clock.nowMs,
    wallMs: clock.wallMs,
    quality: clock.quality,
    after(name, ms, run) {
      if (stopped) return NO_TIMER;
      const timer = clock.after(name, ms, () => {
        waiting.delete(timer);
        run();
      });
      waiting.add(timer);
      return {
        cancel() {
          waiting.delete(timer);
          timer.cancel();
        },
      };
    },
    stop() {
      stopped = true;
      for (const timer of waiting) timer.cancel();
      waiting.clear();
    },
  };
}
