/** The HTTP before a WebSocket: what a charger asked for, and the plain answers to those that may not come in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Handshake } from '#world.ts';

/** Told to a client that is turned away for a reason that passes. */
const RETRY_AFTER_S = 10;

/** What a request says before it is an open socket. */
export function handshakeOf(request: IncomingMessage): Handshake {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return {
    path: request.url ?? '/',
    subprotocols: offered
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== ''),
    authorization: request.headers.authorization ?? null,
    remoteAddress: request.socket.remoteAddress ?? '',
    secure: false,
  };
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** A plain HTTP answer in place of the upgrade, then the end of the connection. */
export function answer(socket: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  if (status === 401) lines.push('WWW-Authenticate: Basic realm="busbar"');
  if (status === 429 || status === 503) lines.push(`Retry-After: ${RETRY_AFTER_S}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** A request that asks for no upgrade: somebody's browser. */
export function refusePlainRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close', Upgrade: 'websocket' });
  response.end('chargers connect here with OCPP over WebSocket\n');
}
