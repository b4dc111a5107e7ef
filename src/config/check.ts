/** `busbar check`: every problem of a site file, and the sums that prove its hard limits hold without us. */
import { at } from '#base/assert.ts';
import { toA } from '#base/units.ts';
import type { Topology } from '#site/topology.ts';
import { ROW_NAMES } from './fixed-rows.ts';
import { type LoadInput, loadConfig, problemLine } from './load.ts';
import { isProven, type ProofRow, proofRows } from './proof.ts';

export type CheckResult = { readonly exitCode: 0 | 2; readonly text: string };

/** What to print, and the exit code: 0 when the file may run, 2 when it has problems. */
export function checkText(input: LoadInput): CheckResult {
  const { problems, notes, config } = loadConfig(input);
  const parts = [problems.map(problemLine).join('\n'), notes.map(note => `note: ${problemLine(note)}`).join('\n')];
  if (config !== null) parts.push(sumsText(config.topology), unprovenText(config.topology));
  parts.push(verdict(input.file, problems.length));
  return { exitCode: problems.length === 0 ? 0 : 2, text: `${parts.filter(part => part !== '').join('\n\n')}\n` };
}

function verdict(file: string, problems: number): string {
  if (problems === 0) return `${file}: no problems`;
  return `${file}: ${problems} ${problems === 1 ? 'problem' : 'problems'}`;
}

const HEADER = [
  'circuit',
  'limit',
  'row',
  'fallbacks',
  'building',
  'reserved',
  'sum',
  'of',
  '',
  'with unproven at rating',
];

function sumsText(topology: Topology): string {
  const title = 'Hard limits without Busbar, in A: every charger at its fallback, the building at designLoadA';
  return `${title}\n${table([HEADER, ...proofRows(topology).map(sumCells)])}`;
}

function sumCells(sum: ProofRow): readonly string[] {
  const amps = [sum.fallbackMa, sum.buildingMa, sum.reservedMa, sum.totalMa, sum.limitMa].map(ma => toA(ma).toFixed(1));
  const verdict = sum.holds ? 'holds' : 'DOES NOT HOLD';
  const beyond = sum.unprovenTotalMa > sum.limitMa ? ', raises wait' : '';
  return [sum.circuit, sum.source, ROW_NAMES[sum.row], ...amps, verdict, toA(sum.unprovenTotalMa).toFixed(1) + beyond];
}

/** Columns as wide as their widest cell; numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  const cell = (text: string, column: number) => {
    const width = at(widths, column);
    return column >= 3 && column <= 7 ? text.padStart(width) : text.padEnd(width);
  };
  return rows.map(row => `  ${row.map(cell).join('  ').trimEnd()}`).join('\n');
}

function unprovenText(topology: Topology): string {
  const unproven = topology.chargers.filter(charger => {
    const first = topology.connectors[charger.connectors[0] ?? -1];
    return first !== undefined && !isProven(topology, first);
  });
  if (unproven.length === 0) return 'Every charger is proven: class A by a test of its model.';
  const lines = unproven.map(charger => {
    const sockets = charger.connectors.map(index => at(topology.connectors, index));
    const fallback = sockets.map(socket => `${toA(socket.fallbackMa)} A`).join(' + ');
    const rating = sockets.map(socket => `${toA(socket.maxMa)} A`).join(' + ');
    return `  ${charger.identity}: ${charger.traits.profileId}, class ${charger.traits.leaseClass}; fallback ${fallback}, rating ${rating}`;
  });
  const title = 'Not yet proven, counted at their rating outside a commissioning window:';
  return `${title}\n${lines.join('\n')}`;
}
