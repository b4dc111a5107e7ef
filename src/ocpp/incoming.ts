/** The CALLs of the other side: understood, handed to whoever listens, answered when the answer comes. */
import type { Clock } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { PeerCounters } from '#ocpp/counters.ts';
import type { Decoded, Dialect, Manner } from '#ocpp/dialect.ts';
import { codeOf, type ErrorCode, printErrorCode } from '#ocpp/errors.ts';
import { printError, printResult, UNREADABLE_ID } from '#ocpp/frame.ts';
import { type OpenCall, OpenCalls } from '#ocpp/open-calls.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Reply, Report } from '#site/report.ts';

/** Refuses a report, so that the station keeps it and tries again. */
export type Refusal = { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: string };

/** Who hears the other side. Without one its calls are answered NotSupported. */
export type Listeners = {
  report?(report: Report, answer: (reply: Reply | Refusal) => void): void;
  command?(command: Command, answer: (reply: Outcome<CommandReply>) => void): void;
};

export type IncomingDeps = {
  readonly clock: Clock;
  readonly counters: PeerCounters;
  readonly dialect: Dialect;
  readonly side: 'csms' | 'station';
  readonly manner: Manner;
  readonly listeners: Listeners;
  send(text: string): boolean;
};

/** An action is a word; a stranger's may be a novel. */
const ACTION_SHOWN = 50;

export class Incoming {
  private readonly deps: IncomingDeps;
  private readonly openCalls: OpenCalls;

  constructor(deps: IncomingDeps) {
    this.deps = deps;
    this.openCalls = new OpenCalls(deps.clock, deps.counters);
  }

  called(id: string, action: string, payload: object): void {
    const { dialect, side, manner } = this.deps;
    const codec = side === 'csms' ? dialect.reports : dialect.commands;
    const isKnown = codec.knows(action);
    const call = isKnown ? this.openCalls.admit(id) : null;
    if (!isKnown) this.refuseAction(id, action);
    else if (call === null) this.refuse(id, 'GenericError', 'too many calls are unanswered');
    else if (side === 'csms') this.hearReport(call, dialect.reports.decode(action, payload, manner));
    else this.hearCommand(call, dialect.commands.decode(action, payload, manner));
  }

  /** Without an id the frame is at fault, with one the form of the call. */
  malformed(id: string | null, detail: string): void {
    this.deps.counters.malformed++;
    if (id === null) this.refuse(UNREADABLE_ID, 'RpcFrameworkError', detail);
    else this.refuse(id, 'FormatViolation', detail);
  }

  /** Answers that come from now on are dropped. */
  forgetAll(): void {
    this.openCalls.clear();
  }

  private hearReport(call: OpenCall, decoded: Decoded<Report>): void {
    const { listeners, dialect } = this.deps;
    const report = this.accepted(call, decoded);
    if (report === null) return;
    if (listeners.report === undefined) this.refuseCall(call, 'NotSupported', 'nobody listens');
    else
      listeners.report(report, reply => {
        if (reply.kind === 'refused') this.refuseCall(call, reply.code, reply.detail);
        else if (this.openCalls.take(call)) this.sendResult(call, dialect.reports.encodeReply(report, reply));
      });
  }

  private hearCommand(call: OpenCall, decoded: Decoded<Command>): void {
    const { listeners, dialect } = this.deps;
    const command = this.accepted(call, decoded);
    if (command === null) return;
    if (listeners.command === undefined) this.refuseCall(call, 'NotSupported', 'nobody obeys');
    else
      listeners.command(command, outcome => {
        if (!outcome.ok) this.refuseCall(call, codeOf(outcome.why), outcome.detail);
        else if (this.openCalls.take(call)) this.sendResult(call, dialect.commands.encodeReply(command, outcome.value));
      });
  }

  private accepted<T>(call: OpenCall, decoded: Decoded<T>): T | null {
    if (!decoded.ok) {
      this.refuseCall(call, decoded.code, decoded.detail);
      return null;
    }
    this.deps.counters.mendedFields += decoded.mended;
    return decoded.value;
  }

  private sendResult(call: OpenCall, payload: object): void {
    this.deps.send(printResult(call.id, payload));
  }

  /** The version has the action, but not in this direction or not for us; or it has none of that name. */
  private refuseAction(id: string, action: string): void {
    const code = this.deps.dialect.hasAction(action) ? 'NotSupported' : 'NotImplemented';
    this.refuse(id, code, `${action.slice(0, ACTION_SHOWN)} is not understood here`);
  }

  private refuseCall(call: OpenCall, code: ErrorCode, detail: string): void {
    if (this.openCalls.take(call)) this.refuse(call.id, code, detail);
  }

  private refuse(id: string, code: ErrorCode, detail: string): void {
    this.deps.counters.refused++;
    this.deps.send(printError(id, printErrorCode(code, this.deps.dialect.version), detail));
  }
}
