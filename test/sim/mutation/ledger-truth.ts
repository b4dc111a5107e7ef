/** Seeds with a back office and a disk at fault, until the ledger observer finds something: how a wrong outbox is seen. */
import type { LedgerAccount } from '#sim/ledger-observer.ts';
import { runSeed } from '#sim/run.ts';
import { SEEDS } from './first-failing.ts';

/** One hour of eight chargers of every make, with every fault there is. */
export async function ledgerTruth(seed: number): Promise<LedgerAccount> {
  const world = { hours: 1, chargers: 8, faults: 'all', building: 'varying', zoo: 'all' } as const;
  const { ledger } = await runSeed({ ...world, seed, disk: 'all', upstream: 'all' });
  if (ledger === null) throw new Error('this world has a back office');
  return ledger;
}

export const isTrue = ({ lost, duplicated, complaints }: LedgerAccount): boolean =>
  lost.length + duplicated.length + complaints.length === 0;

/** The first of the fifty seeds whose ledger is untrue, and printed; null when none is. @param from as in firstFailing */
export async function firstUntrue(mutation: string, from = 1): Promise<number | null> {
  for (let place = 0; place < SEEDS; place++) {
    const seed = 1 + ((from - 1 + place) % SEEDS);
    const account = await ledgerTruth(seed);
    if (isTrue(account)) continue;
    console.info(`${mutation}: seed ${seed} fails: ${JSON.stringify(account).slice(0, 300)}`);
    return seed;
  }
  return null;
}
