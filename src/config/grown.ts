/** The electrical site with one more charger at its end: no index of what was there moves, and no figure changes. */
import { at } from '#base/assert.ts';
import type { Topology } from '#site/topology.ts';
import type { Devices } from './config.ts';
import { fallbacks } from './fallback.ts';
import type { RawCharger, RawConfig } from './raw.ts';
import { fallbackWish, isShared } from './sockets.ts';
import { chargerCircuit, chargerSpec, joined, socketSpecs, traitsFor } from './topology.ts';

/**
 * @param charger a checked entry. Its own fallback is found beside those that stand: `auto` is its minimum where that
 * fits every fixed row, else 0. What the others fall back to is written in them, so it never changes here.
 */
export function grownBy(
  topology: Topology,
  charger: RawCharger,
  supply: RawConfig['supply'],
  devices: Pick<Devices, 'chargers'>,
): Topology {
  const index = topology.chargers.length;
  const first = topology.connectors.length;
  const feeds = isShared(charger) ? [chargerCircuit(charger, topology.circuits.length, topology.circuits, supply)] : [];
  const bare = [...topology.circuits, ...feeds];
  const connectors = [...topology.connectors, ...socketSpecs(charger, { charger: index, first }, bare, supply)];
  const draft: Topology = {
    ...topology,
    circuits: bare.map(circuit => joined(circuit, bare, connectors)),
    chargers: [...topology.chargers, chargerSpec(charger, index, connectors, traitsFor(charger, devices))],
    connectors,
  };
  const wish = fallbackWish(charger, supply.nominalV);
  const fallbackMa = fallbacks(
    draft,
    connectors.map(connector => (connector.index < first ? connector.fallbackMa : wish)),
  );
  return { ...draft, connectors: connectors.map(({ index: i }) => at(fallbackMa, i)) };
}
