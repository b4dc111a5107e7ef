/** Whether the clocks of the chargers may be stepped: no car is here, and no lease runs that a step could keep alive. */
import { at } from '#base/assert.ts';
import type { Charger, Connector, Held, SiteState } from '#site/state.ts';

/** True where nobody would notice a step of the time that chargers are told (rule 21). */
export const isIdle = ({ topology, chargers, connectors }: SiteState, atMs: number): boolean =>
  topology.connectors.every(spec => {
    const connector = at(connectors, spec.index);
    return !hasCar(connector, at(chargers, spec.charger)) && !connector.ledger.held.some(held => isLease(held, atMs));
  });

/** A charger that is not linked is told no time; of one that is, an unheard socket may have a car. */
const hasCar = (connector: Connector, charger: Charger): boolean =>
  connector.transaction !== null || (charger.link === 'online' && !isFree(connector));

const isFree = ({ status }: Connector): boolean =>
  status === 'Available' || status === 'Unavailable' || status === 'Faulted';

/** One that still holds a car above what it falls to; a schedule without an end knows no clock. */
const isLease = (held: Held, atMs: number): boolean =>
  Number.isFinite(held.lapsesAtMs) && held.lapsesAtMs > atMs && held.limitMa > held.lapseMa;
