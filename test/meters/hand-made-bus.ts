/** A bus whose devices do what the test says, on the test's own clock. */
import type { Clock } from '#base/clock.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { RegisterBus, RegisterRead } from '#world.ts';

/** What a device does with a request: words, an exception, or nothing at all. */
export type Device = (request: RegisterRead) => readonly number[] | 'exception' | 'silent';

export type HandMadeBus = RegisterBus & {
  readonly devices: Map<number, Device>;
  /** False: nobody listens at the address. */
  reachable: boolean;
  answerMs: number;
  /** Instants and units of all requests, and of all connections made. */
  readonly asked: { readonly atMs: number; readonly unit: number; readonly address: number }[];
  readonly connectedAtMs: number[];
  readonly closedAtMs: number[];
};

export function handMadeBus(clock: Clock): HandMadeBus {
  let open = false;
  let busy = false;
  let cancel: (() => void) | null = null;

  /** Answers after `ms`; one at a time, and at once when the bus is closed. */
  const later = <T>(ms: number, outcome: () => Outcome<T>): Promise<Outcome<T>> => {
    if (busy) throw new Error('two requests at a time on one bus');
    busy = true;
    return new Promise(resolve => {
      const finish = (result: Outcome<T>) => {
        busy = false;
        cancel = null;
        if (!result.ok && result.why !== 'exception') open = false;
        resolve(result);
      };
      const timer = clock.after('hand-made bus', ms, () => finish(outcome()));
      cancel = () => {
        timer.cancel();
        finish(failed('cancelled', 'closed'));
      };
    });
  };

  const bus: HandMadeBus = {
    devices: new Map(),
    reachable: true,
    answerMs: 40,
    asked: [],
    connectedAtMs: [],
    closedAtMs: [],
    connect: async timeoutMs => {
      if (open) return ok(undefined);
      if (!bus.reachable) return later(timeoutMs, () => failed('timeout', 'nobody listens'));
      open = true;
      bus.connectedAtMs.push(clock.nowMs());
      return ok(undefined);
    },
    read: async (request, timeoutMs) => {
      if (!open) return failed('offline', 'not connected');
      bus.asked.push({ atMs: clock.nowMs(), unit: request.unit, address: request.address });
      const answer = bus.reachable ? (bus.devices.get(request.unit)?.(request) ?? 'silent') : 'silent';
      if (answer === 'silent') return later(timeoutMs, () => failed('timeout', `unit ${request.unit} is silent`));
      if (answer === 'exception') return later(bus.answerMs, () => failed('exception', 'exception 4'));
      return later(bus.answerMs, () => ok(answer));
    },
    close: () => {
      open = false;
      bus.closedAtMs.push(clock.nowMs());
      cancel?.();
    },
  };
  return bus;
}
