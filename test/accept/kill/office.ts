/**
 * A small back office (CSMS) of OCPP 1.6J on a real socket. It writes down every start and stop before it answers, once
 * for each message id: what comes again has to be the same in every byte.
 */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Entry } from './books.ts';
import type { Payload } from './line.ts';
import { STATION } from './site.ts';

const HEARTBEAT_S = 300;

export class KillsOffice {
  /** As it was written, in order. */
  readonly journal: Entry[] = [];
  /** What a station must not do. */
  readonly complaints: string[] = [];
  /** Messages that it knew already. */
  repeated = 0;
  readonly #words = new Map<string, { readonly text: string; readonly transactionId: number }>();
  readonly #server: WebSocketServer;
  #station: WebSocket | null = null;
  #lastTransactionId = -1;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      if (request.url !== `/ocpp/${STATION}`) this.complaints.push(`who is ${request.url}?`);
      this.#met(socket);
    });
  }

  static async open(): Promise<KillsOffice> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'ocpp1.6' });
    await new Promise<void>((done, failed) => server.once('listening', done).once('error', failed));
    return new KillsOffice(server);
  }

  port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise<void>(done => this.#server.close(() => done()));
  }

  #met(socket: WebSocket): void {
    this.#station?.terminate();
    this.#station = socket;
    let isAccepted = false;
    socket.on('error', () => {});
    socket.on('message', data => {
      const text = String(data);
      const [type, id, action, payload] = JSON.parse(text) as [number, string, string, Payload];
      if (type !== 2) return this.#complain(`a frame of type ${type} that nobody asked for`);
      isAccepted ||= action === 'BootNotification';
      if (!isAccepted) this.#complain(`${action} before its boot`);
      socket.send(JSON.stringify([3, id, this.#answer(id, action, payload, text)]));
    });
  }

  #answer(id: string, action: string, payload: Payload, text: string): Payload {
    const currentTime = new Date().toISOString();
    switch (action) {
      case 'BootNotification':
        return { status: 'Accepted', currentTime, interval: HEARTBEAT_S };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo: { status: 'Accepted' } };
      case 'StartTransaction':
        return {
          transactionId: this.#write(id, text, () => this.#started(payload)),
          idTagInfo: { status: 'Accepted' },
        };
      case 'StopTransaction':
        this.#write(id, text, () => this.#stopped(payload));
        return {};
      case 'MeterValues':
        this.#sampled(payload);
        return {};
      default:
        return {};
    }
  }

  /** A message that is known is answered as it was the first time. */
  #write(id: string, text: string, first: () => number): number {
    const known = this.#words.get(id);
    if (known === undefined) {
      const transactionId = first();
      this.#words.set(id, { text, transactionId });
      return transactionId;
    }
    this.repeated++;
    if (known.text !== text) this.#complain(`came again with other words: ${known.text}, then ${text}`);
    return known.transactionId;
  }

  #started(payload: Payload): number {
    this.#lastTransactionId++;
    const { connectorId, meterStart } = payload;
    const [idTag, timestamp] = [String(payload.idTag), String(payload.timestamp)];
    const numbers = { connectorId: Number(connectorId), meterStart: Number(meterStart) };
    this.journal.push({ what: 'start', ...numbers, idTag, timestamp, transactionId: this.#lastTransactionId });
    return this.#lastTransactionId;
  }

  #stopped({ transactionId, meterStop, timestamp, idTag }: Payload): number {
    this.journal.push({
      what: 'stop',
      transactionId: Number(transactionId),
      idTag: idTag === undefined ? null : String(idTag),
      meterStop: Number(meterStop),
      timestamp: String(timestamp),
    });
    return -1;
  }

  #sampled({ transactionId }: Payload): void {
    const isGiven = Number(transactionId) >= 0 && Number(transactionId) <= this.#lastTransactionId;
    if (transactionId !== undefined && !isGiven) this.#complain(`samples of a session that is none: ${transactionId}`);
  }

  #complain(words: string): void {
    this.complaints.push(words);
  }
}
