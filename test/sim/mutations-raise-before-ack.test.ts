/** A gate that raises before the decreases it needs are acknowledged is found out by the seeds. */
import { expect, it, vi } from 'vitest';
import type { Triple } from '#base/units.ts';
import type * as Ledger from '#site/gate/ledger.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 8;

const wrong = vi.hoisted(() => ({ inForce: true }));

/** Wrong: from the moment it is sent and until its answer, a limit counts at its new value (rules 1 and 4 broken); afterwards all is as it should be. */
vi.mock('#site/gate/ledger.ts', async importOriginal => {
  const right = await importOriginal<typeof Ledger>();
  const exposureMa: typeof right.exposureMa = (connector, spec, charger, atMs): Triple => {
    const last = right.newest(connector.ledger);
    const isSettled = last.ackedAtMs !== null || right.isUnknown(last) || charger.link === 'offline';
    if (!wrong.inForce || isSettled) return right.exposureMa(connector, spec, charger, atMs);
    const level = right.levelMa(last.limitMa, spec, charger.traits);
    const on = (phase: 0 | 1 | 2) => (spec.phases.includes(phase) ? level : 0);
    return [on(0), on(1), on(2)];
  };
  return { ...right, exposureMa };
});

it(
  'raise before ack: a raise that does not wait for the answer to a decrease exceeds a limit within fifty seeds',
  async () => {
    const found = await firstFailing('raise before ack', 'overLimitMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('raise');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
