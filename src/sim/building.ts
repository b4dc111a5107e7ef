/**
 * What the building itself draws below a metered circuit: a base per phase and appliances that switch
 * on and off. Each switching is one true step; between steps nothing moves, so that the difference of
 * two samples is a step or nothing.
 */
import type { Clock } from '#base/clock.ts';
import type { Triple } from '#base/units.ts';
import type { Prng } from './prng.ts';
import type { Truth } from './truth.ts';

/** One thing that switches, in mA on the grid phases it sits on. */
export type Appliance = { readonly ma: Triple; readonly meanOffMs: number; readonly meanOnMs: number };

export type BuildingPlan = {
  readonly circuit: number;
  readonly baseMa: Triple;
  readonly appliances: readonly Appliance[];
  /** Switched on by somebody who has just parked, when a car stops; null where nobody drinks tea. */
  readonly kettle?: Appliance | null;
  /** The most it may ever draw; the sum of its parts without it. */
  readonly designMa?: Triple;
};

/** Shortest time an appliance stays as it is: a compressor or a lift, not a dimmer. */
const MIN_HOLD_MS = 20_000;

export type Building = {
  /** A car below stopped drawing. */
  carStopped(): void;
  /** From now on it draws the most it was declared to, for ever. */
  full(): void;
  /** A step by hand, in mA per phase; stays until taken back. */
  step(ma: Triple): void;
};

/** Somebody puts the kettle on after so many stops. */
const KETTLE_CHANCE = 0.3;

/** Starts the load of one circuit. `constant` leaves every appliance off for ever. */
export function startBuilding(
  deps: { readonly clock: Clock; readonly truth: Truth; readonly random: Prng },
  plan: BuildingPlan,
  constant: boolean,
): Building {
  let drawnMa: Triple = [0, 0, 0];
  let ended = false;
  const add = (ma: Triple, sign: 1 | -1) => {
    if (ended) return;
    drawnMa = plus(drawnMa, ma, sign);
    deps.truth.addBackground(plan.circuit, [sign * ma[0], sign * ma[1], sign * ma[2]]);
  };
  add(plan.baseMa, 1);
  plan.appliances.forEach((appliance, index) => {
    if (constant) return;
    const random = deps.random.split(`appliance ${index}`);
    const toggle = (on: boolean) => {
      const mean = on ? appliance.meanOnMs : appliance.meanOffMs;
      deps.clock.after('appliance', Math.round(MIN_HOLD_MS + random.gap(mean)), () => {
        add(appliance.ma, on ? -1 : 1);
        toggle(!on);
      });
    };
    toggle(false);
  });
  const kettle = startKettle(deps, constant ? null : (plan.kettle ?? null), add);
  return {
    step: ma => add(ma, 1),
    carStopped: kettle,
    full: () => {
      const mostMa = plan.designMa ?? plan.appliances.reduce((sum, each) => plus(sum, each.ma, 1), plan.baseMa);
      add(plus(mostMa, drawnMa, -1), 1);
      ended = true;
    },
  };
}

const plus = (a: Triple, b: Triple, sign: 1 | -1): Triple => [
  a[0] + sign * b[0],
  a[1] + sign * b[1],
  a[2] + sign * b[2],
];

/** At the very instant of the stop, so that no meter can tell the two apart. */
function startKettle(
  deps: { readonly clock: Clock; readonly random: Prng },
  kettle: Appliance | null,
  add: (ma: Triple, sign: 1 | -1) => void,
): () => void {
  if (kettle === null) return () => {};
  const random = deps.random.split('kettle');
  let on = false;
  return () => {
    if (on || !random.chance(KETTLE_CHANCE)) return;
    on = true;
    add(kettle.ma, 1);
    deps.clock.after('kettle', Math.round(MIN_HOLD_MS + random.gap(kettle.meanOnMs)), () => {
      on = false;
      add(kettle.ma, -1);
    });
  };
}

/**
 * Draws a building that stays within `designMa` on each phase.
 * Steps are 2 to 20 A: larger than any margin of the scenarios, as assumption A4 wants them metered.
 */
export function drawBuilding(random: Prng, circuit: number, designMa: Triple, tea = false): BuildingPlan {
  const baseMa: [number, number, number] = [0, 0, 0];
  for (const p of [0, 1, 2] as const) baseMa[p] = Math.round(designMa[p] * random.between(0.1, 0.3));
  const left: [number, number, number] = [designMa[0] - baseMa[0], designMa[1] - baseMa[1], designMa[2] - baseMa[2]];
  const kettle = tea ? drawKettle(random.split('kettle'), left) : null;
  const appliances: Appliance[] = [];
  for (let tries = random.whole(6, 14); tries > 0; tries--) {
    const ma = drawStep(random, left);
    if (ma === null) continue;
    for (const p of [0, 1, 2] as const) left[p] -= ma[p];
    appliances.push({ ma, meanOffMs: random.whole(2, 15) * 60_000, meanOnMs: random.whole(1, 6) * 60_000 });
  }
  return { circuit, baseMa, appliances, kettle, designMa };
}

const MIN_STEP_MA = 2000;
const MAX_STEP_MA = 20_000;

/** Up to 3 kW on one phase; its share of the design load is kept for it. */
function drawKettle(random: Prng, leftMa: [number, number, number]): Appliance | null {
  const phase = random.pick([0, 1, 2] as const);
  const ma = random.whole(5000, 13_000);
  if (leftMa[phase] < ma) return null;
  leftMa[phase] -= ma;
  return { ma: [phase === 0 ? ma : 0, phase === 1 ? ma : 0, phase === 2 ? ma : 0], meanOffMs: 0, meanOnMs: 120_000 };
}

/** One appliance that still fits; null when not even the smallest does. */
function drawStep(random: Prng, leftMa: Triple): Triple | null {
  const threePhase = random.chance(0.4);
  const phase = random.int(3);
  const room = threePhase ? Math.min(...leftMa) : (leftMa[phase] ?? 0);
  const most = Math.min(room, MAX_STEP_MA);
  if (most < MIN_STEP_MA) return null;
  const ma = random.whole(MIN_STEP_MA, most);
  const on = (p: number) => (threePhase || p === phase ? ma : 0);
  return [on(0), on(1), on(2)];
}
