/**
 * The proof that hard limits hold without us: when every lease has lapsed each socket stands at its
 * fallback, and the building may draw all it was declared to. And what pausing cannot mend while we live.
 */
import { at } from '#base/assert.ts';
import { type RowIndex, toA } from '#base/units.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';
import { dotted, type Finding } from './finding.ts';
import { drawOn, type FixedRow, fixedRows, ROW_NAMES } from './fixed-rows.ts';
import type { RawConfig } from './raw.ts';

/** One sum of the proof, in mA. */
export type ProofRow = {
  readonly circuit: string;
  readonly source: string;
  readonly row: RowIndex;
  readonly limitMa: number;
  readonly fallbackMa: number;
  readonly buildingMa: number;
  readonly reservedMa: number;
  readonly totalMa: number;
  readonly holds: boolean;
  /** The same with every charger that is not proven at its rating. */
  readonly unprovenTotalMa: number;
};

/** Obeys its schedule alone, seen by a test: only then does its fallback count when it is silent. */
export const isProven = (topology: Topology, connector: ConnectorSpec): boolean =>
  at(topology.chargers, connector.charger).traits.leaseClass === 'A';

/** The sums of every hard row, in the order of the circuits. */
export function proofRows(topology: Topology): readonly ProofRow[] {
  return hardRows(topology).map(fixed => proofRow(topology, fixed));
}

const hardRows = (topology: Topology): readonly FixedRow[] =>
  fixedRows(topology).filter(fixed => fixed.limit.kind === 'hard');

function proofRow(topology: Topology, fixed: FixedRow): ProofRow {
  const { circuit, row, limitMa, buildingMa, reservedMa } = fixed;
  const fallbackMa = drawOn(topology, circuit, row, connector => connector.fallbackMa);
  const unprovenMa = drawOn(topology, circuit, row, connector =>
    isProven(topology, connector) ? connector.fallbackMa : ratedMa(topology, connector),
  );
  const totalMa = fallbackMa + buildingMa + reservedMa;
  return {
    circuit: circuit.id,
    source: fixed.limit.source,
    row,
    limitMa,
    fallbackMa,
    buildingMa,
    reservedMa,
    totalMa,
    holds: totalMa <= limitMa,
    unprovenTotalMa: unprovenMa + buildingMa + reservedMa,
  };
}

/** A connector's share of what its charger can draw at all: the sum of its sockets, never more than its feed. */
export function ratedMa(topology: Topology, connector: ConnectorSpec): number {
  const sockets = at(topology.chargers, connector.charger).connectors;
  if (sockets.length === 1) return connector.maxMa;
  const sumMa = sockets.reduce((sum, index) => sum + at(topology.connectors, index).maxMa, 0);
  const feed = at(topology.circuits, at(connector.path, 0));
  const feedMa = Math.min(...feed.limits.map(limit => limit.limitMa[0]));
  return Math.min(sumMa, feedMa) / sockets.length;
}

/**
 * Every fixed limit that cannot hold whatever we command, or does not hold without us: one finding for each
 * limit, on its worst row.
 */
export function proofFindings(topology: Topology, raw: RawConfig): readonly Finding[] {
  const worst = new Map<string, Words>();
  for (const fixed of fixedRows(topology)) {
    const stuck = stuckWords(topology, fixed);
    const lapsed = fixed.limit.kind === 'hard' ? lapsedWords(topology, fixed) : null;
    const found = stuck ?? lapsed;
    const path = pathOf(raw, fixed);
    if (found !== null && found.overMa > (worst.get(path)?.overMa ?? 0)) worst.set(path, found);
  }
  return [...worst].map(([path, { message, hint }]) => ({ path, message, hint }));
}

type Words = { readonly message: string; readonly hint: string; readonly overMa: number };

function lapsedWords(topology: Topology, fixed: FixedRow): Words | null {
  const sum = proofRow(topology, fixed);
  if (sum.holds) return null;
  const fed = fixed.circuit.connectors.map(index => at(topology.connectors, index)).filter(one => one.fallbackMa > 0);
  const keys = [...new Set(fed.map(one => (one.dc === null ? 'fallbackA' : 'fallbackKw')))].toSorted().join(' or ');
  const parts = `fallbacks ${toA(sum.fallbackMa)} A + building ${toA(sum.buildingMa)} A + reserved ${toA(sum.reservedMa)} A`;
  return {
    overMa: sum.totalMa - sum.limitMa,
    message: `does not hold without Busbar: ${ROW_NAMES[sum.row]} of ${sum.circuit}: ${parts} = ${toA(sum.totalMa)} A, above ${toA(sum.limitMa)} A`,
    hint: fed.length > 0 ? `lower ${keys} of its chargers, or designLoadA` : 'lower designLoadA or reservedA',
  };
}

/** Chargers that cannot pause, standing at their minimum, against any limit while we live. */
function stuckWords(topology: Topology, fixed: FixedRow): Words | null {
  const cannotPause = (connector: ConnectorSpec) => !at(topology.chargers, connector.charger).traits.canPause;
  const stuckMa = drawOn(topology, fixed.circuit, fixed.row, connector =>
    cannotPause(connector) ? connector.minMa : 0,
  );
  const freeMa = fixed.limitMa - fixed.buildingMa - fixed.reservedMa - fixed.marginMa;
  const names = fixed.circuit.connectors
    .map(index => at(topology.connectors, index))
    .filter(cannotPause)
    .map(connector => at(topology.chargers, connector.charger).identity);
  if (names.length === 0 || stuckMa <= freeMa) return null;
  return {
    overMa: stuckMa - freeMa,
    message: `${[...new Set(names)].join(', ')} cannot pause and need ${toA(stuckMa)} A on ${ROW_NAMES[fixed.row]} of ${fixed.circuit.id}, where ${toA(freeMa)} A are free`,
    hint: 'feed them elsewhere, or raise this limit',
  };
}

/** Where the limit stands in the file; the feed of a charger with several sockets is its own entry. */
function pathOf(raw: RawConfig, fixed: FixedRow): string {
  const place = raw.circuits.findIndex(circuit => circuit.id === fixed.circuit.id);
  if (place >= 0) return dotted('circuits', place, 'limits', fixed.limitIndex);
  const charger = raw.chargers.findIndex(candidate => candidate.identity === fixed.circuit.id);
  const rating = raw.chargers[charger]?.current === 'dc' ? 'ratingKw' : 'ratingA';
  return dotted('chargers', charger, fixed.limit.source === 'cable' ? 'cableA' : rating);
}
