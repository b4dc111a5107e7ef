/** What chargers may hold outlives the process (rule 27): raises wait for it, nothing else does. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { failed } from '#base/outcome.ts';
import { openSqlite } from '#real/sqlite.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import type { StoredSchedule } from '#site/gate/stored.ts';
import { initialState } from '#site/initial.ts';
import { reduce } from '#site/reduce.ts';
import type { SiteState } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import { openStore } from '#store/store.ts';
import type { RecordStore, StoredRecord } from '#world.ts';
import { handClock, TOPOLOGY, TRAITS } from './small-site.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const PROVEN = { ...TRAITS, profileId: 'proven', leaseClass: 'A' } as const;
const proven = (count: number): Topology => ({
  ...TOPOLOGY,
  chargers: Array.from({ length: count }, (_, index) => ({
    ...{ index, identity: `CP${index}`, name: `Bay ${index}`, connectors: [index], traits: PROVEN },
  })),
  connectors: Array.from({ length: count }, (_, index) => ({ ...TOPOLOGY.connectors[0]!, index, charger: index })),
});

let records: RecordStore;
let appended: StoredRecord[];
let isFull: boolean;
/** A disk that takes its time: appends end when they are released. */
let hold: boolean;
let released: (() => void)[];
const warned: unknown[] = [];

beforeEach(() => {
  const opened = openSqlite(null, { clock: handClock(NOON), log: silentLog });
  if (!opened.ok) throw new Error(opened.detail);
  appended = [];
  isFull = false;
  hold = false;
  released = [];
  warned.length = 0;
  records = {
    ...opened.value,
    newest: (kind, limit) => opened.value.newest(kind, limit),
    commit: changes => opened.value.commit(changes),
    documents: kind => opened.value.documents(kind),
    eachDocument: (kind, seen) => opened.value.eachDocument(kind, seen),
    document: (kind, key) => opened.value.document(kind, key),
    prune: (kind, before) => opened.value.prune(kind, before),
    close: () => opened.value.close(),
    append: async rows => {
      if (isFull) return failed('exception', 'the disk is full');
      appended.push(...rows);
      if (hold) await new Promise<void>(done => released.push(done));
      return await opened.value.append(rows);
    },
  };
});
afterEach(() => records.close());

const settled = () => new Promise<void>(done => setImmediate(done));

/** A gateway on the same disk: its state, its book, and what it let leave. */
function start(count = 2) {
  const topology = proven(count);
  const clock = handClock(NOON);
  const log = {
    ...silentLog,
    warn: (_: string, fields?: object) => void warned.push(fields),
    error: (_: string, fields?: object) => void warned.push(fields),
  };
  const { schedules } = openStore({ clock, log, records, topology: () => topology });
  let state: SiteState = initialState(topology, 0);
  const left: string[] = [];
  const recalled = schedules.recall();
  const atMs = () => clock.nowMs();
  const command = (connector: number, limitA: number, change: 'raise' | 'decrease' | 'refresh') => {
    const ttlMs = 300_000;
    const body = { connector, charger: connector, limitMa: limitA * 1000, lapseMa: 6_000, ttlMs, change } as const;
    return { type: 'set-limit', ...body } satisfies GateCommand;
  };
  return {
    recalled,
    left,
    schedules,
    /** As the loop does: booked, then sent; all of them in one pass. */
    send(...commands: [number, number, 'raise' | 'decrease' | 'refresh'][]) {
      const all = commands.map(each => command(...each));
      state = reduce(state, { type: 'commands-sent', commands: all, atMs: atMs() });
      for (const each of all) {
        schedules.once(state, each, isStored => left.push(`${each.limitMa / 1000} ${isStored ? 'left' : 'refused'}`));
      }
    },
    /** The book of the gate is emptied: the envelope that is asked for next does not know what was sent before. */
    holdsNothing(connector: number) {
      const connectors = state.connectors.map((found, i) =>
        i === connector
          ? { ...found, ledger: { ...found.ledger, held: [{ ...found.ledger.held[0]!, limitMa: 0 }] } }
          : found,
      );
      state = { ...state, connectors };
    },
    /** The charger acknowledged it and stands by it: no older schedule is held. */
    believed(connector: number) {
      const { ledger } = state.connectors[connector]!;
      const connectors = state.connectors.map((found, i) =>
        i === connector ? { ...found, ledger: { ...ledger, held: ledger.held.slice(-1) } } : found,
      );
      state = { ...state, connectors };
    },
    /** The batch of some seconds. */
    async lower() {
      clock.move(10_000);
      schedules.lower(state);
      await settled();
    },
  };
}

/** A site that stands at 10 A, believed and written down. */
async function at10A(count = 2) {
  const site = start(count);
  for (let connector = 0; connector < count; connector++) {
    site.send([connector, 10, 'decrease']);
    site.believed(connector);
  }
  await site.lower();
  site.left.length = 0;
  return site;
}

const stored = (limitA: number): StoredSchedule => ({
  ...{ limitMa: limitA * 1000, lapseMa: 6_000, ttlMs: 300_000 },
  model: { profileId: 'proven', vendor: '', model: '', firmware: '' },
});

describe('what leaves', () => {
  it('on a new site nothing waits: a restart would book the rating', () => {
    const site = start();
    site.send([0, 16, 'raise']);
    expect(site.left).toEqual(['16 left']);
  });

  it('a raise above what is on disk leaves only after it is on disk', async () => {
    const site = await at10A();
    appended.length = 0;
    site.send([0, 16, 'raise']);
    expect(site.left).toEqual([]);
    await settled();
    expect(site.left).toEqual(['16 left']);
    expect(appended[0]?.json).toContain('16000');
    expect(start().recalled[0]).toEqual(stored(16));
  });

  it('a raise within it leaves at once', async () => {
    const site = await at10A();
    site.send([0, 16, 'raise']);
    await settled();
    site.send([0, 8, 'decrease'], [0, 14, 'raise']);
    expect(site.left).toEqual(['16 left', '8 left', '14 left']);
  });

  it('a decrease and a refresh leave at once, whatever waits', async () => {
    const site = await at10A();
    isFull = true;
    site.send([0, 16, 'raise'], [1, 8, 'decrease'], [1, 8, 'refresh']);
    expect(site.left).toEqual(['8 left', '8 left']);
  });

  it('a full disk refuses the raise, says so once, and holds up nothing else', async () => {
    const site = await at10A();
    isFull = true;
    for (const limitA of [16, 17]) {
      site.send([0, limitA, 'raise'], [1, 8, 'decrease']);
      await settled();
    }
    expect(site.left).toEqual(['8 left', '16 refused', '8 left', '17 refused']);
    expect(warned).toEqual([{ detail: 'the disk is full' }]);
    isFull = false;
    site.send([0, 18, 'raise']);
    await settled();
    expect(site.left.at(-1)).toBe('18 left');
    expect(start().recalled[0]).toEqual(stored(18));
  });

  it('a raise that comes while a lower value is on its way to the disk waits for its own', async () => {
    const site = await at10A();
    site.send([0, 16, 'raise']);
    await settled();
    site.send([0, 8, 'decrease']);
    site.believed(0);
    const lowering = site.lower();
    site.send([0, 12, 'raise']);
    expect(site.left.at(-1)).toBe('8 left');
    await lowering;
    await settled();
    expect(site.left.at(-1)).toBe('12 left');
    expect(start().recalled[0]).toEqual(stored(12));
  });

  it('on a slow disk, a raise that follows a lower value waits for its own record', async () => {
    const site = await at10A();
    hold = true;
    site.send([0, 16, 'raise']);
    await settled();
    site.send([0, 8, 'decrease']);
    site.believed(0);
    await site.lower();
    released[0]?.();
    await settled();
    expect(site.left, 'and the lower value is on its way now').toEqual(['8 left', '16 left']);
    site.send([0, 15, 'raise']);
    await settled();
    expect(site.left).not.toContain('15 left');
    hold = false;
    released[1]?.();
    await settled();
    expect(site.left).toContain('15 left');
    expect(start().recalled[0]).toEqual(stored(15));
  });

  it('two raises of a socket that wait together are stored at the higher', async () => {
    const site = await at10A();
    site.send([0, 16, 'raise']);
    site.holdsNothing(0);
    site.send([0, 12, 'raise']);
    await settled();
    expect(site.left).toEqual(['16 left', '12 left']);
    expect(start().recalled[0]).toEqual(stored(16));
  });

  it('what could not be written down is not taken for written', async () => {
    const site = await at10A();
    isFull = true;
    site.send([0, 12, 'decrease']);
    await settled();
    await site.lower();
    site.send([0, 12, 'raise']);
    await settled();
    expect(site.left).toEqual(['12 left', '12 refused']);
  });
});

describe('what is on disk', () => {
  it('a decrease lowers it once nothing higher is held, and not before', async () => {
    const site = await at10A();
    site.send([0, 16, 'raise']);
    await settled();
    site.send([0, 8, 'decrease']);
    await site.lower();
    expect(start().recalled[0]).toEqual(stored(16));
    site.believed(0);
    await site.lower();
    expect(start().recalled[0]).toEqual(stored(8));
  });

  it('a connector that may hold its rating needs no record', async () => {
    const site = start();
    site.send([0, 32, 'decrease']);
    site.believed(0);
    await site.lower();
    expect(start().recalled[0]).toBeNull();
  });

  it('nothing is written while nothing changes', async () => {
    const site = await at10A();
    const before = appended.length;
    for (let n = 0; n < 20; n++) {
      site.send([0, 10, 'refresh']);
      site.believed(0);
      await site.lower();
    }
    expect(appended.length).toBe(before);
  });

  test.each([34, 1_000])('a storm of raises on %d connectors is one record', async count => {
    const site = await at10A(count);
    appended.length = 0;
    site.send(...Array.from({ length: count }, (_, i): [number, number, 'raise'] => [i, 16, 'raise']));
    await settled();
    expect(site.left).toHaveLength(count);
    expect(appended).toHaveLength(1);
    expect(appended[0]!.json.length).toBeLessThan(160 * count + 40);
    expect(start(count).recalled.every(found => found?.limitMa === 16_000)).toBe(true);
  });

  it('weeks of changes leave few records behind, and all connectors known', async () => {
    const site = await at10A();
    for (let n = 0; n < 500; n++) {
      site.send([0, 10 + (n % 2), 'raise']);
      site.believed(0);
      await site.lower();
    }
    const kept = records.newest('schedules', 10_000);
    expect(kept.ok && kept.value.length).toBeLessThanOrEqual(101);
    expect(start().recalled.map(found => found?.limitMa)).toEqual([11_000, 10_000]);
  });
});

describe('what cannot be read is not trusted', () => {
  const write = (json: string) => records.append([{ kind: 'schedules', atWallMs: NOON, json }]);
  const entry = (charger: string, change: object = {}) => ({ charger, connectorId: 1, ...stored(10), ...change });
  const row = (...entries: unknown[]) => JSON.stringify({ whole: false, entries });

  it('a torn record makes all that stood before it unknown', async () => {
    await write(row(entry('CP0'), entry('CP1')));
    await write('{"whole":false,"entries":[{"ch');
    await write(row(entry('CP1', { limitMa: 8_000 })));
    expect(start().recalled.map(found => found?.limitMa ?? null)).toEqual([null, 8_000]);
    expect(warned).toEqual([{ kind: 'schedules', skipped: 1 }]);
  });

  test.each<[string, object]>([
    ['a limit that is text', { limitMa: '10' }],
    ['a negative limit', { limitMa: -1 }],
    ['no lapse value', { lapseMa: undefined }],
    ['no number of milliseconds', { ttlMs: 'long' }],
    ['no model', { model: null }],
    ['half a model', { model: { profileId: 'proven' } }],
  ])('an entry with %s makes its own connector unknown', async (_, bad) => {
    await write(row(entry('CP0'), entry('CP1')));
    await write(row(entry('CP0', bad)));
    expect(start().recalled.map(found => found?.limitMa ?? null)).toEqual([null, 10_000]);
    expect(warned).toEqual([{ kind: 'schedules', skipped: 1 }]);
  });

  test.each([7, null, { charger: 5, connectorId: 1 }, { connectorId: 1 }])(
    'an entry %j that names no connector makes all unknown',
    async bad => {
      await write(row(entry('CP0'), entry('CP1')));
      await write(row(bad));
      expect(start().recalled).toEqual([null, null]);
    },
  );

  it('a charger that the site no longer has is passed over', async () => {
    await write(row(entry('GONE'), entry('CP1')));
    expect(start().recalled.map(found => found?.limitMa ?? null)).toEqual([null, 10_000]);
    expect(warned).toEqual([]);
  });

  it('a disk that cannot be read leaves every connector at its rating', async () => {
    await records.close();
    expect(start().recalled).toEqual([null, null]);
    expect(warned, 'sessions, and what chargers may hold').toHaveLength(2);
  });
});
