/**
 * Frames leave together at the end of a turn of the event loop. A write wakes whoever reads it, and waking a peer for
 * each of many answers costs more than making them: with 50 sockets that all speak, a sixth of what a CALL costs.
 */
import { WebSocket } from 'ws';

/** More than this is not kept for the end of the turn: a site has few chargers more than that at once. */
const TURN_MAX = 256;

/** Nor more text than this: what a peer leaves unread must be seen to pile up. */
const TURN_LENGTH = 65_536;

/** Text as bytes: `ws` then hands one kind of chunk to the socket, which it writes without another look. */
const AS_TEXT = { binary: false } as const;

type Frame = { readonly ws: WebSocket; readonly text: string };

let turn: Frame[] = [];
let length = 0;

/** To be sent before the next turn begins, in this order. Nothing where the socket closes before. */
export function sendThisTurn(ws: WebSocket, text: string): void {
  turn.push({ ws, text });
  length += text.length;
  if (turn.length >= TURN_MAX || length >= TURN_LENGTH) sendTurn();
  else if (turn.length === 1) setImmediate(sendTurn);
}

/** Sends at once what has been handed over so far, to whomever. */
export function sendTurn(): void {
  const frames = turn;
  turn = [];
  length = 0;
  for (const { ws, text } of frames) if (ws.readyState === WebSocket.OPEN) ws.send(Buffer.from(text), AS_TEXT);
}
