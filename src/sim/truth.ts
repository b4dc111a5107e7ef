/**
 * The physical truth of the simulated site: what flows in every circuit and phase, in whole mA, so
 * that sums of sums stay exact. Everything that changes a current goes through here.
 */
import { at } from '#base/assert.ts';
import type { PhaseIndex, Triple } from '#base/units.ts';

/** The electrical tree, by index; parents stand before their children, -1 is no parent. */
export type SimCircuit = { readonly id: string; readonly parent: number };

export type TruthListener = {
  /** Currents of this circuit changed at this instant. `background`: it was the building. */
  afterChange(circuit: number, background: boolean): void;
};

export type Truth = {
  readonly circuits: readonly SimCircuit[];
  /** What the building draws below a circuit, mA. */
  background(circuit: number): Triple;
  /** What the cars draw below a circuit, mA. */
  cars(circuit: number): Triple;
  /** Both. */
  total(circuit: number): Triple;
  addBackground(circuit: number, deltaMa: Triple): void;
  /** A car's current went from one value to another, on the grid phases given. */
  addCar(circuit: number, phases: readonly PhaseIndex[], deltaMa: number): void;
  listen(listener: TruthListener): void;
  /** From the circuit up to its root. */
  path(circuit: number): readonly number[];
};

export function openTruth(circuits: readonly SimCircuit[]): Truth {
  const building = circuits.map((): [number, number, number] => [0, 0, 0]);
  const cars = circuits.map((): [number, number, number] => [0, 0, 0]);
  const paths = circuits.map((_, index) => pathOf(circuits, index));
  const listeners: TruthListener[] = [];

  const change = (circuit: number, isBackground: boolean, apply: (sums: [number, number, number]) => void) => {
    const path = at(paths, circuit);
    for (const c of path) apply(at(isBackground ? building : cars, c));
    for (const listener of listeners) for (const c of path) listener.afterChange(c, isBackground);
  };

  return {
    circuits,
    background: circuit => at(building, circuit),
    cars: circuit => at(cars, circuit),
    total: circuit => {
      const b = at(building, circuit);
      const c = at(cars, circuit);
      return [b[0] + c[0], b[1] + c[1], b[2] + c[2]];
    },
    addBackground: (circuit, delta) =>
      change(circuit, true, sums => {
        for (const p of [0, 1, 2] as const) sums[p] += delta[p];
      }),
    addCar: (circuit, phases, deltaMa) =>
      change(circuit, false, sums => {
        for (const p of phases) sums[p] += deltaMa;
      }),
    listen: listener => void listeners.push(listener),
    path: circuit => at(paths, circuit),
  };
}

function pathOf(circuits: readonly SimCircuit[], from: number): readonly number[] {
  const path: number[] = [];
  for (let c = from; c !== -1; c = at(circuits, c).parent) path.push(c);
  return path;
}
