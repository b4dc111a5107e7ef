/**
 * A car on a charger's cable. It adopts the current the pilot signals after a reaction drawn anew for
 * each change, falls at once, climbs in steps of at most an ampere at its ramp, draws nothing below
 * 6 A (IEC 61851-1), tapers when nearly full and then draws nothing.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Prng } from './prng.ts';

export type CarPlan = {
  readonly idTag: string;
  /** On the charger's own L1, L2, L3 in that order. */
  readonly phases: 1 | 2 | 3;
  readonly maxMa: number;
  readonly needWh: number;
  readonly rampMaPerS: number;
  /** Now and then it draws nothing for a while, for reasons of its own, and tells nobody. */
  readonly restless: boolean;
  /** Falls asleep when it is paused, and draws again so long after it is offered current; null = never. Absent = it does not. */
  readonly wakesAfterMs?: number | null;
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

export type CarDeps = {
  readonly clock: Clock;
  readonly random: Prng;
  readonly nominalV: number;
  /** Its current changed by so much; `drawMa` shows it already. */
  changed(deltaMa: number): void;
  /** It became full, or wants again. */
  wantChanged(): void;
};

/** Heating, cooling, balancing cells: mean time between such rests, and how long one lasts. */
const REST_GAP_MS = 60 * 60_000;
const REST_MS: readonly [number, number] = [20_000, 180_000];

export class Car {
  readonly plan: CarPlan;
  private readonly deps: CarDeps;
  private signalledMa = 0;
  private adoptedMa = 0;
  private currentMa = 0;
  private chargedWh = 0;
  private countedAtMs: number;
  private gone = false;
  private resting = false;
  private asleep = false;
  private readonly restRandom: Prng;
  private reaction: Timer | null = null;
  private ramp: Timer | null = null;
  private taper: Timer | null = null;
  private wake: Timer | null = null;

  constructor(deps: CarDeps, plan: CarPlan) {
    this.deps = deps;
    this.plan = plan;
    this.countedAtMs = deps.clock.nowMs();
    this.restRandom = deps.random.split('rest');
    if (plan.restless) this.restLater();
  }

  /** The pilot changed: how much it signals, mA, 0 = none. */
  pilot(ma: number): void {
    if (ma === this.signalledMa) return;
    this.signalledMa = ma;
    // One reaction at a time: when it is over, the car goes by what the pilot says then.
    if (this.reaction || this.gone) return;
    this.reaction = this.deps.clock.after('car reacts', this.deps.random.whole(...REACTION_MS), () => {
      this.reaction = null;
      this.adoptedMa = this.signalledMa;
      this.doze();
      this.settle();
    });
  }

  /** Supply cut under it (a rebooting charger, an opened contactor): it draws nothing at once. */
  cut(): void {
    this.forgetReaction();
    this.signalledMa = 0;
    this.adoptedMa = 0;
    this.settle();
  }

  /** Its cable is out; it never draws again. */
  leave(): void {
    this.gone = true;
    this.forgetReaction();
    this.settle();
  }

  drawMa(): number {
    return this.currentMa;
  }

  /** The most it would draw now, whatever the pilot: its own limit. */
  wantMa(): number {
    const stage = this.stage();
    return stage ? Math.max(Math.min(FLOOR_MA, this.plan.maxMa), Math.round(this.plan.maxMa * stage.factor)) : 0;
  }

  isAsleep(): boolean {
    return this.asleep;
  }

  full(): boolean {
    return this.wantMa() === 0;
  }

  deliveredWh(): number {
    this.count();
    return this.chargedWh;
  }

  private stage() {
    return TAPER.find(step => this.chargedWh < step.share * this.plan.needWh - 1e-6);
  }

  private powerW(): number {
    return (this.currentMa / 1000) * this.deps.nominalV * this.plan.phases;
  }

  private count(): void {
    const nowMs = this.deps.clock.nowMs();
    this.chargedWh += (this.powerW() * (nowMs - this.countedAtMs)) / 3_600_000;
    this.countedAtMs = nowMs;
  }

  private restLater(): void {
    const { clock } = this.deps;
    clock.after('car rests', Math.round(this.restRandom.gap(REST_GAP_MS)), () => {
      if (this.gone) return;
      this.rest(true);
      clock.after('car goes on', this.restRandom.whole(...REST_MS), () => {
        this.rest(false);
        if (!this.gone) this.restLater();
      });
    });
  }

  /** Paused in the middle of charging, some cars sleep; offered current again, they take minutes to wake, or never do. */
  private doze(): void {
    const { wakesAfterMs } = this.plan;
    if (wakesAfterMs === undefined) return;
    if (this.adoptedMa < FLOOR_MA) {
      this.asleep ||= this.currentMa > 0;
      this.wake?.cancel();
      this.wake = null;
    } else if (this.asleep && wakesAfterMs !== null)
      this.wake ??= this.deps.clock.after('car wakes', wakesAfterMs, () => {
        this.asleep = false;
        this.wake = null;
        this.settle();
        this.deps.wantChanged();
      });
  }

  private rest(resting: boolean): void {
    this.resting = resting;
    this.settle();
  }

  private forgetReaction(): void {
    this.reaction?.cancel();
    this.reaction = null;
  }

  /** Down at once, up by steps. */
  private settle(): void {
    this.ramp?.cancel();
    this.ramp = null;
    const aimMa =
      this.adoptedMa < FLOOR_MA || this.gone || this.resting || this.asleep
        ? 0
        : Math.min(this.adoptedMa, this.wantMa());
    if (aimMa <= this.currentMa) {
      this.draw(aimMa);
      return;
    }
    const fromMa = Math.max(this.currentMa, FLOOR_MA - RAMP_STEP_MA);
    this.draw(Math.min(aimMa, fromMa + RAMP_STEP_MA));
    if (this.currentMa >= aimMa) return;
    const stepMs = Math.round((RAMP_STEP_MA / this.plan.rampMaPerS) * 1000);
    this.ramp = this.deps.clock.after('ramp', stepMs, () => this.settle());
  }

  private draw(ma: number): void {
    if (ma === this.currentMa) return;
    this.count();
    const deltaMa = ma - this.currentMa;
    this.currentMa = ma;
    this.deps.changed(deltaMa);
    this.armTaper();
  }

  /** Wakes at the instant at which the battery begins to take less. */
  private armTaper(): void {
    this.taper?.cancel();
    this.taper = null;
    const stage = this.stage();
    if (this.currentMa === 0 || !stage) return;
    const ms = ((stage.share * this.plan.needWh - this.chargedWh) / this.powerW()) * 3_600_000;
    this.taper = this.deps.clock.after('taper', Math.ceil(ms), () => {
      this.count();
      if (this.stage() === stage) this.chargedWh = stage.share * this.plan.needWh;
      this.settle();
      if (this.full()) this.deps.wantChanged();
      else this.armTaper();
    });
  }
}

/** One in so many cars sleeps when it is paused, and some of them for good. */
const SLEEPS = 0.2;
const NEVER_WAKES = 0.2;
const WAKES_AFTER_MS: readonly [number, number] = [60_000, 300_000];

/** The same car, now and then with a sleep. */
export function drawSleeper(random: Prng, car: CarPlan): CarPlan {
  if (!random.chance(SLEEPS)) return car;
  return { ...car, wakesAfterMs: random.chance(NEVER_WAKES) ? null : random.whole(...WAKES_AFTER_MS) };
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
    restless: true,
  };
}
