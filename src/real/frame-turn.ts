/**
 * Frames leave together at the end of a turn of the event loop. A write wakes whoever reads it, and waking a peer for
 * each of many answers costs more than making them: with 50 sockets that all speak, a sixth of what a CALL costs.
 */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { writeTextFrame } from '#real/text-frame.ts';

/** More than this is not kept for the end of the turn: a site has few chargers more than that at once. */
const TURN_MAX = 256;

/** Nor more text than this: what a peer leaves unread must be seen to pile up. */
const TURN_LENGTH = 65_536;

/** An open WebSocket. `raw` is the socket under it where we are the server, whose frames go there whole and unmasked. */
export type Wire = { readonly ws: WebSocket; readonly raw: Duplex | null };

type Frame = { readonly wire: Wire; readonly text: string };

let turn: Frame[] = [];
let length = 0;

/** To be sent before the next turn begins, in this order. Nothing where the socket closes before. */
export function sendThisTurn(wire: Wire, text: string): void {
  turn.push({ wire, text });
  length += text.length;
  if (turn.length >= TURN_MAX || length >= TURN_LENGTH) sendTurn();
  else if (turn.length === 1) setImmediate(sendTurn);
}

/** Sends at once what has been handed over so far, to whomever. */
export function sendTurn(): void {
  const frames = turn;
  turn = [];
  length = 0;
  for (const { wire, text } of frames) send(wire, text);
}

function send({ ws, raw }: Wire, text: string): void {
  if (ws.readyState !== WebSocket.OPEN) return;
  if (raw === null) ws.send(text);
  else writeTextFrame(raw, text);
}
