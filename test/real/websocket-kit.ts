/** Guests and hosts for the WebSocket tests: real sockets on loopback, all ended by `endAll`. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { ChargerDoor, Dialled, FramePipe, Handshake, Verdict } from '#world.ts';
import { dial, type ListenBounds, listenForChargers } from '../../src/real/websocket.ts';

export type Heard = { texts: string[]; pongs: number; ended: { code: number; reason: string }[] };
export type Guest = { pipe: FramePipe; handshake: Handshake; heard: Heard };

export const endings: (() => Promise<void> | void)[] = [];
/** Ends everything a test began, newest first. */
export async function endAll(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

/** Waits for something that another socket brings about; the test's own time limit is the bound. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise(resolve => setTimeout(resolve, 5));
}

export function listenTo(pipe: FramePipe): Heard {
  const heard: Heard = { texts: [], pongs: 0, ended: [] };
  pipe.open({
    text: frame => heard.texts.push(frame),
    pong: () => {
      heard.pongs += 1;
    },
    closed: (code, reason) => heard.ended.push({ code, reason }),
  });
  return heard;
}

export async function openDoor(
  judge: (handshake: Handshake) => Verdict | Promise<Verdict>,
  bounds?: ListenBounds,
  open = true,
) {
  const guests: Guest[] = [];
  const door: ChargerDoor = {
    judge: async handshake => judge(handshake),
    connected(pipe, handshake) {
      const heard: Heard = open ? listenTo(pipe) : { texts: [], pongs: 0, ended: [] };
      guests.push({ pipe, handshake, heard });
    },
  };
  const listening = await listenForChargers({ host: '127.0.0.1', port: 0, maxPayloadBytes: 4096 }, door, bounds);
  if (!listening.ok) throw new Error(listening.detail);
  endings.push(() => listening.value.close());
  return { guests, port: listening.value.port, close: () => listening.value.close() };
}

export const yes: Verdict = { accept: true, subprotocol: 'ocpp1.6' };

export async function dialTo(port: number, path = '/ocpp/CP01', change = {}): Promise<Dialled> {
  const dialled = await dial({
    url: `ws://127.0.0.1:${port}${path}`,
    subprotocols: ['ocpp1.6'],
    authorization: null,
    maxPayloadBytes: 4096,
    timeoutMs: 5000,
    ...change,
  });
  if (!dialled.ok) throw new Error(`${dialled.why}: ${dialled.detail}`);
  endings.push(() => dialled.value.pipe.terminate());
  return dialled.value;
}

/** A bare TCP client, to see the bytes of an answer. */
export function bare(port: number): { socket: Socket; received: () => string; ended: () => boolean } {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let over = false;
  socket.on('data', data => {
    text += data.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    over = true;
  });
  endings.push(() => {
    socket.destroy();
  });
  return { socket, received: () => text, ended: () => over };
}

export const upgrade = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${more}\r\n`;

/** A masked client frame. */
export function frame(opcode: number, payload: Buffer, final = true): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : Buffer.from([0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode]), head, Buffer.alloc(4), payload]);
}
