/**
 * A simulated back office (CSMS) of OCPP 1.6J with a ledger of its own. It is written apart from the gateway's
 * language, so that a mistake there finds no twin here. It may be away, slow, have a station wait, refuse messages,
 * and lose answers after it has written down what they answer.
 */
import { type Failure, failed, type Outcome, ok } from '#base/outcome.ts';
import type { ChargerDoor, FramePipe, UploadOptions } from '#world.ts';
import type { Link, Network } from './network.ts';
import { Ledger } from './office-ledger.ts';
import { OFFICE } from './site-plan.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Payload = Record<string, unknown>;

/** One CALL of the station, as it came. */
export type Received = {
  readonly atMs: number;
  readonly id: string;
  readonly action: string;
  readonly payload: Payload;
};

export type OfficeAnswer =
  | { readonly ok: true; readonly payload: Payload }
  | { readonly ok: false; readonly code: string };

/** A CSMS of a usual size answers within this. */
const ANSWER_MS = 20;
const HEARTBEAT_S = 300;

export type SimOfficeDeps = { readonly clock: VirtualClock; readonly network: Network; readonly link: Link };

export type SimOffice = {
  readonly ledger: Ledger;
  /** Everything that ever came, in order. */
  readonly received: readonly Received[];
  /** What a station must not do: said before it was accepted, two calls at once, the same id with other words. */
  readonly complaints: readonly string[];
  /** How it behaves from now on; what is not named stays. */
  behave(next: Partial<Behaviour>): void;
  /** The way to it is cut at this instant; `back` mends it. @param noticedAfterMs when the gateway's end learns of it */
  leave(noticedAfterMs?: number): void;
  back(): void;
  isConnected(): boolean;
  /** Files that the station put here. */
  readonly files: readonly UploadOptions[];
  /** A file comes. */
  takeFile(order: UploadOptions): Outcome<void>;
  /** Asks the station; null without a link. */
  call(action: string, payload: object, answered?: (answer: OfficeAnswer) => void): void;
};

export type Behaviour = {
  readonly boot: 'Accepted' | 'Pending' | 'Rejected';
  readonly bootIntervalS: number;
  readonly answerMs: number;
  /** Actions that get a CALLERROR, and how many times yet. */
  readonly errors: Readonly<Record<string, number>>;
  /** Calls that it neither writes down nor ever answers, though it answers all others. */
  readonly mute: (action: string, payload: Payload) => boolean;
  /** So many answers to transaction messages are lost, with the link. */
  readonly loseAnswers: number;
  /** What a card is told. */
  readonly card: (idTag: string) => string;
  /** The group of a card; none without it. */
  readonly group: (idTag: string) => string | undefined;
  /** The next transaction id. */
  readonly transactionId: (count: number) => number;
  readonly password: string;
  /** What becomes of a file; null = it is taken. */
  readonly upload: Failure | null;
};

export function openSimOffice(deps: SimOfficeDeps): SimOffice {
  return new Office(deps);
}

class Office implements SimOffice {
  readonly ledger = new Ledger(count => this.behaviour.transactionId(count));
  readonly received: Received[] = [];
  readonly complaints: string[] = [];
  readonly files: UploadOptions[] = [];
  private readonly deps: SimOfficeDeps;
  private behaviour: Behaviour = {
    boot: 'Accepted',
    bootIntervalS: HEARTBEAT_S,
    answerMs: ANSWER_MS,
    errors: {},
    mute: () => false,
    loseAnswers: 0,
    card: () => 'Accepted',
    group: () => undefined,
    transactionId: count => 1000 + count,
    password: OFFICE.password,
    upload: null,
  };
  private pipe: FramePipe | null = null;
  private accepted = false;
  private open = 0;
  private asked = 0;
  /** Of what it triggered a station may speak before it is accepted. */
  private readonly triggered = new Set<string>();
  private readonly waiting = new Map<string, (answer: OfficeAnswer) => void>();

  constructor(deps: SimOfficeDeps) {
    this.deps = deps;
    const door: ChargerDoor = {
      judge: async ({ authorization, path }) => {
        const expected = `Basic ${Buffer.from(`${OFFICE.identity}:${this.behaviour.password}`).toString('base64')}`;
        if (!path.endsWith(`/${OFFICE.identity}`)) return { accept: false, status: 404, reason: 'unknown station' };
        if (authorization !== expected) return { accept: false, status: 401, reason: 'wrong password' };
        return { accept: true, subprotocol: 'ocpp1.6' };
      },
      connected: pipe => this.connected(pipe),
    };
    void deps.network.listen({ host: '127.0.0.1', port: OFFICE.port, maxPayloadBytes: 262_144 }, door);
  }

  behave(next: Partial<Behaviour>): void {
    this.behaviour = { ...this.behaviour, ...next };
  }

  leave(noticedAfterMs = 0): void {
    this.deps.link.cut({ stationAfterMs: noticedAfterMs, gatewayAfterMs: noticedAfterMs });
  }

  back(): void {
    this.deps.link.mend();
  }

  isConnected(): boolean {
    return this.pipe !== null;
  }

  takeFile(order: UploadOptions): Outcome<void> {
    const { upload } = this.behaviour;
    if (upload !== null) return failed(upload, 'not taken');
    this.files.push(order);
    return ok(undefined);
  }

  call(action: string, payload: object, answered: (answer: OfficeAnswer) => void = () => {}): void {
    this.asked++;
    const id = `office-${this.asked}`;
    this.waiting.set(id, answered);
    if (action.endsWith('TriggerMessage')) this.triggered.add(String((payload as Payload).requestedMessage));
    this.pipe?.send(JSON.stringify([2, id, action, payload]));
  }

  private connected(pipe: FramePipe): void {
    this.pipe?.terminate();
    this.pipe = pipe;
    this.open = 0;
    pipe.open({
      text: frame => this.take(pipe, frame),
      pong() {},
      closed: () => {
        if (this.pipe === pipe) this.pipe = null;
      },
    });
  }

  private take(pipe: FramePipe, frame: string): void {
    const [type, id, first, second] = JSON.parse(frame) as [number, string, string, Payload];
    if (type === 2) this.called(pipe, id, first, second);
    else {
      const answered = this.waiting.get(id);
      this.waiting.delete(id);
      answered?.(type === 3 ? { ok: true, payload: first as unknown as Payload } : { ok: false, code: first });
    }
  }

  private called(pipe: FramePipe, id: string, action: string, payload: Payload): void {
    const { clock } = this.deps;
    this.received.push({ atMs: clock.nowMs(), id, action, payload });
    if (this.open > 0) this.complaints.push(`${action} while another call is open`);
    const isAsked = action === 'BootNotification' || this.triggered.has(action);
    if (!this.accepted && !isAsked) this.complaints.push(`${action} before it was accepted`);
    this.open++;
    if (this.behaviour.mute(action, payload)) return;
    const answer = this.answerOf(id, action, payload);
    clock.after('back office answers', this.behaviour.answerMs, () => {
      if (this.pipe !== pipe) return;
      this.open--;
      if (answer === 'lost') pipe.terminate();
      else pipe.send(JSON.stringify(answer.ok ? [3, id, answer.payload] : [4, id, answer.code, 'not now', {}]));
    });
  }

  private answerOf(id: string, action: string, payload: Payload): OfficeAnswer | 'lost' {
    const { errors, loseAnswers } = this.behaviour;
    const left = errors[action] ?? 0;
    if (left > 0) {
      this.behave({ errors: { ...errors, [action]: left - 1 } });
      this.ledger.refuse(id, action, payload);
      return { ok: false, code: 'InternalError' };
    }
    const answer = this.said(id, action, payload);
    const isTransaction = action === 'StartTransaction' || action === 'StopTransaction';
    if (!isTransaction || loseAnswers === 0) return { ok: true, payload: answer };
    this.behave({ loseAnswers: loseAnswers - 1 });
    return 'lost';
  }

  private cardInfo(idTag: string): Payload {
    const { card, group } = this.behaviour;
    const parentIdTag = group(idTag);
    return { status: card(idTag), ...(parentIdTag === undefined ? {} : { parentIdTag }) };
  }

  private said(id: string, action: string, payload: Payload): Payload {
    const { boot, bootIntervalS } = this.behaviour;
    const currentTime = new Date(this.deps.clock.wallMs()).toISOString();
    switch (action) {
      case 'BootNotification':
        this.accepted = boot === 'Accepted';
        return { status: boot, currentTime, interval: bootIntervalS };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo: this.cardInfo(String(payload.idTag)) };
      case 'StartTransaction': {
        const transactionId = this.ledger.start(id, payload, this.complaints);
        return { transactionId, idTagInfo: this.cardInfo(String(payload.idTag)) };
      }
      case 'StopTransaction':
        this.ledger.stop(id, payload, this.complaints);
        return {};
      default:
        return {};
    }
  }
}
