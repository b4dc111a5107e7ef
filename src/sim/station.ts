/**
 * A simulated OCPP 1.6 charging station: boots, reports, measures, obeys the charging profiles it holds
 * (they survive a reboot), keeps its transactions while offline, and comes back after every loss.
 */
import { at } from '#base/assert.ts';
import type { Timer } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Dialled, DialOptions } from '#world.ts';
import type { CarPlan } from './car.ts';
import { type ConnectorPlan, SimConnector } from './connector.ts';
import type { Brand, Habit } from './habits.ts';
import type { Prng } from './prng.ts';
import { emptyStack, limitAt, type Stack, withoutTransaction } from './profile-engine.ts';
import { sampledValues } from './sampled.ts';
import { answerCall, type Callee } from './station-calls.ts';
import { StationLine } from './station-line.ts';
import type { Answer } from './station-socket.ts';
import { TransactionQueue } from './transaction-queue.ts';
import type { Truth } from './truth.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type StationPlan = {
  readonly identity: string;
  readonly brand: Brand;
  readonly habit: Habit;
  readonly dial: DialOptions;
  readonly connectors: readonly ConnectorPlan[];
  /** Its clock minus the true one. */
  readonly clockErrorMs: number;
  /** After a reboot with a car on it: goes on by itself, or waits until it is connected. */
  readonly resumesAlone: boolean;
};

export type StationDeps = {
  readonly clock: VirtualClock;
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

/** From the plug to the card at the reader and the start, and from a boot to the same. */
const AUTHORISE_MS: readonly [number, number] = [2000, 10_000];

export class Station {
  readonly plan: StationPlan;
  readonly connectors: readonly SimConnector[];
  private readonly deps: StationDeps;
  private readonly keys = new Map([
    ['MeterValueSampleInterval', '60'],
    ['MeterValuesSampledData', 'Energy.Active.Import.Register'],
    ['HeartbeatInterval', '300'],
    ['ClockAlignedDataInterval', '0'],
    ['WebSocketPingInterval', '0'],
    ['ConnectionTimeOut', '60'],
  ]);
  private readonly line: StationLine;
  private readonly queue: TransactionQueue;
  private profiles: Stack = emptyStack;
  /** What it said it would obey; another stack than `profiles` only where a habit says so. */
  private promised: Stack = emptyStack;
  private accepted = false;
  private off = true;
  private later: (() => void)[] = [];
  private heartbeat: Timer | null = null;
  private readonly sampling = new Map<SimConnector, Timer>();
  private readonly told = new Map<number, string>();

  constructor(deps: StationDeps, plan: StationPlan) {
    this.deps = deps;
    this.plan = plan;
    this.connectors = plan.connectors.map(
      connector =>
        new SimConnector(
          {
            ...deps,
            random: deps.random.split(`connector ${connector.connectorId}`),
            stepMa: plan.brand.stepMa,
            wallMs: () => this.wallMs(),
            stack: () => this.profiles,
            statusChanged: () => this.tellStatuses(),
            carChanged: () => deps.carChanged(this.connectorOf(connector.connectorId)),
            drawChanged: () => deps.drawChanged(this.connectorOf(connector.connectorId)),
          },
          connector,
        ),
    );
    this.queue = new TransactionQueue(deps.clock, () => (this.accepted ? this.line.socket : null));
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
      connected: () => this.connected(),
      lost: () => {},
    });
  }

  powerOn(): void {
    this.off = false;
    this.accepted = false;
    this.told.clear();
    this.deps.powerChanged(false);
    this.line.powerOn();
    if (this.plan.resumesAlone) this.resume();
  }

  /** Power lost now, back after `forMs`. */
  reboot(forMs: number): void {
    if (this.off) return;
    this.off = true;
    this.heartbeat?.cancel();
    for (const connector of this.connectors) {
      this.stop(connector, 'PowerLoss');
      connector.open();
    }
    this.line.powerOff();
    this.deps.powerChanged(true);
    this.deps.clock.after('boot', forMs, () => this.powerOn());
  }

  plug(connectorId: number, car: CarPlan): void {
    const connector = this.connectorOf(connectorId);
    connector.plug(car, this.deps.random.split(`car ${car.idTag}`));
    this.startLater(connector);
  }

  unplug(connectorId: number): void {
    const connector = this.connectorOf(connectorId);
    this.stop(connector, 'EVDisconnected');
    connector.unplug();
  }

  stack(): Stack {
    return this.profiles;
  }

  /** The current that the profiles it accepted allow a connector, mA. */
  promisedMa(connector: SimConnector): number {
    return Math.round(limitAt(this.promised, connector.asking()) * 1000);
  }

  wallMs(): number {
    return this.deps.clock.wallMs() + this.plan.clockErrorMs;
  }

  connectorOf(connectorId: number): SimConnector {
    return at(this.connectors, connectorId - 1);
  }

  isOnline(): boolean {
    return this.accepted && this.line.socket !== null;
  }

  // --- the link

  private connected(): void {
    if (!this.accepted) this.sendBoot();
    else {
      this.tellStatuses();
      this.queue.push();
    }
  }

  private sendBoot(): void {
    const { vendor, model, firmware } = this.plan.brand;
    const boot = {
      chargePointVendor: vendor,
      chargePointModel: model,
      chargePointSerialNumber: this.plan.identity,
      firmwareVersion: firmware,
    };
    this.tell('BootNotification', boot, answer => this.booted(answer));
  }

  private booted(answer: Answer): void {
    if (!answer.ok) return;
    const intervalS = Math.max(1, Number(answer.payload.interval ?? 60));
    if (answer.payload.status !== 'Accepted') {
      this.deps.clock.after('boot again', intervalS * 1000, () => this.sendBoot());
      return;
    }
    this.keys.set('HeartbeatInterval', String(intervalS));
    this.armHeartbeat();
    if (this.accepted) return;
    this.accepted = true;
    this.tellStatuses();
    this.queue.push();
    this.resume();
  }

  private armHeartbeat(): void {
    this.heartbeat?.cancel();
    const ms = Number(this.keys.get('HeartbeatInterval')) * 1000;
    if (ms <= 0) return;
    this.heartbeat = this.deps.clock.after('heartbeat', ms, () => {
      this.tell('Heartbeat', {}, () => {});
      this.armHeartbeat();
    });
  }

  private tell(action: string, payload: object, done: (answer: Answer) => void): void {
    const { socket } = this.line;
    if (socket) socket.call(action, payload, done);
    else done({ ok: false });
  }

  private tellStatuses(): void {
    if (!this.isOnline()) return;
    if (!this.told.has(0)) this.sendStatus(0);
    for (const { plan, status } of this.connectors)
      if (this.told.get(plan.connectorId) !== status) this.sendStatus(plan.connectorId);
  }

  private sendStatus(connectorId: number): void {
    const status = connectorId === 0 ? 'Available' : this.connectorOf(connectorId).status;
    this.told.set(connectorId, status);
    const payload = { connectorId, status, errorCode: 'NoError', timestamp: this.stamp() };
    this.tell('StatusNotification', payload, answer => {
      if (!answer.ok && this.told.get(connectorId) === status) this.told.delete(connectorId);
    });
  }

  private stamp(): string {
    return new Date(this.wallMs()).toISOString();
  }

  // --- transactions

  private resume(): void {
    for (const connector of this.connectors) if (connector.car && !connector.transaction) this.startLater(connector);
  }

  private startLater(connector: SimConnector): void {
    const car = connector.car;
    if (!car) return;
    this.deps.clock.after('authorise', this.deps.random.whole(...AUTHORISE_MS), () => {
      if (connector.car === car && !connector.transaction && !this.off) this.start(connector, car.plan.idTag);
    });
  }

  private start(connector: SimConnector, idTag: string): void {
    const transaction = { id: null as number | null, idTag, startedWallMs: this.wallMs() };
    connector.transaction = transaction;
    const payload = {
      connectorId: connector.plan.connectorId,
      idTag,
      meterStart: connector.meterWh(),
      timestamp: this.stamp(),
    };
    this.queue.add(
      'StartTransaction',
      () => payload,
      answer => {
        transaction.id = answer.transactionId as number;
        const refused = (answer.idTagInfo as { status: string }).status !== 'Accepted';
        if (refused && connector.transaction === transaction) this.stop(connector, 'DeAuthorized');
      },
    );
    connector.energise();
    this.sampleLater(connector);
  }

  private stop(connector: SimConnector, reason: string): void {
    const { transaction } = connector;
    if (!transaction) return;
    connector.transaction = null;
    connector.open();
    this.sampling.get(connector)?.cancel();
    this.profiles = withoutTransaction(this.profiles, connector.plan.connectorId);
    this.promised = withoutTransaction(this.promised, connector.plan.connectorId);
    const payload = { meterStop: connector.meterWh(), timestamp: this.stamp(), idTag: transaction.idTag, reason };
    this.queue.add(
      'StopTransaction',
      () => ({ ...payload, transactionId: transaction.id ?? 0 }),
      () => {},
    );
    if (connector.car) connector.setStatus(reason === 'PowerLoss' ? 'Preparing' : 'Finishing');
  }

  // --- samples

  private sampleLater(connector: SimConnector): void {
    this.sampling.get(connector)?.cancel();
    const intervalMs = Number(this.keys.get('MeterValueSampleInterval')) * 1000;
    if (!connector.transaction || intervalMs <= 0) return;
    this.sampling.set(
      connector,
      this.deps.clock.after('sample', intervalMs, () => {
        this.sendMeterValues(connector, 'Sample.Periodic');
        this.sampleLater(connector);
      }),
    );
  }

  private sendMeterValues(connector: SimConnector, context: 'Sample.Periodic' | 'Trigger'): void {
    if (!this.isOnline()) return;
    const measurands = (this.keys.get('MeterValuesSampledData') ?? '').split(',');
    const sampledValue = sampledValues(connector, measurands, context, this.deps.nominalV);
    if (sampledValue.length === 0) return;
    const id = connector.transaction?.id ?? null;
    this.tell(
      'MeterValues',
      {
        connectorId: connector.plan.connectorId,
        ...(id === null ? {} : { transactionId: id }),
        meterValue: [{ timestamp: this.stamp(), sampledValue }],
      },
      () => {},
    );
    this.deps.sampled(connector);
  }

  // --- what calls may do

  private callee(): Callee {
    return {
      habit: this.plan.habit,
      connectors: this.connectors,
      keys: this.keys,
      stack: () => this.promised,
      setStack: stack => {
        this.promised = stack;
        if (this.plan.habit.profiles === 'accepted-and-forgotten') return;
        this.profiles = stack;
        for (const connector of this.connectors) connector.follow();
      },
      keyChanged: key => {
        if (key === 'HeartbeatInterval') this.armHeartbeat();
        if (key === 'MeterValueSampleInterval') for (const connector of this.connectors) this.sampleLater(connector);
      },
      afterwards: job => void this.later.push(job),
      sendBoot: () => this.sendBoot(),
      sendHeartbeat: () => this.tell('Heartbeat', {}, () => {}),
      sendStatus: connectorId => this.sendStatus(connectorId),
      sendMeterValues: connector => this.sendMeterValues(connector, 'Trigger'),
      reboot: () => this.reboot(RESET_MS),
      startRemotely: (connector, idTag) => {
        this.start(connector, idTag);
        return true;
      },
      stopTransaction: id => {
        const connector = this.connectors.find(each => each.transaction?.id === id);
        if (connector) this.later.push(() => this.stop(connector, 'Remote'));
        return connector !== undefined;
      },
    };
  }
}

/** A reset asked for by the CSMS takes as long as a short power cut. */
const RESET_MS = 15_000;
