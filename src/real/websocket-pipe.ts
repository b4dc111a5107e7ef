/** One `ws` socket as a FramePipe: whole text frames, bounded both ways, closed exactly once. */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { assert } from '#base/assert.ts';
import { sendThisTurn, sendTurn } from '#real/frame-turn.ts';
import type { FramePipe, PipeHandlers } from '#world.ts';

/** A closing handshake that takes longer is cut. */
export const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Bytes that may wait for a peer that does not read. One CALL and a few answers are under way at a time,
 * none above 256 KiB; a peer that lets more pile up is gone in all but name.
 */
export const MAX_BUFFERED_BYTES = 1024 * 1024;

/** WebSocket fragments of one message. Chargers send one; some stacks split at 1 or 4 KiB. */
const MAX_FRAGMENTS = 256;

/** TCP chunks of one unfinished message: 256 KiB in segments of 536 bytes are 490 of them. */
const MAX_BUFFERED_CHUNKS = 1024;

/** Pongs that wait to be written; a ping flood beyond this is not answered. */
const MAX_PENDING_PONGS = 16;

/**
 * What `ws` must hold to, for both sides. No permessage-deflate: OCPP 1.6 does not ask for it, each
 * deflating socket costs some 300 KiB and gives a stranger an unpacking bomb to try.
 */
export const wireLimits = (maxPayloadBytes: number) =>
  ({
    maxPayload: maxPayloadBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
  }) as const;

/** The close code behind an error of the `ws` receiver, which closes with it but reports 1006. */
const CODE_OF_ERROR: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_INVALID_UTF8: 1007,
};

/**
 * Takes over an open socket. It is paused until `open`, so that no frame is lost and none is read early;
 * a socket that ends before that says so at `open`.
 * @param raw the socket under it where we are the server
 */
export function pipeOf(ws: WebSocket, remoteAddress: string, raw: Duplex | null): FramePipe {
  const wire = { ws, raw };
  let handlers: PipeHandlers | null = null;
  let ended: { code: number; reason: string } | null = null;
  let fault: { code: number; reason: string } | null = null;
  ws.pause();
  ws.on('message', (data, isBinary) => {
    if (isBinary) ws.close(1003, 'text frames only');
    else handlers?.text((data as Buffer).toString('utf8'));
  });
  sendBeforeGoodBye(ws);
  ws.on('pong', () => handlers?.pong());
  ws.on('error', error => {
    const name = 'code' in error ? String(error.code) : '';
    fault = { code: CODE_OF_ERROR[name] ?? (name.startsWith('WS_ERR') ? 1002 : 1006), reason: error.message };
  });
  ws.once('close', (code, reason) => {
    ended = fault ?? { code, reason: reason.toString('utf8') };
    handlers?.closed(ended.code, ended.reason);
  });
  return {
    remoteAddress,
    open(given) {
      assert(handlers === null, 'a pipe is opened once');
      handlers = given;
      if (ended !== null) given.closed(ended.code, ended.reason);
      else ws.resume();
    },
    send(text) {
      if (ws.readyState !== WebSocket.OPEN) return false;
      sendThisTurn(wire, text);
      if (ws.bufferedAmount <= MAX_BUFFERED_BYTES) return true;
      fault = { code: 1006, reason: `does not read: ${ws.bufferedAmount} bytes wait for it` };
      ws.terminate();
      return false;
    },
    ping() {
      if (ws.readyState === WebSocket.OPEN) ws.ping();
    },
    close(code, reason) {
      ws.resume();
      ws.close(code, cut(reason));
    },
    terminate() {
      sendTurn();
      ws.terminate();
    },
  };
}

/**
 * What waits leaves before our good-bye, after which nothing may be sent (RFC 6455 §5.5.1). `ws` answers the other
 * side's good-bye by this method too, in the same turn in which it heard what came before it: a CALL and a good-bye may
 * share a TCP segment, and the CALL has its answer.
 */
function sendBeforeGoodBye(ws: WebSocket): void {
  const close = ws.close.bind(ws);
  ws.close = (...said) => {
    sendTurn();
    close(...said);
  };
}

/** A close reason may have 123 bytes (RFC 6455 §5.5); what does not fit is left out whole. */
function cut(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  return text;
}
