/** The relay table against the schemas: whatever a CSMS may ask of a station of OCPP 1.6 is decided once. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ACTIONS_16 } from '#ocpp/schema.ts';
import { ACTION_OF } from '#ocpp/v16/commands.ts';
import { REPORT_ACTIONS } from '#ocpp/v16/reports.ts';
import { RELAY } from '#upstream/relay.ts';
import { relayTable } from '#upstream/relay-table.ts';

/** What only a station says (OCPP 1.6 clause 4, and the white paper on security): not ours to be asked. */
const ONLY_FROM_STATIONS = [
  'Authorize',
  'BootNotification',
  'DiagnosticsStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'LogStatusNotification',
  'MeterValues',
  'SecurityEventNotification',
  'SignCertificate',
  'SignedFirmwareStatusNotification',
  'StartTransaction',
  'StatusNotification',
  'StopTransaction',
];

const decided = (Object.keys(RELAY) as (keyof typeof RELAY)[]).map(kind => ACTION_OF[kind]);

it('every action from a CSMS to a station has exactly one row, and nothing else has', () => {
  const asked = [...ACTIONS_16.keys()].filter(action => !ONLY_FROM_STATIONS.includes(action));
  expect(asked).toHaveLength(26);
  expect([...decided].sort()).toEqual(asked.sort());
});

it('what only a station says is known as such by the schemas, and we say or hear it', () => {
  expect(ONLY_FROM_STATIONS.filter(action => !ACTIONS_16.has(action))).toEqual([]);
  const withCertificates = ['SecurityEventNotification', 'SignCertificate'];
  const unheard = ONLY_FROM_STATIONS.filter(action => !REPORT_ACTIONS.includes(action));
  expect(unheard).toEqual(withCertificates);
});

it('each row says what becomes of the action, and what is said while its charger is away', () => {
  for (const row of Object.values(RELAY)) for (const words of [row.does, row.away]) expect(words).not.toBe('');
});

it('ARCHITECTURE.md shows the table as it is', () => {
  const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  expect(page).toContain(relayTable(kind => ACTION_OF[kind]));
});
