/**
 * One end of an OCPP-J conversation on a given frame pipe, for either side. Everything is a callback and nothing
 * waits: on a virtual clock the same inputs give the same frames. What the other side sends never throws here.
 */
import type { Clock } from '#base/clock.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import { type CallOptions, Calls } from '#ocpp/calls.ts';
import { newCounters, type PeerCounters } from '#ocpp/counters.ts';
import type { Codec, Decoded, Dialect, Manner } from '#ocpp/dialect.ts';
import { failureOf, readErrorCode } from '#ocpp/errors.ts';
import * as frames from '#ocpp/frame.ts';
import { Incoming, type Listeners } from '#ocpp/incoming.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Reply, Report } from '#site/report.ts';
import type { FramePipe, Randomness } from '#world.ts';

/** A busy charger answers within seconds; a lost limit must be known before the next one is due. */
export const CALL_TIMEOUT_MS = 5_000;

export type PeerOptions = {
  readonly pipe: FramePipe;
  readonly dialect: Dialect;
  /** Which side we are. A `csms` hears reports and gives commands, a `station` the other way round. */
  readonly side: 'csms' | 'station';
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** For every call that names no timeout of its own; default CALL_TIMEOUT_MS. */
  readonly callTimeoutMs?: number;
  /** Default: lenient towards stations, strict towards a CSMS. */
  readonly manner?: Manner;
};

/** Answers may come at any later time, once; after the connection closed they are dropped. */
export type PeerHandlers = Listeners & {
  closed(code: number, reason: string): void;
  pong(): void;
  /** Any frame at all: a sign of life. */
  heard(): void;
};

export class Peer {
  readonly counters: PeerCounters = newCounters();
  private readonly pipe: FramePipe;
  private readonly dialect: Dialect;
  private readonly manner: Manner;
  private readonly handlers: PeerHandlers;
  private readonly calls: Calls;
  private readonly incoming: Incoming;
  private maxFrameBytes = frames.UNACCEPTED_FRAME_BYTES;
  private listening = true;

  /** Opens the pipe; frames may arrive before the constructor returns. */
  constructor(options: PeerOptions, handlers: PeerHandlers) {
    const { pipe, dialect, side, clock, randomness } = options;
    this.pipe = pipe;
    this.dialect = dialect;
    this.manner = options.manner ?? (side === 'csms' ? 'lenient' : 'strict');
    this.handlers = handlers;
    this.incoming = new Incoming({
      clock,
      counters: this.counters,
      dialect: options.dialect,
      side: options.side,
      manner: this.manner,
      listeners: handlers,
      send: text => this.send(text),
    });
    this.calls = new Calls({
      clock,
      counters: this.counters,
      timeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
      controlMayOvertake: dialect.controlMayOvertake,
      uuid: () => randomness.uuid(),
      send: text => this.send(text),
    });
    pipe.open({
      text: frame => this.hear(frame),
      pong: () => this.handlers.pong(),
      closed: (code, reason) => this.pipeClosed(code, reason),
    });
  }

  /**
   * Asks the station. `settled` runs exactly once and never before this returns: with its answer, or 'timeout',
   * 'offline', 'not-supported', 'call-error', 'malformed', or 'cancelled' when too many calls wait.
   */
  command(command: Command, options: CallOptions, settled: (outcome: Outcome<CommandReply>) => void): void {
    this.ask(this.dialect.commands, command, options, settled);
  }

  /** Tells the CSMS. `settled` as with `command`. */
  report(report: Report, settled: (outcome: Outcome<Reply>) => void, options: CallOptions = {}): void {
    this.ask(this.dialect.reports, report, options, settled);
  }

  /** A call in the version's own words, for the operator's console. Neither side of it is checked. */
  callRaw(action: string, payload: object, options: CallOptions, settled: (outcome: Outcome<object>) => void): void {
    this.calls.place(action, payload, options, settled);
  }

  /** The boot was accepted: long frames may come from now on. */
  accept(): void {
    this.maxFrameBytes = frames.ACCEPTED_FRAME_BYTES;
  }

  ping(): void {
    this.pipe.ping();
  }

  /** Says good-bye. Nothing is sent or heard after it; calls settle when the pipe has closed. */
  close(code: number, reason: string): void {
    this.fallSilent();
    this.pipe.close(code, reason);
  }

  /** Cuts the connection without a good-bye. */
  terminate(): void {
    this.fallSilent();
    this.pipe.terminate();
  }

  /** Our calls that are waiting or unanswered. */
  openCallCount(): number {
    return this.calls.open();
  }

  private ask<Q, A>(codec: Codec<Q, A>, question: Q, options: CallOptions, settled: (outcome: Outcome<A>) => void) {
    const encoded = codec.encode(question);
    if (!encoded.ok) {
      this.calls.settleSoon<A>(settled, encoded);
      return;
    }
    const { action, payload } = encoded.value;
    this.calls.place(action, payload, options, outcome => {
      settled(outcome.ok ? this.understand(codec.decodeReply(question, outcome.value, this.manner)) : outcome);
    });
  }

  private understand<A>(decoded: Decoded<A>): Outcome<A> {
    if (!decoded.ok) return failed('malformed', decoded.detail);
    this.counters.mendedFields += decoded.mended;
    return ok(decoded.value);
  }

  private hear(text: string): void {
    if (!this.listening) return;
    this.counters.framesIn++;
    this.handlers.heard();
    if (frames.isLongerThan(text, this.maxFrameBytes)) this.close(1009, `more than ${this.maxFrameBytes} bytes`);
    else if (frames.isDeeperThan(text, frames.FRAME_DEPTH))
      this.close(1002, `nested deeper than ${frames.FRAME_DEPTH}`);
    else this.read(frames.parseFrame(text));
  }

  private read(frame: frames.Frame): void {
    switch (frame.kind) {
      case 'call':
        this.incoming.called(frame.id, frame.action, frame.payload);
        break;
      case 'result':
        this.calls.answered(frame.id, ok(frame.payload));
        break;
      case 'error':
        this.calls.answered(frame.id, errorOutcome(frame.code, frame.description));
        break;
      case 'malformed':
        this.incoming.malformed(frame.id, frame.detail);
        break;
      case 'malformed-mute':
        this.counters.malformed++;
        if (frame.id !== null) this.calls.answered(frame.id, failed('malformed', frame.detail));
        break;
      default:
        // Types that the version does not have are ignored (OCPP 1.6-J clause 4.1.3).
        this.counters.unknownTypes++;
    }
  }

  private send(text: string): boolean {
    this.counters.framesOut++;
    return this.pipe.send(text);
  }

  private fallSilent(): void {
    this.listening = false;
    this.calls.stop();
    this.incoming.forgetAll();
  }

  private pipeClosed(code: number, reason: string): void {
    this.fallSilent();
    this.calls.closed();
    this.handlers.closed(code, reason);
  }
}

function errorOutcome(word: string, description: string): Outcome<never> {
  return failed(failureOf(readErrorCode(word)), description === '' ? word : `${word}: ${description}`);
}
