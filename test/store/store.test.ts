import { afterEach, expect, test } from 'vitest';
import { type Fields, silentLog } from '#base/log.ts';
import { openSqlite } from '#real/sqlite.ts';
import type { OutsideLimit } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import { openStore, type Store } from '#store/store.ts';
import type { RecordStore } from '#world.ts';
import { handClock, outsideLimit, TOPOLOGY } from './small-site.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;

let records: RecordStore | undefined;
const warned: (Fields | undefined)[] = [];
const log = { ...silentLog, warn: (_: string, fields?: Fields) => void warned.push(fields) };

/** A process that starts at a wall time; the records outlive it. */
function start(atWallMs: number, topology: Topology = TOPOLOGY): Store & { move(ms: number): void } {
  const clock = handClock(atWallMs);
  if (records === undefined) {
    const opened = openSqlite(null, { clock, log });
    if (!opened.ok) throw new Error(opened.detail);
    records = opened.value;
  }
  return { ...openStore({ clock, log, records, topology: () => topology }), move: clock.move };
}

function recalled(store: Store): { value: readonly OutsideLimit[]; skipped: number } | null {
  const outcome = store.recall('outside-limits');
  if (!outcome.ok) throw new Error(outcome.detail);
  return outcome.value;
}

async function write(json: string, atWallMs = NOON): Promise<void> {
  await records?.append([{ kind: 'outside-limits', atWallMs, json }]);
}

afterEach(async () => {
  await records?.close();
  records = undefined;
  warned.length = 0;
});

test('an EMS limit stands again after a restart, with the time it had left', async () => {
  const before = start(NOON);
  before.move(MINUTE);
  const limit = outsideLimit({
    ...{ circuit: 1, limitW: 11_000, evOnly: true, failSafeMa: [20_000, 20_000, 20_000], setAtMs: 0 },
    ...{ validUntilMs: 10 * MINUTE, validUntilWallMs: NOON + 10 * MINUTE },
  });
  expect((await before.remember('outside-limits', [limit])).ok).toBe(true);
  const after = start(NOON + 4 * MINUTE);
  expect(recalled(after)).toEqual({
    value: [{ ...limit, validUntilMs: 6 * MINUTE, setAtMs: -4 * MINUTE }],
    skipped: 0,
  });
});

test('the newest set counts: a cleared limit stays cleared', async () => {
  const before = start(NOON);
  await before.remember('outside-limits', [outsideLimit()]);
  await before.remember('outside-limits', []);
  expect(recalled(start(NOON + MINUTE))).toEqual({ value: [], skipped: 0 });
});

test('a site that never had a limit from outside recalls none', () => {
  expect(recalled(start(NOON))).toBeNull();
});

test('a limit that ended while we were down stands on its fail-safe value, or is gone without one', async () => {
  const until = { validUntilMs: MINUTE, validUntilWallMs: NOON + MINUTE };
  const safe = outsideLimit({ ...until, failSafeMa: [10_000, 10_000, 10_000] });
  await start(NOON).remember('outside-limits', [safe, outsideLimit({ ...until, source: 'cap' })]);
  const found = recalled(start(NOON + 5 * MINUTE));
  expect(found?.value).toHaveLength(1);
  expect(found?.value[0]).toMatchObject({ source: 'ems', validUntilMs: -4 * MINUTE });
  expect(found?.skipped).toBe(0);
});

test('a wall clock that ran back over the restart gives no limit more time than it had left', async () => {
  await start(NOON).remember('outside-limits', [
    outsideLimit({ validUntilMs: 10 * MINUTE, validUntilWallMs: NOON + 10 * MINUTE }),
  ]);
  const found = recalled(start(Date.UTC(1970, 0, 1)));
  expect(found?.value[0]?.validUntilMs).toBe(10 * MINUTE);
});

test('limits are bound to circuits by name: the configuration may move or drop them', async () => {
  await start(NOON).remember('outside-limits', [
    outsideLimit({ circuit: 1 }),
    outsideLimit({ circuit: 0 }),
    outsideLimit({ circuit: 1, source: 'cap' }),
  ]);
  const [main, row] = TOPOLOGY.circuits;
  const moved = { ...TOPOLOGY, circuits: [row!], limitSources: ['ems'] };
  const found = recalled(start(NOON, moved));
  expect(found?.value.map(limit => [limit.circuit, limit.source])).toEqual([[0, 'ems']]);
  expect(found?.skipped).toBe(2);
  expect(main?.id).toBe('main');
});

const GOOD = {
  ...{ source: 'ems', circuit: 'main', limitMa: [1, 1, 1], limitW: null, evOnly: false },
  ...{ validUntilWallMs: null, failSafeMa: null, setAtWallMs: NOON },
};
test.each<[string, unknown]>([
  ['no object', 7],
  ['nothing', null],
  ['no source', { ...GOOD, source: 5 }],
  ['two phases', { ...GOOD, limitMa: [1, 1] }],
  ['text for amperes', { ...GOOD, limitMa: ['1', 1, 1] }],
  ['a negative limit', { ...GOOD, limitMa: [-1, 1, 1] }],
  ['text for watts', { ...GOOD, limitW: 'many' }],
  ['no kind of row', { ...GOOD, evOnly: undefined }],
  ['an end that is no instant', { ...GOOD, validUntilWallMs: 'noon' }],
  ['half a fail-safe value', { ...GOOD, failSafeMa: [1] }],
  ['no time of setting', { ...GOOD, setAtWallMs: null }],
])('an entry with %s is passed over and counted, the others stand', async (_, bad) => {
  const store = start(NOON);
  await write(JSON.stringify([bad, GOOD]));
  expect(recalled(store)).toMatchObject({ value: [{ source: 'ems', circuit: 0 }], skipped: 1 });
  expect(warned).toEqual([{ kind: 'outside-limits', what: 'what was set from outside', skipped: 1 }]);
});

test('a record torn on disk falls back to the one before it', async () => {
  const store = start(NOON);
  await store.remember('outside-limits', [outsideLimit()]);
  await write('[{"source":"em');
  await write('{}');
  expect(recalled(store)).toMatchObject({ value: [{ source: 'ems' }], skipped: 2 });
});

test('an EMS that writes for weeks leaves few records behind', async () => {
  const store = start(NOON);
  for (let n = 0; n < 250; n++) {
    store.move(1_000);
    await store.remember('outside-limits', [outsideLimit()]);
  }
  const kept = records?.newest('outside-limits', 1_000);
  expect(kept?.ok && kept.value.length).toBe(51);
  expect(recalled(store)?.value).toHaveLength(1);
});

test('a disk that refuses is told to who asked', async () => {
  const store = start(NOON);
  await records?.close();
  expect((await store.remember('outside-limits', [])).ok).toBe(false);
  expect(store.recall('outside-limits').ok).toBe(false);
});
