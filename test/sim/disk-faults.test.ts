/** The disk under the gateway is slow, full, or the last thing that a dying process wrote to. */
import { expect, it, vi } from 'vitest';
import type * as Watched from '#store/watched-records.ts';
import { sessionTruth } from './mutation/session-truth.ts';

const SEEDS = [1, 2, 3, 4];
const TIMEOUT_MS = 300_000;

const wrong = vi.hoisted(() => ({
  now: 'nothing' as 'nothing' | 'reply before commit' | 'drop one commit',
  commits: 0,
}));

/** Wrong where the switch says so: an answer does not wait for the disk, or one commit in ten never gets there. */
vi.mock('#store/watched-records.ts', async importOriginal => {
  const { wrongCommits } = await import('./mutation/wrong-commits.ts');
  return wrongCommits(await importOriginal<typeof Watched>(), wrong);
});

it(
  'every start and stop that a charger was answered is on disk, once, whatever the disk does',
  async () => {
    let deaths = 0;
    for (const seed of SEEDS) {
      const found = await sessionTruth(seed);
      expect(found, `seed ${seed}`).toMatchObject({ wrong: [], overLimitMs: 0 });
      expect(found.sessions).toBeGreaterThan(5);
      deaths += found.deaths;
    }
    expect(deaths, 'the world must press').toBeGreaterThan(3);
  },
  TIMEOUT_MS,
);

for (const mutation of ['reply before commit', 'drop one commit'] as const)
  it(
    `${mutation}: seeds find it`,
    async () => {
      wrong.now = mutation;
      try {
        const found: string[] = [];
        for (const seed of SEEDS) if (found.length === 0) found.push(...(await sessionTruth(seed)).wrong);
        expect(found).not.toEqual([]);
      } finally {
        wrong.now = 'nothing';
      }
    },
    TIMEOUT_MS,
  );
