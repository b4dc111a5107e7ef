/** Outboxes that lose, double or misname sessions are found out by the ledger observer within fifty seeds. */
import { afterEach, expect, it, vi } from 'vitest';
import type * as Watched from '#store/watched-records.ts';
import type * as Box from '#upstream/outbox.ts';
import { TIMEOUT_MS } from './mutation/first-failing.ts';
import { firstUntrue, isTrue, ledgerTruth } from './mutation/ledger-truth.ts';

type Mutation =
  | 'nothing'
  | 'bind the id at enqueue'
  | 'reply before commit'
  | 'drop one commit'
  | 'a new id for a retry';

/** Seeds that are known to find each; the others of the fifty follow. */
const FOUND_BY: Readonly<Record<Exclude<Mutation, 'nothing'>, number>> = {
  'bind the id at enqueue': 2,
  'reply before commit': 11,
  'drop one commit': 1,
  'a new id for a retry': 1,
};

const wrong = vi.hoisted(() => ({ now: 'nothing' as Mutation, commits: 0, ids: 0 }));

/** Wrong: an answer does not wait for the disk, or one commit in ten never gets there. */
vi.mock('#store/watched-records.ts', async importOriginal => {
  const { wrongCommits } = await import('./mutation/wrong-commits.ts');
  return wrongCommits(await importOriginal<typeof Watched>(), wrong);
});

/** Wrong: a stop names the transaction as it was known when it was put here, or a message gets a new id each time. */
vi.mock('#upstream/outbox.ts', async importOriginal => {
  const right = await importOriginal<typeof Box>();
  class Outbox extends right.Outbox {
    readonly #known = new Map<string, number | null>();
    readonly #sessions: Box.OutboxDeps['sessions'];

    constructor(...args: ConstructorParameters<typeof right.Outbox>) {
      super(...args);
      this.#sessions = args[0].sessions;
    }

    override make(...args: Parameters<Box.Outbox['make']>): ReturnType<Box.Outbox['make']> {
      const made = super.make(...args);
      this.#known.set(made.row.key, this.#sessions.get(args[0])?.upstream?.transactionId ?? null);
      return made;
    }

    override next(): Box.Turn | null {
      const turn = super.next();
      if (turn === null) return null;
      const { row, session } = turn;
      if (wrong.now === 'a new id for a retry') return { row: { ...row, messageId: `retry-${++wrong.ids}` }, session };
      const transactionId = this.#known.get(row.key);
      if (wrong.now !== 'bind the id at enqueue' || transactionId === undefined || session.upstream === null)
        return turn;
      return { row, session: { ...session, upstream: { ...session.upstream, transactionId } } };
    }
  }
  return { ...right, Outbox };
});

afterEach(() => {
  wrong.now = 'nothing';
});

for (const [mutation, from] of Object.entries(FOUND_BY) as [keyof typeof FOUND_BY, number][])
  it(
    `${mutation}: the back office’s ledger shows it within fifty seeds`,
    async () => {
      wrong.now = mutation;
      const seed = await firstUntrue(mutation, from);
      expect(seed).not.toBeNull();
      wrong.now = 'nothing';
      expect(isTrue(await ledgerTruth(seed ?? 0)), 'the same seed as it is').toBe(true);
    },
    TIMEOUT_MS,
  );
