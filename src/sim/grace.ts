/**
 * The grace windows of one circuit (contract, "figures"). A window lasts the guard meter's interval and
 * 10 s. It opens when true background rises by more than the margin since the last delivered sample, or
 * when a limit is lowered; the same rise does not renew it.
 */
import type { Triple } from '#base/units.ts';

const GRACE_MS = 10_000;
/** For a command (A5) and a car (A3). */
export const RECOVERY_MS = 12_000;
/** A silent guard meter sends the cars to the fail-safe limit after 10 s (rule 16); then the command and the car. */
const SILENCE_MS = 10_000 + RECOVERY_MS;

/**
 * A step that a car's stop hides in the very interval of the meter leaves no more than the margin in what the meter
 * reads on that line. No reading tells it from nothing, so A4 does not hold for it (ARCHITECTURE.md, decision 21)
 * until the car's next sample, which rule 13 waits for at most 15 s.
 */
const UNSEEN_MS = 15_000;

const NEVER = -1;

export class Grace {
  private readonly marginMa: number;
  /** Null without a guard meter: then background has its design load, and nothing opens but by limits. */
  readonly intervalMs: number | null;
  private untilMs: [number, number, number] = [NEVER, NEVER, NEVER];
  private meterUntil = NEVER;
  private sampleMa: Triple = [0, 0, 0];
  /** What a further rise is measured from. */
  private readonly referenceMa: [number, number, number] = [0, 0, 0];
  private readonly openedAtMs: [number, number, number] = [NEVER, NEVER, NEVER];
  private sampledAtMs = NEVER;
  private totalMa: Triple | null = null;
  /** By line: the background before a step that the meter could not show, and until when that is excused. */
  private readonly unseenMa: [number, number, number] = [0, 0, 0];
  private readonly unseenUntilMs: [number, number, number] = [NEVER, NEVER, NEVER];
  private missedSinceMs: number | null = null;

  constructor(marginMa: number, intervalMs: number | null) {
    this.marginMa = marginMa;
    this.intervalMs = intervalMs;
  }

  /** True background is now so much. */
  risen(buildingMa: Triple, nowMs: number): void {
    if (this.intervalMs === null) return;
    for (const p of [0, 1, 2] as const) {
      if (buildingMa[p] <= this.referenceMa[p] + this.marginMa) continue;
      this.untilMs[p] = nowMs + this.intervalMs + GRACE_MS;
      this.referenceMa[p] = buildingMa[p];
      this.openedAtMs[p] = nowMs;
    }
  }

  lowered(nowMs: number): void {
    const untilMs = nowMs + (this.intervalMs ?? 0) + GRACE_MS;
    this.untilMs = [untilMs, untilMs, untilMs];
  }

  /** A sample reached the gateway: when it was measured, the true background at that instant, and what the meter read. */
  delivered(sampledAtMs: number, buildingMa: Triple, totalMa: Triple, nowMs: number): void {
    for (const p of [0, 1, 2] as const) {
      if (!this.isHidden(p, buildingMa, totalMa)) continue;
      this.unseenMa[p] = this.sampleMa[p];
      this.unseenUntilMs[p] = sampledAtMs + UNSEEN_MS;
    }
    this.totalMa = [totalMa[0], totalMa[1], totalMa[2]];
    if (this.missedSinceMs !== null && this.hidesStep())
      this.meterUntil = Math.max(...this.untilMs) + nowMs - this.missedSinceMs;
    this.missedSinceMs = null;
    this.sampledAtMs = sampledAtMs;
    this.sampleMa = [buildingMa[0], buildingMa[1], buildingMa[2]];
    for (const p of [0, 1, 2] as const) {
      const unseen = this.openedAtMs[p] > sampledAtMs;
      this.referenceMa[p] = unseen ? Math.max(this.referenceMa[p], buildingMa[p]) : buildingMa[p];
    }
  }

  /** An answer is owed. False when one was owed already. */
  missed(nowMs: number): boolean {
    if (this.missedSinceMs !== null) return false;
    this.missedSinceMs = nowMs;
    return true;
  }

  owing(): boolean {
    return this.missedSinceMs !== null;
  }

  /** End of the newest window on a line; 3 is the sum of all. */
  until(line: 0 | 1 | 2 | 3): number {
    return line === 3 ? Math.max(...this.untilMs) : this.untilMs[line];
  }

  /** End of the longer time that a step has which missed answers hid. */
  meterUntilMs(): number {
    return this.missedSinceMs !== null && this.hidesStep() ? this.missedSinceMs + SILENCE_MS : this.meterUntil;
  }

  /** The background that a raise must have room for: a rise above sample and margin is not its fault. */
  known(buildingMa: Triple, nowMs: number): Triple {
    if (this.intervalMs === null) return buildingMa;
    const sampleMa = (p: 0 | 1 | 2) => (nowMs < this.unseenUntilMs[p] ? this.unseenMa[p] : this.sampleMa[p]);
    const one = (p: 0 | 1 | 2) => Math.min(buildingMa[p], sampleMa(p) + this.marginMa);
    return [one(0), one(1), one(2)];
  }

  /** Whether the background rose by more than the margin on a line, and the meter reads what it read before. */
  private isHidden(p: 0 | 1 | 2, buildingMa: Triple, totalMa: Triple): boolean {
    if (this.totalMa === null || buildingMa[p] <= this.sampleMa[p] + this.marginMa) return false;
    return Math.abs(totalMa[p] - this.totalMa[p]) <= this.marginMa;
  }

  private hidesStep(): boolean {
    return Math.max(...this.openedAtMs) > this.sampledAtMs;
  }
}
