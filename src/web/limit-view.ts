/** Limits as people and JSON see them, and which of them is the lowest. */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type PhaseAmps, phaseAmps, type Triple } from '#base/units.ts';
import type { GateCircuit } from '#site/gate/view.ts';
import type { OutsideLimit, SiteState } from '#site/state.ts';
import type { FixedLimit } from '#site/topology.ts';
import type { LimitView, PhaseSources } from './site-view.ts';

/** One limit at this instant; an outside limit past its end stands at its fail-safe value. */
type Standing = {
  readonly source: string;
  readonly limitMa: Triple;
  readonly limitW: number | null;
};

const isOver = (limit: OutsideLimit, nowMs: number): boolean =>
  limit.validUntilMs !== null && limit.validUntilMs <= nowMs;

/** The limit as it counts now; null once it has ended without a fail-safe value. */
function standing(limit: OutsideLimit, nowMs: number): Standing | null {
  if (!isOver(limit, nowMs)) return limit;
  return limit.failSafeMa === null ? null : { source: limit.source, limitMa: limit.failSafeMa, limitW: null };
}

/**
 * Who set the limits that the gate keeps on a circuit. A value that no limit explains stands in for a
 * silent meter (rule 16) and is called `meter`.
 */
export function limitSources(
  state: SiteState,
  circuit: number,
  gate: GateCircuit,
  nowMs: number,
): { readonly phases: PhaseSources; readonly watts: string | null } {
  const fixed: readonly FixedLimit[] = at(state.topology.circuits, circuit).limits;
  const outside = state.outsideLimits
    .filter(limit => limit.circuit === circuit)
    .map(limit => standing(limit, nowMs))
    .filter(limit => limit !== null);
  const all: readonly Standing[] = [...fixed, ...outside];
  const on = (phase: 0 | 1 | 2): string | null => {
    const limitMa = gate.limitMa[phase];
    if (limitMa >= NO_LIMIT_MA || (phase > 0 && state.topology.supplyPhases === 1)) return null;
    return all.find(limit => limit.limitMa[phase] === limitMa)?.source ?? 'meter';
  };
  const watts = all.find(limit => limit.limitW === gate.limitW)?.source ?? 'meter';
  return { phases: { l1: on(0), l2: on(1), l3: on(2) }, watts: gate.limitW === null ? null : watts };
}

/** All limits that stand: the configuration's first, then those from outside. */
export function limitViews(state: SiteState, nowMs: number): readonly LimitView[] {
  const { topology } = state;
  const amps = (ma: Triple) => oneOrPhases(ma, topology.supplyPhases);
  const fixed = topology.circuits.flatMap(circuit =>
    circuit.limits.map(limit => ({
      source: limit.source,
      circuit: circuit.id,
      kind: limit.kind,
      limitA: amps(limit.limitMa),
      limitW: limit.limitW,
      evOnly: limit.evOnly,
      validUntil: null,
      failSafeA: null,
      failSafe: false,
    })),
  );
  const outside = state.outsideLimits
    .filter(limit => standing(limit, nowMs) !== null)
    .map(limit => ({
      source: limit.source,
      circuit: at(topology.circuits, limit.circuit).id,
      kind: 'live' as const,
      limitA: amps(limit.limitMa),
      limitW: limit.limitW,
      evOnly: limit.evOnly,
      validUntil: limit.validUntilWallMs === null ? null : new Date(limit.validUntilWallMs).toISOString(),
      failSafeA: limit.failSafeMa === null ? null : amps(limit.failSafeMa),
      failSafe: isOver(limit, nowMs),
    }));
  return [...fixed, ...outside];
}

/** A number where all phases of the supply share it, null where none is limited. */
function oneOrPhases(ma: Triple, supplyPhases: 1 | 3): number | PhaseAmps | null {
  const phases = phaseAmps(ma, supplyPhases);
  if (supplyPhases === 1) return phases.l1;
  return phases.l1 === phases.l2 && phases.l2 === phases.l3 ? phases.l1 : phases;
}
