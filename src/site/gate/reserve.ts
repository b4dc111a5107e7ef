/**
 * The plug-in reserve (rule 2). A free socket books nothing, yet whoever plugs in draws its fallback at once: so
 * the two largest fallbacks of free sockets stay free on each row. More than two cars within a reaction time
 * of the others are the remainder of this rule.
 */
import { at } from '#base/assert.ts';
import { isFreeSocket, levelMa } from '#site/gate/ledger.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** The free sockets of the site, by index. */
export const freeSockets = (state: SiteState, atMs: number): readonly boolean[] =>
  state.topology.connectors.map(spec =>
    isFreeSocket(at(state.connectors, spec.index), spec, at(state.chargers, spec.charger), atMs),
  );

/** What stays free on each row, by 4 × circuit + row, for those of `sockets` that stand at their fallback. */
export function plugInReserve(state: SiteState, sockets: readonly boolean[]): Float64Array {
  const largest = new Float64Array(4 * state.topology.circuits.length);
  const second = new Float64Array(largest.length);
  for (const spec of state.topology.connectors) {
    if (!at(sockets, spec.index) || spec.fallbackMa === 0) continue;
    const ma = levelMa(spec.fallbackMa, spec, at(state.chargers, spec.charger).traits);
    for (const row of rowsOf(spec)) offer(largest, second, row, row % 4 === 3 ? ma * spec.phases.length : ma);
  }
  for (let row = 0; row < largest.length; row++) largest[row] = (largest[row] ?? 0) + (second[row] ?? 0);
  return largest;
}

const rowsOf = (spec: ConnectorSpec): readonly number[] =>
  spec.path.flatMap(circuit => [...spec.phases, 3].map(row => 4 * circuit + row));

function offer(largest: Float64Array, second: Float64Array, row: number, ma: number): void {
  const top = largest[row] ?? 0;
  if (ma > top) {
    second[row] = top;
    largest[row] = ma;
  } else if (ma > (second[row] ?? 0)) second[row] = ma;
}
