/**
 * A charger's feed (rule 7). What cannot be commanded is booked at what each socket may hold; together they
 * cannot draw more than the feed of their charger carries.
 */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type Triple } from '#base/units.ts';
import { isReachable } from '#site/gate/belief.ts';
import { LOOK_AHEAD_MS } from '#site/gate/constants.ts';
import { exposureMa } from '#site/gate/ledger.ts';
import type { SiteState } from '#site/state.ts';
import type { ChargerSpec, ConnectorSpec } from '#site/topology.ts';

/** The exposure of every connector, by index, with the feeds of lost and disobeying chargers respected. */
export function exposuresOf(state: SiteState, atMs: number, aheadMs: number = LOOK_AHEAD_MS): readonly Triple[] {
  const each: Triple[] = state.topology.connectors.map(spec =>
    exposureMa(at(state.connectors, spec.index), spec, at(state.chargers, spec.charger), atMs, aheadMs),
  );
  for (const charger of state.topology.chargers) {
    if (charger.connectors.length > 1 && isLoose(state, charger)) withinFeed(state, charger, each);
  }
  return each;
}

const isLoose = (state: SiteState, charger: ChargerSpec): boolean =>
  !isReachable(at(state.chargers, charger.index)) ||
  charger.connectors.some(index => at(state.connectors, index).ledger.uncontrolled);

export function withinFeed(state: SiteState, charger: ChargerSpec, each: Triple[]): void {
  const left = feedOf(state, at(state.topology.connectors, at(charger.connectors, 0)));
  for (const index of charger.connectors) {
    const ma = at(each, index);
    const taken: Triple = [Math.min(ma[0], left[0]), Math.min(ma[1], left[1]), Math.min(ma[2], left[2])];
    each[index] = taken;
    for (const p of [0, 1, 2] as const) left[p] -= taken[p];
  }
}

/** The hard limit of the circuit that a charger with several connectors has of its own. */
function feedOf(state: SiteState, spec: ConnectorSpec): [number, number, number] {
  const own = at(state.topology.circuits, at(spec.path, 0));
  const limit = own.limits.find(found => found.source === 'charger')?.limitMa;
  return limit === undefined ? [NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA] : [...limit];
}
