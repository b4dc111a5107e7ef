/** A gate for which a charger without a link draws nothing is found out by the seeds. */
import { expect, it, vi } from 'vitest';
import { ZERO_TRIPLE } from '#base/units.ts';
import type * as Ledger from '#site/gate/ledger.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 6;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: a charger whose link is gone books nothing, however it charges on (rules 2 and 9 broken). */
vi.mock('#site/gate/ledger.ts', async importOriginal => {
  const right = await importOriginal<typeof Ledger>();
  const exposureMa: typeof right.exposureMa = (connector, spec, charger, ...rest) =>
    wrong.inForce && charger.link === 'offline' ? ZERO_TRIPLE : right.exposureMa(connector, spec, charger, ...rest);
  const bookedLevelMa: typeof right.bookedLevelMa = (connector, spec, charger, ...rest) =>
    wrong.inForce && charger.link === 'offline' ? 0 : right.bookedLevelMa(connector, spec, charger, ...rest);
  return { ...right, exposureMa, bookedLevelMa };
});

it(
  'book nothing on link loss: raises into the room of cars that charge on exceed a limit within fifty seeds',
  async () => {
    const found = await firstFailing('book nothing on link loss', 'overLimitMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('raise');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
