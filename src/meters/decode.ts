/** What was read of a meter, as one reading of the site, or why it cannot be believed. Pure. */
import { type Triple, toMa } from '#base/units.ts';
import type { MeterReading } from '#site/state.ts';
import { type MeterProfile, needsPhasePower } from './profile.ts';
import { PHASES, type PhaseName, type PhaseQuantities, type Quantity } from './quantity.ts';
import { type Block, wordsOf } from './read-plan.ts';
import { decodeValue } from './registers.ts';

export type Decoded =
  | { readonly kind: 'reading'; readonly reading: MeterReading }
  | { readonly kind: 'implausible'; readonly detail: string };

/** Low voltage ends at 1000 V AC (IEC 60038); a higher value is a wrong register or word order. */
const MAX_VOLTAGE_V = 1000;
/** Below this a phase is not connected (a 3p3w meter reads zero to neutral) and stays out of the mean. */
const PRESENT_VOLTAGE_V = 50;

type Phases = Readonly<Record<PhaseName, number>>;

/** Values out of the blocks. One that cannot be believed is noted as a fault and stands as 0 until the end. */
type Look = {
  readonly one: (what: string, unit: string, quantity: Quantity, bound: number) => number;
  readonly phases: (what: string, unit: string, of: PhaseQuantities, bound: number) => Phases;
};

/**
 * A reading from the blocks of one poll: currents per phase in mA, import positive; total power in W;
 * the mean voltage of the phases that have one, in V. One unbelievable value spoils the whole reading.
 */
export function decodeReading(profile: MeterProfile, blocks: readonly Block[]): Decoded {
  const faults: string[] = [];
  if (readsNothing(profile, blocks)) faults.push('every register reads zero: something answers, but no meter measures');
  const look = lookInto(blocks, faults);
  const maxPowerW = profile.maxCurrentA * MAX_VOLTAGE_V;
  const { powerW, totalPowerW } = profile.quantities;
  const phaseW = powerW !== null && needsPhasePower(profile) ? look.phases('power', 'W', powerW, maxPowerW) : null;
  const reading = {
    currentMa: currents(profile, look, phaseW),
    powerW: totalPowerW !== null ? look.one('total power', 'W', totalPowerW, 3 * maxPowerW) : sum(phaseW),
    voltageV: meanVoltage(profile, look),
  };
  const [fault] = faults;
  return fault === undefined ? { kind: 'reading', reading } : { kind: 'implausible', detail: fault };
}

/** A gateway that lost its meter may answer zeros for ever; a meter that shows voltages is fed by them. */
const readsNothing = (profile: MeterProfile, blocks: readonly Block[]): boolean =>
  profile.quantities.voltageV !== null && blocks.every(block => block.words.every(word => word === 0));

function currents(profile: MeterProfile, look: Look, phaseW: Phases | null): Triple {
  const amps = look.phases('current', 'A', profile.quantities.currentA, profile.maxCurrentA);
  const ma = (phase: PhaseName) => toMa(directed(amps[phase], profile.currentSign, phaseW?.[phase] ?? 0));
  return [ma('l1'), ma('l2'), ma('l3')];
}

/** Without a sign of its own a current counts as import unless the phase's active power is negative. */
function directed(amps: number, sign: MeterProfile['currentSign'], powerW: number): number {
  if (sign === 'own' || amps === 0) return amps;
  return sign === 'from-power' && powerW < 0 ? -Math.abs(amps) : Math.abs(amps);
}

function meanVoltage(profile: MeterProfile, look: Look): number | null {
  const { voltageV } = profile.quantities;
  if (voltageV === null) return null;
  const volts = look.phases('voltage', 'V', voltageV, MAX_VOLTAGE_V);
  const present = PHASES.map(phase => volts[phase]).filter(volt => volt >= PRESENT_VOLTAGE_V);
  return present.length === 0 ? null : present.reduce((total, volt) => total + volt, 0) / present.length;
}

const sum = (phases: Phases | null): number => (phases === null ? 0 : phases.l1 + phases.l2 + phases.l3);

function lookInto(blocks: readonly Block[], faults: string[]): Look {
  const one: Look['one'] = (what, unit, quantity, bound) => {
    const found = believable(unit, quantity, blocks, bound);
    if (typeof found === 'number') return found;
    faults.push(`${what} ${found}`);
    return 0;
  };
  const phases: Look['phases'] = (what, unit, of, bound) => ({
    l1: one(`${what} of L1`, unit, of.l1, bound),
    l2: one(`${what} of L2`, unit, of.l2, bound),
    l3: one(`${what} of L3`, unit, of.l3, bound),
  });
  return { one, phases };
}

/** The value, or in words why it is none. */
function believable(unit: string, quantity: Quantity, blocks: readonly Block[], bound: number): number | string {
  const words = wordsOf(quantity, blocks);
  if (words === null) return 'is missing from the answer';
  const decoded = decodeValue(quantity, words);
  if (!decoded.ok) return decoded.why;
  if (Math.abs(decoded.value) <= bound) return decoded.value;
  return `is ${Number(decoded.value.toPrecision(6))} ${unit}, beyond what this meter can show (${bound} ${unit})`;
}
