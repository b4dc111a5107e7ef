/** A gate that believes a decrease when it is acknowledged is found out by the seeds. */
import { expect, it, vi } from 'vitest';
import type * as Ledger from '#site/gate/ledger.ts';
import type * as Told from '#site/gate/told.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 6;

const wrong = vi.hoisted(() => ({ inForce: true }));

/**
 * Wrong: what is acknowledged is all that is held; nobody waits for the car to follow, nor for a sample that shows it
 * (rule 5 broken). Whoever believes so takes a sample from before the ack for history.
 */
vi.mock('#site/gate/told.ts', async importOriginal => {
  const right = await importOriginal<typeof Told>();
  const { believed, newest } = await import('#site/gate/ledger.ts');
  const withAck: typeof right.withAck = (ledger, limitMa, atMs) => {
    const acked = right.withAck(ledger, limitMa, atMs);
    return wrong.inForce && newest(acked).ackedAtMs !== null ? believed(acked) : acked;
  };
  return { ...right, withAck };
});
vi.mock('#site/gate/ledger.ts', async importOriginal => {
  const right = await importOriginal<typeof Ledger>();
  const exposureMa: typeof right.exposureMa = (connector, ...rest) => {
    const { ackedAtMs } = right.newest(connector.ledger);
    const isHistory = wrong.inForce && ackedAtMs !== null && (connector.draw?.atMs ?? 0) <= ackedAtMs;
    return right.exposureMa(isHistory ? { ...connector, draw: null } : connector, ...rest);
  };
  return { ...right, exposureMa };
});

it(
  'believe at ack: a raise that leaves before the car has followed exceeds a limit within fifty seeds',
  async () => {
    const found = await firstFailing('believe at ack', 'overLimitMs', FOUND_BY);
    expect(found).not.toBeNull();
    expect(found?.account.violations.map(violation => violation.kind)).toContain('raise');
    wrong.inForce = false;
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);
