/** A gate that forgets the lease is found out by the seeds in which it dies. */
import { expect, it, vi } from 'vitest';
import type * as Grant from '#site/charging-profile/grant.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 12;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: every limit is sent without an end, while the book believes that it ends (rule 18 broken). */
vi.mock('#site/charging-profile/grant.ts', async importOriginal => {
  const right = await importOriginal<typeof Grant>();
  const grantCommand: typeof right.grantCommand = (place, sent, chargerWallMs) =>
    right.grantCommand(place, wrong.inForce ? { ...sent, ttlMs: null } : sent, chargerWallMs);
  return { ...right, grantCommand };
});

it(
  'forget the lease: limits without an end exceed a fuse within fifty seeds once the gateway is dead',
  async () => {
    const found = await firstFailing('forget the lease', 'afterDeathOverMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('after-death');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
