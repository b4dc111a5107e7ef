/** The way to an InfluxDB v1 write API, by the package `influx`. */
import { InfluxDB, type ISingleHostConfig } from 'influx';
import { type Failure, failed, type Outcome, ok } from '#base/outcome.ts';
import type { Point, SendPoints } from '#history/influx.ts';
import type { InfluxOptions } from '#history/options.ts';

/** A server that has not answered by then is away; the points wait and come again. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Answers that the same points would get for ever: malformed (400), too large (413), not to be stored (422). */
const FINAL_STATUSES = [400, 413, 422];

/** The package would keep a failed host out of use by timers of its own; patience is the history's affair. */
const NO_BACK_OFF = { getDelay: () => 0, next: () => NO_BACK_OFF, reset: () => NO_BACK_OFF };

/** Makes the sender of points for one server and database, with millisecond times. Opens no connection by itself. */
export function openInflux(options: InfluxOptions): SendPoints {
  const client = new InfluxDB(hostOf(options));
  return async points => {
    try {
      await client.writePoints(points.map(asWritten), { precision: 'ms' });
      return ok(undefined);
    } catch (error) {
      return failure(error);
    }
  };
}

/** The package sends root:root unless it is given a user; null, which its types forget, makes it send none. */
const NO_USER = { username: null } as unknown as { readonly username?: string };

function hostOf(options: InfluxOptions): ISingleHostConfig {
  const url = new URL(options.url);
  return {
    ...NO_USER,
    protocol: url.protocol === 'https:' ? 'https' : 'http',
    host: url.hostname,
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    path: url.pathname === '/' ? '' : url.pathname.replace(/\/$/, ''),
    database: options.database,
    options: options.token === null ? {} : { headers: { Authorization: `Token ${options.token}` } },
    pool: { maxRetries: 0, requestTimeout: REQUEST_TIMEOUT_MS, backoff: NO_BACK_OFF },
  };
}

function asWritten(point: Point) {
  const { measurement, tags, fields } = point;
  return { measurement, tags: { ...tags }, fields: { ...fields }, timestamp: new Date(point.atWallMs) };
}

function failure(error: unknown): Outcome<never> {
  const status =
    error instanceof Error && 'res' in error ? (error.res as { statusCode?: number }).statusCode : undefined;
  const why: Failure = status !== undefined && FINAL_STATUSES.includes(status) ? 'rejected' : 'offline';
  return failed(why, error instanceof Error ? error.message || error.name : String(error));
}
