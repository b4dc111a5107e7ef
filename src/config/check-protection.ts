/** Fuses: a hard limit must stand on every way from a socket to the root, and must be one. */
import { pathUp } from './check-circuits.ts';
import { dotted, type Finding } from './finding.ts';
import { type Draft, type DraftCircuit, entries } from './raw.ts';

export function protectionFindings(draft: Draft): readonly Finding[] {
  return [...softFuses(draft), ...missingFuses(draft)];
}

/** A fuse does not wait for anyone to be alive. */
function softFuses(draft: Draft): readonly Finding[] {
  return entries(draft.circuits).flatMap(([circuit, index]) =>
    entries(circuit.limits).flatMap(([limit, place]) => {
      const soft = limit.kind === 'live' && (limit.source === 'fuse' || limit.source === 'cable');
      if (!soft) return [];
      const message = `a ${limit.source} must hold when Busbar is dead, too`;
      return [{ path: dotted('circuits', index, 'limits', place, 'kind'), message, hint: 'kind: hard' }];
    }),
  );
}

/** One finding for each circuit that feeds chargers past every fuse. */
function missingFuses(draft: Draft): readonly Finding[] {
  return entries(draft.circuits).flatMap(([circuit, index]) => {
    const fed = entries(draft.chargers).filter(
      ([charger]) => circuit.id !== undefined && charger.circuit === circuit.id,
    );
    const way = pathUp(draft, circuit);
    if (fed.length === 0 || !isWholeWay(way) || way.some(mayHaveFuse)) return [];
    const names = way.map(one => one.id).join(', ');
    const chargers = fed.map(([charger]) => charger.identity ?? '?').join(', ');
    const message = `no fuse protects ${chargers}: ${names} ${way.length > 1 ? 'have' : 'has'} no hard limit in A`;
    return [
      {
        path: dotted('circuits', index),
        message,
        hint: `add to ${circuit.id}: limits: [{ source: fuse, kind: hard, limitA: … }]`,
      },
    ];
  });
}

/** False where the way up ends at a circuit that is not known; that is told on its own. */
const isWholeWay = (way: readonly DraftCircuit[]): boolean => way.at(-1)?.parent === undefined;

/** Also true for a limit that could not be read whole. */
const mayHaveFuse = (circuit: DraftCircuit): boolean =>
  circuit.limits === undefined ||
  circuit.limits.some(limit => {
    if (limit === undefined || limit === null || limit.kind === undefined || limit.source === undefined) return true;
    if (limit.limitA === undefined && limit.limitW === undefined) return true;
    return limit.kind === 'hard' && limit.limitA !== undefined;
  }) ||
  circuit.limits.some(limit => limit?.source === 'fuse' && limit.kind === 'live');
