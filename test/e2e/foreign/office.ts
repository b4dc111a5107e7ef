/**
 * A back office not written here: `ocpp-rpc`'s server in strict mode, which checks every frame of ours against the
 * OCA's schemas. It keeps a ledger of its own and may be gone for a while; what it finds wrong is kept in `faults`.
 */
import { RPCServer } from 'ocpp-rpc';

type Payload = Readonly<Record<string, unknown>>;
type Call = { readonly messageId: string; readonly params: Payload };
type Peer = {
  readonly session: Record<string, unknown>;
  handle(handler: (call: Call & { readonly method: string }) => unknown): void;
  call(action: string, payload: object): Promise<unknown>;
  on(event: string, told: (event: { method?: string; error?: unknown }) => void): void;
};

export type Booked = Payload & { readonly transactionId: number };

export class ForeignOffice {
  /** Everything that the strict server found wrong, in words. */
  readonly faults: string[] = [];
  /** By message id: what was written down, once however often it came. */
  readonly starts = new Map<string, Booked>();
  readonly stops = new Map<string, Payload>();
  /** Actions, in order. */
  readonly heard: string[] = [];
  private server: RPCServer | null = null;
  private peer: Peer | null = null;
  private readonly identity: string;
  private readonly password: string;
  private knownPort = 0;

  constructor(identity: string, password: string) {
    this.identity = identity;
    this.password = password;
  }

  async open(): Promise<void> {
    const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
    server.auth((accept, reject, handshake) => {
      const isKnown = handshake.identity === this.identity && String(handshake.password) === this.password;
      if (isKnown) accept({ protocol: 'ocpp1.6' });
      else reject(401, 'who are you');
    });
    server.on('client', (peer: unknown) => this.met(peer as Peer));
    const listening = await server.listen(this.knownPort, '127.0.0.1');
    const address = listening.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.knownPort = address.port;
    this.server = server;
  }

  url(): string {
    return `ws://127.0.0.1:${this.knownPort}/ocpp`;
  }

  /** Gone, from one moment to the next. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    this.peer = null;
    await server?.close({ code: 1001, reason: 'gone', force: true } as never);
  }

  /** Asks the station; what it answers has passed its schema. */
  call(action: string, payload: object): Promise<unknown> {
    if (this.peer === null) throw new Error('no station is here');
    return this.peer.call(action, payload);
  }

  isMet(): boolean {
    return this.peer !== null;
  }

  private met(peer: Peer): void {
    this.peer = peer;
    const note = (kind: string) => (event: { method?: string; error?: unknown }) =>
      this.faults.push(`${kind} ${event.method ?? ''}: ${String(event.error)}`);
    peer.on('strictValidationFailure', note('breaks its schema:'));
    peer.on('badMessage', note('bad message'));
    peer.handle(({ messageId, method, params }) => this.answer(messageId, method, params));
  }

  private answer(messageId: string, action: string, payload: Payload): Payload {
    this.heard.push(action);
    const currentTime = new Date().toISOString();
    const idTagInfo = { status: 'Accepted' };
    switch (action) {
      case 'BootNotification':
        return { status: 'Accepted', currentTime, interval: 300 };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo };
      case 'StartTransaction': {
        const known = this.starts.get(messageId)?.transactionId;
        const transactionId = known ?? this.starts.size;
        this.starts.set(messageId, { ...payload, transactionId });
        return { transactionId, idTagInfo };
      }
      case 'StopTransaction':
        this.stops.set(messageId, payload);
        return { idTagInfo };
      default:
        return {};
    }
  }
}
