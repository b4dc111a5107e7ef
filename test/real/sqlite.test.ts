import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fields, silentLog } from '#base/log.ts';
import { openClock } from '#real/clock.ts';
import { openSqlite } from '#real/sqlite.ts';
import { DATABASE_FILE, PRUNE_ROWS } from '#real/sqlite-file.ts';
import { openStoreWorker } from '#real/store-worker.ts';
import type { RecordStore, StoreChange, StoredRecord } from '#world.ts';

const clock = openClock(() => {});
const record = (kind: string, atWallMs: number, json = '{}'): StoredRecord => ({ kind, atWallMs, json });

let folder: string;
let said: { message: string; fields: Fields | undefined }[];
const log = { ...silentLog, error: (message: string, fields?: Fields) => void said.push({ message, fields }) };
const stores: RecordStore[] = [];

const WAYS = { 'on the thread that asks': openSqlite, 'in a thread of its own': openStoreWorker };
let openStore: (typeof WAYS)[keyof typeof WAYS] = openSqlite;

function open(where = folder): RecordStore {
  const opened = openStore(where, { clock, log });
  if (!opened.ok) throw new Error(opened.detail);
  stores.push(opened.value);
  return opened.value;
}

function newest(store: RecordStore, kind: string, limit = 100): readonly StoredRecord[] {
  const found = store.newest(kind, limit);
  if (!found.ok) throw new Error(found.detail);
  return found.value;
}

const aside = () => readdirSync(folder).filter(name => name.includes('.damaged-') && name.endsWith('Z'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-store-'));
  said = [];
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('without a folder records live in memory', async () => {
  const openMemory = () => {
    const opened = openSqlite(null, { clock, log });
    if (!opened.ok) throw new Error(opened.detail);
    stores.push(opened.value);
    return opened.value;
  };
  const store = openMemory();
  await store.append([record('a', 1)]);
  expect(newest(store, 'a')).toHaveLength(1);
  expect(newest(openMemory(), 'a')).toEqual([]);
});

describe.each(Object.entries(WAYS))('written %s', (_, way) => {
  beforeEach(() => {
    openStore = way;
  });

  test('records are there again after a restart, oldest first, each kind by itself', async () => {
    const first = open();
    expect(await first.append([record('a', 1, '{"n":1}'), record('b', 2), record('a', 3, '{"n":2}')])).toEqual({
      ok: true,
      value: undefined,
    });
    await first.close();
    const second = open();
    expect(newest(second, 'a')).toEqual([record('a', 1, '{"n":1}'), record('a', 3, '{"n":2}')]);
    expect(newest(second, 'a', 1)).toEqual([record('a', 3, '{"n":2}')]);
    expect(newest(second, 'c')).toEqual([]);
  });

  test('a batch is written whole or not at all', async () => {
    const store = open();
    const bad = { kind: 'a', atWallMs: 2, json: null } as unknown as StoredRecord;
    const outcome = await store.append([record('a', 1), bad]);
    expect(outcome.ok).toBe(false);
    expect(newest(store, 'a')).toEqual([]);
    expect((await store.append([record('a', 3)])).ok).toBe(true);
    expect(newest(store, 'a')).toHaveLength(1);
  });

  test('a document takes the place of the one before, keeps its turn, and is gone once removed', async () => {
    const put = (key: string, json: string): StoreChange => ({ type: 'put', document: { kind: 'd', key, json } });
    const first = open();
    expect((await first.commit([put('x', '1'), put('y', '2'), { type: 'append', record: record('a', 1) }])).ok).toBe(
      true,
    );
    expect((await first.commit([put('x', '3')])).ok).toBe(true);
    await first.close();
    const second = open();
    const documents = () => {
      const found = second.documents('d');
      return found.ok ? found.value.map(({ key, json }) => `${key}${json}`) : found.detail;
    };
    expect(documents()).toEqual(['x3', 'y2']);
    const bad = put('z', null as unknown as string);
    expect((await second.commit([{ type: 'remove', kind: 'd', key: 'y' }, bad])).ok).toBe(false);
    expect(documents(), 'all or nothing').toEqual(['x3', 'y2']);
    expect((await second.commit([{ type: 'remove', kind: 'd', key: 'x' }])).ok).toBe(true);
    expect(documents()).toEqual(['y2']);
  });

  test('readers do not stop the writer: the file keeps a write-ahead log', () => {
    open();
    const beside = new DatabaseSync(join(folder, DATABASE_FILE));
    expect(beside.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    beside.close();
  });

  test('pruning removes the oldest of one kind, a bounded bite at a time', async () => {
    const store = open();
    await store.append(Array.from({ length: PRUNE_ROWS + 5 }, (_, n) => record('a', n)));
    await store.append([record('b', 0), record('a', 5_000)]);
    expect(await store.prune('a', 5_000)).toEqual({ ok: true, value: PRUNE_ROWS });
    expect(newest(store, 'a', 1_000).map(r => r.atWallMs)).toEqual([1000, 1001, 1002, 1003, 1004, 5000]);
    expect(await store.prune('a', 5_000)).toEqual({ ok: true, value: 5 });
    expect(await store.prune('a', 5_000)).toEqual({ ok: true, value: 0 });
    expect(newest(store, 'b')).toHaveLength(1);
  });

  test('a file that is no database is set aside with words, and the gateway starts with a fresh one', async () => {
    writeFileSync(join(folder, DATABASE_FILE), 'these are not the pages you look for'.repeat(100));
    const store = open();
    expect((await store.append([record('a', 1)])).ok).toBe(true);
    expect(aside()).toHaveLength(1);
    expect(said[0]?.message).toMatch(/damaged.*set aside/);
    expect(String(said[0]?.fields?.setAside)).toContain(aside()[0]);
  });

  test('pages overwritten while it was closed are found at the start', async () => {
    const store = open();
    await store.append(
      Array.from({ length: 500 }, (_, n) => record('a', n, JSON.stringify({ text: 'x'.repeat(200) }))),
    );
    await store.close();
    const path = join(folder, DATABASE_FILE);
    writeFileSync(path, readFileSync(path).fill(0x5a, 4096, 4096 * 6));
    const again = open();
    expect(newest(again, 'a')).toEqual([]);
    expect(aside()).toHaveLength(1);
  });

  test('damage that shows while we run costs the old records, not the running gateway', async () => {
    const store = open();
    await store.append(
      Array.from({ length: 500 }, (_, n) => record('a', n, JSON.stringify({ text: 'x'.repeat(200) }))),
    );
    // Another process moves everything from the write-ahead log to the file, then the disk loses most of its pages.
    const path = join(folder, DATABASE_FILE);
    const hand = new DatabaseSync(path);
    hand.exec("INSERT INTO records (kind, at_wall_ms, json) VALUES ('a', 501, '{}'); PRAGMA wal_checkpoint(TRUNCATE);");
    hand.close();
    writeFileSync(path, readFileSync(path).fill(0x5a, 4096));
    const outcome = await store.append([record('a', 9_999)]);
    expect(outcome).toEqual({ ok: true, value: undefined });
    expect(aside()).toHaveLength(1);
    expect(newest(store, 'a').map(r => r.atWallMs)).toEqual([9_999]);
  });

  test('a disk that keeps failing keeps at most three damaged files', async () => {
    for (let n = 0; n < 5; n++) {
      writeFileSync(join(folder, DATABASE_FILE), 'rubbish'.repeat(1000));
      await open().close();
      rmSync(join(folder, DATABASE_FILE), { force: true });
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    expect(aside()).toHaveLength(3);
  });

  test('a file of a newer Busbar is left alone and said', () => {
    const newer = new DatabaseSync(join(folder, DATABASE_FILE));
    newer.exec('CREATE TABLE records (other TEXT); PRAGMA user_version = 99;');
    newer.close();
    const opened = openStore(folder, { clock, log });
    expect(opened).toMatchObject({ ok: false, detail: expect.stringContaining('newer Busbar') });
    expect(aside()).toEqual([]);
  });

  test('a folder that cannot be made is an answer, not an exception', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(openStore(join(folder, 'file', 'deeper'), { clock, log }).ok).toBe(false);
  });

  test('a closed store answers that it is closed', async () => {
    const store = open();
    await store.close();
    expect(await store.append([record('a', 1)])).toMatchObject({ ok: false, detail: 'the record store is closed' });
    expect(store.newest('a', 1).ok).toBe(false);
  });
});
