/** The thread that writes: many callers in one transaction, crashes, a disk that refuses, and more than it can take. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openClock } from '#real/clock.ts';
import { DATABASE_FILE } from '#real/sqlite-file.ts';
import { CRASHES_BORNE, CRASHES_WITHIN_MS } from '#real/store-thread-keeper.ts';
import { openStoreWorker, WAITING_COMMITS } from '#real/store-worker.ts';
import type { RecordStore, StoreChange } from '#world.ts';

const CRASHING = new URL('./crashing-thread.ts', import.meta.url);

let folder: string;
const stores: RecordStore[] = [];
let pauses: { readonly ms: number; run(): void }[];

/** Pauses of minutes wait for the test; shorter ones pass as they do. */
function clock() {
  const real = openClock(() => {});
  const after: typeof real.after = (name, ms, run) => {
    if (ms < 10_000) return real.after(name, ms, run);
    pauses.push({ ms, run });
    return { cancel() {} };
  };
  return { ...real, after };
}

function open(thread?: URL): RecordStore {
  const opened = openStoreWorker(folder, { clock: clock(), log: silentLog }, thread);
  if (!opened.ok) throw new Error(opened.detail);
  stores.push(opened.value);
  return opened.value;
}

const put = (key: string, json = '{}'): StoreChange => ({ type: 'put', document: { kind: 'd', key, json } });
const append = (json: string): StoreChange => ({ type: 'append', record: { kind: 'r', atWallMs: 1, json } });
const OK = { ok: true, value: undefined };

function documents(store: RecordStore): readonly string[] {
  const found = store.documents('d');
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(({ key }) => key);
}

function records(store: RecordStore): readonly string[] {
  const found = store.newest('r', 100);
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(({ json }) => json);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-thread-'));
  pauses = [];
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what is handed over while a transaction is under way shares the next one', async () => {
  const store = open();
  await store.commit([put('first')]);
  const beside = new DatabaseSync(join(folder, DATABASE_FILE));
  beside.exec(
    'CREATE TABLE groups (n INTEGER); CREATE TRIGGER marked AFTER UPDATE ON written BEGIN INSERT INTO groups VALUES (NEW.up_to); END',
  );
  const all = Array.from({ length: 100 }, (_, n) => store.commit([put(`k${n}`)]));
  expect(await Promise.all(all)).toEqual(all.map(() => OK));
  expect(documents(store)).toHaveLength(101);
  const { n } = beside.prepare('SELECT count(*) AS n FROM groups').get() as { n: number };
  beside.close();
  expect(n).toBeGreaterThan(0);
  expect(n).toBeLessThanOrEqual(2);
});

test('an answer means that another process finds it', async () => {
  const store = open();
  const beside = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
  const count = beside.prepare('SELECT count(*) AS n FROM documents');
  for (let n = 1; n <= 20; n++) {
    expect(await store.commit([put(`k${n}`)])).toEqual(OK);
    expect(count.get()).toEqual({ n });
  }
  beside.close();
});

test('what is no text fails its own caller and nobody else', async () => {
  const store = open();
  const bad = store.commit([put('x', null as unknown as string)]);
  const good = store.commit([put('y')]);
  expect(await bad).toMatchObject({ ok: false, why: 'malformed' });
  expect(await good).toEqual(OK);
  expect(documents(store)).toEqual(['y']);
});

test('a thread that dies before it has written is begun again, and told what it had not answered', async () => {
  const store = open(CRASHING);
  const all = [store.commit([put('a'), append('die once')]), store.commit([append('b')])];
  expect(await Promise.all(all)).toEqual([OK, OK]);
  expect([documents(store), records(store)]).toEqual([['a'], ['die once', 'b']]);
});

test('a thread that dies after it has written, before it said so: nothing is missing and nothing is there twice', async () => {
  const store = open(CRASHING);
  expect(await store.commit([append('one'), append('die after')])).toEqual(OK);
  expect(await store.commit([append('two')])).toEqual(OK);
  expect(records(store)).toEqual(['one', 'die after', 'two']);
});

test('after five crashes in ten minutes it rests until the first is ten minutes old, and answers so at once', async () => {
  const store = open(CRASHING);
  const [outcome, beside] = await Promise.all([store.commit([append('die before')]), store.commit([put('x')])]);
  expect(beside, 'nobody waits for it').toMatchObject({ ok: false });
  expect(outcome).toMatchObject({ ok: false, detail: expect.stringContaining(`crashed ${CRASHES_BORNE} times`) });
  expect(await store.commit([put('x')])).toMatchObject({ ok: false, detail: expect.stringContaining('crashed') });
  expect(documents(store), 'reading goes on').toEqual([]);
  const [pause] = pauses;
  expect(pause?.ms).toBeGreaterThan(CRASHES_WITHIN_MS - 10_000);
  expect(pause?.ms).toBeLessThanOrEqual(CRASHES_WITHIN_MS);
  pause?.run();
  let last = await store.commit([put('y')]);
  for (let n = 0; n < 100 && !last.ok; n++) {
    await new Promise(done => setTimeout(done, 50));
    last = await store.commit([put('y')]);
  }
  expect(last).toEqual(OK);
});

test('a file that somebody keeps locked is tried twice and then answered; once it is free all goes on', async () => {
  const store = open();
  await store.commit([put('a')]);
  const hand = new DatabaseSync(join(folder, DATABASE_FILE));
  hand.exec('BEGIN IMMEDIATE');
  expect(await store.commit([put('b')])).toMatchObject({ ok: false, why: 'exception', detail: /locked/ });
  hand.exec('ROLLBACK');
  hand.close();
  expect(await store.commit([put('c')])).toEqual(OK);
  expect(documents(store)).toEqual(['a', 'c']);
});

test('more than may wait is refused at once, and what was taken is written', async () => {
  const store = open();
  const all = Array.from({ length: WAITING_COMMITS + 5 }, (_, n) => store.commit([put(`k${n % 7}`)]));
  const outcomes = await Promise.all(all);
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(WAITING_COMMITS);
  expect(outcomes.slice(-5)).toEqual(
    Array(5).fill({ ok: false, why: 'cancelled', detail: `${WAITING_COMMITS} commits wait for the disk` }),
  );
});

test('what was handed over before closing is written', async () => {
  const first = open();
  const last = first.commit([put('last')]);
  await first.close();
  expect(await last).toEqual(OK);
  expect(documents(open())).toEqual(['last']);
});
