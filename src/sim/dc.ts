/** A simulated DC charger: its watts at the car, seen from the grid. */

/** As its data sheet has it, and as it truly is. */
export type DcPlan = {
  /** The most and the least that it gives to cars, kW. */
  readonly ratingKw: number;
  readonly minKw: number;
  /** What it takes for itself, whether or not a car charges, kW. */
  readonly standbyKw: number;
  readonly efficiency: number;
  readonly powerFactor: number;
  /** It can tell the current at the car, too, as one value without a phase; else its power only. */
  readonly tellsCurrent?: boolean;
};

/** Watts at the car for each volt and ampere of one phase: as if it had so many phases. */
export const dcPhases = ({ efficiency, powerFactor }: DcPlan): number => 3 * efficiency * powerFactor;

/** What the grid sees of so many watts at the car, mA on each of three phases. */
export const gridMa = (watts: number, dc: DcPlan, nominalV: number): number =>
  Math.round((1000 * watts) / (nominalV * dcPhases(dc)));

/** What it takes for itself, mA on each of three phases. */
export const standbyMa = ({ standbyKw, powerFactor }: DcPlan, nominalV: number): number =>
  Math.round((1_000_000 * standbyKw) / (3 * nominalV * powerFactor));

/** Volts of a car's battery: its current is not that of the grid. */
export const BATTERY_V = 400;
