/** Which grid phases a charger's own L1, L2, L3 sit on, and amperes per phase of the supply. */
import { type PhaseIndex, type Triple, toMa } from '#base/units.ts';
import type { RawAmps } from './raw.ts';

/** R, S, T are the grid's L1, L2, L3, as in OCPP's ConnectorPhaseRotation. */
const GRID_PHASE: Readonly<Record<string, PhaseIndex>> = { R: 0, S: 1, T: 2 };

/**
 * Grid phases in the charger's own order. A one-phase charger sits on the first letter; on a one-phase
 * supply everything sits on phase 0.
 */
export function gridPhases(supplyPhases: 1 | 3, phases: 1 | 3, rotation: string): readonly PhaseIndex[] {
  if (supplyPhases === 1) return [0];
  return rotation
    .slice(0, phases)
    .split('')
    .map(letter => GRID_PHASE[letter] ?? 0);
}

/** mA per grid phase; `missing` stands where the supply has no such phase. */
export function tripleOf(amps: RawAmps, supplyPhases: 1 | 3, missing: number): Triple {
  const of = (value: number | undefined) => (value === undefined ? missing : toMa(value));
  const [l1, l2, l3] = typeof amps === 'number' ? [amps, amps, amps] : [amps.l1, amps.l2, amps.l3];
  return supplyPhases === 3 ? [of(l1), of(l2), of(l3)] : [of(l1), missing, missing];
}
