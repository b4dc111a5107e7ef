/**
 * A simulated OCPP 1.6 charging station: boots, reports, measures, obeys the charging profiles it holds
 * (they survive a reboot), keeps its transactions while offline, and comes back after every loss.
 */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Dialled, DialOptions } from '#world.ts';
import type { CarPlan } from './car.ts';
import { type ConnectorPlan, SimConnector } from './connector.ts';
import type { Habit } from './habits.ts';
import type { Prng } from './prng.ts';
import { limitAt, type Stack } from './profile-engine.ts';
import { Sampling } from './sampling.ts';
import { answerCall, type Callee } from './station-calls.ts';
import { StationClock } from './station-clock.ts';
import { FACTORY_KEYS } from './station-keys.ts';
import { StationLine } from './station-line.ts';
import { StationMemory } from './station-memory.ts';
import type { StationPlan } from './station-plan.ts';
import { StationTransactions, type TrueSession } from './station-transactions.ts';
import { StationVoice } from './station-voice.ts';
import { TransactionQueue } from './transaction-queue.ts';
import type { Truth } from './truth.ts';

/** A reset asked for by the CSMS takes as long as a short power cut. */
const RESET_MS = 15_000;

export type StationDeps = {
  readonly clock: Clock;
  readonly truth: Truth;
  readonly random: Prng;
  readonly nominalV: number;
  dial(options: DialOptions): Promise<Outcome<Dialled>>;
  /** A car came to a connector or left it. */
  carChanged(connector: SimConnector): void;
  /** A car draws another current, or wants no more. */
  drawChanged(connector: SimConnector): void;
  /** A sample of this connector is on the wire. */
  sampled(connector: SimConnector): void;
  /** Power is gone (true) or back: the contactors are open in between. */
  powerChanged(off: boolean): void;
};

export class Station {
  readonly plan: StationPlan;
  readonly connectors: readonly SimConnector[];
  private readonly deps: StationDeps;
  private readonly keys = new Map(FACTORY_KEYS);
  private readonly line: StationLine;
  private readonly queue: TransactionQueue;
  private readonly memory = new StationMemory(() => this.plan.habit);
  private readonly ownClock: StationClock;
  private readonly voice: StationVoice;
  private off = true;
  private later: (() => void)[] = [];
  private readonly sampling: Sampling;
  private readonly transactions: StationTransactions;

  constructor(deps: StationDeps, plan: StationPlan) {
    this.deps = deps;
    this.plan = plan;
    this.ownClock = new StationClock(deps.clock, plan.clockErrorMs);
    this.connectors = plan.connectors.map(connector => this.openConnector(connector));
    this.voice = new StationVoice({
      clock: deps.clock,
      identity: plan.identity,
      brand: plan.brand,
      keys: this.keys,
      connectors: () => this.connectors,
      socket: () => this.line.socket,
      wallMs: () => this.wallMs(),
      timeTold: wallMs => {
        if (this.plan.habit.clock === 'told') this.setClock(wallMs);
      },
      accepted: () => {
        this.queue.push();
        this.transactions.resume();
      },
    });
    this.queue = new TransactionQueue(deps.clock, () => (this.isOnline() ? this.line.socket : null));
    this.sampling = new Sampling({
      clock: deps.clock,
      nominalV: deps.nominalV,
      keys: this.keys,
      isOnline: () => this.isOnline(),
      habit: () => this.plan.habit,
      stamp: () => this.voice.stamp(),
      tell: payload => this.voice.tell('MeterValues', payload),
      sampled: connector => deps.sampled(connector),
    });
    this.transactions = new StationTransactions({
      clock: deps.clock,
      random: deps.random,
      queue: this.queue,
      memory: this.memory,
      sampling: this.sampling,
      connectors: this.connectors,
      wallMs: () => this.wallMs(),
      stamp: () => this.voice.stamp(),
      isOff: () => this.off,
    });
    const callee = this.callee();
    this.line = new StationLine({
      clock: deps.clock,
      random: deps.random.split('line'),
      options: plan.dial,
      dial: options => deps.dial(options),
      asked: (action, payload) => answerCall(callee, action, payload),
      afterAnswer: () => {
        for (const job of this.later.splice(0)) job();
      },
      connected: () => {
        if (!this.isOnline()) this.voice.sendBoot();
        this.voice.tellStatuses();
        this.queue.push();
      },
      lost: () => {},
    });
  }

  private openConnector(plan: ConnectorPlan): SimConnector {
    const { deps } = this;
    const connector: SimConnector = new SimConnector(
      {
        ...deps,
        random: deps.random.split(`connector ${plan.connectorId}`),
        stepMa: this.plan.brand.stepMa,
        wallMs: () => this.wallMs(),
        untilMs: wallMs => this.ownClock.untilMs(wallMs),
        stack: () => this.memory.inForce(),
        habit: () => this.plan.habit,
        statusChanged: () => this.voice.tellStatuses(),
        carChanged: () => deps.carChanged(connector),
        drawChanged: () => deps.drawChanged(connector),
      },
      plan,
    );
    return connector;
  }

  powerOn(): void {
    this.off = false;
    if (this.plan.habit.clock === 'told') this.setClock(0);
    this.voice.forget();
    this.deps.powerChanged(false);
    this.line.powerOn();
    if (this.plan.resumesAlone) this.transactions.resume();
  }

  /** Power lost now, back after `forMs`. */
  reboot(forMs: number): void {
    if (this.off) return;
    this.off = true;
    this.voice.forget();
    for (const connector of this.connectors) {
      this.transactions.stop(connector, 'PowerLoss');
      connector.open();
    }
    this.line.powerOff();
    this.deps.powerChanged(true);
    this.memory.powerLost();
    this.deps.clock.after('boot', forMs, () => this.powerOn());
  }

  /** Starts and stops that it has not been answered yet. */
  waitingTransactions(): number {
    return this.queue.waiting();
  }

  /** Its meter says nothing for so long; all else goes on. */
  muteSamples(forMs: number): void {
    this.sampling.mute(forMs);
  }

  plug(connectorId: number, car: CarPlan): void {
    const connector = this.connectorOf(connectorId);
    connector.plug(car, this.deps.random.split(`car ${car.idTag}`));
    this.transactions.startLater(connector);
  }

  unplug(connectorId: number): void {
    const connector = this.connectorOf(connectorId);
    this.transactions.stop(connector, 'EVDisconnected');
    connector.unplug();
  }

  /** Every session that truly was here. */
  sessions(): readonly TrueSession[] {
    return this.transactions.sessions;
  }

  isOff(): boolean {
    return this.off;
  }

  stack(): Stack {
    return this.memory.inForce();
  }

  /** What it said it would obey. */
  promisedStack(): Stack {
    return this.memory.promised();
  }

  /** The current that the profiles it accepted allow a connector, mA. */
  promisedMa(connector: SimConnector): number {
    return Math.round(limitAt(this.memory.promised(), connector.asking()) * 1000);
  }

  wallMs(): number {
    return this.ownClock.wallMs();
  }

  /** Its clock shows another time from now on: periods begin and end by it. */
  setClock(wallMs: number): void {
    this.ownClock.set(wallMs);
    this.follow();
  }

  driftClock(perMille: number): void {
    this.ownClock.drift(perMille);
    this.follow();
  }

  /** Profiles it was made to write so far, by connector; 0 is the station as a whole. */
  writes(): ReadonlyMap<number, number> {
    return this.memory.writes;
  }

  /** Its network cable is in or out: no line any more, all else goes on. */
  cable(isIn: boolean): void {
    if (!isIn) this.line.powerOff();
    else if (!this.off) this.line.powerOn();
  }

  /** From now on it misbehaves like this, and nothing that it accepted before binds it. */
  disobey(habit: Habit): void {
    Object.assign(this.plan, { habit });
    this.memory.forget();
    this.follow();
  }

  /** It obeys from now on all that it ever accepted: somebody mended it. */
  mend(habit: Habit): void {
    Object.assign(this.plan, { habit });
    this.memory.replace(this.memory.promised());
    this.follow();
  }

  private follow(): void {
    for (const connector of this.connectors) connector.follow();
  }

  connectorOf(connectorId: number): SimConnector {
    return at(this.connectors, connectorId - 1);
  }

  isOnline(): boolean {
    return this.voice.isOnline();
  }

  // --- what calls may do

  private callee(): Callee {
    return {
      habit: () => this.plan.habit,
      connectors: this.connectors,
      keys: this.keys,
      memory: this.memory,
      followed: () => this.follow(),
      keyChanged: key => {
        if (key === 'HeartbeatInterval') this.voice.armHeartbeat();
        if (key === 'MeterValueSampleInterval') for (const connector of this.connectors) this.sampling.arm(connector);
      },
      afterwards: job => void this.later.push(job),
      sendBoot: () => this.voice.sendBoot(),
      sendHeartbeat: () => this.voice.sendHeartbeat(),
      sendStatus: connectorId => this.voice.sendStatus(connectorId),
      sendMeterValues: connector => this.sampling.send(connector, 'Trigger'),
      reboot: () => this.reboot(RESET_MS),
      startRemotely: (connector, idTag) => {
        this.transactions.start(connector, idTag);
        return true;
      },
      stopTransaction: id => {
        const connector = this.connectors.find(each => each.transaction?.id === id);
        if (connector) this.later.push(() => this.transactions.stop(connector, 'Remote'));
        return connector !== undefined;
      },
      stop: (connector, reason) => this.transactions.stop(connector, reason),
    };
  }
}
