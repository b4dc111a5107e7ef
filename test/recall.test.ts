/** What is told to the next process is told again where the disk refused it. */
import { expect, it } from 'vitest';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import { MarkKeeper } from '#recall.ts';
import { SITE, withConnector } from './store/small-site.ts';

it('a charger that does not obey is written down once the disk is well again, and no more often than it is asked', async () => {
  const refused: Outcome<void> = failed('exception', 'database or disk is full');
  let answer = refused;
  const asked: string[] = [];
  const remember = async (_kind: string, value: unknown) => {
    asked.push(JSON.stringify(value));
    return answer;
  };
  const keeper = new MarkKeeper({ remember }, SITE);
  const { ledger } = SITE.connectors[0] ?? { ledger: null };
  if (ledger === null) throw new Error('a site has sockets');
  const marked = withConnector(SITE, 0, { ledger: { ...ledger, uncontrolled: true } });
  const passes = async (fromMs: number, toMs: number) => {
    for (let atMs = fromMs; atMs <= toMs; atMs += 1_000) {
      keeper.keep(marked, atMs);
      await Promise.resolve();
    }
  };
  await passes(0, 19_000);
  expect(asked).toHaveLength(2);
  answer = ok(undefined);
  await passes(20_000, 60_000);
  expect(asked).toHaveLength(3);
  expect(asked.at(-1)).toContain('CP01');
});
