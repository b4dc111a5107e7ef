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

const OWN_PHASES = ['L1', 'L2', 'L3'] as const;

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
  const { currents, powers, powerW } = spokenOf(sample.values);
  // What a DC charger tells is measured at the car.
  const told = spec.dc !== null ? [] : currents.length > 0 ? currents : powers.map(each => asAmps(each, nominalV));
  const ma =
    (spec.dc === null ? currentsOf(told, spec) : null) ?? (powerW === null ? null : spread(powerW, spec, nominalV));
  if (ma === null || Math.max(ma[0], ma[1], ma[2]) > spec.maxMa * IMPLAUSIBLE_FACTOR) return null;
  const tellsAll = told.length === 0 || spec.phases.every((_, own) => isTold(told, own));
  return { tellsAll, ma, powerW: powerW ?? ((ma[0] + ma[1] + ma[2]) / 1000) * nominalV };
}

/** What of a sample tells the draw: currents, watts of single phases, and watts in all where anything was said. */
function spokenOf(values: readonly SampledValue[]) {
  const currents: SampledValue[] = [];
  const powers: SampledValue[] = [];
  let totalW: number | null = null;
  let phasesW = 0;
  for (const value of values) {
    if (!isOutlet(value)) continue;
    if (value.measurand === 'Current.Import') {
      if (value.value >= 0) currents.push(value);
    } else if (value.measurand === 'Power.Active.Import') {
      const watts = Math.max(0, value.value);
      if (value.phase === null) totalW ??= watts;
      else powers.push(value);
      phasesW += watts;
    }
  }
  return { currents, powers, powerW: totalW ?? (powers.length > 0 ? phasesW : null) };
}

const asAmps = (power: SampledValue, nominalV: number): SampledValue => ({
  ...power,
  value: Math.max(0, power.value) / nominalV,
});

/** A value without a phase speaks of all of them. */
const isTold = (told: readonly SampledValue[], own: number): boolean =>
  told.some(({ phase }) => phase === null || phase === OWN_PHASES[own]);

/** The energy register in Wh, or null. */
export function registerOf(sample: MeterSample): number | null {
  return sample.values.find(isRegister)?.value ?? null;
}

/** Of all phases together. */
export const isRegister = ({ measurand, phase }: SampledValue): boolean =>
  measurand === 'Energy.Active.Import.Register' && phase === null;

function currentsOf(currents: readonly SampledValue[], spec: ConnectorSpec): [number, number, number] | null {
  const out: [number, number, number] = [0, 0, 0];
  let said = false;
  for (const { phase, value } of currents) {
    const own = phase === null ? -1 : OWN_PHASES.indexOf(phase as 'L1' | 'L2' | 'L3');
    // A one-phase charger may call its only phase by the name of the grid's.
    const isOnly = phase === null || (spec.phases.length === 1 && own >= 0);
    const grid: readonly PhaseIndex[] = isOnly ? spec.phases : spec.phases.slice(own, own + 1);
    if (phase !== null && (own < 0 || grid.length === 0)) continue;
    for (const p of grid) out[p] = Math.max(out[p], toMa(value));
    said = true;
  }
  return said ? out : null;
}

/** A DC charger speaks of its car: of its watts the grid sees more, of its current nothing can be told. */
function spread(powerW: number, spec: ConnectorSpec, nominalV: number): [number, number, number] {
  const out: [number, number, number] = [0, 0, 0];
  const wattsPerA = spec.dc === null ? nominalV * spec.phases.length : spec.dc.wattsPerA / 0.9;
  for (const phase of spec.phases) out[phase] = toMa(powerW / wattsPerA);
  return out;
}
