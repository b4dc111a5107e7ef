/** One socket of a foreign charger: a car of the simulator that draws what the installed schedule says. */
import type { Clock, Timer } from '#base/clock.ts';
import type { PhaseIndex } from '#base/units.ts';
import { Car } from '#sim/car.ts';
import { prng } from '#sim/prng.ts';
import { limitAt, type Stack } from '#sim/profile-engine.ts';
import type { Truth } from './truth.ts';

export type SocketPlan = {
  readonly connectorId: number;
  readonly ratingA: number;
  /** Grid phases on the charger's L1, L2, L3. */
  readonly phases: readonly PhaseIndex[];
  /** Nodes of the truth above it. */
  readonly path: readonly string[];
  readonly car: { readonly phases: 1 | 3; readonly maxA: number };
};

export type SocketDeps = {
  readonly truth: Truth;
  /** The time cars live in. */
  readonly carClock: Clock;
  /** The charger signals multiples of this. */
  readonly stepMa: number;
  /** The profiles it goes by. */
  stack(): Stack;
  /** The profiles that its charger said it would go by. */
  acknowledged(): Stack;
  statusChanged(): void;
};

const NOMINAL_V = 230;
/** IEC 61851-1: less than 6 A is no current. */
const FLOOR_MA = 6000;
/** From a new profile to the pilot that signals it, in the time of cars. */
const PILOT_DELAY_MS = 300;

export class Socket {
  readonly plan: SocketPlan;
  status = 'Available';
  transactionId: number | null = null;
  private readonly deps: SocketDeps;
  private car: Car | null = null;
  private startedWallMs: number | null = null;
  private pilot: Timer | null = null;
  private deliveredBeforeWh = 0;

  constructor(deps: SocketDeps, plan: SocketPlan) {
    this.deps = deps;
    this.plan = plan;
  }

  plug(name: string): void {
    const { truth, carClock } = this.deps;
    const phases = this.plan.phases.slice(0, this.plan.car.phases);
    this.car = new Car(
      {
        clock: carClock,
        random: prng(name),
        nominalV: NOMINAL_V,
        changed: deltaMa => truth.addCar(this.plan.path, phases, deltaMa),
        wantChanged() {},
      },
      {
        idTag: name,
        phases: this.plan.car.phases,
        maxMa: this.plan.car.maxA * 1000,
        needWh: 60_000,
        rampMaPerS: 4000,
        restless: false,
      },
    );
    this.setStatus('Preparing');
  }

  start(transactionId: number): void {
    this.transactionId = transactionId;
    this.startedWallMs = Date.now();
    this.follow();
  }

  unplug(): void {
    this.pilot?.cancel();
    this.pilot = null;
    this.deliveredBeforeWh += this.car?.deliveredWh() ?? 0;
    this.car?.leave();
    this.car = null;
    this.transactionId = null;
    this.startedWallMs = null;
    this.setStatus('Available');
  }

  /** A profile came: what follows from all of them reaches the car after a moment. */
  follow(): void {
    if (this.transactionId === null || this.pilot !== null) return;
    this.pilot = this.deps.carClock.after('pilot', PILOT_DELAY_MS, () => {
      this.pilot = null;
      const ma = this.limitMa();
      this.car?.pilot(ma);
      this.setStatus(ma > 0 ? 'Charging' : 'SuspendedEVSE');
    });
  }

  /** What the profiles allow now, as the pilot signals it. */
  limitMa(): number {
    return this.allowedMa(this.deps.stack());
  }

  /** What its car has to draw by the profiles that were acknowledged. */
  owedMa(): number {
    if (this.transactionId === null) return 0;
    return Math.min(this.plan.car.maxA * 1000, this.allowedMa(this.deps.acknowledged()));
  }

  private allowedMa(stack: Stack): number {
    const { stepMa } = this.deps;
    const limitA = limitAt(stack, {
      connectorId: this.plan.connectorId,
      atWallMs: Date.now(),
      startedWallMs: this.startedWallMs,
      ratingA: this.plan.ratingA,
      phases: this.plan.phases.length,
      nominalV: NOMINAL_V,
    });
    const ma = Math.floor(Math.round(limitA * 1000) / stepMa) * stepMa;
    return ma < FLOOR_MA ? 0 : ma;
  }

  drawMa(): number {
    return this.car?.drawMa() ?? 0;
  }

  /** Sampled values of OCPP 1.6 (clause 7.28): current of each phase, power, register. */
  sampledValues(): readonly object[] {
    const drawn = (i: number) => (i < this.plan.car.phases ? this.drawMa() / 1000 : 0);
    const currents = this.plan.phases.map((_, i) => ({
      value: drawn(i).toFixed(1),
      measurand: 'Current.Import',
      phase: `L${i + 1}`,
      unit: 'A',
    }));
    const watts = this.plan.phases.reduce<number>((sum, _, i) => sum + drawn(i) * NOMINAL_V, 0);
    const registerWh = this.deliveredBeforeWh + (this.car?.deliveredWh() ?? 0);
    return [
      ...currents,
      { value: String(Math.round(watts)), measurand: 'Power.Active.Import', unit: 'W' },
      { value: String(Math.round(registerWh)), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    ];
  }

  private setStatus(status: string): void {
    if (status === this.status) return;
    this.status = status;
    this.deps.statusChanged();
  }
}
