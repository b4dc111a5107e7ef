/**
 * What a step of the car teaches of phases, wiring and guard meter: the meter must see what the car says,
 * on the right phases, in the right direction, in the right ratio. Up and down are two looks at the same
 * thing; a building that moved with one of them is found by the other, and then no number is given.
 */
import { at } from '#base/assert.ts';
import type { PhaseIndex } from '#base/units.ts';
import { type DeadmanTest, LEAST_STEP_MA, lapsesAtMs } from '#site/deadman/test.ts';
import { highestMa, isWithin, lastPlateau, less, type Plateau } from '#site/deadman/trail.ts';
import type { SiteState } from '#site/state.ts';

/** Current transformers and meters together; beyond it the ratio is set wrongly (the issue's ±10 %). */
const RATIO_TOLERANCE = 0.1;

/** A car that moved by less taught nothing. */
const MOVED_MA = LEAST_STEP_MA - 1_000;

/** A phase of the meter that moved by less than this share of the car did not move with it. */
const MOVED_SHARE = 0.3;

/** Noise of two plateaus against two others. */
const EDGE_NOISE_MA = 800;

const PHASES: readonly PhaseIndex[] = [0, 1, 2];
const NAMES = ['L1', 'L2', 'L3'] as const;

export type Direction = 'forward' | 'reversed' | 'mixed' | 'unsigned';

export type MeterCheck =
  | { readonly kind: 'no-meter' }
  /** Why no number is given, in a sentence. */
  | { readonly kind: 'unclear'; readonly why: string }
  | {
      readonly kind: 'measured';
      /** What the meter saw of what the car said, all phases together: 1 = the same. */
      readonly ratio: number;
      /** The same for each grid phase that the car moved. */
      readonly byPhase: readonly (number | null)[];
      /** `unsigned`: currents of this meter carry no sign. */
      readonly direction: Direction;
      /** Ratio within ±10 % on every phase, and no current transformer turned round. */
      readonly good: boolean;
    };

export type Wiring = {
  /** Grid phases that moved at the meter with the car. */
  readonly grid: readonly PhaseIndex[];
  /** By the charger's own phase: its grid phase, where only one is possible. */
  readonly known: readonly (PhaseIndex | null)[];
  /** Whether that is the rotation in the configuration; null where it cannot be told. */
  readonly agrees: boolean | null;
};

export type Found = {
  /** The charger's own phases that the car draws on, 0 = its L1. */
  readonly own: readonly number[];
  readonly meter: MeterCheck;
  /** Null where no meter tells. */
  readonly wiring: Wiring | null;
  /** From the raise to 16 A at the car, and from the lapse to the fall; null where not seen. */
  readonly raiseReactionMs: number | null;
  readonly fallReactionMs: number | null;
};

type Edges = { readonly low: Plateau; readonly high: Plateau; readonly after: Plateau | null };

/** The plateaus of a leg: before the raise, on it, after the fall. Null while the first two are not both there. */
export function edgesOf(test: DeadmanTest): Edges | null {
  const { raise } = test.trail;
  if (raise === null || raise.ackedAtMs === null) return null;
  const low = lastPlateau(test.trail, test.legSinceMs, raise.sentAtMs, () => true);
  if (low === null) return null;
  const high = lastPlateau(
    test.trail,
    raise.ackedAtMs,
    Number.POSITIVE_INFINITY,
    ({ ma }) => highestMa(less(ma, low.evMa)) >= MOVED_MA,
  );
  return high === null ? null : { low, high, after: afterPlateau(test) };
}

/** Where the car stood still after it fell. */
export const afterPlateau = (test: DeadmanTest): Plateau | null => {
  const { raise } = test.trail;
  if (raise === null) return null;
  return lastPlateau(test.trail, raise.sentAtMs, Number.POSITIVE_INFINITY, ({ ma, atMs }) => {
    const isOver = atMs >= (lapsesAtMs(test) ?? Number.POSITIVE_INFINITY);
    return isOver && isWithin(ma, raise.lapseMa);
  });
};

/** What the lease leg found; `fellAtMs` null where it did not fall. */
export function foundBy(test: DeadmanTest, state: SiteState, meter: number, fellAtMs: number | null): Found {
  const edges = edgesOf(test);
  const { phases } = at(state.topology.connectors, test.connector);
  const own = edges === null ? [] : ownMoved(edges, phases);
  const lapseMs = lapsesAtMs(test);
  const reactions = {
    raiseReactionMs: edges === null ? null : climbedAfterMs(test, edges),
    fallReactionMs: fellAtMs === null || lapseMs === null ? null : Math.max(0, fellAtMs - lapseMs),
  };
  if (meter < 0) return { own, meter: { kind: 'no-meter' }, wiring: null, ...reactions };
  const seen = metered(edges);
  if (!seen.ok) return { own, meter: { kind: 'unclear', why: seen.why }, wiring: null, ...reactions };
  const isSigned = state.topology.meters[meter]?.signed ?? false;
  const grid = PHASES.filter(phase => Math.abs(seen.meterMa[phase]) >= MOVED_SHARE * highestMa(seen.evMa));
  return {
    own,
    meter: checkOf(
      seen,
      grid,
      own.map(index => at(phases, index)),
      isSigned,
    ),
    wiring: wiringOf(own, grid, phases),
    ...reactions,
  };
}

const ownMoved = (edges: Edges, phases: readonly PhaseIndex[]): readonly number[] => {
  const moved = less(edges.high.evMa, edges.low.evMa);
  return phases.flatMap((phase, index) => (moved[phase] >= MOVED_MA ? [index] : []));
};

/** When nine tenths of the climb were first seen, by sample or meter. */
function climbedAfterMs(test: DeadmanTest, { low, high }: Edges): number | null {
  const { raise, samples, readings } = test.trail;
  if (raise === null) return null;
  const isThere = (from: Plateau['evMa'] | null, to: Plateau['evMa'] | null, ma: Plateau['evMa']) =>
    from !== null && to !== null && highestMa(less(ma, from)) >= 0.9 * highestMa(less(to, from));
  const seen = [
    ...samples.filter(({ atMs, ma }) => atMs > raise.sentAtMs && isThere(low.evMa, high.evMa, ma)),
    ...readings.filter(({ atMs, ma }) => atMs > raise.sentAtMs && isThere(low.meterMa, high.meterMa, ma)),
  ];
  return seen.length === 0 ? null : Math.min(...seen.map(({ atMs }) => atMs)) - raise.sentAtMs;
}

type Seen =
  | { readonly ok: true; readonly evMa: Plateau['evMa']; readonly meterMa: Plateau['evMa'] }
  | { readonly ok: false; readonly why: string };

const unclear = (why: string): Seen => ({ ok: false, why });

/** What the car and the meter moved by, where both edges tell the same. */
function metered(edges: Edges | null): Seen {
  if (edges === null) return unclear('The car did not stand still long enough before and after the raise.');
  const { low, high, after } = edges;
  if (low.meterMa === null || high.meterMa === null)
    return unclear('The building or another car moved while this one was measured.');
  if (after === null || after.meterMa === null) {
    return unclear('What the meter saw of the raise could not be compared with the fall.');
  }
  const up = { evMa: less(high.evMa, low.evMa), meterMa: less(high.meterMa, low.meterMa) };
  const down = { evMa: less(high.evMa, after.evMa), meterMa: less(high.meterMa, after.meterMa) };
  const share = highestMa(up.evMa) / Math.max(1, highestMa(down.evMa));
  const noiseMa = Math.max(EDGE_NOISE_MA, RATIO_TOLERANCE * highestMa(up.evMa));
  const isSame = PHASES.every(phase => Math.abs(up.meterMa[phase] - down.meterMa[phase] * share) <= noiseMa);
  if (!isSame)
    return unclear('The building or another car moved when this one did: raise and fall look different at the meter.');
  return { ok: true, ...up };
}

function checkOf(
  { evMa, meterMa }: Extract<Seen, { ok: true }>,
  grid: readonly PhaseIndex[],
  configured: readonly PhaseIndex[],
  isSigned: boolean,
): MeterCheck {
  if (grid.length === 0) return { kind: 'unclear', why: 'The meter did not move with the car: is it on this circuit?' };
  const sum = (list: readonly PhaseIndex[], of: Plateau['evMa']) =>
    list.reduce<number>((all, p) => all + Math.abs(of[p]), 0);
  const turned = grid.filter(phase => meterMa[phase] < 0);
  const ratio = sum(grid, meterMa) / sum(configured, evMa);
  const byPhase = PHASES.map(phase =>
    grid.includes(phase) && configured.includes(phase) ? Math.abs(meterMa[phase]) / evMa[phase] : null,
  );
  const isNear = (value: number | null) => value === null || Math.abs(value - 1) <= RATIO_TOLERANCE;
  return {
    kind: 'measured',
    ratio,
    byPhase,
    direction: directionOf(turned.length, grid.length, isSigned),
    good: turned.length === 0 && isNear(ratio) && byPhase.every(isNear),
  };
}

function directionOf(turned: number, moved: number, isSigned: boolean): Direction {
  if (!isSigned && turned === 0) return 'unsigned';
  if (turned === 0) return 'forward';
  return turned === moved ? 'reversed' : 'mixed';
}

/**
 * One phase of the car and one of the meter belong together; two leave the third to the third. Phases that
 * move alike cannot be told from each other, so a three-phase car shows only that all three are there.
 */
function wiringOf(own: readonly number[], grid: readonly PhaseIndex[], phases: readonly PhaseIndex[]): Wiring {
  const known: (PhaseIndex | null)[] = phases.map(() => null);
  if (own.length !== grid.length || own.length === 0) return { grid, known, agrees: null };
  const [only] = grid;
  if (own.length === 1 && only !== undefined) known[own[0] ?? 0] = only;
  if (own.length === 2 && phases.length === 3) {
    const left = phases.findIndex((_, index) => !own.includes(index));
    known[left] = PHASES.find(phase => !grid.includes(phase)) ?? null;
  }
  const configured = new Set(own.map(index => phases[index]));
  return { grid, known, agrees: grid.every(phase => configured.has(phase)) };
}

/** "L1, L3" */
export const phaseNames = (phases: readonly number[]): string => phases.map(phase => NAMES[phase]).join(', ');
