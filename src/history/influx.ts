/** Connector samples on their way to an InfluxDB: bounded, in order, with patience. The server may be away for days. */
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { ConnectorSample } from './sample.ts';

/** About 10 MB, or 3 hours of 34 charging connectors: a restart of the server loses nothing. */
export const POINTS_KEPT = 40_000;
/** InfluxData advises 5,000 to 10,000 lines a request (docs.influxdata.com, "Optimize writes to InfluxDB"). */
export const POINTS_PER_WRITE = 5_000;
/** First wait after a failure; doubles from there. */
const RETRY_FIRST_MS = 1_000;
/** A server that comes back is found within a minute. */
const RETRY_LONGEST_MS = 60_000;

/** One line of the line protocol. Tags name the connector and nothing else: an idTag would be a series of its own. */
export type Point = {
  readonly measurement: 'connector';
  readonly tags: { readonly charger: string; readonly connector: string };
  /** Current in A, power in W, energy in Wh; what is not known is left out. */
  readonly fields: Readonly<Record<string, number | string>>;
  readonly atWallMs: number;
};

/**
 * Hands points to the server. `rejected` says that the server will never take them; any other failure,
 * that it may later.
 */
export type SendPoints = (points: readonly Point[]) => Promise<Outcome<void>>;

export type InfluxDeps = { readonly clock: Clock; readonly log: Log; readonly send: SendPoints };

/** Points by where they are now; `dropped` were refused or grew too many. */
export type InfluxCounts = { readonly waiting: number; readonly written: number; readonly dropped: number };

/** A sample as a point. `atWallMs` is when it was taken. */
export function toPoint(sample: ConnectorSample, atWallMs: number): Point {
  const fields = {
    grantA: sample.grantA,
    drawL1A: sample.drawA?.l1,
    drawL2A: sample.drawA?.l2,
    drawL3A: sample.drawA?.l3,
    powerW: sample.powerW,
    registerWh: sample.registerWh,
    status: sample.status,
    reason: sample.reason,
  };
  const known = Object.entries(fields).filter((entry): entry is [string, number | string] => entry[1] != null);
  const tags = { charger: sample.charger, connector: String(sample.connectorId) };
  return { measurement: 'connector', tags, fields: Object.fromEntries(known), atWallMs };
}

/** Owns the points that wait, and the one request or retry timer under way. */
export class InfluxWriter {
  readonly #deps: InfluxDeps;
  #waiting: Point[] = [];
  #sending = false;
  #retry: Timer | null = null;
  #failures = 0;
  #written = 0;
  #dropped = 0;
  #closed = false;

  constructor(deps: InfluxDeps) {
    this.#deps = deps;
  }

  /** Takes points in the order of their time. */
  add(points: readonly Point[]): void {
    this.#keep([...this.#waiting, ...points]);
    this.#next();
  }

  counts(): InfluxCounts {
    return { waiting: this.#waiting.length, written: this.#written, dropped: this.#dropped };
  }

  /** Stops; what waits is given up, what is under way ends by itself. */
  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#retry = null;
  }

  /** Beyond POINTS_KEPT the oldest go. */
  #keep(points: Point[]): void {
    const over = Math.max(0, points.length - POINTS_KEPT);
    this.#dropped += over;
    this.#waiting = over > 0 ? points.slice(over) : points;
  }

  #next(): void {
    if (this.#closed || this.#sending || this.#retry !== null || this.#waiting.length === 0) return;
    this.#sending = true;
    // Taken out while under way, so that an overflow meanwhile cannot shift what the answer speaks of.
    const batch = this.#waiting.splice(0, POINTS_PER_WRITE);
    void this.#deps.send(batch).then(outcome => {
      this.#sending = false;
      this.#settle(batch, outcome);
      this.#next();
    });
  }

  #settle(batch: readonly Point[], outcome: Outcome<void>): void {
    if (outcome.ok) {
      if (this.#failures > 0) this.#deps.log.info('InfluxDB takes samples again.', { dropped: this.#dropped });
      this.#failures = 0;
      this.#written += batch.length;
    } else if (outcome.why === 'rejected') {
      this.#dropped += batch.length;
      this.#deps.log.warn('InfluxDB refused samples for good.', { dropped: batch.length, detail: outcome.detail });
    } else {
      this.#keep([...batch, ...this.#waiting]);
      this.#wait(outcome.detail);
    }
  }

  #wait(detail: string): void {
    if (this.#closed) return;
    if (this.#failures === 0) this.#deps.log.warn('InfluxDB does not take the samples; they wait.', { detail });
    const waitMs = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    this.#failures++;
    this.#retry = this.#deps.clock.after('influx-retry', waitMs, () => {
      this.#retry = null;
      this.#next();
    });
  }
}
