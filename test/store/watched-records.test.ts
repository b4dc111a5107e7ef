/** When limits-only mode begins and when it ends. */
import { beforeEach, expect, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { type Failure, failed, type Outcome, ok } from '#base/outcome.ts';
import { openClock } from '#real/clock.ts';
import { openSqlite } from '#real/sqlite.ts';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';
import { STALLED_AFTER_MS, WatchedRecords } from '#store/watched-records.ts';
import type { RecordStore, StoreChange } from '#world.ts';

let clock: VirtualClock;
let refusal: { why: Failure; detail: string } | null;
let takesMs: number;
let lastEndsAtMs: number;
let writes: number;
let told: (string | null)[];
let records: WatchedRecords;

const CHANGE: StoreChange = { type: 'put', document: { kind: 'd', key: 'k', json: '{}' } };
const write = () => records.commit([CHANGE]);
const run = (ms: number) => clock.run(clock.nowMs() + ms);

/** A disk in memory that refuses or takes its time when it is told to, one write after the other. */
function disk(): RecordStore {
  const opened = openSqlite(null, { clock: openClock(() => {}), log: silentLog });
  if (!opened.ok) throw new Error(opened.detail);
  const inner = opened.value;
  const commit = async (changes: readonly StoreChange[]): Promise<Outcome<void>> => {
    writes++;
    lastEndsAtMs = Math.max(lastEndsAtMs, clock.nowMs() + takesMs);
    const ms = lastEndsAtMs - clock.nowMs();
    if (ms > 0) await new Promise<void>(done => void clock.after('disk', ms, done));
    return refusal === null ? inner.commit(changes) : failed(refusal.why, refusal.detail);
  };
  return {
    commit,
    append: rows => commit(rows.map(record => ({ type: 'append', record }))),
    documents: kind => inner.documents(kind),
    eachDocument: (kind, seen) => inner.eachDocument(kind, seen),
    document: (kind, key) => inner.document(kind, key),
    newest: (kind, limit) => inner.newest(kind, limit),
    prune: (kind, before) => inner.prune(kind, before),
    close: () => inner.close(),
  };
}

beforeEach(() => {
  clock = virtualClock(0);
  [refusal, takesMs, lastEndsAtMs, writes, told] = [null, 0, 0, 0, []];
  const changed = (mode: { readonly why: string } | null) => void told.push(mode?.why ?? null);
  records = new WatchedRecords({ clock, log: silentLog, records: disk(), changed });
});

test('a good disk is never spoken of', async () => {
  expect(await write()).toEqual(ok(undefined));
  await run(60_000);
  expect([told, writes]).toEqual([[], 1]);
});

test('a write that fails begins it; trials become seldom; the first write that is on disk ends it', async () => {
  refusal = { why: 'exception', detail: 'disk full' };
  expect(await write()).toMatchObject({ ok: false });
  expect(told).toEqual(['disk full']);
  await run(10 * 60_000);
  expect(writes, '1, 3, 7, 15, 31, 63 s, then every minute').toBeLessThan(18);
  expect(writes).toBeGreaterThan(12);
  expect(told).toEqual(['disk full']);
  refusal = null;
  await run(61_000);
  expect(told).toEqual(['disk full', null]);
  const before = writes;
  await run(10 * 60_000);
  expect(writes, 'nobody tries a disk that is well').toBe(before);
});

test('a write of any room ends it too', async () => {
  refusal = { why: 'exception', detail: 'disk full' };
  await write();
  refusal = null;
  await records.append([{ kind: 'r', atWallMs: 0, json: '{}' }]);
  expect(told).toEqual(['disk full', null]);
});

test('too many writes at once, and one that is no text, say nothing of the disk', async () => {
  for (const why of ['cancelled', 'malformed'] as const) {
    refusal = { why, detail: '' };
    await write();
  }
  expect(told).toEqual([]);
});

test('a write that does not end begins it after ten seconds, and ends it when it ends', async () => {
  takesMs = 3 * STALLED_AFTER_MS;
  void write();
  takesMs = 0;
  await run(STALLED_AFTER_MS - 1);
  expect(told).toEqual([]);
  await run(1);
  expect(told).toEqual(['a write has not ended for 10 s']);
  await run(5_000);
  expect(writes, 'one trial waits behind it').toBe(2);
  await run(3 * STALLED_AFTER_MS);
  expect(told).toEqual(['a write has not ended for 10 s', null]);
});

test('after five crashes it is held for its minutes, however well the disk is', async () => {
  records.hold('it crashed', 300_000);
  expect(told).toEqual(['it crashed']);
  await write();
  await run(299_000);
  expect(told).toEqual(['it crashed']);
  await run(61_000);
  expect(told).toEqual(['it crashed', null]);
});
