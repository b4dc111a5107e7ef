/** Charging profiles of the back office on disk: what a restart finds. */
import { expect, it } from 'vitest';
import type { StackEntry } from '#site/charging-profile/profile-stack.ts';
import { changesBetween, recalled } from '#upstream/stored-profiles.ts';
import type { StoredDocument } from '#world.ts';
import { type Draft, profile, stackOf } from '../site/charging-profile/profiles.ts';
import { Station } from './profile-station.ts';

const KIND = 'csms-profile';
const NOON = Date.parse('2026-03-20T12:00:00Z');

const document = (key: string, value: unknown): StoredDocument => ({ kind: KIND, key, json: JSON.stringify(value) });
const entry = (connector: number, draft: Draft): StackEntry => ({ connector, profile: profile(draft), session: null });

it('each profile is one record under its connector, purpose and level', () => {
  const stack = stackOf(
    [0, { id: 1, purpose: 'ChargingStationMaxProfile' }],
    [1, { id: 2, stackLevel: 3 }],
    [1, { id: 3, stackLevel: 3, purpose: 'TxProfile' }],
  );
  const changes = changesBetween(KIND, [], stack);
  expect(changes.map(change => (change.type === 'put' ? change.document.key : change.type))).toEqual([
    '0/ChargingStationMaxProfile/0',
    '1/TxDefaultProfile/3',
    '1/TxProfile/3',
  ]);
  const documents = changes.flatMap(change => (change.type === 'put' ? [change.document] : []));
  expect(recalled(documents)).toEqual({ stack, changes: [] });
});

it('what changed is written and nothing else: a new one over the old at its place, one that moved is taken from its own', () => {
  const before = stackOf([1, { id: 2 }], [1, { id: 3, stackLevel: 1 }], [2, { id: 4 }]);
  const kept = before[1] as StackEntry;
  const changes = changesBetween(KIND, before, [kept, entry(1, { id: 5 }), entry(2, { id: 4, stackLevel: 7 })]);
  expect(changes).toMatchObject([
    { type: 'remove', key: '2/TxDefaultProfile/0' },
    { type: 'put', document: { key: '1/TxDefaultProfile/0' } },
    { type: 'put', document: { key: '2/TxDefaultProfile/7' } },
  ]);
});

it('what an earlier version wrote without a level is moved to its place', () => {
  const old = entry(1, { id: 2, stackLevel: 4 });
  expect(recalled([document('1/TxDefaultProfile', old)])).toEqual({
    stack: [old],
    changes: [
      { type: 'remove', kind: KIND, key: '1/TxDefaultProfile' },
      { type: 'put', document: document('1/TxDefaultProfile/4', old) },
    ],
  });
});

it.each([
  ['no JSON', '{"connector":1,'],
  ['nothing', 'null'],
  ['another thing', JSON.stringify({ connector: 1, profile: {} })],
  ['no level', JSON.stringify({ connector: 1, profile: { ...profile(), stackLevel: undefined } })],
  ['a schedule without periods', JSON.stringify({ connector: 1, profile: { ...profile(), schedule: {} } })],
  [
    'a period without a limit',
    JSON.stringify({ connector: 1, profile: profile({ schedule: { periods: [{}] as never } }) }),
  ],
])('a damaged record (%s) is passed over, and the rest holds', (_what, json) => {
  const good = entry(1, { id: 2 });
  const found = recalled([{ kind: KIND, key: 'x', json }, document('1/TxDefaultProfile/0', good)]);
  expect(found).toEqual({ stack: [good], changes: [] });
});

it('there are never more records than profiles that stand, and a clear leaves none', () => {
  const station = new Station([{}, {}], NOON);
  const set = (id: number, connectorId: number, stackLevel: number) =>
    station.ask('SetChargingProfile', {
      connectorId,
      csChargingProfiles: {
        chargingProfileId: id,
        stackLevel,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
      },
    });
  for (let n = 0; n < 300; n++) set(n % 97, n % 3, n % 7);
  const stood = station.disk.size;
  expect(stood).toBeLessThanOrEqual(21);
  station.restart();
  expect(station.disk.size).toBe(stood);
  expect(station.ask('ClearChargingProfile', {})).toEqual({ status: 'Accepted' });
  expect(station.disk.size).toBe(0);
});
