import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openSqlite } from '#real/sqlite.ts';
import type { DeadmanResults } from '#site/deadman/results.ts';
import { decodeResults, encodeResults } from '#store/deadman-results.ts';
import { openStore } from '#store/store.ts';
import type { RecordStore } from '#world.ts';
import { handClock, TOPOLOGY } from './small-site.ts';

const KEY = { vendor: 'Acme', model: 'Box', firmware: '1.0', identity: 'CP1', atWallMs: 1_000 };

const RESULTS: DeadmanResults = {
  models: [{ ...KEY, legs: { lease: 'fell', cut: 'fell', reboot: null }, leaseClass: null }],
  sockets: [
    {
      ...KEY,
      connectorId: 1,
      fellAfterMs: 22_400,
      found: {
        own: [0],
        meter: { kind: 'measured', ratio: 1.01, byPhase: [null, 1.01, null], direction: 'forward', good: true },
        wiring: { grid: [1], known: [1, null, null], agrees: false },
        raiseReactionMs: 8_000,
        fallReactionMs: null,
      },
    },
    { ...KEY, identity: 'CP2', connectorId: 2, fellAfterMs: null, found: null },
  ],
};

const warned: string[] = [];
const log = { ...silentLog, warn: (words: string) => void warned.push(words) };
let records: RecordStore | undefined;

/** A process that starts; the records outlive it. */
function start() {
  const clock = handClock(Date.UTC(2026, 5, 1));
  if (records === undefined) {
    const opened = openSqlite(null, { clock, log });
    if (!opened.ok) throw new Error(opened.detail);
    records = opened.value;
  }
  const store = openStore({ clock, log, records, topology: () => TOPOLOGY });
  const recalled = () => {
    const outcome = store.recall('deadman');
    if (!outcome.ok) throw new Error(outcome.detail);
    return outcome.value?.value ?? null;
  };
  return { clock, store, recalled };
}

afterEach(async () => {
  await records?.close();
  records = undefined;
  warned.length = 0;
});

describe('what dead-man tests have shown', () => {
  it('is read back as it was written', () => {
    expect(decodeResults(encodeResults(RESULTS))).toEqual({ value: RESULTS, skipped: 0 });
  });

  it('stands again after a restart, the newest of it', async () => {
    const { clock, store, recalled } = start();
    expect(recalled()).toBeNull();
    await store.remember('deadman', { models: [], sockets: [] });
    clock.move(1_000);
    await store.remember('deadman', RESULTS);
    expect(start().recalled()).toEqual(RESULTS);
  });

  it('loses a damaged entry and says so, and a damaged record gives way to the one before', async () => {
    const { recalled } = start();
    const damaged = {
      models: [...RESULTS.models, { ...RESULTS.models[0], leaseClass: 'Z' }],
      sockets: [{}, ...RESULTS.sockets],
    };
    await records?.append([{ kind: 'deadman', atWallMs: 1, json: JSON.stringify(damaged) }]);
    await records?.append([{ kind: 'deadman', atWallMs: 2, json: '{"models":[' }]);
    expect(recalled()).toEqual(RESULTS);
    expect(warned).toHaveLength(1);
  });

  it('never grants a class that a damaged entry might have had', () => {
    const [model] = RESULTS.models;
    const wrong = [
      { ...model, legs: { lease: 'yes', cut: 'fell', reboot: 'fell' } },
      { ...model, firmware: 7 },
      null,
      'A',
    ];
    for (const one of wrong) {
      expect(decodeResults(JSON.stringify({ models: [one], sockets: [] }))?.value.models).toEqual([]);
    }
    for (const json of ['', 'null', '[]', '{}', '{"models":1,"sockets":[]}']) expect(decodeResults(json)).toBeNull();
  });
});
