/** Chargers that no test has proven yet: why, and which rows have no room for raises because of them (rule 3). */
import { at } from '#base/assert.ts';
import type { ChargerProfile } from '#chargers/quirks.ts';
import type { ChargerSpec, Circuit, Topology } from '#site/topology.ts';
import { drawOn, type FixedRow, fixedRows } from './fixed-rows.ts';
import { isProven, ratedMa } from './proof.ts';

export const unprovenChargers = (topology: Topology): readonly ChargerSpec[] =>
  topology.chargers.filter(charger => charger.traits.leaseClass !== 'A');

/** Why a charger is not proven, for people. */
export function whyUnproven(charger: ChargerSpec, profiles: readonly ChargerProfile[]): string {
  const { leaseClass, profileId } = charger.traits;
  const profile = profiles.find(candidate => candidate.id === profileId);
  if (profile === undefined) return 'no profile named: model and firmware are unknown until it boots';
  if (profile.tested === 'none') return 'nobody has tested this model';
  if (leaseClass === 'B') return 'a test says: falls back only while connected';
  if (leaseClass === 'C') return 'a test says: does not fall back';
  return 'its test did not settle the class';
}

/** A circuit on which nothing may be raised outside a commissioning window. */
export type Blocked = {
  readonly circuit: Circuit;
  readonly chargers: readonly ChargerSpec[];
  /** True: each of them must be proven; false: enough of them. */
  readonly needsAll: boolean;
  /** Hard rows that are over even with every charger proven; none where proving them helps. */
  readonly unfit: readonly FixedRow[];
};

/** Circuits whose hard rows are over once every unproven charger counts at its rating. */
export function blockedCircuits(topology: Topology): readonly Blocked[] {
  const rows = fixedRows(topology).filter(fixed => fixed.limit.kind === 'hard');
  return topology.circuits.flatMap(circuit => {
    const over = rows.filter(fixed => fixed.circuit === circuit && !hasRoom(topology, fixed, () => false));
    if (over.length === 0) return [];
    const chargers = unprovenChargers(topology).filter(charger => over.some(fixed => isOn(topology, charger, fixed)));
    const needsAll = chargers.every(one => over.some(fixed => !hasRoom(topology, fixed, other => other !== one.index)));
    const unfit = over.filter(fixed => !hasRoom(topology, fixed, () => true));
    return [{ circuit, chargers, needsAll, unfit }];
  });
}

/** True where a row holds with the chargers that `taken` names as proven, the others as they are. */
function hasRoom(topology: Topology, fixed: FixedRow, taken: (charger: number) => boolean): boolean {
  const drawMa = drawOn(topology, fixed.circuit, fixed.row, connector =>
    isProven(topology, connector) || taken(connector.charger) ? connector.fallbackMa : ratedMa(topology, connector),
  );
  return drawMa + fixed.buildingMa + fixed.reservedMa <= fixed.limitMa;
}

const isOn = (topology: Topology, charger: ChargerSpec, { circuit, row }: FixedRow): boolean =>
  charger.connectors
    .map(index => at(topology.connectors, index))
    .some(one => one.path.includes(circuit.index) && (row === 3 || one.phases.some(phase => phase === row)));
