/**
 * History: what people look back at. It is told of every event after the fact, keeps samples and
 * happenings in memory for some seconds and writes them in batches. Nothing waits for it: a disk or
 * an InfluxDB that fails costs history, counted, and never the loop.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';
import type { RecordStore, StoredRecord } from '#world.ts';
import { type Happening, happenings } from './happening.ts';
import { type InfluxCounts, InfluxWriter, type SendPoints, toPoint } from './influx.ts';
import { type MeterWord, meterChanges, meterWords } from './meter-words.ts';
import type { HistoryOptions } from './options.ts';
import { type ConnectorSample, sampleConnectors } from './sample.ts';

/** One sample of a connector each ten seconds, the interval that set-up asks chargers for. */
export const SAMPLE_EVERY_MS = 10_000;
/** A connector that stands still is written only this often, so that a reader of any five minutes finds it. */
const STILL_EVERY_WINDOWS = 30;
/** Records that wait for a disk that fails: over five hours of sample windows, about 30 MB at 34 connectors. */
export const RECORDS_KEPT = 2_000;
/** 03:10, after the summer-time hour of every zone that has one at night, when few cars begin or end. */
const PRUNE_AT = '10 3 * * *';
/** Between two bites of pruning, so that a whole season removed at once does not hold the loop. */
const PRUNE_PAUSE_MS = 500;
const DAY_MS = 86_400_000;
/** A pass is the clock that silence is heard by: the loop makes one at least every few seconds. */
const METERS_MAY_CHANGE: readonly SiteEvent['type'][] = ['passed', 'meter-sampled', 'meter-failed'];

/** Kinds of record in the store. */
export const SAMPLES_KIND = 'history-samples';
export const HAPPENING_KIND = 'history-happening';

/** Runs something by the calendar: five cron fields in an IANA zone. */
export type Nightly = (name: string, cronExpression: string, timezone: string, run: () => void) => { stop(): void };

export type HistoryDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly records: RecordStore;
  /** Null where nothing outlives the process: nothing is pruned then. */
  readonly nightly: Nightly | null;
  /** Zone of the site: `Europe/Berlin`. */
  readonly timezone: string;
  /** The way to the InfluxDB of the options; null without one. */
  readonly sendPoints: SendPoints | null;
};

export type HistoryCounts = {
  readonly waiting: number;
  readonly written: number;
  readonly dropped: number;
  readonly influx: InfluxCounts | null;
};

export type History = {
  /** Called synchronously after each dispatch, with the state it led to. Remembers and returns. */
  observe(state: SiteState, event: SiteEvent): void;
  counts(): HistoryCounts;
  /** The newest happenings, newest first, those included that wait for the disk. */
  happened(limit: number): readonly StoredRecord[];
  /** Writes what waits, once, and stops. The store stays open: it is not ours. */
  close(): Promise<void>;
};

/** The JSON of a SAMPLES_KIND record: the connectors that changed in the window that ends at the record's time. */
export type SampleWindow = { readonly clock: string; readonly samples: readonly ConnectorSample[] };

/** Opens the history of a site. Returns at once. */
export function openHistory(deps: HistoryDeps, options: HistoryOptions): History {
  return new Diary(deps, options);
}

class Diary implements History {
  readonly #deps: HistoryDeps;
  readonly #influx: InfluxWriter | null;
  readonly #nightly: { stop(): void } | null;
  readonly #keepMs: number;
  /** Newest sample written of each connector, as JSON, by connector index. */
  readonly #written: string[] = [];
  #state: SiteState | null = null;
  #meterWords: readonly MeterWord[] | null = null;
  #records: StoredRecord[] = [];
  /** On its way to the disk. */
  #underWay: readonly StoredRecord[] = [];
  #windows = 0;
  #writing: Promise<void> | null = null;
  #storeFails = false;
  #counts = { written: 0, dropped: 0 };
  #timer: Timer;
  #pruning: Timer | null = null;
  #isClosed = false;

  constructor(deps: HistoryDeps, options: HistoryOptions) {
    this.#deps = deps;
    this.#keepMs = options.keepDays * DAY_MS;
    this.#influx = deps.sendPoints && new InfluxWriter({ clock: deps.clock, log: deps.log, send: deps.sendPoints });
    this.#nightly = deps.nightly?.('history-prune', PRUNE_AT, deps.timezone, () => void this.#prune()) ?? null;
    this.#timer = this.#armed();
  }

  observe(state: SiteState, event: SiteEvent): void {
    const before = this.#state;
    this.#state = state;
    for (const happening of happenings(before, state, event)) this.#note(happening);
    if (METERS_MAY_CHANGE.includes(event.type)) this.#watchMeters(state, event.atMs);
  }

  counts(): HistoryCounts {
    return { waiting: this.#records.length, ...this.#counts, influx: this.#influx?.counts() ?? null };
  }

  happened(limit: number): readonly StoredRecord[] {
    const stored = this.#deps.records.newest(HAPPENING_KIND, limit);
    const waiting = [...this.#underWay, ...this.#records].filter(({ kind }) => kind === HAPPENING_KIND);
    return [...(stored.ok ? stored.value : []), ...waiting].slice(-limit).reverse();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.cancel();
    this.#pruning?.cancel();
    this.#nightly?.stop();
    this.#sample();
    this.#influx?.close();
    await this.#writing;
    this.#write();
    await this.#writing;
  }

  #armed(): Timer {
    return this.#deps.clock.after('history-sample', SAMPLE_EVERY_MS, () => {
      this.#timer = this.#armed();
      this.#sample();
      this.#write();
    });
  }

  #watchMeters(state: SiteState, atMs: number): void {
    const words = meterWords(state, atMs);
    const before = this.#meterWords ?? words;
    this.#meterWords = words;
    for (const change of meterChanges(before, words, state)) this.#note(change);
  }

  #note(happening: Happening): void {
    this.#keep(HAPPENING_KIND, { clock: this.#deps.clock.quality(), ...happening });
  }

  /** The newest state stands for its ten seconds. Only what moved is kept, but for the still window now and then. */
  #sample(): void {
    if (this.#state === null) return;
    const all = this.#windows++ % STILL_EVERY_WINDOWS === 0;
    const samples = sampleConnectors(this.#state, this.#deps.clock.nowMs()).filter((sample, index) => {
      const json = JSON.stringify(sample);
      const moved = json !== this.#written[index];
      this.#written[index] = json;
      return moved || all;
    });
    if (samples.length === 0) return;
    const window: SampleWindow = { clock: this.#deps.clock.quality(), samples };
    const atWallMs = this.#keep(SAMPLES_KIND, window);
    this.#influx?.add(samples.map(sample => toPoint(sample, atWallMs)));
  }

  #keep(kind: string, value: object): number {
    const atWallMs = this.#deps.clock.wallMs();
    this.#records.push({ kind, atWallMs, json: JSON.stringify(value) });
    this.#trim();
    return atWallMs;
  }

  #trim(): void {
    const over = this.#records.length - RECORDS_KEPT;
    if (over <= 0) return;
    this.#records.splice(0, over);
    this.#counts.dropped += over;
  }

  /** One batch under way at a time; what comes meanwhile waits for the next. */
  #write(): void {
    if (this.#writing !== null || this.#records.length === 0) return;
    const batch = this.#records;
    this.#records = [];
    this.#underWay = batch;
    this.#writing = this.#deps.records.append(batch).then(outcome => {
      this.#writing = null;
      this.#underWay = [];
      if (outcome.ok) this.#stored(batch.length);
      else this.#notStored(batch, outcome.detail);
    });
  }

  #stored(count: number): void {
    this.#counts.written += count;
    if (this.#storeFails) this.#deps.log.info('History is written again.', { dropped: this.#counts.dropped });
    this.#storeFails = false;
  }

  #notStored(batch: StoredRecord[], detail: string): void {
    this.#records = [...batch, ...this.#records];
    this.#trim();
    if (!this.#storeFails) this.#deps.log.error('History cannot be written; it waits in memory.', { detail });
    this.#storeFails = true;
  }

  /** Bite by bite until nothing is old. */
  async #prune(): Promise<void> {
    const before = this.#deps.clock.wallMs() - this.#keepMs;
    let removed = 0;
    for (const kind of [SAMPLES_KIND, HAPPENING_KIND]) {
      const outcome = await this.#deps.records.prune(kind, before);
      if (outcome.ok) removed += outcome.value;
      else this.#deps.log.error('Old history cannot be removed.', { kind, detail: outcome.detail });
    }
    this.#pruning?.cancel();
    this.#pruning = null;
    if (removed === 0 || this.#isClosed) return;
    this.#pruning = this.#deps.clock.after('history-prune', PRUNE_PAUSE_MS, () => void this.#prune());
  }
}
