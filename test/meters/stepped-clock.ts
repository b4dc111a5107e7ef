/** A clock that stands still until it is stepped. */
import type { Clock } from '#base/clock.ts';

export type SteppedClock = Clock & {
  /** Runs everything that is due within `ms`, each timer at its own instant. */
  advance(ms: number): Promise<void>;
  /** Lets what is already due go on without time passing. */
  settle(): Promise<void>;
  pending(): readonly string[];
};

type Waiting = { readonly name: string; readonly atMs: number; readonly run: () => void };

export function steppedClock(): SteppedClock {
  let now = 0;
  const waiting: Waiting[] = [];
  const settle = () => new Promise<void>(resolve => setImmediate(resolve));
  const advance = async (ms: number) => {
    const until = now + ms;
    for (;;) {
      await settle();
      const next = waiting.toSorted((a, b) => a.atMs - b.atMs).find(each => each.atMs <= until);
      if (next === undefined) break;
      waiting.splice(waiting.indexOf(next), 1);
      now = Math.max(now, next.atMs);
      next.run();
    }
    now = until;
  };
  return {
    nowMs: () => now,
    wallMs: () => now,
    quality: () => 'unknown',
    after: (name, ms, run) => {
      const timer = { name, atMs: now + ms, run };
      waiting.push(timer);
      return {
        cancel: () => {
          const index = waiting.indexOf(timer);
          if (index >= 0) waiting.splice(index, 1);
        },
      };
    },
    advance,
    settle,
    pending: () => waiting.map(each => each.name),
  };
}
