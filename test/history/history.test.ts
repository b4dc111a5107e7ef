import { afterEach, expect, test } from 'vitest';
import { type Fields, silentLog } from '#base/log.ts';
import { failed, type Outcome } from '#base/outcome.ts';
import {
  HAPPENING_KIND,
  type History,
  openHistory,
  RECORDS_KEPT,
  SAMPLE_EVERY_MS,
  SAMPLES_KIND,
} from '#history/history.ts';
import { openSqlite } from '#real/sqlite.ts';
import type { SiteEvent } from '#site/event.ts';
import { initialState } from '#site/initial.ts';
import { pass as sitePass } from '#site/pass.ts';
import { reduce } from '#site/reduce.ts';
import type { Report } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import type { RecordStore, StoredRecord } from '#world.ts';
import { handClock, outsideLimit, SITE, TOPOLOGY, withConnector, withLink, withMeter } from '../store/small-site.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const DAY = 86_400_000;
const settle = () => new Promise<void>(resolve => setImmediate(resolve));

type Desk = {
  readonly history: History;
  readonly records: RecordStore;
  readonly clock: ReturnType<typeof handClock>;
  readonly said: { message: string; fields: Fields | undefined }[];
  /** What the disk answers instead of writing; null = it writes. */
  refusal: string | null;
  writes: number;
  night: (() => void) | null;
};

const open: Desk[] = [];

function desk(keepDays = 90): Desk {
  const clock = handClock(NOON);
  const opened = openSqlite(null, { clock, log: silentLog });
  if (!opened.ok) throw new Error(opened.detail);
  const said: Desk['said'] = [];
  const say = (message: string, fields?: Fields) => void said.push({ message, fields });
  const disk = opened.value;
  const records: RecordStore = {
    ...{ newest: disk.newest.bind(disk), prune: disk.prune.bind(disk), close: disk.close.bind(disk) },
    ...{ commit: disk.commit.bind(disk), documents: disk.documents.bind(disk) },
    ...{ eachDocument: disk.eachDocument.bind(disk), document: disk.document.bind(disk) },
    append: (rows: readonly StoredRecord[]): Promise<Outcome<void>> => {
      made.writes++;
      return made.refusal === null ? disk.append(rows) : Promise.resolve(failed('exception', made.refusal));
    },
  };
  const nightly = (_name: string, _cron: string, _zone: string, run: () => void) => {
    made.night = run;
    return {
      stop() {
        made.night = null;
      },
    };
  };
  const log = { ...silentLog, error: say, warn: say, info: say };
  const deps = { clock, log, records, nightly, timezone: 'Europe/Berlin', sendPoints: null };
  const made: Desk = { records, clock, said, refusal: null, writes: 0, night: null, history: undefined as never };
  Object.assign(made, { history: openHistory(deps, { keepDays, influx: null }) });
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { history, records, clock } of open.splice(0)) {
    await history.close();
    expect(clock.waiting()).toEqual([]);
    await records.close();
  }
});

function read(from: Desk, kind: string) {
  const found = from.records.newest(kind, 10_000);
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(record => ({ atWallMs: record.atWallMs, ...JSON.parse(record.json) }));
}

async function pass(on: Desk, windows = 1): Promise<void> {
  for (let n = 0; n < windows; n++) {
    on.clock.move(SAMPLE_EVERY_MS);
    await settle();
  }
}

const TICK: SiteEvent = {
  type: 'meter-sampled',
  meter: 0,
  atMs: 0,
  reading: { currentMa: [0, 0, 0], powerW: 0, voltageV: null },
};
const reported = (charger: number, report: Report): SiteEvent => ({
  ...{
    type: 'charger-reported',
    charger,
    report,
    atMs: 0,
    atWallMs: NOON,
    atChargerMs: NOON,
    freshId: 7,
    traits: null,
  },
});
const DRAWING = { ma: [15_800, 15_700, 15_900] as const, powerW: 10_900 };
const charging = (atMs: number, powerW = DRAWING.powerW): SiteState =>
  withConnector(SITE, 0, {
    status: 'Charging',
    registerWh: 1_234,
    draw: { atMs, ma: DRAWING.ma, powerW },
    ledger: {
      ...SITE.connectors[0]!.ledger,
      held: [
        { limitMa: 16_000, lapseMa: 16_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 0, ackedAtMs: 1 },
        { limitMa: 20_000, lapseMa: 20_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 2, ackedAtMs: null },
      ],
    },
  });

test('every ten seconds the newest of each connector is kept, by name, with what it was granted', async () => {
  const d = desk();
  const why = { source: 'fuse', id: 'main', row: 1, text: 'main fuse, L2' } as const;
  d.history.observe(SITE, TICK);
  d.history.observe(charging(100, 1), TICK);
  const state = charging(9_000);
  d.history.observe({ ...state, targets: [{ targetMa: 16_000, reason: why }] }, TICK);
  await pass(d);
  expect(read(d, SAMPLES_KIND)).toEqual([
    {
      ...{ atWallMs: NOON + SAMPLE_EVERY_MS, clock: 'synchronised' },
      samples: [
        {
          ...{ charger: 'CP01', connectorId: 1, status: 'Charging', grantA: 16, reason: 'fuse' },
          ...{ drawA: { l1: 15.8, l2: 15.7, l3: 15.9 }, powerW: 10_900, registerWh: 1_234 },
        },
        {
          ...{ charger: 'CP02', connectorId: 1, status: 'Available', grantA: null, reason: null },
          ...{ drawA: null, powerW: null, registerWh: null },
        },
      ],
    },
  ]);
});

test('a bay that stands still costs a line in five minutes, a charging one a line in ten seconds', async () => {
  const d = desk();
  for (let n = 0; n < 60; n++) {
    d.history.observe(charging(n * SAMPLE_EVERY_MS, 10_000 + n), TICK);
    await pass(d);
  }
  const names = read(d, SAMPLES_KIND).flatMap(window => window.samples.map((s: { charger: string }) => s.charger));
  expect(names.filter(name => name === 'CP01')).toHaveLength(60);
  expect(names.filter(name => name === 'CP02')).toHaveLength(2);
});

test('a draw that nobody confirmed for a minute is written as not known', async () => {
  const d = desk();
  d.history.observe(charging(0), TICK);
  await pass(d, 7);
  const last = read(d, SAMPLES_KIND).at(-1);
  expect(last.samples).toEqual([expect.objectContaining({ charger: 'CP01', drawA: null, powerW: null })]);
});

test('a session is written with its meter readings, and without the card that started it', async () => {
  const d = desk();
  const idToken = 'DEADBEEF';
  const transaction = { id: 41, idToken, startedAtMs: 0, startedAtWallMs: NOON, meterStartWh: 1_000 };
  const started = withConnector(SITE, 1, { transaction });
  const start = { kind: 'transaction-started', connectorId: 1, idToken, meterStartWh: 1_000, atWallMs: NOON } as const;
  const stop = { kind: 'transaction-ended', transactionId: 41, idToken, meterStopWh: 8_500, atWallMs: NOON } as const;
  d.history.observe(SITE, TICK);
  d.history.observe(started, reported(1, { ...start, reservationId: null }));
  d.history.observe(started, reported(1, { kind: 'heartbeat' }));
  d.history.observe(SITE, reported(1, { ...stop, reason: 'Local', samples: [] }));
  await pass(d);
  const where = { atWallMs: NOON, clock: 'synchronised', charger: 'CP02', connectorId: 1, transactionId: 41 };
  expect(read(d, HAPPENING_KIND)).toEqual([
    { ...where, what: 'transaction-started', meterStartWh: 1_000 },
    { ...where, what: 'transaction-ended', meterStartWh: 1_000, meterStopWh: 8_500, reason: 'Local' },
  ]);
  const all = d.records.newest(HAPPENING_KIND, 10);
  expect(JSON.stringify(all)).not.toContain(idToken);
});

test('a session that a new one replaces is ended in words, its reading not invented', async () => {
  const d = desk();
  const transaction = { id: 1, idToken: 'a', startedAtMs: 0, startedAtWallMs: NOON, meterStartWh: 5 };
  d.history.observe(withConnector(SITE, 0, { transaction }), TICK);
  const next = withConnector(SITE, 0, { transaction: { ...transaction, id: 2, meterStartWh: 9 } });
  const start = { kind: 'transaction-started', connectorId: 1, idToken: 'a', meterStartWh: 9, atWallMs: NOON } as const;
  d.history.observe(next, reported(0, { ...start, reservationId: null }));
  await pass(d);
  expect(read(d, HAPPENING_KIND)).toMatchObject([
    {
      what: 'transaction-ended',
      transactionId: 1,
      meterStopWh: null,
      reason: 'not said; seen with transaction-started',
    },
    { what: 'transaction-started', transactionId: 2, meterStartWh: 9 },
  ]);
});

test('chargers that come and go and limits from outside are in the diary', async () => {
  const d = desk();
  const lost = withLink(SITE, 0, 'offline');
  d.history.observe(lost, TICK);
  d.history.observe(SITE, { type: 'charger-connected', charger: 0, generation: 2, ocppVersion: 'ocpp1.6', atMs: 0 });
  d.history.observe(SITE, { type: 'charger-lost', charger: 0, generation: 1, atMs: 0, detail: 'an older socket' });
  d.history.observe(lost, { type: 'charger-lost', charger: 0, generation: 2, atMs: 0, detail: 'no pong' });
  d.history.observe(SITE, { type: 'limits-set', source: 'ems', limits: [outsideLimit({ circuit: 1 })], atMs: 0 });
  d.history.observe(SITE, { type: 'limits-cleared', source: 'ems', atMs: 0 });
  await pass(d);
  expect(read(d, HAPPENING_KIND).map(({ atWallMs, clock, ...what }) => what)).toEqual([
    { what: 'charger-connected', charger: 'CP01', ocppVersion: 'ocpp1.6' },
    { what: 'charger-lost', charger: 'CP01', detail: 'no pong' },
    {
      ...{ what: 'limit-set', source: 'ems', circuit: 'row-a', limitA: { l1: 63, l2: 63, l3: 63 } },
      ...{ limitW: null, evOnly: false, validUntilWallMs: null },
    },
    { what: 'limits-cleared', source: 'ems' },
  ]);
});

test('a meter that falls silent, comes back and talks nonsense is in the diary, each turn once', async () => {
  const d = desk();
  const heard = (atMs: number) => withMeter(SITE, { atMs });
  const failing = { type: 'meter-failed', meter: 0, detail: 'timeout', implausible: false } as const;
  const passed = {
    targets: [],
    commands: [],
    wakeAtMs: 0,
    checksHeld: true,
    blockedReductions: 0,
    raisesWaiting: false,
  };
  const observe = (state: SiteState, event: SiteEvent) => d.history.observe(state, event);
  observe(heard(0), { ...TICK, atMs: 0 });
  const silent = withMeter(heard(0), { lastError: 'timeout' });
  for (let atMs = 1_000; atMs <= 3_000; atMs += 1_000) observe(silent, { ...failing, atMs });
  for (let atMs = 3_001; atMs <= 12_000; atMs += 1_000) observe(silent, { type: 'passed', result: passed, atMs });
  observe(heard(13_000), { ...TICK, atMs: 13_000 });
  const nonsense = withMeter(heard(13_000), { quality: 'implausible', lastError: 'every register reads zero' });
  observe(nonsense, { ...failing, implausible: true, atMs: 14_000 });
  observe(nonsense, { ...failing, implausible: true, atMs: 15_000 });
  await pass(d);
  expect(read(d, HAPPENING_KIND).map(({ atWallMs, clock, ...what }) => what)).toEqual([
    { what: 'meter-stale', meter: 'grid', detail: 'timeout' },
    { what: 'meter-fail-safe', meter: 'grid', detail: 'timeout' },
    { what: 'meter-good', meter: 'grid' },
    { what: 'meter-implausible', meter: 'grid', detail: 'every register reads zero' },
  ]);
});

test('the court’s own facts, from boot to a meter gone silent, tell the whole story', async () => {
  const d = desk();
  let state = initialState(TOPOLOGY, 0);
  const dispatch = (event: SiteEvent) => {
    state = reduce(state, event);
    d.history.observe(state, event);
  };
  const start = {
    kind: 'transaction-started',
    connectorId: 1,
    idToken: 'A',
    meterStartWh: 10,
    atWallMs: NOON,
  } as const;
  const stop = { kind: 'transaction-ended', transactionId: 7, idToken: 'A', meterStopWh: 99, atWallMs: NOON } as const;
  dispatch({ type: 'passed', result: sitePass(state, 0), atMs: 0 });
  dispatch({ type: 'charger-connected', charger: 0, generation: 1, ocppVersion: 'ocpp1.6', atMs: 1 });
  dispatch(reported(0, { ...start, reservationId: null }));
  dispatch(reported(0, { ...stop, reason: 'EVDisconnected', samples: [] }));
  dispatch({ type: 'charger-lost', charger: 0, generation: 1, detail: 'closed', atMs: 2 });
  for (const atMs of [1_000, 2_000, 3_000]) dispatch({ ...TICK, atMs });
  dispatch({ type: 'passed', result: sitePass(state, 7_000), atMs: 7_000 });
  dispatch({ type: 'passed', result: sitePass(state, 14_000), atMs: 14_000 });
  await pass(d);
  expect(read(d, HAPPENING_KIND).map(happening => happening.what)).toEqual([
    ...['charger-connected', 'transaction-started', 'transaction-ended', 'charger-lost'],
    ...['meter-good', 'meter-stale', 'meter-fail-safe'],
  ]);
  const [window] = read(d, SAMPLES_KIND);
  expect(window.samples[0]).toMatchObject({ charger: 'CP01', connectorId: 1, reason: expect.any(String) });
});

test('nothing is written while it happens: a thousand events are one batch', async () => {
  const d = desk();
  for (let n = 0; n < 500; n++) {
    d.history.observe(withLink(SITE, 0, 'offline'), {
      type: 'charger-lost',
      charger: 0,
      generation: n,
      atMs: 0,
      detail: '',
    });
    d.history.observe(SITE, { type: 'charger-connected', charger: 0, generation: n, ocppVersion: '', atMs: 0 });
  }
  expect(d.writes).toBe(0);
  await pass(d);
  expect(d.writes).toBe(1);
  expect(read(d, HAPPENING_KIND)).toHaveLength(1_000);
});

test('a disk that fails keeps history waiting, bounded and counted, and says so once each way', async () => {
  const d = desk();
  d.refusal = 'disk full';
  for (let n = 0; n < RECORDS_KEPT + 50; n++) {
    d.history.observe(SITE, { type: 'charger-connected', charger: 0, generation: n, ocppVersion: '', atMs: 0 });
    if (n % 500 === 0) await pass(d);
  }
  const windows = 1;
  expect(d.history.counts()).toMatchObject({ waiting: RECORDS_KEPT, written: 0, dropped: 50 + windows });
  d.refusal = null;
  await pass(d);
  expect(d.history.counts()).toMatchObject({ waiting: 0, written: RECORDS_KEPT });
  expect(d.said.map(line => line.message)).toEqual([
    'History cannot be written; it waits in memory.',
    'History is written again.',
  ]);
  expect(read(d, HAPPENING_KIND)).toHaveLength(RECORDS_KEPT);
});

test('what waits is written when the gateway closes', async () => {
  const d = desk();
  d.history.observe(SITE, { type: 'charger-connected', charger: 0, generation: 1, ocppVersion: '', atMs: 0 });
  await d.history.close();
  expect(read(d, HAPPENING_KIND)).toHaveLength(1);
  expect(read(d, SAMPLES_KIND)).toHaveLength(1);
});

test('at night what is older than keepDays goes, however much there is, and no more', async () => {
  const d = desk(2);
  const rows = Array.from({ length: 2_500 }, (_, n) => ({
    kind: SAMPLES_KIND,
    atWallMs: NOON - 3 * DAY + n,
    json: '{}',
  }));
  await d.records.append([...rows, { kind: SAMPLES_KIND, atWallMs: NOON - DAY, json: '{}' }]);
  await d.records.append([{ kind: HAPPENING_KIND, atWallMs: NOON - 9 * DAY, json: '{}' }]);
  await d.records.append([{ kind: 'outside-limits', atWallMs: NOON - 9 * DAY, json: '[]' }]);
  d.night?.();
  await settle();
  await pass(d, 5);
  expect(read(d, SAMPLES_KIND).map(row => row.atWallMs)).toEqual([NOON - DAY]);
  expect(read(d, HAPPENING_KIND)).toEqual([]);
  expect(d.records.newest('outside-limits', 10)).toMatchObject({ value: [{ json: '[]' }] });
});

test('what happened is told newest first, also while the disk refuses it, and limits-only mode is part of it', async () => {
  const d = desk();
  const connected = (generation: number) =>
    d.history.observe(SITE, { type: 'charger-connected', charger: 0, generation, ocppVersion: '', atMs: 0 });
  connected(1);
  await pass(d);
  d.refusal = 'disk full';
  const limitsOnly = { sinceMs: 0, why: 'disk full' };
  d.history.observe({ ...SITE, limitsOnly }, { type: 'durability', limitsOnly, atMs: 0 });
  const told = () => d.history.happened(10).map(({ json }) => JSON.parse(json));
  expect(told()).toMatchObject([{ what: 'limits-only', why: 'disk full' }, { what: 'charger-connected' }]);
  await pass(d);
  expect(told()).toHaveLength(2);
  d.refusal = null;
  await pass(d);
  expect(told()).toHaveLength(2);
  expect(d.history.happened(1)).toHaveLength(1);
});
