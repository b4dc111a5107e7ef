/** Records that lie: an answer that does not wait for the disk, or one commit in ten that never gets there. */
import type { Outcome } from '#base/outcome.ts';
import type * as Watched from '#store/watched-records.ts';
import type { StoreChange } from '#world.ts';

/** @param wrong which of them, read at each commit; any other word is none */
export function wrongCommits(right: typeof Watched, wrong: { readonly now: string; commits: number }): typeof Watched {
  class WatchedRecords extends right.WatchedRecords {
    override commit(changes: readonly StoreChange[]): Promise<Outcome<void>> {
      const done = Promise.resolve({ ok: true, value: undefined } as const);
      if (wrong.now === 'drop one commit' && ++wrong.commits % 10 === 0) return done;
      const kept = super.commit(changes);
      return wrong.now === 'reply before commit' ? done : kept;
    }
  }
  return { ...right, WatchedRecords };
}
