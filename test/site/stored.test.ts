/** Rule 27: what a new process books for what an earlier one told its chargers. */
import { expect, it, test } from 'vitest';
import { unknownLedger } from '#site/gate/ledger.ts';
import { covers, mayHold, type Restored, restorable, type StoredSchedule, storedLedger } from '#site/gate/stored.ts';
import { initialState } from '#site/initial.ts';
import type { Held, Ledger } from '#site/state.ts';
import { PROVEN, topologyOf } from './site.ts';

const MODEL = { profileId: 'test', vendor: 'V', model: 'M', firmware: '1' };
const schedule = (limitA: number, lapseA: number, ttlS: number | null): StoredSchedule => ({
  limitMa: limitA * 1000,
  lapseMa: lapseA * 1000,
  ttlMs: ttlS === null ? null : ttlS * 1000,
  model: MODEL,
});
const topology = topologyOf({ bays: [{ fallbackA: 6 }, { fallbackA: 6 }] });
const FOREVER = Number.POSITIVE_INFINITY;

test.each<[string, StoredSchedule, number, number, number]>([
  ['a lease lapses a TTL and ten seconds after the start', schedule(16, 6, 300), 16_000, 6_000, 311_000],
  ['one that was shorter by its own TTL', schedule(16, 6, 60), 16_000, 6_000, 71_000],
  ['a paused car may come back to its lapse value', schedule(0, 6, 900), 6_000, 6_000, 911_000],
  ['a fallback that was raised meanwhile counts', schedule(4, 4, 300), 6_000, 6_000, 311_000],
  ['one that was lowered, not: the charger still has the old one', schedule(16, 10, 300), 16_000, 10_000, 311_000],
  ['a schedule without an end has none', schedule(12, 12, null), 12_000, 12_000, FOREVER],
])('%s', (_, stored, limitMa, lapseMa, lapsesAtMs) => {
  const [held, ...rest] = storedLedger(topology.connectors[0]!, stored, 1_000).held;
  expect(held).toMatchObject({ limitMa, lapseMa, lapsesAtMs, ackedAtMs: null });
  expect(rest).toEqual([]);
});

it('a new process books what is stored, and the rating where nothing is', () => {
  const restored: Restored = { schedule: schedule(16, 6, 300), traits: PROVEN };
  const state = initialState(topology, 0, [restored, null]);
  expect(state.connectors.map(({ ledger }) => ledger.held[0]?.limitMa)).toEqual([16_000, 32_000]);
  expect(state.chargers[0]).toMatchObject({ vendor: 'V', model: 'M', firmware: '1', booted: false });
});

test.each<[string, StoredSchedule | null, object, boolean]>([
  ['a proven model is believed', schedule(16, 6, 300), {}, true],
  ['nothing stored is nothing to believe', null, {}, false],
  ['a class B model is not', schedule(16, 6, 300), { leaseClass: 'B' }, false],
  ['an unknown one neither', schedule(16, 6, 300), { leaseClass: 'unknown' }, false],
  ['another profile than it was sent under', schedule(16, 6, 300), { profileId: 'other' }, false],
])('%s', (_, stored, change, isBelieved) => {
  const found = restorable(topology, [stored, null], () => ({ ...PROVEN, ...change }));
  expect(found.map(each => each !== null)).toEqual([isBelieved, false]);
});

it('the sockets of one charger that remember two firmwares are both at their rating', () => {
  const [first, second] = topology.chargers;
  const twin = {
    ...topology,
    chargers: [
      { ...first!, connectors: [0, 1] },
      { ...second!, connectors: [] },
    ],
  };
  const newer = { ...schedule(8, 6, 300), model: { ...MODEL, firmware: '2' } };
  expect(restorable(twin, [schedule(8, 6, 300), newer], () => PROVEN)).toEqual([null, null]);
});

const lease = (limitA: number, lapseA: number, ttlS: number, sentAtS = 0): Held => ({
  limitMa: limitA * 1000,
  lapseMa: lapseA * 1000,
  lapsesAtMs: (sentAtS + ttlS) * 1000,
  sentAtMs: sentAtS * 1000,
  ackedAtMs: null,
});
const endless = (limitA: number): Held => ({ ...lease(limitA, limitA, 0), lapsesAtMs: FOREVER });
const unknown = unknownLedger(32_000).held[0]!;

test.each<[string, Partial<Ledger>, StoredSchedule]>([
  ['the highest of all that it may hold', { held: [lease(16, 6, 300), lease(8, 6, 300)] }, schedule(16, 6, 300)],
  ['for the longest of their times', { held: [lease(16, 6, 300), lease(10, 6, 600)] }, schedule(16, 6, 600)],
  ['a lower one without an end does not make the higher endless', { held: [endless(6), lease(16, 6, 300)] }, schedule(16, 6, 300)], // biome-ignore format: one row
  ['a higher one without an end is', { held: [endless(20), lease(16, 6, 300)] }, schedule(20, 20, null)],
  ['a paused car’s lapses upwards', { held: [lease(0, 6, 900)] }, schedule(6, 6, null)],
  ['an unknown past is the rating', { held: [unknown, lease(8, 6, 300)] }, schedule(32, 32, null)],
  ['a charger that does not obey is at its rating', { held: [lease(8, 6, 300)], uncontrolled: true }, schedule(32, 32, null)], // biome-ignore format: one row
])('what is stored is %s', (_, ledger, expected) => {
  const state = initialState(topology, 0);
  const connectors = state.connectors.map(found => ({ ...found, ledger: { ...found.ledger, ...ledger } }));
  const { limitMa, lapseMa, ttlMs } = mayHold({ ...state, connectors }, 0, null);
  expect({ limitMa, lapseMa, ttlMs }).toEqual({ limitMa: expected.limitMa, lapseMa: expected.lapseMa, ttlMs: expected.ttlMs }); // biome-ignore format: one row
});

it('what was restored keeps the time that it was stored with', () => {
  const before = schedule(16, 6, 300);
  const state = initialState(topology, 5_000, [{ schedule: before, traits: PROVEN }, null]);
  expect(mayHold(state, 0, before)).toEqual(before);
});

test.each<[StoredSchedule | null, StoredSchedule, boolean]>([
  [null, schedule(32, 32, null), true],
  [schedule(16, 6, 300), schedule(16, 6, 300), true],
  [schedule(16, 6, 300), schedule(16.1, 6, 300), false],
  [schedule(16, 6, 300), schedule(16, 8, 300), false],
  [schedule(16, 6, 60), schedule(16, 6, 300), false],
  [schedule(16, 6, 60), schedule(6, 6, null), true],
  [schedule(16, 16, null), schedule(16, 6, 300), true],
])('%j on disk covers %j: %s', (stored, need, expected) => {
  expect(covers(stored, need)).toBe(expected);
});
