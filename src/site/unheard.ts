/** Sockets of which this link has said nothing yet. */
import { at } from '#base/assert.ts';
import type { SiteState } from '#site/state.ts';

/** OCPP connector numbers of a charger whose status is not known since its link stands. */
export function connectorsWithoutStatus(
  { topology, chargers, connectors }: SiteState,
  charger: number,
): readonly number[] {
  const { linkSinceMs } = at(chargers, charger);
  return at(topology.chargers, charger)
    .connectors.filter(index => {
      const { status, statusAtMs } = at(connectors, index);
      return status === 'Unknown' || statusAtMs < linkSinceMs;
    })
    .map(index => at(topology.connectors, index).connectorId);
}
