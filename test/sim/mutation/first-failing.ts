/** The seeds of `busbar sim`, one after the other, until one fails: how a mutation of the gate is found. */
import { type RunResult, runSeed } from '#sim/run.ts';

/** The number: a wrong gate must be seen within so many. */
export const SEEDS = 50;

/** Some seconds where a mutation is seen early; all fifty seeds on a loaded machine take this. */
export const TIMEOUT_MS = 300_000;

/** As in the twenty-five seeds: two hours, twelve chargers, every fault. */
export const sameSeed = (seed: number): Promise<RunResult> =>
  runSeed({ seed, hours: 2, chargers: 12, faults: 'all', building: 'varying' });

/** The first of the fifty seeds in which a limit is exceeded by what the gateway did, and printed; null when none is. */
export async function firstFailing(mutation: string): Promise<RunResult | null> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await sameSeed(seed);
    if (result.account.overLimitMs === 0) continue;
    const [first] = result.account.violations;
    console.info(`${mutation}: seed ${seed} fails, ${result.account.overLimitMs} ms: ${JSON.stringify(first)}`);
    return result;
  }
  return null;
}
