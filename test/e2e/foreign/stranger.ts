/** A bare WebSocket at the charger door: sends any text, keeps what comes back and how it ended. */
import { WebSocket } from 'ws';
import { until } from './reading.ts';

export type Stranger = {
  /** Frames received, parsed. */
  readonly heard: unknown[][];
  send(text: string): void;
  /** Sends a text and waits for the next frame. */
  ask(text: string): Promise<unknown[]>;
  isOpen(): boolean;
  /** The code with which the socket was closed. */
  closed(): Promise<number>;
};

const here = new Set<WebSocket>();

/** Cuts every socket that a test left open. */
export function leaveAll(): void {
  for (const socket of here) socket.terminate();
  here.clear();
}

/** @param headers further request headers, such as Authorization */
export async function knock(url: string, headers: Record<string, string> = {}): Promise<Stranger> {
  const socket = new WebSocket(url, ['ocpp1.6'], { headers, perMessageDeflate: false });
  here.add(socket);
  const heard: unknown[][] = [];
  let code: number | null = null;
  socket.on('message', data => heard.push(JSON.parse(String(data)) as unknown[]));
  socket.on('close', closedWith => {
    code = closedWith;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    heard,
    send: text => socket.send(text),
    async ask(text) {
      const before = answersIn(heard).length;
      socket.send(text);
      return until(`an answer to ${text.slice(0, 60)}`, 3_000, () => answersIn(heard)[before] ?? null);
    },
    isOpen: () => socket.readyState === WebSocket.OPEN,
    closed: () => until('the socket is closed', 5_000, () => code),
  };
}

/** CALLRESULTs and CALLERRORs; the gateway's own calls come in between. */
const answersIn = (heard: readonly unknown[][]): unknown[][] => heard.filter(([type]) => type === 3 || type === 4);

/** The HTTP status with which the door refuses an upgrade. */
export function refusedWith(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['ocpp1.6'], { headers });
    socket.once('open', () => {
      socket.terminate();
      reject(new Error('it was let in'));
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => {});
  });
}
