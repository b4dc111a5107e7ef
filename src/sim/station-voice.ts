/** What a simulated station says of itself: its boot, its heartbeats and the status of its connectors. */
import type { Clock, Timer } from '#base/clock.ts';
import type { SimConnector } from './connector.ts';
import type { Brand } from './habits.ts';
import type { Answer, StationSocket } from './station-socket.ts';

export type VoiceDeps = {
  readonly clock: Clock;
  readonly identity: string;
  readonly brand: Brand;
  readonly keys: Map<string, string>;
  connectors(): readonly SimConnector[];
  socket(): StationSocket | null;
  wallMs(): number;
  /** The CSMS told the time. */
  timeTold(wallMs: number): void;
  /** The CSMS took the boot; once after each power-on. */
  accepted(): void;
};

export class StationVoice {
  private readonly deps: VoiceDeps;
  private isAccepted = false;
  private heartbeat: Timer | null = null;
  /** Newest status told, by connector id. */
  private readonly told = new Map<number, string>();

  constructor(deps: VoiceDeps) {
    this.deps = deps;
  }

  /** Power was lost: it has to boot again, and nothing it told counts. */
  forget(): void {
    this.isAccepted = false;
    this.heartbeat?.cancel();
    this.told.clear();
  }

  isOnline(): boolean {
    return this.isAccepted && this.deps.socket() !== null;
  }

  tell(action: string, payload: object, done: (answer: Answer) => void = () => {}): void {
    const socket = this.deps.socket();
    if (socket) socket.call(action, payload, done);
    else done({ ok: false });
  }

  /** Its time, as OCPP writes it. */
  stamp(): string {
    return new Date(this.deps.wallMs()).toISOString();
  }

  sendBoot(): void {
    const { vendor, model, firmware } = this.deps.brand;
    const boot = {
      chargePointVendor: vendor,
      chargePointModel: model,
      chargePointSerialNumber: this.deps.identity,
      firmwareVersion: firmware,
    };
    this.tell('BootNotification', boot, answer => this.booted(answer));
  }

  sendHeartbeat(): void {
    this.tell('Heartbeat', {}, answer => this.timeOf(answer));
  }

  armHeartbeat(): void {
    this.heartbeat?.cancel();
    const ms = Number(this.deps.keys.get('HeartbeatInterval')) * 1000;
    if (ms <= 0) return;
    this.heartbeat = this.deps.clock.after('heartbeat', ms, () => {
      this.sendHeartbeat();
      this.armHeartbeat();
    });
  }

  /** Whatever was not told yet, or changed since. */
  tellStatuses(): void {
    if (!this.isOnline()) return;
    if (!this.told.has(0)) this.sendStatus(0);
    for (const { plan, status } of this.deps.connectors())
      if (this.told.get(plan.connectorId) !== status) this.sendStatus(plan.connectorId);
  }

  /** 0 is the station as a whole. */
  sendStatus(connectorId: number): void {
    const connector = this.deps.connectors().find(each => each.plan.connectorId === connectorId);
    const status = connector?.status ?? 'Available';
    this.told.set(connectorId, status);
    const payload = { connectorId, status, errorCode: 'NoError', timestamp: this.stamp() };
    this.tell('StatusNotification', payload, answer => {
      if (!answer.ok && this.told.get(connectorId) === status) this.told.delete(connectorId);
    });
  }

  private timeOf(answer: Answer): void {
    const wallMs = answer.ok ? Date.parse(String(answer.payload.currentTime)) : Number.NaN;
    if (Number.isFinite(wallMs)) this.deps.timeTold(wallMs);
  }

  private booted(answer: Answer): void {
    if (!answer.ok) return;
    this.timeOf(answer);
    const intervalS = Math.max(1, Number(answer.payload.interval ?? 60));
    if (answer.payload.status !== 'Accepted') {
      this.deps.clock.after('boot again', intervalS * 1000, () => this.sendBoot());
      return;
    }
    this.deps.keys.set('HeartbeatInterval', String(intervalS));
    this.armHeartbeat();
    if (this.isAccepted) return;
    this.isAccepted = true;
    this.tellStatuses();
    this.deps.accepted();
  }
}
