/**
 * The CALLs of one side of one socket: queue, flight, timeout and correlation. One CALL is in flight; control
 * goes before all others and, where the version bears it, overtakes an unanswered other one (safety rule 6).
 */
import { assert } from '#base/assert.ts';
import type { Clock, Timer } from '#base/clock.ts';
import { failed, type Outcome } from '#base/outcome.ts';
import type { PeerCounters } from '#ocpp/counters.ts';
import { printCall } from '#ocpp/frame.ts';

export type Priority = 'control' | 'other';

export type CallOptions = {
  readonly priority?: Priority;
  readonly timeoutMs?: number;
  /** The message id, at most 36 characters, that a repeated message keeps; a fresh one without it. */
  readonly id?: string;
  /** The CALL has been handed to the pipe. May run before the method that placed it returns. */
  readonly sent?: () => void;
};

/**
 * Waiting calls of each priority. A station has a few dozen connectors and at most one limit waiting for each;
 * more than this means that somebody places calls faster than a station can answer.
 */
export const WAITING_CALLS_MAX = 64;

/** Ids of calls that timed out, kept to tell a late answer from one that came twice. */
const TIMED_OUT_KEPT = 64;

/** 80 random bits: no id of one socket returns on another; with the counter an id stays below 36 characters. */
const ID_RANDOM_LENGTH = 20;

export type CallsDeps = {
  readonly clock: Clock;
  readonly counters: PeerCounters;
  readonly timeoutMs: number;
  readonly controlMayOvertake: boolean;
  uuid(): string;
  send(text: string): boolean;
};

type Settle = (outcome: Outcome<object>) => void;

type Call = {
  readonly id: string;
  readonly text: string;
  readonly priority: Priority;
  readonly timeoutMs: number;
  readonly sent: (() => void) | null;
  readonly settle: Settle;
  timer: Timer | null;
};

/** Owns the timers of the calls in flight. */
export class Calls {
  private readonly deps: CallsDeps;
  private readonly idPrefix: string;
  private lastNumber = 0;
  private readonly waiting: Readonly<Record<Priority, Call[]>> = { control: [], other: [] };
  private readonly flying: Record<Priority, Call | null> = { control: null, other: null };
  private readonly timedOut = new Set<string>();
  private state: 'open' | 'stopped' | 'closed' = 'open';

  constructor(deps: CallsDeps) {
    this.deps = deps;
    this.idPrefix = `${deps.uuid().replaceAll('-', '').slice(0, ID_RANDOM_LENGTH)}-`;
  }

  /** Sends the CALL when its turn comes. `settle` runs exactly once, and never before `place` has returned. */
  place(action: string, payload: object, options: CallOptions, settle: Settle): void {
    const priority = options.priority ?? 'other';
    if (this.state !== 'open') {
      this.settleSoon(settle, failed('offline', 'the connection is closed'));
      return;
    }
    if (this.waiting[priority].length >= WAITING_CALLS_MAX) {
      this.deps.counters.queueFull++;
      this.settleSoon(settle, failed('cancelled', `${WAITING_CALLS_MAX} calls are waiting already`));
      return;
    }
    const id = options.id ?? this.idPrefix + (++this.lastNumber).toString(36);
    const timeoutMs = options.timeoutMs ?? this.deps.timeoutMs;
    const text = printCall(id, action, payload);
    this.waiting[priority].push({ id, text, priority, timeoutMs, sent: options.sent ?? null, settle, timer: null });
    this.sendNext();
  }

  settleSoon<T>(settle: (outcome: Outcome<T>) => void, outcome: Outcome<T>): void {
    this.deps.clock.after('settle a call that was not sent', 0, () => settle(outcome));
  }

  /** Calls waiting and in flight. */
  open(): number {
    const flying = (this.flying.control === null ? 0 : 1) + (this.flying.other === null ? 0 : 1);
    return flying + this.waiting.control.length + this.waiting.other.length;
  }

  /** An answer has come; one that matches nothing is counted and forgotten. */
  answered(id: string, outcome: Outcome<object>): void {
    const call = this.flyingWith(id);
    if (call === null) this.countStray(id);
    else this.settle(call, outcome);
  }

  /** Nothing more leaves; what waits is settled when the pipe has closed. */
  stop(): void {
    if (this.state === 'open') this.state = 'stopped';
  }

  /** The pipe has closed: every call, waiting or in flight, settles as offline, oldest first. */
  closed(): void {
    assert(this.state !== 'closed', 'a pipe closes once');
    this.state = 'closed';
    const { flying, waiting } = this;
    const left = [flying.other, flying.control, ...waiting.control.splice(0), ...waiting.other.splice(0)];
    flying.control = null;
    flying.other = null;
    for (const call of left) {
      call?.timer?.cancel();
      call?.settle(failed('offline', 'the connection closed before the answer came'));
    }
  }

  private sendNext(): void {
    for (let call = this.next(); call !== undefined; call = this.next()) this.fly(call);
  }

  private next(): Call | undefined {
    const { flying, waiting } = this;
    if (this.state !== 'open' || flying.control !== null) return undefined;
    if (flying.other === null) return waiting.control.shift() ?? waiting.other.shift();
    return this.deps.controlMayOvertake ? waiting.control.shift() : undefined;
  }

  private fly(call: Call): void {
    this.flying[call.priority] = call;
    call.timer = this.deps.clock.after('answer to a call', call.timeoutMs, () => this.timeOut(call));
    // Where the pipe refuses it, its `closed` is on the way and settles the call.
    if (this.deps.send(call.text)) call.sent?.();
  }

  private timeOut(call: Call): void {
    this.deps.counters.timeouts++;
    if (this.timedOut.size >= TIMED_OUT_KEPT) {
      for (const oldest of this.timedOut) {
        this.timedOut.delete(oldest);
        break;
      }
    }
    this.timedOut.add(call.id);
    this.settle(call, failed('timeout', `no answer within ${call.timeoutMs} ms`));
  }

  private settle(call: Call, outcome: Outcome<object>): void {
    call.timer?.cancel();
    this.flying[call.priority] = null;
    call.settle(outcome);
    this.sendNext();
  }

  private flyingWith(id: string): Call | null {
    const { control, other } = this.flying;
    if (control?.id === id) return control;
    return other?.id === id ? other : null;
  }

  private countStray(id: string): void {
    const { counters } = this.deps;
    if (this.timedOut.delete(id)) counters.lateAnswers++;
    else if (this.wasOurs(id)) counters.repeatedAnswers++;
    else counters.strayAnswers++;
  }

  private wasOurs(id: string): boolean {
    if (!id.startsWith(this.idPrefix)) return false;
    const number = Number.parseInt(id.slice(this.idPrefix.length), 36);
    return number >= 1 && number <= this.lastNumber;
  }
}
