/** The building's steps of the acceptance run, and what each of them did to the true currents. */
import type { PhaseIndex, Triple } from '#base/units.ts';

/** A step of the building, in mA on each phase, at a time of the run. */
export type PlannedStep = { readonly atMs: number; readonly phases: readonly PhaseIndex[] };

export const STEP_MA = 15_000;
/** Cars have come and the contract binds by then. */
export const FIRST_STEP_MS = 120_000;
export const STEP_EVERY_MS = 60_000;
/** Then the building goes back down, and the cars come up again. */
export const STEP_LASTS_MS = 30_000;

const TURNS: readonly (readonly PhaseIndex[])[] = [[0, 1, 2], [0], [1], [2], [1, 2]];

/** A step each minute, on all phases, on one after another and on two; none so late that it could not be watched to its end. */
export function plannedSteps(minutes: number): readonly PlannedStep[] {
  const count = Math.max(1, Math.floor((minutes * 60_000 - FIRST_STEP_MS) / STEP_EVERY_MS));
  return Array.from({ length: count }, (_, i) => ({
    atMs: FIRST_STEP_MS + i * STEP_EVERY_MS,
    phases: TURNS[i % TURNS.length] ?? [0],
  }));
}

export const stepMa = (phases: readonly PhaseIndex[], sign: 1 | -1): Triple => {
  const one = (phase: PhaseIndex) => (phases.includes(phase) ? sign * STEP_MA : 0);
  return [one(0), one(1), one(2)];
};

/** The limits of one circuit as the gateway tells them. */
export type Limits = { readonly id: string; readonly limitA: Triple; readonly limitW: number | null };

/** What flows in one circuit, mA. */
export type Flow = { readonly id: string; readonly totalMa: Triple };

/** How far one sample is above its limits: the worst phase in A, the whole in W; 0 and less is within. */
export type Over = { readonly phaseA: number; readonly powerW: number; readonly where: string };

/** @param nominalV kW limits are judged at nominal voltage, which the simulated supply has */
export function overOf(limits: readonly Limits[], flows: readonly Flow[], nominalV: number): Over {
  let worst: Over = { phaseA: Number.NEGATIVE_INFINITY, powerW: Number.NEGATIVE_INFINITY, where: '' };
  limits.forEach((limit, i) => {
    const totalMa = flows[i]?.totalMa ?? [0, 0, 0];
    for (const p of [0, 1, 2] as const) {
      const phaseA = totalMa[p] / 1000 - limit.limitA[p];
      if (phaseA > worst.phaseA) worst = { ...worst, phaseA, where: `${limit.id} L${p + 1}` };
    }
    const powerW =
      ((totalMa[0] + totalMa[1] + totalMa[2]) / 1000) * nominalV - (limit.limitW ?? Number.POSITIVE_INFINITY);
    if (powerW > worst.powerW) worst = { ...worst, powerW };
  });
  return worst;
}

/** One step, or the cap, while it is watched. */
export type StepRecord = {
  readonly label: string;
  readonly atMs: number;
  /** Highest current of a stepped phase of the main fuse, A. */
  worstA: number;
  worstW: number;
  /** Highest excess over any phase limit and over any power limit. */
  overA: number;
  overW: number;
  overMs: number;
  /** From the step to the last sample above a limit. */
  backMs: number;
};

export const newRecord = (label: string, atMs: number): StepRecord => ({
  label,
  atMs,
  worstA: 0,
  worstW: 0,
  overA: 0,
  overW: 0,
  overMs: 0,
  backMs: 0,
});

/** Counts one sample, which stands for the time since the one before. */
export function count(
  record: StepRecord,
  atMs: number,
  sinceMs: number,
  mainMa: Triple,
  watts: number,
  over: Over,
): void {
  record.worstA = Math.max(record.worstA, ...mainMa.map(ma => ma / 1000));
  record.worstW = Math.max(record.worstW, watts);
  record.overA = Math.max(record.overA, over.phaseA);
  record.overW = Math.max(record.overW, over.powerW);
  if (over.phaseA <= 0 && over.powerW <= 0) return;
  record.overMs += sinceMs;
  record.backMs = atMs - record.atMs;
}
