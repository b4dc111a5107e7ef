/** A clock that runs with the machine's, faster: cars take 1 to 8 s to follow a new current, tests shall not. */
import type { Clock, Timer } from '#base/clock.ts';

export function fastClock(factor: number): Clock {
  const startMs = performance.now();
  const startWallMs = Date.now();
  const nowMs = () => (performance.now() - startMs) * factor;
  return {
    nowMs,
    wallMs: () => startWallMs + nowMs(),
    quality: () => 'unknown',
    after(_name, ms, run): Timer {
      const timer = setTimeout(run, ms / factor);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
