/** What a charging station is answered while this gateway is its only authority. */
import { expect, test } from 'vitest';
import { answer, HEARTBEAT_S } from '#site/answer.ts';
import type { Reply, Report } from '#site/report.ts';

const WALL_MS = 1_800_000_000_000;

const stopped = (idToken: string | null): Report => ({
  kind: 'transaction-ended',
  transactionId: 7,
  idToken,
  meterStopWh: 0,
  atWallMs: 0,
  reason: 'Local',
  samples: [],
});

test.each<[string, Report, Reply]>([
  [
    'a boot is accepted, with our time and a heartbeat interval',
    { kind: 'boot', vendor: 'V', model: 'M', serial: '', firmware: '' },
    { kind: 'boot', status: 'Accepted', nowWallMs: WALL_MS, intervalS: HEARTBEAT_S },
  ],
  ['a heartbeat gets the time', { kind: 'heartbeat' }, { kind: 'heartbeat', nowWallMs: WALL_MS }],
  ['everyone may charge', { kind: 'authorize', idToken: 'TAG' }, { kind: 'authorize', status: 'Accepted' }],
  [
    'a start gets the fresh id as its transaction',
    { kind: 'transaction-started', connectorId: 1, idToken: 'TAG', meterStartWh: 0, atWallMs: 0, reservationId: null },
    { kind: 'transaction-started', transactionId: 4711, status: 'Accepted' },
  ],
  ['a stop by card is accepted', stopped('TAG'), { kind: 'transaction-ended', status: 'Accepted' }],
  ['a stop without a card needs no word on it', stopped(null), { kind: 'transaction-ended', status: null }],
  [
    'a vendor’s own message is not understood',
    { kind: 'data-transfer', vendorId: 'V', messageId: null, data: null },
    { kind: 'data-transfer', status: 'UnknownVendorId' },
  ],
  [
    'a status needs no answer but its receipt',
    { kind: 'connector-status', connectorId: 1, status: 'Available', errorCode: 'NoError', info: '', atWallMs: null },
    { kind: 'empty' },
  ],
  ['nor do samples', { kind: 'meter-values', connectorId: 1, transactionId: null, samples: [] }, { kind: 'empty' }],
])('%s', (_, report, reply) => {
  expect(answer(report, 4711, WALL_MS)).toEqual(reply);
});
