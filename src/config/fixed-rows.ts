/**
 * The rows that the file fixes, as sums of current: for each limit of each circuit L1, L2, L3 and their
 * sum, with what the building and other gateways take of it.
 */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type Quad, quad, type RowIndex } from '#base/units.ts';
import { levelMa } from '#site/gate/ledger.ts';
import { marginMa } from '#site/gate/limits.ts';
import type { Circuit, ConnectorSpec, FixedLimit, Topology } from '#site/topology.ts';

/** EN 50160: the mains may stand this far above nominal. A car that keeps its amperes then takes more watts. */
const HIGHEST_VOLTAGE = 1.1;

export const ROW_NAMES = ['L1', 'L2', 'L3', 'sum'] as const;

/** One row of one fixed limit that stands, currents in mA. */
export type FixedRow = {
  readonly circuit: Circuit;
  /** Place of the limit in the circuit's list. */
  readonly limitIndex: number;
  readonly limit: FixedLimit;
  readonly row: RowIndex;
  readonly limitMa: number;
  /** What the building draws at worst; 0 where only cars count. */
  readonly buildingMa: number;
  readonly reservedMa: number;
  /** Kept free while we live; the gate's own figure. */
  readonly marginMa: number;
};

/** Every row on which some limit of the file stands, circuit by circuit. */
export function fixedRows(topology: Topology): readonly FixedRow[] {
  return topology.circuits.flatMap(circuit =>
    circuit.limits.flatMap((limit, limitIndex) => {
      const rowsMa = limitRows(limit, bookingVolts(topology, circuit, limit));
      const inForce = { ...limit, rowsMa, expired: false };
      const building = quad(circuit.designLoadMa);
      const reserved = quad(circuit.reservedMa);
      return ([0, 1, 2, 3] as const)
        .filter(row => rowsMa[row] < NO_LIMIT_MA)
        .map(row => ({
          circuit,
          limitIndex,
          limit,
          row,
          limitMa: rowsMa[row],
          buildingMa: limit.evOnly ? 0 : building[row],
          reservedMa: reserved[row],
          marginMa: marginMa(circuit, inForce, row, topology.supplyPhases),
        }));
    }),
  );
}

/**
 * As the gate books watts: a live limit on a metered row sees its own watts again, so nominal is enough;
 * elsewhere, and once we are dead, the mains may stand as high as they are allowed to.
 */
function bookingVolts(topology: Topology, circuit: Circuit, limit: FixedLimit): number {
  const measured = limit.kind === 'live' && circuit.meter >= 0 && !limit.evOnly;
  return measured ? topology.nominalV : topology.nominalV * HIGHEST_VOLTAGE;
}

function limitRows(limit: FixedLimit, volts: number): Quad {
  const [l1, l2, l3] = limit.limitMa;
  return [l1, l2, l3, limit.limitW === null ? NO_LIMIT_MA : Math.floor((limit.limitW * 1000) / volts)];
}

/**
 * What the connectors of a circuit draw on one of its rows, each told its own current, as the gate books it (rule 10):
 * watts that one phase may take alone, no DC charger below its standby.
 */
export function drawOn(
  topology: Topology,
  circuit: Circuit,
  row: RowIndex,
  currentMa: (connector: ConnectorSpec) => number,
): number {
  let sumMa = 0;
  for (const index of circuit.connectors) {
    const connector = topology.connectors[index];
    if (connector === undefined) continue;
    const phases = connector.phases.filter(phase => row === 3 || phase === row).length;
    sumMa += phases * levelMa(currentMa(connector), connector, at(topology.chargers, connector.charger).traits);
  }
  return sumMa;
}
