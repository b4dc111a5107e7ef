/**
 * A car on a charger's cable. It adopts the current the pilot signals after a reaction drawn anew for
 * each change, falls at once, climbs in steps of at most an ampere at its ramp, draws nothing below
 * 6 A (IEC 61851-1), tapers when nearly full and then draws nothing.
 */
import type { Timer } from '#base/clock.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type CarPlan = {
  readonly idTag: string;
  /** On the charger's own L1, L2, L3 in that order. */
  readonly phases: 1 | 2 | 3;
  readonly maxMa: number;
  readonly needWh: number;
  readonly rampMaPerS: number;
};

/** IEC 61851-1: no current is offered below 6 A, and none is drawn. */
export const FLOOR_MA = 6000;
/** Shortest and longest time from a change of the pilot to the car's own change. With the charger's delay at most 8 s. */
const REACTION_MS: readonly [number, number] = [1000, 7500];
/** A climb is made of true steps of this size. */
const RAMP_STEP_MA = 1000;
/** Share of the energy at which a battery begins to take less, and what it then takes. */
const TAPER: readonly { readonly share: number; readonly factor: number }[] = [
  { share: 0.85, factor: 1 },
  { share: 0.93, factor: 0.75 },
  { share: 0.98, factor: 0.5 },
  { share: 1, factor: 0.4 },
];

export type Car = {
  readonly plan: CarPlan;
  /** The pilot changed: how much it signals, mA, 0 = none. */
  pilot(ma: number): void;
  /** Supply cut under it (a rebooting charger, an opened contactor): it draws nothing at once. */
  cut(): void;
  /** Its cable is out; it never draws again. */
  leave(): void;
  drawMa(): number;
  /** The most it would draw now, whatever the pilot: its own limit. */
  wantMa(): number;
  full(): boolean;
  deliveredWh(): number;
};

type Deps = {
  readonly clock: VirtualClock;
  readonly random: Prng;
  readonly nominalV: number;
  /** Its current changed by so much; `drawMa` shows it already. */
  changed(deltaMa: number): void;
  /** It became full, or wants again. */
  wantChanged(): void;
};

export function plugCar(deps: Deps, plan: CarPlan): Car {
  const { clock, random } = deps;
  let signalledMa = 0;
  let adoptedMa = 0;
  let drawMa = 0;
  let deliveredWh = 0;
  let countedAtMs = clock.nowMs();
  let gone = false;
  let reaction: Timer | null = null;
  let ramp: Timer | null = null;
  let taper: Timer | null = null;

  const count = () => {
    const nowMs = clock.nowMs();
    deliveredWh += ((drawMa / 1000) * deps.nominalV * plan.phases * (nowMs - countedAtMs)) / 3_600_000;
    countedAtMs = nowMs;
  };
  const stage = () => TAPER.find(step => deliveredWh < step.share * plan.needWh - 1e-6);
  const wantMa = () => {
    const now = stage();
    return now ? Math.max(Math.min(FLOOR_MA, plan.maxMa), Math.round(plan.maxMa * now.factor)) : 0;
  };
  const aimMa = () => (adoptedMa < FLOOR_MA || gone ? 0 : Math.min(adoptedMa, wantMa()));

  const draw = (ma: number) => {
    if (ma === drawMa) return;
    count();
    const deltaMa = ma - drawMa;
    drawMa = ma;
    deps.changed(deltaMa);
    armTaper();
  };

  const armTaper = () => {
    taper?.cancel();
    taper = null;
    const now = stage();
    if (drawMa === 0 || !now) return;
    const powerW = (drawMa / 1000) * deps.nominalV * plan.phases;
    const ms = ((now.share * plan.needWh - deliveredWh) / powerW) * 3_600_000;
    taper = clock.after('taper', Math.ceil(ms), () => {
      count();
      if (stage() === now) deliveredWh = now.share * plan.needWh;
      settle();
      if (wantMa() === 0) deps.wantChanged();
      else armTaper();
    });
  };

  /** Down at once, up by steps. */
  const settle = () => {
    ramp?.cancel();
    ramp = null;
    const aim = aimMa();
    if (aim <= drawMa) return draw(aim);
    const from = Math.max(drawMa, FLOOR_MA - RAMP_STEP_MA);
    draw(Math.min(aim, from + RAMP_STEP_MA));
    if (drawMa < aim) ramp = clock.after('ramp', Math.round((RAMP_STEP_MA / plan.rampMaPerS) * 1000), settle);
  };

  return {
    plan,
    pilot: ma => {
      if (ma === signalledMa) return;
      signalledMa = ma;
      if (reaction || gone) return;
      reaction = clock.after('car reacts', random.whole(...REACTION_MS), () => {
        reaction = null;
        adoptedMa = signalledMa;
        settle();
      });
    },
    cut: () => {
      reaction?.cancel();
      reaction = null;
      signalledMa = 0;
      adoptedMa = 0;
      settle();
    },
    leave: () => {
      gone = true;
      reaction?.cancel();
      reaction = null;
      settle();
      taper?.cancel();
    },
    drawMa: () => drawMa,
    wantMa,
    full: () => wantMa() === 0,
    deliveredWh: () => {
      count();
      return deliveredWh;
    },
  };
}

/** Draws a car as garages see them: a third one-phase, few two-phase, the rest three-phase. */
export function drawCar(random: Prng, idTag: string): CarPlan {
  const kind = random.unit();
  const phases = kind < 0.3 ? 1 : kind < 0.4 ? 2 : 3;
  const maxA = phases === 1 ? random.pick([16, 20, 32]) : random.pick([10, 16, 16, 16, 20, 32]);
  return {
    idTag,
    phases,
    maxMa: maxA * 1000 - random.whole(0, 5) * 100,
    needWh: random.whole(3_000, 35_000),
    rampMaPerS: random.whole(1000, 10_000),
  };
}
