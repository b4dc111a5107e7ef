/**
 * Which limits are in force on a circuit at an instant, each with its source. The lowest wins, and it
 * is known who won. Limits from outside can only lower: they stand beside the fixed ones.
 */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type Quad, type Triple } from '#base/units.ts';
import type { Meter, OutsideLimit, SiteState } from '#site/state.ts';
import type { Circuit, LimitKind } from '#site/topology.ts';

/** One limit as rows of current: L1, L2, L3 and their sum. */
export type LimitInForce = {
  readonly source: string;
  readonly kind: LimitKind;
  readonly rowsMa: Quad;
  readonly limitW: number | null;
  readonly evOnly: boolean;
  /** True where the fail-safe value of an expired outside limit stands in. */
  readonly expired: boolean;
};

/** EN 50160 allows the mains to stand this far above nominal: an unmetered W limit is booked at it. */
const HIGHEST_VOLTAGE = 1.1;

/** Measured voltages are rounded up to this, so that a W limit does not tremble with the mains. */
const VOLTAGE_STEP_V = 5;

/**
 * The voltage at which EV watts are booked against a W limit. A row with a guard meter sees its own
 * watts again, so nominal is enough there; an EV-only or unmetered row must assume the worst.
 */
export function bookingVoltage(state: SiteState, metered: boolean): number {
  const nominal = state.topology.nominalV;
  if (metered) return nominal;
  const measured = highestMeasuredV(state.meters);
  if (measured === null) return nominal * HIGHEST_VOLTAGE;
  return Math.max(nominal, Math.ceil((measured * 1.01) / VOLTAGE_STEP_V) * VOLTAGE_STEP_V);
}

function highestMeasuredV(meters: readonly Meter[]): number | null {
  let highest: number | null = null;
  for (const meter of meters) {
    const volts = meter.quality === 'good' ? (meter.reading?.voltageV ?? null) : null;
    if (volts !== null && (highest === null || volts > highest)) highest = volts;
  }
  return highest;
}

/** All limits of a circuit at `atMs`, fixed ones first. */
export function limitsInForce(state: SiteState, circuit: Circuit, atMs: number): readonly LimitInForce[] {
  const out: LimitInForce[] = [];
  const metered = circuit.meter >= 0;
  for (const limit of circuit.limits) {
    const volts = bookingVoltage(state, metered && !limit.evOnly);
    const rowsMa = rows(limit.limitMa, limit.limitW, volts);
    out.push({
      source: limit.source,
      kind: limit.kind,
      rowsMa,
      limitW: limit.limitW,
      evOnly: limit.evOnly,
      expired: false,
    });
  }
  for (const limit of state.outsideLimits) {
    if (limit.circuit !== circuit.index) continue;
    const found = outsideInForce(limit, bookingVoltage(state, metered && !limit.evOnly), atMs);
    if (found !== null) out.push(found);
  }
  return out;
}

/** An outside limit at an instant: itself, its fail-safe value after `validUntil`, or nothing. */
function outsideInForce(limit: OutsideLimit, volts: number, atMs: number): LimitInForce | null {
  const common = { source: limit.source, kind: 'live' as const, evOnly: limit.evOnly };
  if (!isExpired(limit, atMs)) {
    return { ...common, rowsMa: rows(limit.limitMa, limit.limitW, volts), limitW: limit.limitW, expired: false };
  }
  if (limit.failSafeMa === null) return null;
  return { ...common, rowsMa: rows(limit.failSafeMa, null, volts), limitW: null, expired: true };
}

export const isExpired = (limit: OutsideLimit, atMs: number): boolean =>
  limit.validUntilMs !== null && atMs >= limit.validUntilMs;

const rows = (limitMa: Triple, limitW: number | null, volts: number): Quad => [
  limitMa[0],
  limitMa[1],
  limitMa[2],
  limitW === null ? NO_LIMIT_MA : Math.floor((limitW * 1000) / volts),
];

/** The margin on a row that carries background: the configured one, else max(1 A, 2 %); three-fold on the sum. */
export function marginMa(circuit: Circuit, limit: LimitInForce, row: number, supplyPhases: number): number {
  if (limit.evOnly) return 0;
  const phases = row === 3 ? supplyPhases : 1;
  if (circuit.marginMa !== null) return circuit.marginMa * phases;
  return Math.max(1000 * phases, Math.ceil((limit.rowsMa[row] ?? 0) * 0.02));
}

/** Another gateway's share of a row. */
export const reservedMa = (circuit: Circuit, row: number): number => rowOf(circuit.reservedMa, row);

/** What the building draws at worst on a row. */
export const designMa = (circuit: Circuit, row: number): number => rowOf(circuit.designLoadMa, row);

const rowOf = (t: Triple, row: number): number => (row === 3 ? t[0] + t[1] + t[2] : (t[row] ?? 0));

/** The guard meter of a circuit, or null. */
export const guardMeter = (state: SiteState, circuit: Circuit): Meter | null =>
  circuit.meter < 0 ? null : at(state.meters, circuit.meter);
