/**
 * A charger's sampled values → what it draws on the grid's phases. The charger speaks of its own
 * L1..L3; its wiring (`ConnectorSpec.phases`) says which grid phases these are.
 */
import { type PhaseIndex, toMa } from '#base/units.ts';
import type { MeterSample, SampledValue } from '#site/report.ts';
import type { ConnectorSpec } from '#site/topology.ts';

export type Draw = {
  readonly ma: readonly [number, number, number];
  readonly powerW: number;
  /** Every phase of the socket was spoken of. */
  readonly tellsAll: boolean;
};

const OWN_PHASES: readonly string[] = ['L1', 'L2', 'L3'];
const ALL_OWN = 0b111;

/** Chargers report the inlet or the cable too; only the outlet is what the car draws. */
const isOutlet = (value: SampledValue): boolean => value.location === 'Outlet' || value.location === '';

/** A car cannot draw several times what its socket can give: such a sample is in another unit, or nonsense. */
const IMPLAUSIBLE_FACTOR = 3;

/**
 * The draw that one sample shows, or null where it shows none or none that can be true.
 * Per-phase currents count as they are; a single current counts on every phase; power alone is
 * spread over the phases at nominal voltage.
 */
export function drawOf(sample: MeterSample, spec: ConnectorSpec, nominalV: number): Draw | null {
  const powerW = wattsOf(sample.values);
  const told = toldBy(sample.values, spec, nominalV);
  const ma = told?.isPlaced ? told.ma : powerW === null ? null : spread(powerW, spec, nominalV);
  if (ma === null || Math.max(ma[0], ma[1], ma[2]) > spec.maxMa * IMPLAUSIBLE_FACTOR) return null;
  const own = (1 << spec.phases.length) - 1;
  const tellsAll = told === null || (told.own & own) === own;
  return { tellsAll, ma, powerW: powerW ?? ((ma[0] + ma[1] + ma[2]) / 1000) * nominalV };
}

/** Watts in all where they were said, else those of single phases; null where there are none. */
function wattsOf(values: readonly SampledValue[]): number | null {
  let phasesW: number | null = null;
  for (const value of values) {
    if (value.measurand !== 'Power.Active.Import' || !isOutlet(value)) continue;
    const watts = Math.max(0, value.value);
    if (value.phase === null) return watts;
    phasesW = (phasesW ?? 0) + watts;
  }
  return phasesW;
}

/** What values of one kind tell. */
type Told = {
  /** The most on each grid phase. */
  readonly ma: [number, number, number];
  /** Bits of the charger's own phases that were spoken of. */
  own: number;
  /** Something of it belongs to a phase that the socket has. */
  isPlaced: boolean;
};

/** Currents, or the watts of single phases where there are none; null without both. What a DC charger tells is measured at the car. */
function toldBy(values: readonly SampledValue[], spec: ConnectorSpec, nominalV: number): Told | null {
  if (spec.dc !== null) return null;
  let told: Told | null = null;
  for (const value of values)
    if (value.measurand === 'Current.Import' && value.value >= 0 && isOutlet(value))
      told = withTold(told, value.phase, value.value, spec);
  if (told !== null) return told;
  for (const value of values)
    if (value.measurand === 'Power.Active.Import' && value.phase !== null && isOutlet(value))
      told = withTold(told, value.phase, Math.max(0, value.value) / nominalV, spec);
  return told;
}

/** A value without a phase speaks of all of them. */
function withTold(before: Told | null, phase: SampledValue['phase'], amps: number, spec: ConnectorSpec): Told {
  const told = before ?? { ma: [0, 0, 0], own: 0, isPlaced: false };
  const own = phase === null ? -1 : OWN_PHASES.indexOf(phase);
  if (own >= 0) told.own |= 1 << own;
  if (phase === null) told.own = ALL_OWN;
  // A one-phase charger may call its only phase by the name of the grid's.
  const isOnly = phase === null || (spec.phases.length === 1 && own >= 0);
  const only = isOnly ? undefined : spec.phases[own];
  if (isOnly) for (const grid of spec.phases) raise(told, grid, amps);
  else if (only !== undefined) raise(told, only, amps);
  return told;
}

function raise(told: Told, grid: PhaseIndex, amps: number): void {
  told.ma[grid] = Math.max(told.ma[grid], toMa(amps));
  told.isPlaced = true;
}

/** The energy register in Wh, or null. */
export function registerOf(sample: MeterSample): number | null {
  return sample.values.find(isRegister)?.value ?? null;
}

/** Of all phases together. */
export const isRegister = ({ measurand, phase }: SampledValue): boolean =>
  measurand === 'Energy.Active.Import.Register' && phase === null;

/** A DC charger speaks of its car: of its watts the grid sees more, of its current nothing can be told. */
function spread(powerW: number, spec: ConnectorSpec, nominalV: number): [number, number, number] {
  const out: [number, number, number] = [0, 0, 0];
  const wattsPerA = spec.dc === null ? nominalV * spec.phases.length : spec.dc.wattsPerA / 0.9;
  for (const phase of spec.phases) out[phase] = toMa(powerW / wattsPerA);
  return out;
}
