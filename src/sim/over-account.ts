/**
 * The account of time spent above limits: each stretch goes to exactly one column of the contract.
 * Rows are every limit of every circuit on L1, L2, L3 or their sum.
 */
import { Intervals } from './intervals.ts';

/** A limit as the world keeps it. A kW limit is a limit on the sum of currents at nominal voltage. */
export type SimLimit = {
  readonly source: string;
  readonly hard: boolean;
  readonly evOnly: boolean;
  /** Per phase in mA; Infinity where it says nothing. */
  readonly limitMa: readonly [number, number, number];
  readonly limitW: number | null;
};

export type Row = {
  readonly circuit: number;
  /** 0..2 a phase, 3 the sum. */
  readonly line: 0 | 1 | 2 | 3;
  readonly source: string;
  readonly hard: boolean;
  readonly evOnly: boolean;
  readonly limitMa: number;
  /** Present excess of the true current, mA; 0 when within. */
  excessMa: number;
  sinceMs: number;
  /** A raise was sent that the row had no room for, and obeyable + background still exceeds it. */
  raised: boolean;
  raisedSinceMs: number;
  raisedByMa: number;
};

export function rowsOf(circuit: number, limits: readonly SimLimit[], nominalV: number): readonly Row[] {
  const row = (limit: SimLimit, line: 0 | 1 | 2 | 3, limitMa: number): Row => ({
    circuit,
    line,
    source: limit.source,
    hard: limit.hard,
    evOnly: limit.evOnly,
    limitMa,
    excessMa: 0,
    sinceMs: 0,
    raised: false,
    raisedSinceMs: 0,
    raisedByMa: 0,
  });
  return limits.flatMap(limit => [
    ...([0, 1, 2] as const).flatMap(p => (Number.isFinite(limit.limitMa[p]) ? [row(limit, p, limit.limitMa[p])] : [])),
    ...(limit.limitW === null ? [] : [row(limit, 3, Math.floor((limit.limitW / nominalV) * 1000))]),
  ]);
}

/** Something that must never be. Kept for the printout. */
export type Violation = {
  /** `current`: more flowed than the limit, outside a grace window. `raise`: a raise left that did not fit. */
  readonly kind: 'current' | 'raise' | 'after-death';
  readonly atMs: number;
  readonly forMs: number;
  readonly circuit: string;
  readonly row: string;
  readonly limit: string;
  readonly overA: number;
};

/** The instants that decide where a stretch of a row belongs. */
export type Excuses = {
  /** End of the newest grace window. */
  readonly graceUntilMs: number;
  /** End of its extension by answers the guard meter owed. */
  readonly meterUntilMs: number;
  /** A broken assumption touches this circuit now. */
  readonly broken: boolean;
  /** Instant at which the gateway was killed for good: what is above a limit until the lapse is exogenous. */
  readonly diedAtMs: number;
  /** Instant from which only hard limits count, and count as after-death; Infinity while the gateway lives. */
  readonly lapsedAtMs: number;
};

/** More violations than this say nothing new. */
const MAX_VIOLATIONS = 50;
const LINES = ['L1', 'L2', 'L3', 'sum'] as const;

export class OverAccount {
  readonly over = new Intervals();
  readonly exogenous = new Intervals();
  readonly broken = new Intervals();
  readonly afterDeath = new Intervals();
  readonly violations: Violation[] = [];
  /** Per phase; of a sum a third. */
  worstExogenousMa = 0;
  private readonly circuitIds: readonly string[];

  constructor(circuitIds: readonly string[]) {
    this.circuitIds = circuitIds;
  }

  /** Books a stretch in which the row's excess was constant, and no excuse began. */
  stretch(row: Row, toMs: number, excuses: Excuses): void {
    const { excessMa, sinceMs } = row;
    if (excessMa <= 0 || toMs <= sinceMs) return;
    const lapse = Math.min(toMs, Math.max(sinceMs, excuses.lapsedAtMs));
    const death = Math.min(lapse, Math.max(sinceMs, excuses.diedAtMs));
    const grace = Math.min(death, Math.max(sinceMs, excuses.graceUntilMs));
    const meter = Math.min(death, Math.max(grace, excuses.meterUntilMs));
    this.exogenous.add(sinceMs, grace);
    this.exogenous.add(death, lapse);
    const perPhaseMa = row.line === 3 ? excessMa / 3 : excessMa;
    if (grace > sinceMs || lapse > death) this.worstExogenousMa = Math.max(this.worstExogenousMa, perPhaseMa);
    this.broken.add(grace, meter);
    if (meter < death) {
      if (excuses.broken) this.broken.add(meter, death);
      else this.violate('current', row, meter, death, excessMa, this.over);
    }
    if (lapse < toMs && row.hard) this.violate('after-death', row, lapse, toMs, excessMa, this.afterDeath);
  }

  /** Ends the time in which obeyable current exceeded the row because of a raise. */
  endRaise(row: Row, atMs: number): void {
    if (!row.raised) return;
    row.raised = false;
    // A raise that never fitted is never nothing, however short it stood.
    this.violate('raise', row, row.raisedSinceMs, Math.max(atMs, row.raisedSinceMs + 1), row.raisedByMa, this.over);
  }

  private violate(kind: Violation['kind'], row: Row, fromMs: number, toMs: number, overMa: number, column: Intervals) {
    column.add(fromMs, toMs);
    if (this.violations.length >= MAX_VIOLATIONS) return;
    this.violations.push({
      kind,
      atMs: fromMs,
      forMs: toMs - fromMs,
      circuit: this.circuitIds[row.circuit] ?? '',
      row: LINES[row.line],
      limit: row.source,
      overA: overMa / 1000,
    });
  }
}
