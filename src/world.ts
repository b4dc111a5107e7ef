/**
 * The world: everything that is not ours to decide. The gateway is handed one and knows no other;
 * `real-world.ts` makes the one of sockets and disks, `sim/` the one of a seed.
 */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';

/** One WebSocket, seen as whole text frames. Nothing is delivered before `open` was called. */
export type FramePipe = {
  readonly remoteAddress: string;
  open(handlers: PipeHandlers): void;
  /** False when the pipe is closed; true says nothing about arrival. */
  send(text: string): boolean;
  ping(): void;
  /** Closing handshake, then cut after a moment. */
  close(code: number, reason: string): void;
  /** Cut at once, without a closing handshake. */
  terminate(): void;
};

export type PipeHandlers = {
  text(frame: string): void;
  pong(): void;
  /** Called exactly once. */
  closed(code: number, reason: string): void;
};

/** What is known of a charger before its socket is accepted. */
export type Handshake = {
  readonly path: string;
  readonly subprotocols: readonly string[];
  /** The Authorization header, as received. */
  readonly authorization: string | null;
  readonly remoteAddress: string;
  readonly secure: boolean;
};

export type Verdict =
  | { readonly accept: true; readonly subprotocol: string | null }
  | { readonly accept: false; readonly status: 400 | 401 | 403 | 404 | 409 | 429 | 503; readonly reason: string };

/** The charger door: judged before the upgrade, connected after it. */
export type ChargerDoor = {
  judge(handshake: Handshake): Promise<Verdict>;
  connected(pipe: FramePipe, handshake: Handshake): void;
};

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  /** A frame above this many bytes closes its socket with 1009. */
  readonly maxPayloadBytes: number;
};

export type Listening = { readonly port: number; close(): Promise<void> };

export type DialOptions = {
  /** `wss:` is taken only with a certificate that holds for its host. */
  readonly url: string;
  /** PEM: whose word alone counts for that certificate; without it, the CAs of this machine. */
  readonly ca?: string | null;
  readonly subprotocols: readonly string[];
  readonly authorization: string | null;
  readonly maxPayloadBytes: number;
  readonly timeoutMs: number;
};

export type UploadOptions = {
  readonly url: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly authorization: string | null;
  readonly timeoutMs: number;
};

export type Dialled = { readonly pipe: FramePipe; readonly subprotocol: string | null };

export type BusOptions =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'rtu';
      readonly path: string;
      readonly baudRate: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
    };

export type RegisterTable = 'holding' | 'input';

/** One Modbus wire. One request at a time: the caller sees to that. */
export type RegisterBus = {
  connect(timeoutMs: number): Promise<Outcome<void>>;
  /** Raw 16-bit registers. A failure other than 'exception' leaves the bus closed. */
  read(request: RegisterRead, timeoutMs: number): Promise<Outcome<readonly number[]>>;
  close(): void;
};

export type RegisterRead = {
  readonly unit: number;
  readonly table: RegisterTable;
  readonly address: number;
  readonly count: number;
};

/** One record of the store: a kind, a wall time and JSON. */
export type StoredRecord = { readonly kind: string; readonly atWallMs: number; readonly json: string };

/** What is true now of one thing: takes the place of the document before it with its kind and key. */
export type StoredDocument = { readonly kind: string; readonly key: string; readonly json: string };

export type StoreChange =
  | { readonly type: 'append'; readonly record: StoredRecord }
  | { readonly type: 'put'; readonly document: StoredDocument }
  | { readonly type: 'remove'; readonly kind: string; readonly key: string };

/**
 * Durable records in the order of their append, and documents by kind and key. A write that fails was tried twice;
 * it is 'cancelled' where too much waits for the disk, 'malformed' where it is no text.
 */
export type RecordStore = {
  append(records: readonly StoredRecord[]): Promise<Outcome<void>>;
  /** All of the changes or none, on disk before the answer; commits take effect in the order of their calls. */
  commit(changes: readonly StoreChange[]): Promise<Outcome<void>>;
  /** Every document of a kind, in the order in which its key was first put. */
  documents(kind: string): Outcome<readonly StoredDocument[]>;
  /** The same, handed over one by one: for kinds that are too many to be held at once. */
  eachDocument(kind: string, seen: (document: StoredDocument) => void): Outcome<void>;
  /** Null where there is none. */
  document(kind: string, key: string): Outcome<StoredDocument | null>;
  /** The newest `limit` records of a kind, oldest first. */
  newest(kind: string, limit: number): Outcome<readonly StoredRecord[]>;
  /** Removes records of a kind older than the given wall time, a bounded bite; answers how many. */
  prune(kind: string, beforeWallMs: number): Promise<Outcome<number>>;
  close(): Promise<void>;
};

export type Randomness = {
  uuid(): string;
  /** A whole number in [0, below). */
  int(below: number): number;
};

export type World = {
  readonly clock: Clock;
  readonly log: Log;
  readonly randomness: Randomness;
  listenForChargers(options: ListenOptions, door: ChargerDoor): Promise<Outcome<Listening>>;
  /** The station's side: opens a WebSocket outwards. */
  dial(options: DialOptions): Promise<Outcome<Dialled>>;
  /** One file by HTTP. 'rejected': we may not; 'not-supported': the server takes none there. */
  upload(options: UploadOptions): Promise<Outcome<void>>;
  /** The newest lines of the log, oldest first. */
  recentLog(): readonly string[];
  openBus(options: BusOptions): RegisterBus;
  /** `folder` is the state folder; null keeps records in memory only. */
  openStore(folder: string | null): Outcome<RecordStore>;
};
