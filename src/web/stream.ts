/** The live stream: server-sent events, a snapshot and the last minutes first, then what changed, once a second. */
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '#base/clock.ts';
import { changeBetween } from './changes.ts';
import type { SiteView } from './site-view.ts';
import type { Point } from './trend.ts';

/** People read no faster, and a phone on a garage's WLAN follows. */
export const STREAM_INTERVAL_MS = 1000;

/** Browsers of everybody who works at one site, several times over; each costs a socket and its buffer. */
export const MAX_STREAM_CLIENTS = 64;

/** A reader this far behind is dropped; it comes back by itself and starts with a new snapshot. */
export const MAX_STREAM_BUFFER_BYTES = 256 * 1024;

/** A snapshot of a very large site must fit, or its readers would be dropped at once. */
const SNAPSHOTS_IN_BUFFER = 2;

export class LiveStream {
  readonly #clock: Clock;
  readonly #read: () => SiteView;
  readonly #trend: () => readonly Point[];
  readonly #clients = new Set<ServerResponse>();
  #last: SiteView | null = null;
  #timer: Timer | null = null;
  #maxBufferBytes = MAX_STREAM_BUFFER_BYTES;
  #dropped = 0;

  constructor(clock: Clock, read: () => SiteView, trend: () => readonly Point[]) {
    this.#clock = clock;
    this.#read = read;
    this.#trend = trend;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Readers dropped for being too slow, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What waits in memory for all readers together. */
  get bufferedBytes(): number {
    return [...this.#clients].reduce((sum, client) => sum + client.writableLength, 0);
  }

  /** Takes a response over; false when there are too many already. */
  join(res: ServerResponse): boolean {
    if (this.#clients.size >= MAX_STREAM_CLIENTS) return false;
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // A newcomer starts at the view that the next change is measured from.
    this.#last ??= this.#read();
    const trend = this.#trend();
    const snapshot = frame('snapshot', this.#last) + (trend.length === 0 ? '' : frame('trend', trend));
    this.#maxBufferBytes = Math.max(MAX_STREAM_BUFFER_BYTES, SNAPSHOTS_IN_BUFFER * Buffer.byteLength(snapshot));
    res.on('close', () => this.#leave(res));
    this.#clients.add(res);
    res.write(`retry: 2000\n\n${snapshot}`);
    this.#timer ??= this.#clock.after('web.stream', STREAM_INTERVAL_MS, () => this.#tick());
    return true;
  }

  close(): void {
    this.#stopTicking();
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
  }

  #leave(res: ServerResponse): void {
    this.#clients.delete(res);
    if (this.#clients.size === 0) this.#stopTicking();
  }

  #stopTicking(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#last = null;
  }

  /** Something is sent every second, at least the time: silence means that the line is lost. */
  #tick(): void {
    this.#timer = this.#clock.after('web.stream', STREAM_INTERVAL_MS, () => this.#tick());
    const view = this.#read();
    const text = frame('change', this.#last === null ? view : changeBetween(this.#last, view));
    this.#last = view;
    for (const client of this.#clients) this.#send(client, text);
  }

  #send(client: ServerResponse, text: string): void {
    if (client.writableLength + Buffer.byteLength(text) > this.#maxBufferBytes) {
      this.#dropped++;
      client.destroy();
      this.#leave(client);
      return;
    }
    client.write(text);
  }
}

const frame = (event: 'snapshot' | 'trend' | 'change', data: object): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
