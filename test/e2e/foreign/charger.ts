/**
 * A charger not written here: `ocpp-rpc`'s client in strict mode, which checks every frame of ours against the
 * OCA's schemas, with a car of the simulator on each socket. Whatever it finds wrong is kept in `faults`.
 */
import { createRPCError, RPCClient } from 'ocpp-rpc';
import type { Clock } from '#base/clock.ts';
import { emptyStack, type Stack, type WireProfile, withProfile } from '#sim/profile-engine.ts';
import { pause } from './pause.ts';
import { Socket, type SocketPlan } from './socket.ts';
import type { Truth } from './truth.ts';

export type ChargerPlan = {
  readonly identity: string;
  readonly password: string | null;
  /** As in profiles/chargers. */
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly stepMa: number;
  readonly sockets: readonly SocketPlan[];
  /** Real time between samples; `as-told` waits for MeterValueSampleInterval and refuses nothing. */
  readonly sampleMs: number | 'as-told';
  /** Says its statuses again after its first profiles, as some makes do every minute. */
  readonly repeatsStatus: boolean;
};

export type ChargerDeps = {
  readonly endpoint: string;
  readonly truth: Truth;
  readonly carClock: Clock;
};

type Payload = Readonly<Record<string, unknown>>;
type Options = ConstructorParameters<typeof RPCClient>[0];

/** The card is at the reader this long after the plug. */
const AUTHORISE_MS = 300;
/** From the first profile of the last socket to its status again. */
const REPEAT_MS = 300;

export class ForeignCharger {
  readonly plan: ChargerPlan;
  readonly sockets: readonly Socket[];
  /** Everything that the strict client found wrong, in words. */
  readonly faults: string[] = [];
  /** Profiles that it was sent. */
  profiles = 0;
  /** How many of the next profiles it acknowledges and forgets. */
  forgets = 0;
  /** Close codes that it saw. */
  readonly closes: number[] = [];
  private readonly client: RPCClient;
  private readonly timers = new Set<NodeJS.Timeout>();
  private stack: Stack = emptyStack;
  private acknowledged: Stack = emptyStack;
  private sampler: NodeJS.Timeout | null = null;
  private isAccepted = false;
  private isClosed = false;
  private hasRepeated = false;

  constructor(deps: ChargerDeps, plan: ChargerPlan) {
    this.plan = plan;
    const { truth, carClock, endpoint } = deps;
    this.sockets = plan.sockets.map(socket => {
      const made: Socket = new Socket(
        {
          truth,
          carClock,
          stepMa: plan.stepMa,
          stack: () => this.stack,
          acknowledged: () => this.acknowledged,
          statusChanged: () => void this.sendStatus(made),
        },
        socket,
      );
      return made;
    });
    const options = {
      endpoint,
      identity: plan.identity,
      password: plan.password,
      protocols: ['ocpp1.6'],
      strictMode: true,
      callTimeoutMs: 10_000,
    };
    this.client = new RPCClient(options as unknown as Options);
    this.client.handle(async call => this.answer(String(call.method), (call.params ?? {}) as Payload));
    this.listen();
  }

  /** Connects, boots, and tells its statuses. */
  async open(): Promise<void> {
    await this.client.connect();
    await this.boot();
    this.sampleEvery(typeof this.plan.sampleMs === 'number' ? this.plan.sampleMs : null);
  }

  /** Every socket has had a profile, and whoever repeats its status has done so. */
  async told(): Promise<void> {
    while (this.profiles < this.sockets.length || (this.plan.repeatsStatus && !this.hasRepeated)) await pause(50);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.sampler !== null) clearInterval(this.sampler);
    for (const timer of this.timers) clearTimeout(timer);
    for (const socket of this.sockets) socket.unplug();
    await this.client.close({ code: 1000 });
  }

  /** A car comes to a socket and is let charge. */
  plug(connectorId: number): void {
    const socket = this.socket(connectorId);
    const name = `${this.plan.identity}/${connectorId}`;
    socket.plug(name);
    this.soon(AUTHORISE_MS, async () => {
      const started = await this.call('StartTransaction', {
        connectorId,
        idTag: name.slice(0, 20),
        meterStart: 0,
        timestamp: new Date().toISOString(),
      });
      if (started !== null) socket.start(Number(started.transactionId));
    });
  }

  socket(connectorId: number): Socket {
    const found = this.sockets.find(socket => socket.plan.connectorId === connectorId);
    if (found === undefined) throw new Error(`${this.plan.identity} has no socket ${connectorId}`);
    return found;
  }

  /** A call of its own; null when it failed, which is a fault unless it is closing. */
  async call(action: string, payload: object): Promise<Payload | null> {
    try {
      return (await this.client.call(action, payload)) as Payload;
    } catch (error) {
      if (!this.isClosed) this.faults.push(`${action} was not answered: ${String(error)}`);
      return null;
    }
  }

  private listen(): void {
    const { client } = this;
    const note = (kind: string) => (event: { method?: string; error?: unknown }) =>
      this.faults.push(`${kind} ${event.method ?? ''}: ${String(event.error)}`);
    client.on('strictValidationFailure', note('breaks its schema:'));
    client.on('badMessage', note('bad message'));
    client.on('disconnect', (event: { code: number }) => this.closes.push(event.code));
  }

  private async boot(): Promise<void> {
    const { vendor, model, firmware, identity } = this.plan;
    const boot = { chargePointVendor: vendor, chargePointModel: model, firmwareVersion: firmware };
    const answer = await this.call('BootNotification', { ...boot, chargePointSerialNumber: identity });
    this.isAccepted = answer?.status === 'Accepted';
    if (!this.isAccepted) this.faults.push(`boot: ${JSON.stringify(answer)}`);
    await this.call('StatusNotification', { connectorId: 0, status: 'Available', errorCode: 'NoError' });
    for (const socket of this.sockets) await this.sendStatus(socket);
  }

  private async sendStatus(socket: Socket): Promise<void> {
    if (!this.isAccepted || this.isClosed) return;
    const { connectorId } = socket.plan;
    await this.call('StatusNotification', { connectorId, status: socket.status, errorCode: 'NoError' });
  }

  private async repeatStatus(): Promise<void> {
    for (const socket of this.sockets) await this.sendStatus(socket);
    this.hasRepeated = true;
  }

  private async sendSample(socket: Socket, context: string): Promise<void> {
    const { transactionId, plan } = socket;
    const sampledValue = socket.sampledValues().map(value => ({ ...value, context }));
    await this.call('MeterValues', {
      connectorId: plan.connectorId,
      ...(transactionId === null ? {} : { transactionId }),
      meterValue: [{ timestamp: new Date().toISOString(), sampledValue }],
    });
  }

  private sampleEvery(ms: number | null): void {
    if (this.sampler !== null) clearInterval(this.sampler);
    this.sampler = null;
    if (ms === null || this.isClosed) return;
    this.sampler = setInterval(() => {
      for (const socket of this.sockets)
        if (socket.transactionId !== null) void this.sendSample(socket, 'Sample.Periodic');
    }, ms);
  }

  private soon(ms: number, job: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isClosed) void job();
    }, ms);
    this.timers.add(timer);
  }

  // --- what it is told

  private answer(action: string, payload: Payload): Record<string, unknown> {
    switch (action) {
      case 'SetChargingProfile':
        return { status: this.setProfile(Number(payload.connectorId), payload.csChargingProfiles as WireProfile) };
      case 'TriggerMessage':
        return { status: this.trigger(String(payload.requestedMessage), payload.connectorId as number | undefined) };
      case 'ChangeConfiguration':
        return { status: this.changeKey(String(payload.key), String(payload.value)) };
      default:
        throw createRPCError('NotImplemented', `${action} is not known to this charger`, {});
    }
  }

  private setProfile(connectorId: number, profile: WireProfile): string {
    if (connectorId !== 0 && !this.sockets.some(socket => socket.plan.connectorId === connectorId)) return 'Rejected';
    this.profiles++;
    if (this.profiles === this.sockets.length && this.plan.repeatsStatus)
      this.soon(REPEAT_MS, () => this.repeatStatus());
    this.acknowledged = withProfile(this.acknowledged, connectorId, profile);
    if (this.forgets > 0) {
      this.forgets--;
      return 'Accepted';
    }
    this.stack = withProfile(this.stack, connectorId, profile);
    for (const socket of this.sockets) socket.follow();
    return 'Accepted';
  }

  private trigger(message: string, connectorId: number | undefined): string {
    const chosen = this.sockets.filter(socket => connectorId === undefined || socket.plan.connectorId === connectorId);
    if (message === 'BootNotification') this.soon(10, () => this.boot());
    else if (message === 'StatusNotification')
      this.soon(10, async () => void (await Promise.all(chosen.map(socket => this.sendStatus(socket)))));
    else if (message === 'MeterValues')
      this.soon(10, async () => void (await Promise.all(chosen.map(socket => this.sendSample(socket, 'Trigger')))));
    else return 'NotImplemented';
    return 'Accepted';
  }

  private changeKey(key: string, value: string): string {
    if (key === 'MeterValuesSampledData') return 'Accepted';
    if (key !== 'MeterValueSampleInterval') return 'NotSupported';
    if (this.plan.sampleMs !== 'as-told') return 'Rejected';
    this.sampleEvery(Number(value) * 1000);
    return 'Accepted';
  }
}
