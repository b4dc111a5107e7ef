/**
 * Real WebSockets: the listener that chargers come to, and the dial-out of a station. Both give a
 * FramePipe. The door's verdict falls before the upgrade, so a stranger gets a plain HTTP answer.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { ChargerDoor, Dialled, DialOptions, Handshake, Listening, ListenOptions, Verdict } from '#world.ts';
import { answerWords, errorWords } from './dial-failure.ts';
import { trustOf } from './trust.ts';
import { answer, handshakeOf, refusePlainRequest } from './websocket-http.ts';
import { CLOSE_TIMEOUT_MS, pipeOf, wireLimits } from './websocket-pipe.ts';

export type ListenBounds = {
  /** Sockets in all. A site has at most some hundred chargers; each reconnects over its own old socket. */
  readonly connections: number;
  /** From one address: a whole site may stand behind one router, or be simulated on this machine. */
  readonly connectionsPerAddress: number;
  /** Being judged at once. After a power cut every charger comes anew while its old socket is pinged. */
  readonly judged: number;
  /** A verdict that takes longer is a 503; the door's own longest wait is the 2 s of a probe. */
  readonly judgeMs: number;
  /** Until the whole request head is there: a slow sender must not hold a socket. */
  readonly headMs: number;
};

const BOUNDS: ListenBounds = {
  connections: 4096,
  connectionsPerAddress: 2048,
  judged: 1024,
  judgeMs: 5_000,
  headMs: 5_000,
};

/** Bytes of a request head: path, a password and a few headers. */
const HEAD_BYTES = 8 * 1024;
/** How often node looks for request heads that take too long. */
const HEAD_CHECK_MS = 1_000;
/**
 * Listens for chargers. An address that cannot be had is a failed Outcome.
 * `close` says 1001 to every charger, cuts those that do not answer within 2 s, and ends when all are gone.
 */
export async function listenForChargers(
  options: ListenOptions,
  door: ChargerDoor,
  bounds: ListenBounds = BOUNDS,
): Promise<Outcome<Listening>> {
  const server = createServer({
    maxHeaderSize: HEAD_BYTES,
    headersTimeout: bounds.headMs,
    requestTimeout: bounds.headMs,
    connectionsCheckingInterval: HEAD_CHECK_MS,
    keepAlive: false,
  });
  server.maxConnections = bounds.connections;
  const hall = new Hall(server, options, door, bounds);
  const listening = await bind(server, options);
  if (!listening.ok) return listening;
  return ok({ port: listening.value, close: () => hall.close() });
}

function bind(server: Server, options: ListenOptions): Promise<Outcome<number>> {
  return new Promise(resolve => {
    server.once('error', error => resolve(failed('exception', error.message)));
    server.listen(options.port, options.host, () => {
      server.removeAllListeners('error');
      // Failing to take one connection (no file descriptors left) must not end the process.
      server.on('error', () => {});
      resolve(ok((server.address() as AddressInfo).port));
    });
  });
}

/** Everything that stands between a TCP connection and the room: bounds, verdict, upgrade, farewell. */
class Hall {
  private readonly sockets = new Set<Duplex>();
  private readonly live = new Set<WebSocket>();
  private readonly byAddress = new Map<string, number>();
  private readonly chosen = new WeakMap<IncomingMessage, string>();
  private readonly upgrader: WebSocketServer;
  private readonly server: Server;
  private readonly door: ChargerDoor;
  private readonly bounds: ListenBounds;
  private judged = 0;
  private closing = false;

  constructor(server: Server, options: ListenOptions, door: ChargerDoor, bounds: ListenBounds) {
    this.server = server;
    this.door = door;
    this.bounds = bounds;
    this.upgrader = new WebSocketServer({
      ...(wireLimits(options.maxPayloadBytes) satisfies ServerOptions),
      noServer: true,
      clientTracking: false,
      handleProtocols: (_offered, request) => this.chosen.get(request) ?? false,
    });
    server.on('connection', socket => this.count(socket, socket.remoteAddress ?? ''));
    server.on('request', (request, response) => refusePlainRequest(request, response));
    server.on('upgrade', (request, socket, head) => void this.receive(request, socket, head));
    server.on('clientError', (_error, socket) => socket.destroy());
  }

  private count(socket: Duplex, address: string): void {
    const here = (this.byAddress.get(address) ?? 0) + 1;
    this.byAddress.set(address, here);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      const left = (this.byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.byAddress.set(address, left);
      else this.byAddress.delete(address);
    });
    if (here > this.bounds.connectionsPerAddress || this.closing) socket.destroy();
  }

  private async receive(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const handshake = handshakeOf(request);
    const verdict = await this.judge(handshake);
    if (socket.destroyed) return;
    if (!verdict.accept) return answer(socket, verdict.status, verdict.reason);
    if (this.closing) return answer(socket, 503, 'closing');
    if (verdict.subprotocol !== null) this.chosen.set(request, verdict.subprotocol);
    this.upgrader.handleUpgrade(request, socket, head, ws => this.welcome(ws, socket, handshake));
  }

  private async judge(handshake: Handshake): Promise<Verdict> {
    if (this.judged >= this.bounds.judged) return { accept: false, status: 503, reason: 'busy' };
    this.judged += 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Verdict>(resolve => {
      timer = setTimeout(() => resolve({ accept: false, status: 503, reason: 'busy' }), this.bounds.judgeMs);
    });
    try {
      return await Promise.race([this.door.judge(handshake), late]);
    } finally {
      clearTimeout(timer);
      this.judged -= 1;
    }
  }

  private welcome(ws: WebSocket, socket: Duplex, handshake: Handshake): void {
    this.live.add(ws);
    ws.once('close', () => this.live.delete(ws));
    this.door.connected(pipeOf(ws, handshake.remoteAddress, socket), handshake);
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    const served = new Promise<void>(resolve => this.server.close(() => resolve()));
    const farewells = [...this.live].map(
      ws =>
        new Promise<void>(resolve => {
          ws.once('close', () => resolve());
          ws.resume();
          ws.close(1001, 'going away');
        }),
    );
    await Promise.race([Promise.all(farewells), pause(CLOSE_TIMEOUT_MS)]);
    for (const ws of this.live) ws.terminate();
    for (const socket of this.sockets) socket.destroy();
    await served;
  }
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms).unref());

/**
 * The station's side: opens a WebSocket outwards. Fails with `offline` (no connection, or a certificate that does not
 * hold), `timeout`, `rejected` (an HTTP answer other than 101), `not-supported` (no common subprotocol) or `malformed`
 * (URL or CA).
 */
export function dial(options: DialOptions): Promise<Outcome<Dialled>> {
  let ws: WebSocket;
  try {
    ws = new WebSocket(options.url, [...options.subprotocols], {
      ...wireLimits(options.maxPayloadBytes),
      headers: options.authorization === null ? {} : { Authorization: options.authorization },
      followRedirects: false,
      // Said outright: an environment variable can switch the check off for all of Node.
      ...(options.url.startsWith('wss:')
        ? { secureContext: trustOf(options.ca ?? null), rejectUnauthorized: true }
        : {}),
    });
  } catch (error) {
    return Promise.resolve(failed('malformed', error instanceof Error ? error.message : String(error)));
  }
  return new Promise(resolve => settleDial(ws, options.timeoutMs, resolve));
}

function settleDial(ws: WebSocket, timeoutMs: number, resolve: (outcome: Outcome<Dialled>) => void): void {
  let address = '';
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ws.terminate();
  }, timeoutMs);
  const settle = (outcome: Outcome<Dialled>): void => {
    clearTimeout(timer);
    resolve(outcome);
  };
  ws.once('upgrade', response => {
    address = response.socket.remoteAddress ?? '';
  });
  ws.once('unexpected-response', (request, response) => {
    settle(failed('rejected', answerWords(response)));
    response.resume();
    request.destroy();
  });
  ws.on('error', error => {
    if (late) settle(failed('timeout', `no WebSocket within ${timeoutMs} ms`));
    else settle(failed(/subprotocol/i.test(error.message) ? 'not-supported' : 'offline', errorWords(error)));
  });
  ws.once('open', () =>
    settle(ok({ pipe: pipeOf(ws, address, null), subprotocol: ws.protocol === '' ? null : ws.protocol })),
  );
}
