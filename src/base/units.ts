/**
 * Units. Inside the court every current is an integer number of milliamperes (`…Ma`), at the edges
 * (configuration, API, screen) amperes (`…A`); power is watts, energy watt-hours, time milliseconds.
 */

/** One value for each grid phase L1, L2, L3, by index 0, 1, 2. */
export type Triple = readonly [number, number, number];

/** One value for each row of a circuit: L1, L2, L3 and their sum, by index 0..3. */
export type Quad = readonly [number, number, number, number];

export type PhaseIndex = 0 | 1 | 2;
export type RowIndex = 0 | 1 | 2 | 3;

/** The edge form of a triple; a phase the supply does not have is null. */
export type PhaseAmps = {
  readonly l1: number | null;
  readonly l2: number | null;
  readonly l3: number | null;
};

/** Stands for "no limit": above any fuse, and sums of thousands of it stay exact in a double. */
export const NO_LIMIT_MA = 1e9;

export const ZERO_TRIPLE: Triple = [0, 0, 0];
export const ZERO_QUAD: Quad = [0, 0, 0, 0];

export const toMa = (amps: number): number => Math.round(amps * 1000);
export const toA = (ma: number): number => ma / 1000;

export const triple = (value: number): Triple => [value, value, value];

/** Adds the row `sum` to a triple. */
export const quad = (t: Triple): Quad => [t[0], t[1], t[2], t[0] + t[1] + t[2]];

export const minTriple = (a: Triple, b: Triple): Triple => [
  Math.min(a[0], b[0]),
  Math.min(a[1], b[1]),
  Math.min(a[2], b[2]),
];

/** A triple as people and JSON see it: amperes, null where the supply has no such phase or no limit stands. */
export function phaseAmps(t: Triple, supplyPhases: 1 | 3): PhaseAmps {
  const one = (ma: number, present: boolean) => (present && ma < NO_LIMIT_MA ? ma / 1000 : null);
  return { l1: one(t[0], true), l2: one(t[1], supplyPhases === 3), l3: one(t[2], supplyPhases === 3) };
}
