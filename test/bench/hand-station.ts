/**
 * A charging station that is only what a benchmark needs of one: OCPP 1.6 frames made by hand, one car that
 * follows every limit two seconds later, a report every ten. It answers after a clean link's latency, so that
 * none of its own work falls between a meter's answer and the last command sent.
 */
import type { PhaseIndex } from '#base/units.ts';
import type { VirtualClock } from '#sim/virtual-clock.ts';
import type { FramePipe, PipeHandlers } from '#world.ts';

const LATENCY_MS = 15;
const CAR_REACTS_MS = 2_000;
const SAMPLE_MS = 10_000;
const CAR_COMES_MS = 30_000;
const NOMINAL_V = 230;
/** The simulated make whose limits count as obeyed (profiles/chargers/sim-birch.json). */
const MODEL = { chargePointVendor: 'Birch', chargePointModel: 'Post 22', firmwareVersion: '1.2.7' };

type Payload = Record<string, unknown>;

type Profile = {
  readonly chargingProfilePurpose: string;
  readonly stackLevel: number;
  readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
};

export type StationDeps = {
  readonly clock: VirtualClock;
  /** A frame has been taken in by the link; `text` as sent. */
  sent(text: string): void;
  /** What the car draws has changed, mA per phase. */
  drawChanged(): void;
};

export class HandStation {
  /** The gateway's end. */
  readonly pipe: FramePipe;
  readonly phases: readonly PhaseIndex[];
  drawMa = 0;
  private readonly deps: StationDeps;
  private handlers: PipeHandlers | null = null;
  /** What it was told, A: the most that the station may give, and the car's limits by level. */
  private maximumA = Number.POSITIVE_INFINITY;
  private readonly limitsA = new Map<number, number>();
  private readonly answers = new Map<string, (payload: Payload) => void>();
  private lastId = 0;
  private transactionId: number | null = null;
  private energyWh = 0;

  constructor(deps: StationDeps, address: string, phases: readonly PhaseIndex[]) {
    this.deps = deps;
    this.phases = phases;
    this.pipe = {
      remoteAddress: address,
      open: handlers => {
        this.handlers = handlers;
      },
      send: text => {
        deps.sent(text);
        this.later(LATENCY_MS, () => this.hear(text));
        return true;
      },
      ping: () => this.later(LATENCY_MS, () => this.handlers?.pong()),
      close: (code, reason) => this.later(0, () => this.handlers?.closed(code, reason)),
      terminate: () => this.later(0, () => this.handlers?.closed(1006, '')),
    };
  }

  /** Boots after `afterMs`; once its first limit is known everywhere a car comes, and it reports ever after. */
  powerOn(afterMs: number): void {
    this.later(afterMs, () => this.call('BootNotification', MODEL));
    this.later(afterMs + 500, () => this.status('Available'));
    this.later(afterMs + CAR_COMES_MS, () => {
      const start = { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: this.now() };
      this.call('StartTransaction', start, answer => {
        this.transactionId = answer.transactionId as number;
        this.status('Charging');
        this.follow();
        this.report();
      });
    });
  }

  private report(): void {
    this.meterValues('Sample.Periodic');
    this.later(SAMPLE_MS, () => this.report());
  }

  private meterValues(context: string): void {
    const sampledValue = [
      ...this.phases.map((_, i) => ({
        value: (this.drawMa / 1000).toFixed(1),
        context,
        measurand: 'Current.Import',
        unit: 'A',
        phase: `L${i + 1}`,
      })),
      { value: String(Math.round(this.energyWh)), context, measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    ];
    this.energyWh += ((this.drawMa / 1000) * NOMINAL_V * this.phases.length * SAMPLE_MS) / 3.6e6;
    const transaction = this.transactionId === null ? {} : { transactionId: this.transactionId };
    this.call('MeterValues', { connectorId: 1, ...transaction, meterValue: [{ timestamp: this.now(), sampledValue }] });
  }

  private status(status: string): void {
    this.call('StatusNotification', { connectorId: 1, status, errorCode: 'NoError', timestamp: this.now() });
  }

  private call(action: string, payload: object, answered: (payload: Payload) => void = () => {}): void {
    const id = `s${++this.lastId}`;
    this.answers.set(id, answered);
    this.handlers?.text(JSON.stringify([2, id, action, payload]));
  }

  private hear(text: string): void {
    const [type, id, ...rest] = JSON.parse(text) as [number, string, ...unknown[]];
    if (type === 2) this.obey(id, rest[0] as string, rest[1] as Payload);
    else if (type === 3) this.answers.get(id)?.(rest[0] as Payload);
    else throw new Error(`the gateway refuses a bench station: ${text}`);
    if (type !== 2) this.answers.delete(id);
  }

  private obey(id: string, action: string, payload: Payload): void {
    this.handlers?.text(JSON.stringify([3, id, { status: 'Accepted' }]));
    if (action === 'SetChargingProfile') {
      this.take(payload.csChargingProfiles as Profile);
      this.later(CAR_REACTS_MS, () => this.follow());
    } else if (action === 'TriggerMessage') this.triggered(payload.requestedMessage as string);
  }

  private take({ chargingProfilePurpose, stackLevel, chargingSchedule }: Profile): void {
    const { limit } = chargingSchedule.chargingSchedulePeriod[0]!;
    if (chargingProfilePurpose === 'ChargePointMaxProfile') this.maximumA = limit;
    else this.limitsA.set(stackLevel, limit);
  }

  /** The highest level counts, below the maximum (OCPP 1.6 clause 3.13.2). */
  private limitA(): number {
    const highest = Math.max(...this.limitsA.keys());
    return Math.min(this.limitsA.get(highest) ?? 0, this.maximumA);
  }

  private triggered(message: string): void {
    if (message === 'MeterValues') this.meterValues('Trigger');
    else if (message === 'StatusNotification') this.status(this.transactionId === null ? 'Available' : 'Charging');
    else this.call('BootNotification', MODEL);
  }

  private follow(): void {
    this.drawMa = this.transactionId === null ? 0 : this.limitA() * 1000;
    this.deps.drawChanged();
  }

  private now(): string {
    return new Date(this.deps.clock.wallMs()).toISOString();
  }

  private later(ms: number, run: () => void): void {
    this.deps.clock.after('bench station', ms, run);
  }
}
