/** A gate that forgets what stands once it is dead is found out by the seeds in which it dies. */
import { expect, it, vi } from 'vitest';
import type { RowRoom } from '#site/gate/rows.ts';
import type * as Sums from '#site/gate/sums.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 30;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: row set 2 always fits, for raises and for what a lease falls to (rules 3 and 22 broken). */
vi.mock('#site/gate/sums.ts', async importOriginal => {
  const right = await importOriginal<typeof Sums>();
  const roomy = (room: RowRoom): RowRoom => (wrong.inForce ? { ...room, lapsedMa: Number.POSITIVE_INFINITY } : room);
  const reachMa: typeof right.reachMa = (room, ...rest) => right.reachMa(roomy(room), ...rest);
  const lapseFor: typeof right.lapseFor = (wish, limitMa, rooms, sums, booked) =>
    right.lapseFor(wish, limitMa, rooms.map(roomy), sums, booked);
  return { ...right, reachMa, lapseFor };
});

it(
  'skip row set 2: raises that only fit while the gateway lives exceed a fuse within fifty seeds once it is dead',
  async () => {
    const found = await firstFailing('skip row set 2', 'afterDeathOverMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('after-death');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
