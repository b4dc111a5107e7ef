/** A charger's end of OCPP-J on a real socket, made by hand: one CALL at a time, dialled again when it is cut. */
import { WebSocket } from 'ws';

export type Payload = Readonly<Record<string, unknown>>;

/** `lost`: nobody knows whether it was heard. `refused`: a CALLERROR. */
export type Answer =
  | { readonly kind: 'answered'; readonly payload: Payload }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'lost' };

export type LineDeps = {
  readonly url: string;
  /** How long it stays away when it has lost its link. */
  awayMs(): number;
  /** A link stands. */
  connected(): void;
  /** The gateway's CALL; null is a NotImplemented. */
  asked(action: string, payload: Payload): Payload | null;
};

type Call = { readonly action: string; readonly payload: Payload; readonly settled: (answer: Answer) => void };

const REDIAL_MS = 20;
const LOST: Answer = { kind: 'lost' };

export class Line {
  readonly #deps: LineDeps;
  #socket: WebSocket | null = null;
  #isOpen = false;
  #isClosed = false;
  #waiting: Call[] = [];
  #open: { readonly id: string; readonly call: Call } | null = null;
  #lastId = 0;

  constructor(deps: LineDeps) {
    this.#deps = deps;
    this.#dial();
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  /** Behind those that wait; each gets an id of its own. */
  call(action: string, payload: Payload): Promise<Answer> {
    return new Promise(settled => {
      if (!this.#isOpen) settled(LOST);
      else {
        this.#waiting.push({ action, payload, settled });
        this.#next();
      }
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  #dial(): void {
    const socket = new WebSocket(this.#deps.url, ['ocpp1.6'], { perMessageDeflate: false });
    this.#socket = socket;
    // A gateway that is not there yet: the close that follows dials again.
    socket.on('error', () => {});
    socket.on('open', () => {
      this.#isOpen = true;
      this.#deps.connected();
    });
    socket.on('message', data => this.#hear(String(data)));
    socket.on('close', () => this.#cut());
  }

  #cut(): void {
    const waitMs = this.#isOpen ? this.#deps.awayMs() : 0;
    this.#isOpen = false;
    const calls = [...(this.#open === null ? [] : [this.#open.call]), ...this.#waiting];
    this.#open = null;
    this.#waiting = [];
    for (const { settled } of calls) settled(LOST);
    if (!this.#isClosed) setTimeout(() => this.#isClosed || this.#dial(), REDIAL_MS + waitMs);
  }

  #next(): void {
    if (this.#open !== null) return;
    const call = this.#waiting.shift();
    if (call === undefined) return;
    this.#lastId++;
    this.#open = { id: `c${this.#lastId}`, call };
    this.#socket?.send(JSON.stringify([2, this.#open.id, call.action, call.payload]));
  }

  #hear(text: string): void {
    const [type, id, first, second] = JSON.parse(text) as [number, string, unknown, unknown];
    if (type === 2) this.#answer(id, String(first), second as Payload);
    else if (this.#open?.id === id) {
      const { call } = this.#open;
      this.#open = null;
      call.settled(
        type === 3 ? { kind: 'answered', payload: first as Payload } : { kind: 'refused', code: String(first) },
      );
      this.#next();
    }
  }

  #answer(id: string, action: string, payload: Payload): void {
    const said = this.#deps.asked(action, payload);
    const frame = said === null ? [4, id, 'NotImplemented', action, {}] : [3, id, said];
    this.#socket?.send(JSON.stringify(frame));
  }
}
