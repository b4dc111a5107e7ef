/** What each socket stands at when nobody commands it (rule 22). */
import { at } from '#base/assert.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';
import { drawOn, fixedRows } from './fixed-rows.ts';

/** In mA as booked. */
export type FallbackWish = 'auto' | number;

/**
 * The connectors with their fallback currents. `auto` is the model's minimum where the minimums of all
 * fit every fixed row, hard and live, on its path beside the building, the reserve and the margin; else 0,
 * unless the model cannot pause. `wishes` by connector index.
 */
export function fallbacks(topology: Topology, wishes: readonly FallbackWish[]): readonly ConnectorSpec[] {
  const hopedMa = (connector: ConnectorSpec): number => {
    const wish = at(wishes, connector.index);
    return wish === 'auto' ? connector.minMa : wish;
  };
  const full = new Set<number>();
  for (const fixed of fixedRows(topology)) {
    const takenMa = fixed.buildingMa + fixed.reservedMa + fixed.marginMa;
    if (drawOn(topology, fixed.circuit, fixed.row, hopedMa) + takenMa > fixed.limitMa) full.add(fixed.circuit.index);
  }
  return topology.connectors.map(connector => {
    const { canPause } = at(topology.chargers, connector.charger).traits;
    const fits = !connector.path.some(circuit => full.has(circuit));
    const auto = at(wishes, connector.index) === 'auto';
    return { ...connector, fallbackMa: auto && !fits && canPause ? 0 : hopedMa(connector) };
  });
}
