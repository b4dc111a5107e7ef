/** What one leg of a dead-man test has seen: samples of the car, readings of its guard meter, the raise, the link. */
import { at } from '#base/assert.ts';
import type { PhaseIndex, Triple } from '#base/units.ts';
import { SAMPLE_USABLE_MS, toleranceMa } from '#site/gate/constants.ts';
import type { SiteState } from '#site/state.ts';

export type TrailSample = { readonly atMs: number; readonly ma: Triple; readonly registerWh: number | null };

/** A reading of the guard meter less what the other cars below it last said they draw. */
export type TrailReading = { readonly atMs: number; readonly ma: Triple };

export type Raise = {
  readonly limitMa: number;
  readonly lapseMa: number;
  readonly sentAtMs: number;
  readonly ackedAtMs: number | null;
};

export type Trail = {
  readonly samples: readonly TrailSample[];
  readonly readings: readonly TrailReading[];
  readonly raise: Raise | null;
  /** The charger refused the raise, or did not answer. */
  readonly refused: 'rejected' | 'unanswered' | null;
  /** When the gateway did what the leg asks of the world. */
  readonly actedAtMs: number | null;
  readonly lostAtMs: number | null;
  /** Its newest link stands since then; null until it came back. */
  readonly backAtMs: number | null;
  readonly bootedAtMs: number | null;
  /** What spoilt the leg, in a sentence. */
  readonly spoilt: string | null;
};

export const EMPTY_TRAIL: Trail = {
  samples: [],
  readings: [],
  raise: null,
  refused: null,
  actedAtMs: null,
  lostAtMs: null,
  backAtMs: null,
  bootedAtMs: null,
  spoilt: null,
};

/** A leg lasts at most some five minutes: one reading a second and one sample every two, with room. */
const KEPT = 400;

const kept = <T>(list: readonly T[], one: T): readonly T[] => [...list.slice(1 - KEPT), one];

export const withSample = (trail: Trail, sample: TrailSample): Trail => ({
  ...trail,
  samples: kept(trail.samples, sample),
});

export const withReading = (trail: Trail, reading: TrailReading): Trail => ({
  ...trail,
  readings: kept(trail.readings, reading),
});

const PHASES: readonly PhaseIndex[] = [0, 1, 2];

export const highestMa = (ma: Triple): number => Math.max(ma[0], ma[1], ma[2]);
export const less = (a: Triple, b: Triple): Triple => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const isWithin = (ma: Triple, limitMa: number): boolean => highestMa(ma) <= limitMa + toleranceMa(limitMa);

/** The nearest guard meter above a socket, by index; -1 where none is. */
export function guardOf({ topology }: SiteState, connector: number): number {
  for (const circuit of at(topology.connectors, connector).path) {
    const { meter } = at(topology.circuits, circuit);
    if (meter >= 0) return meter;
  }
  return -1;
}

/** A guard meter's reading less the other cars below it. */
export function restMa(state: SiteState, meter: number, connector: number, ma: Triple, atMs: number): Triple {
  const { connectors } = at(state.topology.circuits, at(state.topology.meters, meter).circuit);
  return connectors.reduce((rest, other) => {
    const { draw } = at(state.connectors, other);
    const isKnown = other !== connector && draw !== null && atMs - draw.atMs <= SAMPLE_USABLE_MS;
    return isKnown ? less(rest, draw.ma) : rest;
  }, ma);
}

/** A stretch in which the car stood still; `meterMa` is null where the meter did not, or was read too rarely. */
export type Plateau = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly evMa: Triple;
  readonly meterMa: Triple | null;
};

/** What samples and readings of something that stands still differ by. */
const STILL_MA = 600;
const PLATEAU_LEAST_MS = 1_500;
const READINGS_LEAST = 2;

/** The last plateau whose samples lie within the given time and satisfy `fits`. */
export function lastPlateau(
  trail: Trail,
  fromMs: number,
  toMs: number,
  fits: (sample: TrailSample) => boolean,
): Plateau | null {
  const within = trail.samples.filter(sample => sample.atMs >= fromMs && sample.atMs <= toMs);
  for (let end = within.length - 1; end > 0; end--) {
    const run = runUpTo(within, end, fits);
    const first = run[0];
    const last = run.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < PLATEAU_LEAST_MS) continue;
    const meterMa = quietMa(trail, first.atMs, last.atMs);
    return { fromMs: first.atMs, toMs: last.atMs, evMa: mean(run.map(sample => sample.ma)), meterMa };
  }
  return null;
}

/** The samples before `end`, and it, that fit and are like it. */
function runUpTo(
  samples: readonly TrailSample[],
  end: number,
  fits: (sample: TrailSample) => boolean,
): readonly TrailSample[] {
  const last = at(samples, end);
  let start = end + 1;
  for (; start > 0; start--) {
    const before = at(samples, start - 1);
    if (!fits(before) || !isStill([before.ma, last.ma])) break;
  }
  return samples.slice(start, end + 1);
}

/**
 * What most of the readings in a stretch agree on, or null where they do not. A few may stand apart: another
 * car's change shows in the meter before it shows in that car's sample.
 */
export function quietMa(trail: Trail, fromMs: number, toMs: number): Triple | null {
  const readings = trail.readings.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).map(({ ma }) => ma);
  const like = (one: Triple) => readings.filter(other => isStill([one, other]));
  const agreeing = readings.map(like).reduce((most, list) => (list.length > most.length ? list : most), []);
  const isMost = agreeing.length >= READINGS_LEAST && agreeing.length * 2 > readings.length;
  return isMost && isStill(agreeing) ? mean(agreeing) : null;
}

const spread = (list: readonly Triple[], phase: PhaseIndex): number =>
  Math.max(...list.map(ma => ma[phase])) - Math.min(...list.map(ma => ma[phase]));

const isStill = (list: readonly Triple[]): boolean => PHASES.every(phase => spread(list, phase) <= STILL_MA);

function mean(list: readonly Triple[]): Triple {
  const one = (phase: PhaseIndex) => list.reduce((sum, ma) => sum + ma[phase], 0) / list.length;
  return [one(0), one(1), one(2)];
}
