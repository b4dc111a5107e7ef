/** A gate that counts a decrease as done when it is sent is found out by the seeds. */
import { expect, it, vi } from 'vitest';
import { newest } from '#site/gate/ledger.ts';
import type * as Told from '#site/gate/told.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 28;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: with a decrease on the wire the ledger forgets every higher limit that the charger may still hold (rules 1 and 5 broken). */
vi.mock('#site/gate/told.ts', async importOriginal => {
  const right = await importOriginal<typeof Told>();
  const withSent: typeof right.withSent = (ledger, told, atMs) => {
    const isDecrease = told.limitMa < newest(ledger).limitMa;
    const sent = right.withSent(ledger, told, atMs);
    return wrong.inForce && isDecrease ? { ...sent, held: [newest(sent)] } : sent;
  };
  return { ...right, withSent };
});

it(
  'done when sent: a decrease that counts before it is acknowledged and seen exceeds a limit within fifty seeds',
  async () => {
    const found = await firstFailing('done when sent', 'overLimitMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('raise');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
