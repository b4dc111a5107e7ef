/** What the loop's thread and the store's thread say to each other. */
import type { Outcome } from '#base/outcome.ts';
import type { Turn } from './sqlite-writer.ts';

export type StoreThreadData = { readonly folder: string; readonly run: string };

export type ToStoreThread =
  /** One group: all of it in one transaction. */
  | { readonly type: 'write'; readonly turns: readonly Turn[] }
  | { readonly type: 'prune'; readonly id: number; readonly kind: string; readonly beforeWallMs: number }
  | { readonly type: 'close' };

export type FromStoreThread =
  /** It stands; what this run has on disk already, from a thread before it. */
  | { readonly type: 'standing'; readonly upTo: number }
  | { readonly type: 'written'; readonly outcome: Outcome<void> }
  | { readonly type: 'pruned'; readonly id: number; readonly outcome: Outcome<number> }
  /** A damaged file was set aside: readers open the new one. */
  | { readonly type: 'replaced' }
  | { readonly type: 'said'; readonly level: 'warn' | 'error'; readonly message: string; readonly fields: object };
