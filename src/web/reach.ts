/** Which phases of a circuit are worth a row: those on which something can flow. */
import { type CircuitView, PHASES, type Phase, type SiteView } from './site-view.ts';

/** Every phase under a meter; elsewhere those that a charger below reaches or a building draws on. */
export function phasesInUse(view: SiteView, circuit: CircuitView): readonly Phase[] {
  if (circuit.meter !== null) return PHASES;
  const below = idsBelow(view, circuit.id);
  const reached = new Set(view.connectors.filter(c => below.has(c.circuit)).flatMap(c => c.phases));
  return PHASES.filter(
    (phase, i) => reached.has(i + 1) || (circuit.buildingA[phase] ?? 0) > 0 || (circuit.loadA[phase] ?? 0) > 0,
  );
}

/** The circuit itself and all below it; parents stand before their children. */
function idsBelow(view: SiteView, id: string): ReadonlySet<string> {
  const ids = new Set([id]);
  for (const circuit of view.circuits) if (circuit.parent !== null && ids.has(circuit.parent)) ids.add(circuit.id);
  return ids;
}
