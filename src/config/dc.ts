/**
 * A DC charger is written down in kilowatts at the car and booked in amperes of the grid: as much as those
 * kilowatts can mean on each of three phases, at the lowest voltage of the mains (rule 10).
 */
import type { DcSpec } from '#site/topology.ts';

/** Cautious figures of CCS chargers; a data sheet says better. */
export const DC_DEFAULTS = { standbyKw: 0.05, efficiency: 0.94, powerFactor: 0.98 } as const;

/** EN 50160: the mains may sag to this share of nominal, and a rectifier then takes more amperes. */
const LOWEST_VOLTAGE = 0.9;

/** Of a charger's entry, checked or not. */
export type DcFigures = {
  readonly standbyKw?: number | undefined;
  readonly efficiency?: number | undefined;
  readonly powerFactor?: number | undefined;
};

/** Watts at the car for each ampere booked on each of three phases. */
export function wattsPerA(figures: DcFigures, nominalV: number): number {
  const { efficiency = DC_DEFAULTS.efficiency, powerFactor = DC_DEFAULTS.powerFactor } = figures;
  return 3 * LOWEST_VOLTAGE * nominalV * efficiency * powerFactor;
}

/** mA on each phase for kW at the car, rounded up. */
export const bookedMa = (kw: number, perA: number): number => Math.ceil((kw * 1_000_000) / perA);

/** What the court is told of a DC socket; the charger's standby is shared out among its sockets. */
export function dcSpec(figures: DcFigures, nominalV: number, sockets: number): DcSpec {
  const perA = wattsPerA(figures, nominalV);
  const standbyKw = figures.standbyKw ?? DC_DEFAULTS.standbyKw;
  return { wattsPerA: perA, standbyMa: Math.ceil(bookedMa(standbyKw, perA) / sockets) };
}
