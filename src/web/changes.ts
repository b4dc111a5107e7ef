/** What differs between two views of the site, and how the page takes it over. */
import type { CircuitView, ConnectorView, MeterView, SiteView } from './site-view.ts';

/** Only what changed; `at` always. Lists carry their changed members, whole. */
export type SiteChange = Partial<Omit<SiteView, 'at'>> & { readonly at: string };

const circuitKey = (c: CircuitView): string => c.id;
const connectorKey = (c: ConnectorView): string => `${c.charger} ${c.evseId} ${c.connectorId}`;
const meterKey = (m: MeterView): string => m.id;

/** The change that turns `before` into `after`. Circuits and connectors may come at the end, none goes. */
export function changeBetween(before: SiteView, after: SiteView): SiteChange {
  const change: Record<string, unknown> = { at: after.at };
  for (const key of Object.keys(after) as (keyof SiteView)[]) {
    if (key === 'at' || same(before[key], after[key])) continue;
    change[key] = isMembers(key) ? changedMembers(before[key], after[key]) : after[key];
  }
  return change as SiteChange;
}

/** `view` with the change taken over; members that did not change stay the same objects. */
export function withChange(view: SiteView, change: SiteChange): SiteView {
  return {
    ...view,
    ...change,
    circuits: merged(view.circuits, change.circuits, circuitKey),
    connectors: merged(view.connectors, change.connectors, connectorKey),
    meters: merged(view.meters, change.meters, meterKey),
  };
}

const isMembers = (key: keyof SiteView): key is 'circuits' | 'connectors' | 'meters' =>
  key === 'circuits' || key === 'connectors' || key === 'meters';

const changedMembers = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.filter((member, i) => !same(before[i], member));

/** It runs down by itself: whoever has `leaseUntil` needs no news of it. Otherwise all sockets would change each second. */
const RUNS_DOWN = 'leaseMs';

function merged<T>(members: readonly T[], changed: readonly T[] | undefined, key: (member: T) => string): readonly T[] {
  if (changed === undefined) return members;
  const byKey = new Map(changed.map(member => [key(member), member]));
  const known = new Set(members.map(key));
  return [
    ...members.map(member => byKey.get(key(member)) ?? member),
    ...changed.filter(member => !known.has(key(member))),
  ];
}

/** Equality of plain JSON values. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    key => key === RUNS_DOWN || same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
