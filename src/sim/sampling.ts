/** When a simulated station measures: every interval during a transaction, and whenever it is asked. */
import type { Clock, Timer } from '#base/clock.ts';
import type { SimConnector } from './connector.ts';
import type { Habit } from './habits.ts';
import { sampledValues } from './sampled.ts';

export type SamplingDeps = {
  readonly clock: Clock;
  readonly nominalV: number;
  /** The station's configuration keys. */
  readonly keys: ReadonlyMap<string, string>;
  isOnline(): boolean;
  habit(): Habit;
  /** Its time, as text. */
  stamp(): string;
  tell(payload: object): void;
  sampled(connector: SimConnector): void;
};

export class Sampling {
  private readonly deps: SamplingDeps;
  private readonly timers = new Map<SimConnector, Timer>();
  private mutedUntilMs = -1;

  constructor(deps: SamplingDeps) {
    this.deps = deps;
  }

  /** The next sample one interval from now, if a transaction runs. */
  arm(connector: SimConnector): void {
    this.stop(connector);
    const intervalMs = Number(this.deps.keys.get('MeterValueSampleInterval')) * 1000;
    const isPeriodic = this.deps.habit().samples === 'periodic';
    if (!connector.transaction || intervalMs <= 0 || !isPeriodic) return;
    const run = () => {
      this.send(connector, 'Sample.Periodic');
      this.arm(connector);
    };
    this.timers.set(connector, this.deps.clock.after('sample', intervalMs, run));
  }

  stop(connector: SimConnector): void {
    this.timers.get(connector)?.cancel();
  }

  /** A fault: nothing is measured for so long, asked or not. */
  mute(forMs: number): void {
    this.mutedUntilMs = this.deps.clock.nowMs() + forMs;
  }

  /** What is measured while offline is not kept. */
  send(connector: SimConnector, context: 'Sample.Periodic' | 'Trigger'): void {
    const { deps } = this;
    if (!deps.isOnline() || deps.clock.nowMs() < this.mutedUntilMs) return;
    const measurands = (deps.keys.get('MeterValuesSampledData') ?? '').split(',');
    const sampledValue = sampledValues(connector, measurands, context, deps.nominalV);
    if (sampledValue.length === 0) return;
    const id = connector.transaction?.id ?? null;
    deps.tell({
      connectorId: connector.plan.connectorId,
      ...(id === null ? {} : { transactionId: id }),
      meterValue: [{ timestamp: deps.stamp(), sampledValue }],
    });
    deps.sampled(connector);
  }
}
