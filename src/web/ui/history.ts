/** What the chart shows: the gateway's memory from before the page was opened, then a point a second. */
import { signal } from '@preact/signals';
import type { SiteView } from '../site-view.ts';
import { joined, type Point, pointOf } from '../trend.ts';

export const history = signal<readonly Point[]>([]);

/** Adds the newest figures. */
export function remember(view: SiteView): void {
  history.value = joined(history.value, pointOf(view));
}

/** Takes over what the gateway kept; own points stay where it has none: before it started, and after its last. */
export function recall(kept: readonly Point[]): void {
  const lastS = kept.at(-1)?.atS ?? 0;
  const after = history.value.filter(point => point.atS > lastS);
  history.value = joined(joined(history.value, kept), after);
}
