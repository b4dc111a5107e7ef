/** What must survive a restart. So far: the limits set from outside. */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { OutsideLimit } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import type { RecordStore } from '#world.ts';
import { decodeLimits, encodeLimits, type Moment } from './outside-limits.ts';

/** What may be remembered, by kind. A new value of a kind takes the place of the one before. */
export type Remembered = { readonly 'outside-limits': readonly OutsideLimit[] };

/** What was found, and how much had to be passed over: records or entries that were damaged or no longer fit the site. */
export type Recalled<T> = { readonly value: T; readonly skipped: number };

export type StoreDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly records: RecordStore;
  topology(): Topology;
};

export type Store = {
  /** Writes a kind's value down. The answer comes once it is on disk; a failure is logged too. */
  remember<K extends keyof Remembered>(kind: K, value: Remembered[K]): Promise<Outcome<void>>;
  /** The newest readable value of a kind; null when nothing was ever remembered. */
  recall<K extends keyof Remembered>(kind: K): Outcome<Recalled<Remembered[K]> | null>;
};

/** How far back a readable record is looked for, when the newest are damaged. */
const RECORDS_SEARCHED = 20;
/** Superseded records are removed after so many: an EMS may write every few seconds. */
const PRUNE_EVERY = 100;

/** Opens the store of a site on its records. Reads and writes nothing yet. */
export function openStore(deps: StoreDeps): Store {
  const { clock, log, records, topology } = deps;
  let remembered = 0;
  return {
    async remember(kind, value) {
      const moment = momentOf(clock);
      const json = encodeLimits(value, topology(), moment);
      const outcome = await records.append([{ kind, atWallMs: moment.wallMs, json }]);
      if (!outcome.ok) log.error('What was set from outside would not survive a restart.', { detail: outcome.detail });
      else if (++remembered % PRUNE_EVERY === 0) records.prune(kind, moment.wallMs);
      return outcome;
    },
    recall(kind) {
      const found = records.newest(kind, RECORDS_SEARCHED);
      if (!found.ok) return found;
      const recalled = newestReadable(found.value, deps);
      if (recalled !== null && recalled.skipped > 0) {
        log.warn('Some of what was set from outside could not be read back.', { kind, skipped: recalled.skipped });
      }
      return { ok: true, value: recalled };
    },
  };
}

type Rows = readonly { readonly atWallMs: number; readonly json: string }[];

function newestReadable(rows: Rows, deps: StoreDeps): Recalled<readonly OutsideLimit[]> | null {
  let damaged = 0;
  for (const row of rows.toReversed()) {
    const decoded = decodeLimits(row.json, row.atWallMs, deps.topology(), momentOf(deps.clock));
    if (decoded !== null) return { value: decoded.limits, skipped: decoded.skipped + damaged };
    damaged++;
  }
  return damaged === 0 ? null : { value: [], skipped: damaged };
}

const momentOf = (clock: Clock): Moment => ({ nowMs: clock.nowMs(), wallMs: clock.wallMs() });
