/** What stays free, and who keeps charging: the reserve for the next cars, and the minimums that fit when leases lapse. */
import { at } from '#base/assert.ts';
import { levelMa } from '#site/gate/ledger.ts';
import type { Circuit, ConnectorSpec, Topology } from '#site/topology.ts';
import { drawOn, type FixedRow, fixedRows } from './fixed-rows.ts';

/** Rule 2: so many of the largest fallbacks on a row stay free for cars that plug in. */
const PLUG_INS = 2;

/** The most that stays free on a phase of a circuit for the next cars to plug in, mA. */
export function plugInMa(topology: Topology, circuit: Circuit): number {
  const onPhase = ([0, 1, 2] as const).map(phase => {
    const largest = circuit.connectors
      .map(index => at(topology.connectors, index))
      .filter(connector => connector.phases.includes(phase))
      .map(connector => connector.fallbackMa)
      .toSorted((a, b) => b - a);
    return largest.slice(0, PLUG_INS).reduce((sum, ma) => sum + ma, 0);
  });
  return Math.max(...onPhase);
}

export type Keepers = {
  /** Sockets that stand at 0 when nobody commands them. */
  readonly sockets: number;
  /** As many of them as may charge at once and keep their minimum when their lease lapses (rule 22). */
  readonly keep: number;
};

/** On the hard rows of one circuit, or of all on the way. */
export function keepers(topology: Topology, circuit: Circuit | null): Keepers {
  const rows = fixedRows(topology).filter(row => row.limit.kind === 'hard');
  const counted = circuit === null ? rows : rows.filter(row => row.circuit.index === circuit.index);
  const freeMa = counted.map(row => freeOf(topology, row));
  const waiting = (circuit?.connectors ?? topology.connectors.map(connector => connector.index))
    .map(index => at(topology.connectors, index))
    .filter(connector => connector.fallbackMa === 0)
    .toSorted((a, b) => a.phases.length * a.minMa - b.phases.length * b.minMa);
  const keep = waiting.filter(connector => taken(topology, connector, counted, freeMa)).length;
  return { sockets: waiting.length, keep };
}

function freeOf(topology: Topology, fixed: FixedRow): number {
  const fallbackMa = drawOn(topology, fixed.circuit, fixed.row, connector => connector.fallbackMa);
  return fixed.limitMa - fixed.buildingMa - fixed.reservedMa - fallbackMa;
}

/** Takes a minimum off every row on its way, where all of them have room for it. */
function taken(topology: Topology, connector: ConnectorSpec, rows: readonly FixedRow[], freeMa: number[]): boolean {
  const needMa = rows.map(({ circuit, row }) => {
    if (!connector.path.includes(circuit.index)) return 0;
    const phases = connector.phases.filter(phase => row === 3 || phase === row).length;
    const { traits } = at(topology.chargers, connector.charger);
    return phases * (levelMa(connector.minMa, connector, traits) - levelMa(0, connector, traits));
  });
  if (needMa.some((ma, index) => ma > 0 && ma > at(freeMa, index))) return false;
  for (const [index, ma] of needMa.entries()) freeMa[index] = at(freeMa, index) - ma;
  return true;
}
