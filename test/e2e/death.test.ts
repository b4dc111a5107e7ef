/** The gateway as a process of its own, killed for good: what 34 chargers on real sockets do by themselves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStoppableClock } from '#sim/demo-clock.ts';
import { HEAVY_BUILDING, runDeath } from '../accept/death.ts';

const SECOND = 1000;
/** The shortest that a site may have. */
const LEASE = { BUSBAR_LEASE__TTLS: '30' };

const clock = openStoppableClock();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-test-death-'));
});

afterAll(() => {
  clock.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a garage whose gateway process is killed for good while it charges', { timeout: 200 * SECOND }, () => {
  it('has every charger at its lapse value in time, and every fuse holds beside the worst building', async () => {
    const print = (text: string) => void process.stdout.write(text);
    const plan = { environment: { ...HEAVY_BUILDING, ...LEASE }, settleMs: 12 * SECOND };
    const { faults } = await runDeath(clock, folder, plan, print);
    expect(faults).toEqual([]);
  });
});
