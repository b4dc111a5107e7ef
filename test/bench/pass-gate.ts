/** What one whole pass of the court costs: allocate, check, gate, on a site at rest where one car comes or goes. */
import { pass } from '#site/pass.ts';
import { type TimeLine, timeLine } from './line.ts';
import { SettledSite } from './settled-site.ts';

/** Milliseconds of `pass(state, at)` for `n` connectors. A second passes between two of them, with its meter reading and samples. */
export function benchPassGate(n: number): TimeLine {
  const rounds = n >= 10_000 ? 40 : n >= 1000 ? 600 : 3000;
  const warmUp = Math.ceil(rounds / 4);
  const site = new SettledSite(n, n);
  const times: number[] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    site.tick();
    site.changeDemand();
    const start = performance.now();
    const result = pass(site.state, site.atMs);
    const took = performance.now() - start;
    if (!result.checksHeld) throw new Error('a check of the allocation fails on a bench site');
    if (round >= warmUp) times.push(took);
    site.apply(result);
  }
  return timeLine('pass+gate', n, times);
}
