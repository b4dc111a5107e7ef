/** Twenty-five seeds of two hours with twelve chargers, every fault drawn: the whole gateway, nothing above a limit of its own doing. */
import { expect, it } from 'vitest';
import { runSeeds } from '#sim/seeds.ts';

/** A loaded machine of two processors; a minute on a free one. */
const TIMEOUT_MS = 600_000;

it(
  'in twenty-five seeds no limit is exceeded by what the gateway did or left undone',
  async () => {
    const result = await runSeeds({ from: 1, to: 25, hours: 2, chargers: 12, faults: 'all', building: 'varying' });
    expect(result.failing).toEqual([]);
    expect(result).toMatchObject({ overLimitMs: 0, afterDeathOverMs: 0 });
    expect(result.brokenAssumptionPct).toBeLessThanOrEqual(5);
    for (const [kind, rate] of Object.entries(result.faultsPerHour)) expect(rate, kind).toBeGreaterThanOrEqual(0.2);
    // The world must press: a run in which no step of the building ever exceeds a limit proves nothing.
    expect(result.exogenousOverMs).toBeGreaterThan(0);
    expect(result.deliveredKwh).toBeGreaterThan(500);
  },
  TIMEOUT_MS,
);
