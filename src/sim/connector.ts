/** One socket of a simulated charger: the car on it, its transaction, what it signals and what it measures. */
import type { Clock, Timer } from '#base/clock.ts';
import type { PhaseIndex } from '#base/units.ts';
import { Car, type CarPlan, FLOOR_MA } from './car.ts';
import { type DcPlan, dcPhases } from './dc.ts';
import type { Habit } from './habits.ts';
import type { Prng } from './prng.ts';
import { limitAt, nextChange, type Stack } from './profile-engine.ts';
import type { Truth } from './truth.ts';

export type ConnectorPlan = {
  readonly connectorId: number;
  readonly circuit: number;
  readonly ratingMa: number;
  /** Grid phases on its L1, L2, L3, or the one it is wired to. */
  readonly rotation: readonly PhaseIndex[];
  /** Of a DC charger. */
  readonly dc?: DcPlan;
};

export type Status =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEV'
  | 'SuspendedEVSE'
  | 'Finishing'
  | 'Unavailable'
  | 'Faulted';

/** A charging transaction as the station keeps it; the number comes with the answer to its start. */
export type LocalTransaction = { id: number | null; readonly idTag: string; readonly startedWallMs: number };

export type ConnectorDeps = {
  readonly clock: Clock;
  readonly truth: Truth;
  readonly random: Prng;
  readonly nominalV: number;
  readonly stepMa: number;
  /** The station's own wall clock. */
  wallMs(): number;
  /** True time until that clock shows this. */
  untilMs(wallMs: number): number;
  stack(): Stack;
  habit(): Habit;
  statusChanged(): void;
  /** What may be obeyed changed though no frame came: a car arrived or left. */
  carChanged(): void;
  /** The car draws another current, or wants no more. */
  drawChanged(): void;
};

export class SimConnector {
  readonly plan: ConnectorPlan;
  status: Status = 'Available';
  transaction: LocalTransaction | null = null;
  car: Car | null = null;
  /** Taken out of service by its CSMS; outlives a reboot (OCPP 1.6 clause 5.2). */
  operative = true;
  /** How often its plug was let go from afar. */
  unlocks = 0;
  private readonly deps: ConnectorDeps;
  private closed = false;
  private pilotTimer: Timer | null = null;
  private periodTimer: Timer | null = null;
  private registerWh: number;
  private readonly startWh: number;
  private signalledMa = 0;

  constructor(deps: ConnectorDeps, plan: ConnectorPlan) {
    this.deps = deps;
    this.plan = plan;
    this.startWh = deps.random.whole(1000, 900_000);
    this.registerWh = this.startWh;
  }

  plug(car: CarPlan, random: Prng): void {
    const { clock, truth, nominalV } = this.deps;
    const phases = this.gridPhases(car);
    this.car = new Car(
      {
        clock,
        random,
        nominalV,
        changed: deltaMa => {
          truth.addCar(this.plan.circuit, phases, deltaMa);
          this.deps.drawChanged();
        },
        wantChanged: () => {
          this.judgeStatus();
          this.deps.drawChanged();
        },
      },
      { ...car, phases: Math.min(car.phases, this.plan.rotation.length) as 1 | 2 | 3 },
    );
    this.deps.carChanged();
    this.setStatus('Preparing');
  }

  unplug(): void {
    const { car } = this;
    if (!car) return;
    car.leave();
    this.registerWh += car.deliveredWh();
    this.closed = false;
    this.car = null;
    this.signalledMa = 0;
    this.deps.carChanged();
    this.setStatus('Available');
  }

  /** The contactor closes: from now on the pilot signals what may be drawn. */
  energise(): void {
    this.closed = true;
    this.follow();
  }

  /** The contactor opens; nothing flows at once. */
  open(): void {
    this.closed = false;
    this.pilotTimer?.cancel();
    this.pilotTimer = null;
    this.signalledMa = 0;
    this.car?.cut();
  }

  /** Limits, the transaction or time changed: signals what follows from them, after the station's delay. */
  follow(): void {
    if (!this.car || !this.closed) return;
    this.armPeriod();
    if (this.pilotTimer || this.limitMa() === this.signalledMa) return;
    this.pilotTimer = this.deps.clock.after('pilot', this.deps.random.whole(...this.deps.habit().pilotDelayMs), () => {
      this.pilotTimer = null;
      this.signalledMa = this.limitMa();
      this.car?.pilot(this.signalledMa);
      this.judgeStatus();
    });
  }

  /** What its schedules allow now, as the pilot would signal it, mA. */
  limitMa(): number {
    const ma = Math.round(limitAt(this.deps.stack(), this.asking()) * 1000);
    const signalled = Math.floor(ma / this.deps.stepMa) * this.deps.stepMa;
    return signalled < FLOOR_MA ? 0 : signalled;
  }

  asking() {
    return {
      connectorId: this.plan.connectorId,
      atWallMs: this.deps.wallMs(),
      startedWallMs: this.transaction?.startedWallMs ?? null,
      ratingA: this.plan.ratingMa / 1000,
      phases: this.plan.rotation.length,
      nominalV: this.deps.nominalV,
      wattPhases: this.wattPhases(),
    };
  }

  /** Phases that a limit in watts is spread over; one while no car says otherwise. Null where the schedule decides. */
  wattPhases(): number | null {
    if (this.plan.dc) return dcPhases(this.plan.dc);
    return this.deps.habit().watts === 'car-phases' ? (this.car?.plan.phases ?? 1) : null;
  }

  carPhases(): readonly PhaseIndex[] | null {
    return this.car && this.gridPhases(this.car.plan);
  }

  drawMa(): number {
    return this.car?.drawMa() ?? 0;
  }

  meterWh(): number {
    return Math.round(this.registerWh + (this.car?.deliveredWh() ?? 0));
  }

  /** Everything that cars took here since this world began, Wh. */
  deliveredWh(): number {
    return this.registerWh - this.startWh + (this.car?.deliveredWh() ?? 0);
  }

  setOperative(operative: boolean): void {
    this.operative = operative;
    if (!operative || this.status === 'Unavailable') this.setStatus(this.car ? 'Preparing' : 'Available');
  }

  setStatus(wanted: Status): void {
    const status = this.operative || this.transaction ? wanted : 'Unavailable';
    if (status === this.status) return;
    this.status = status;
    this.deps.statusChanged();
  }

  private judgeStatus(): void {
    if (!this.car || !this.closed) return;
    if (this.car.full() || (this.car.isAsleep() && this.signalledMa > 0)) this.setStatus('SuspendedEV');
    else this.setStatus(this.signalledMa > 0 ? 'Charging' : 'SuspendedEVSE');
  }

  private gridPhases(car: CarPlan): readonly PhaseIndex[] {
    return this.plan.rotation.slice(0, car.phases);
  }

  private armPeriod(): void {
    this.periodTimer?.cancel();
    this.periodTimer = null;
    const stack = this.deps.stack();
    const asking = this.asking();
    const next = stack.length === 0 ? null : nextChange(stack, asking);
    if (next === null) return;
    this.periodTimer = this.deps.clock.after('period', this.deps.untilMs(next), () => this.follow());
  }
}
