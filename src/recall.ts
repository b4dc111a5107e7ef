/** What an earlier process left for this one, taken up by the hall; what cannot be read is told and does without. */
import type { SavedChargerTime } from '#base/charger-time.ts';
import type { Log } from '#base/log.ts';
import type { OutsideLimit } from '#site/state.ts';
import type { Remembered, Store } from '#store/store.ts';

/** Limits from outside outlive us: a cap set yesterday holds after a restart. */
export const recallLimits = (store: Store, log: Log): readonly OutsideLimit[] =>
  recall(store, log, 'outside-limits') ?? [];

export const recallChargerTime = (store: Store, log: Log): SavedChargerTime | null =>
  recall(store, log, 'charger-time');

function recall<K extends keyof Remembered>(store: Store, log: Log, kind: K): Remembered[K] | null {
  const recalled = store.recall(kind);
  if (!recalled.ok) log.error('what was remembered could not be read back', { kind, detail: recalled.detail });
  return recalled.ok ? (recalled.value?.value ?? null) : null;
}
