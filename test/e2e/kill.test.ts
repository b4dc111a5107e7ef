/** The gateway as a process of its own, killed under load and started again, twenty times on one state folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runKills } from '../accept/kill/kill.ts';

const ROUNDS = 20;
/** Forty seconds on two free processors. */
const TIMEOUT_MS = 200_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-test-kill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(
  'twenty kills under load: what chargers were answered is at the back office once, and no limit goes up beyond the fuse',
  async () => {
    const seed = `kill ${Date.now()}`;
    const { faults } = await runKills(
      { rounds: ROUNDS, seed, longEvery: ROUNDS },
      folder,
      text => void process.stdout.write(text),
    );
    expect(faults).toEqual([]);
  },
  TIMEOUT_MS,
);
