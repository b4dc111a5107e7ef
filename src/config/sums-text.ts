/** The proof in a table: what each fuse carries when Busbar is dead, and what that costs while it lives. */
import { toA } from '#base/units.ts';
import type { Topology } from '#site/topology.ts';
import { ROW_NAMES } from './fixed-rows.ts';
import { keepers, plugInMa } from './lapse.ts';
import { type ProofRow, proofRows } from './proof.ts';
import { ampsText, named, textTable } from './text-table.ts';

const HEADER = ['circuit', 'limit', 'row', 'fallbacks', 'building', 'reserved', 'sum', 'of', '', 'unproven at rating'];
const NUMBERS = [3, 4, 5, 6, 7];

export function sumsText(topology: Topology): string {
  const title =
    'Hard limits when Busbar is dead, in A: every charger at its fallback, taken as proven; the building at designLoadA';
  const lines = byLimit(proofRows(topology)).flatMap(limitLines);
  return `${title}\n${textTable([HEADER, ...lines], NUMBERS)}`;
}

function sumCells(sum: ProofRow): readonly string[] {
  const amps = [sum.fallbackMa, sum.buildingMa, sum.reservedMa, sum.totalMa, sum.limitMa].map(ma => toA(ma).toFixed(1));
  const verdict = sum.holds ? 'holds' : 'DOES NOT HOLD';
  const beyond = sum.unprovenTotalMa > sum.limitMa ? ', no room for raises' : '';
  return [sum.circuit, sum.source, ROW_NAMES[sum.row], ...amps, verdict, toA(sum.unprovenTotalMa).toFixed(1) + beyond];
}

/** Three phases that say the same are one line. */
function limitLines(sums: readonly ProofRow[]): readonly (readonly string[])[] {
  const lines = sums.map(sumCells);
  const phases = lines.filter((_, place) => sums[place]?.row !== 3);
  const figures = new Set(phases.map(cells => cells.toSpliced(2, 1).join('|')));
  const [first, , third] = phases;
  if (first === undefined || third === undefined || figures.size > 1) return lines;
  return [first.with(2, 'each'), ...lines.filter(cells => !phases.includes(cells))];
}

/** The rows of one limit stand together, L1 first, their sum last. */
function byLimit(sums: readonly ProofRow[]): readonly (readonly ProofRow[])[] {
  const groups: ProofRow[][] = [];
  for (const sum of sums) {
    const before = groups.at(-1)?.at(-1);
    if (before === undefined || sum.row <= before.row) groups.push([sum]);
    else groups.at(-1)?.push(sum);
  }
  return groups;
}

/** Sockets that stand at 0, and how many of them may keep their minimum (rule 22). */
export function lapseText(topology: Topology): string {
  const { sockets, keep } = keepers(topology, null);
  if (sockets === 0) return '';
  const tight = topology.circuits
    .map(circuit => ({ circuit, ...keepers(topology, circuit) }))
    .filter(one => one.keep < one.sockets)
    .map(one => `${one.keep} of ${one.sockets} on ${one.circuit.name}`);
  const verb = sockets === 1 ? 'has' : 'have';
  const all = `${sockets} of ${topology.connectors.length} sockets ${verb} a fallback of 0 A.`;
  if (keep === sockets)
    return `${all} Charging, they keep their minimum when Busbar falls silent: there is room for it.`;
  const where = tight.length === 0 ? '' : ` (${named(tight)})`;
  return `${all} When Busbar falls silent, at most ${keep} that charge keep their minimum${where}, the others pause.`;
}

/** The plug-in reserve, where it takes anything (rule 2). */
export function plugInText(topology: Topology): string {
  const kept = topology.circuits
    .filter(circuit => circuit.limits.length > 0)
    .map(circuit => ({ circuit, ma: plugInMa(topology, circuit) }))
    .filter(one => one.ma > 0)
    .map(one => `${ampsText(one.ma)} on ${one.circuit.name}`);
  if (kept.length === 0) return '';
  return `While Busbar runs, the two largest fallbacks stay free for cars that plug in: ${named(kept)}.`;
}
