/** Whatever the house says in 1.6 it understands again, and its schema takes it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIONS_16 } from '#ocpp/schema.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import type { ChargingProfile, ChargingSchedule, Command, CommandReply } from '#site/command.ts';
import type { MeterSample, Reply, Report, SampledValue, SignedValue } from '#site/report.ts';

const text = (maxLength: number) => fc.string({ maxLength });
const word = (maxLength: number) => fc.string({ minLength: 1, maxLength });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const id = fc.integer({ min: -2, max: 2 ** 31 - 1 });
const wallMs = fc.integer({ min: 0, max: 253_402_300_799_999 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0);
const limit = fc.integer({ min: 0, max: 500_000 }).map(tenths => tenths / 10);
const one = fc.constantFrom;

const value: fc.Arbitrary<SampledValue> = fc.record({
  measurand: one(
    'Current.Import',
    'Current.Offered',
    'Power.Active.Import',
    'Power.Offered',
    'Energy.Active.Import.Register',
    'Voltage',
    'SoC',
  ),
  phase: one('L1', 'L2', 'L3', 'N', null),
  value: number,
  location: one('Cable', 'EV', 'Inlet', 'Outlet', 'Body'),
});
const signed: fc.Arbitrary<SignedValue> = fc.record({
  data: fc.string({ unit: 'binary', maxLength: 60 }),
  context: fc.constant(null),
  measurand: maybe(one('Energy.Active.Import.Register', 'Energy.Active.Export.Register', 'Frequency')),
  phase: maybe(one('L1', 'L1-N', 'L1-L2', 'N')),
  location: maybe(one('Cable', 'EV', 'Inlet', 'Outlet', 'Body')),
  unit: maybe(one('Wh', 'kWh', 'varh', 'A', 'W')),
});
const sample: fc.Arbitrary<MeterSample> = fc
  .record({
    atWallMs: wallMs,
    context: one('Sample.Periodic', 'Sample.Clock', 'Transaction.Begin', 'Transaction.End', 'Trigger', 'Other'),
    values: fc.array(value, { maxLength: 5 }),
    signed: maybe(fc.array(signed, { minLength: 1, maxLength: 2 })),
  })
  .map(({ signed, ...its }): MeterSample => {
    if (signed === null) return its;
    // The word at the reading is that of its sample, or is left out where that is the one without a word.
    const context = its.context === 'Sample.Periodic' ? null : its.context;
    return { ...its, signed: signed.map(each => ({ ...each, context })) };
  })
  // The context is written at each value; without values there is nowhere to write it.
  .map(its => (its.values.length === 0 && its.signed === undefined ? { ...its, context: 'Sample.Periodic' } : its));
const samples = fc.array(sample, { maxLength: 4 });

const schedule = (startWallMs: fc.Arbitrary<number | null>): fc.Arbitrary<ChargingSchedule> =>
  fc.record({
    unit: one('A', 'W'),
    startWallMs,
    durationS: maybe(fc.nat()),
    minRate: fc.constant(null),
    periods: fc.array(fc.record({ startS: fc.nat(), limit, numberPhases: maybe(fc.integer({ min: 1, max: 3 })) })),
  });
const purpose = one('ChargingStationMaxProfile', 'TxDefaultProfile', 'TxProfile');
const profile: fc.Arbitrary<ChargingProfile> = fc.record({
  id,
  stackLevel: fc.nat(),
  purpose,
  kind: one('Absolute', 'Recurring', 'Relative'),
  recurrency: one('Daily', 'Weekly', null),
  transactionId: maybe(id),
  validFromWallMs: maybe(wallMs),
  validToWallMs: maybe(wallMs),
  schedule: schedule(maybe(wallMs)),
});

const transfer = { kind: one('data-transfer'), vendorId: text(255), messageId: maybe(text(50)), data: maybe(text(80)) };
const authorization = one('Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx');

const reports: Record<Report['kind'], [fc.Arbitrary<Report>, fc.Arbitrary<Reply>]> = {
  boot: [
    fc.record({ kind: one('boot'), vendor: text(20), model: text(20), serial: text(25), firmware: text(50) }),
    fc.record({
      kind: one('boot'),
      status: one('Accepted', 'Pending', 'Rejected'),
      nowWallMs: wallMs,
      intervalS: fc.nat(),
    }),
  ],
  heartbeat: [fc.record({ kind: one('heartbeat') }), fc.record({ kind: one('heartbeat'), nowWallMs: wallMs })],
  'connector-status': [
    fc.record({
      kind: one('connector-status'),
      connectorId: fc.nat(),
      status: one('Available', 'Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing', 'Faulted'),
      errorCode: one('NoError', 'GroundFailure', 'OtherError'),
      info: text(50),
      atWallMs: maybe(wallMs),
    }),
    fc.record({ kind: one('empty') }),
  ],
  authorize: [
    fc.record({ kind: one('authorize'), idToken: text(20) }),
    fc.record(
      { kind: one('authorize'), status: authorization, groupIdToken: text(20) },
      { requiredKeys: ['kind', 'status'] },
    ),
  ],
  'transaction-started': [
    fc.record({
      kind: one('transaction-started'),
      connectorId: fc.nat(),
      idToken: text(20),
      meterStartWh: id,
      atWallMs: wallMs,
      reservationId: maybe(id),
    }),
    fc.record(
      { kind: one('transaction-started'), transactionId: id, status: authorization, groupIdToken: text(20) },
      { requiredKeys: ['kind', 'transactionId', 'status'] },
    ),
  ],
  'transaction-ended': [
    fc.record({
      kind: one('transaction-ended'),
      transactionId: id,
      idToken: maybe(text(20)),
      meterStopWh: id,
      atWallMs: wallMs,
      reason: one('Local', 'Remote', 'EVDisconnected', 'HardReset', 'SoftReset', 'DeAuthorized', 'Other'),
      samples,
    }),
    fc.record({ kind: one('transaction-ended'), status: maybe(authorization) }),
  ],
  'meter-values': [
    fc.record({ kind: one('meter-values'), connectorId: fc.nat(), transactionId: maybe(id), samples }),
    fc.record({ kind: one('empty') }),
  ],
  'data-transfer': [
    fc.record(transfer),
    fc.record({
      kind: one('data-transfer'),
      status: one('Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId'),
    }),
  ],
  'log-status': [
    fc.record({ kind: one('log-status'), status: one('Idle', 'Uploaded', 'UploadFailure', 'Uploading') }),
    fc.record({ kind: one('empty') }),
  ],
  'firmware-status': [
    fc.record({ kind: one('firmware-status'), status: one('Downloaded', 'Installing', 'InstallationFailed') }),
    fc.record({ kind: one('empty') }),
  ],
  'log-upload-status': [
    fc.record({
      kind: one('log-upload-status'),
      status: one('Idle', 'Uploaded', 'UploadFailure', 'PermissionDenied', 'NotSupportedOperation'),
      requestId: maybe(id),
    }),
    fc.record({ kind: one('empty') }),
  ],
  'signed-firmware-status': [
    fc.record({
      kind: one('signed-firmware-status'),
      status: one('Idle', 'SignatureVerified', 'Installed'),
      requestId: maybe(id),
    }),
    fc.record({ kind: one('empty') }),
  ],
};

const status = (...words: string[]): fc.Arbitrary<CommandReply> =>
  fc.record({ kind: one('status'), status: one(...words) });

const localCard = fc
  .record({
    idToken: text(20),
    status: maybe(authorization),
    groupIdToken: maybe(text(20)),
    expiresAtWallMs: maybe(wallMs),
  })
  // Only a status has a place for the rest.
  .map(its => (its.status === null ? { ...its, groupIdToken: null, expiresAtWallMs: null } : its));
const place = one('https://files.example/put/', 'ftp://files.example/a.tar');
const logOrder = {
  location: place,
  retries: maybe(fc.nat()),
  retryIntervalS: maybe(fc.nat()),
  fromWallMs: maybe(wallMs),
  toWallMs: maybe(wallMs),
};
const certificateUse = one('CentralSystemRootCertificate', 'ManufacturerRootCertificate');

const commands: Record<Command['kind'], [fc.Arbitrary<Command>, fc.Arbitrary<CommandReply>]> = {
  'set-charging-profile': [
    fc.record({ kind: one('set-charging-profile'), connectorId: fc.nat(), profile }),
    status('Accepted', 'Rejected', 'NotSupported'),
  ],
  'clear-charging-profile': [
    fc.record({
      kind: one('clear-charging-profile'),
      profileId: maybe(id),
      connectorId: maybe(fc.nat()),
      purpose: maybe(purpose),
      stackLevel: maybe(fc.nat()),
    }),
    status('Accepted', 'Unknown'),
  ],
  'get-composite-schedule': [
    fc.record({
      kind: one('get-composite-schedule'),
      connectorId: fc.nat(),
      durationS: fc.nat(),
      unit: one('A', 'W', null),
    }),
    fc.record({
      kind: one('composite-schedule'),
      status: one('Accepted', 'Rejected'),
      connectorId: maybe(fc.nat()),
      startWallMs: maybe(wallMs),
      schedule: maybe(schedule(fc.constant(null))),
    }),
  ],
  trigger: [
    fc.record({
      kind: one('trigger'),
      message: one('BootNotification', 'Heartbeat', 'MeterValues', 'StatusNotification', 'LogStatus', 'FirmwareStatus'),
      connectorId: maybe(fc.nat()),
    }),
    status('Accepted', 'Rejected', 'NotImplemented'),
  ],
  'change-availability': [
    fc.record({ kind: one('change-availability'), connectorId: fc.nat(), operative: fc.boolean() }),
    status('Accepted', 'Rejected', 'Scheduled'),
  ],
  'remote-start': [
    fc.record({
      kind: one('remote-start'),
      connectorId: maybe(fc.nat()),
      idToken: text(20),
      profile: maybe(profile),
    }),
    status('Accepted', 'Rejected'),
  ],
  'remote-stop': [fc.record({ kind: one('remote-stop'), transactionId: id }), status('Accepted', 'Rejected')],
  reset: [fc.record({ kind: one('reset'), hard: fc.boolean() }), status('Accepted', 'Rejected')],
  'unlock-connector': [
    fc.record({ kind: one('unlock-connector'), connectorId: fc.nat() }),
    status('Unlocked', 'UnlockFailed', 'NotSupported'),
  ],
  'get-variables': [
    fc.record({ kind: one('get-variables'), keys: fc.array(word(50), { maxLength: 4 }) }),
    fc.record({
      kind: one('variables'),
      known: fc.array(fc.record({ key: text(50), readonly: fc.boolean(), value: maybe(text(500)) })),
      unknown: fc.array(text(50), { maxLength: 4 }),
    }),
  ],
  'set-variable': [
    fc.record({ kind: one('set-variable'), key: text(50), value: text(500) }),
    status('Accepted', 'Rejected', 'RebootRequired', 'NotSupported'),
  ],
  'clear-cache': [fc.record({ kind: one('clear-cache') }), status('Accepted', 'Rejected')],
  'data-transfer': [
    fc.record(transfer),
    fc.record({
      kind: one('data-transfer'),
      status: one('Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId'),
      data: maybe(text(80)),
    }),
  ],
  reserve: [
    fc.record({
      kind: one('reserve'),
      reservationId: id,
      connectorId: fc.nat(),
      idToken: text(20),
      groupIdToken: maybe(text(20)),
      expiresAtWallMs: wallMs,
    }),
    status('Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable'),
  ],
  'cancel-reservation': [
    fc.record({ kind: one('cancel-reservation'), reservationId: id }),
    status('Accepted', 'Rejected'),
  ],
  'send-local-list': [
    fc.record({
      kind: one('send-local-list'),
      version: id,
      full: fc.boolean(),
      entries: fc.array(localCard, { maxLength: 4 }),
    }),
    status('Accepted', 'Failed', 'NotSupported', 'VersionMismatch'),
  ],
  'get-local-list-version': [
    fc.record({ kind: one('get-local-list-version') }),
    fc.record({ kind: one('local-list-version'), version: id }),
  ],
  'get-diagnostics': [
    fc.record({ kind: one('get-diagnostics'), ...logOrder }),
    fc.record({ kind: one('log'), status: fc.constant(null), fileName: maybe(text(255)) }),
  ],
  'get-log': [
    fc.record({ kind: one('get-log'), requestId: id, log: one('DiagnosticsLog', 'SecurityLog'), ...logOrder }),
    fc.record({
      kind: one('log'),
      status: one('Accepted', 'Rejected', 'AcceptedCanceled'),
      fileName: maybe(text(255)),
    }),
  ],
  'update-firmware': [
    fc.record({ kind: one('update-firmware'), location: place, retrieveAtWallMs: wallMs }),
    fc.record({ kind: one('nothing') }),
  ],
  'signed-update-firmware': [
    fc.record({
      kind: one('signed-update-firmware'),
      requestId: id,
      location: place,
      retrieveAtWallMs: wallMs,
      signingCertificate: text(80),
      signature: text(80),
    }),
    status('Accepted', 'Rejected', 'AcceptedCanceled', 'InvalidCertificate', 'RevokedCertificate'),
  ],
  'extended-trigger': [
    fc.record({
      kind: one('extended-trigger'),
      message: one('BootNotification', 'MeterValues', 'LogStatus', 'FirmwareStatus', 'SignCertificate'),
      connectorId: maybe(fc.nat()),
    }),
    status('Accepted', 'Rejected', 'NotImplemented'),
  ],
  'install-certificate': [
    fc.record({ kind: one('install-certificate'), use: certificateUse, certificate: text(80) }),
    status('Accepted', 'Failed', 'Rejected'),
  ],
  'delete-certificate': [
    fc.record({
      kind: one('delete-certificate'),
      hash: fc.record({
        hashAlgorithm: one('SHA256', 'SHA384', 'SHA512'),
        issuerNameHash: text(128),
        issuerKeyHash: text(128),
        serialNumber: text(40),
      }),
    }),
    status('Accepted', 'Failed', 'NotFound'),
  ],
  'get-certificates': [fc.record({ kind: one('get-certificates'), use: certificateUse }), status('NotFound')],
  'certificate-signed': [
    fc.record({ kind: one('certificate-signed'), chain: text(80) }),
    status('Accepted', 'Rejected'),
  ],
};

/** Through text, as on the wire. */
const overTheWire = (payload: object): object => JSON.parse(JSON.stringify(payload));

describe.each([
  ['reports', dialect16.reports, reports],
  ['commands', dialect16.commands, commands],
] as const)('%s', (_name, codec, kinds) => {
  test.each(Object.entries(kinds))('%s and its reply', (_kind, [requests, replies]) => {
    fc.assert(
      // biome-ignore lint/suspicious/noExplicitAny: one property for all kinds
      fc.property(requests as fc.Arbitrary<any>, replies as fc.Arbitrary<any>, (request, reply) => {
        // biome-ignore lint/suspicious/noExplicitAny: one property for both codecs
        const its = codec as any;
        const encoded = its.encode(request);
        const { action, payload } = encoded.value;
        expect(its.decode(action, overTheWire(payload), 'strict')).toEqual({ ok: true, value: request, mended: 0 });
        const answer = its.encodeReply(request, reply);
        expect(its.decodeReply(request, overTheWire(answer), 'strict')).toEqual({ ok: true, value: reply, mended: 0 });
        expect(ACTIONS_16.get(action)?.request.check(payload)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});

describe('what 1.6 cannot say', () => {
  test('a status that is not known is not told upwards', () => {
    const report: Report = {
      kind: 'connector-status',
      connectorId: 1,
      status: 'Unknown',
      errorCode: '',
      info: '',
      atWallMs: null,
    };
    expect(dialect16.reports.encode(report)).toMatchObject({ ok: false, why: 'not-supported' });
    const told = dialect16.reports.encode({ ...report, status: 'Available', errorCode: 'PowerQuality' });
    expect(told).toMatchObject({ ok: true, value: { payload: { errorCode: 'OtherError' } } });
  });

  test('a stop reason of a later version is folded, a status of a later version is not told', () => {
    const reason = (word: string) => {
      const encoded = dialect16.reports.encode({
        kind: 'transaction-ended',
        transactionId: 1,
        idToken: null,
        meterStopWh: 0,
        atWallMs: 0,
        reason: word,
        samples: [],
      });
      return encoded.ok && (encoded.value.payload as { reason: string }).reason;
    };
    expect(reason('ImmediateReset')).toBe('SoftReset');
    expect(reason('MasterPass')).toBe('Local');
    expect(reason('EnergyLimitReached')).toBe('Other');
    expect(dialect16.reports.encode({ kind: 'firmware-status', status: 'SignatureVerified' })).toMatchObject({
      ok: false,
    });
    expect(dialect16.reports.encode({ kind: 'log-status', status: 'PermissionDenied' })).toMatchObject({
      ok: true,
      value: { payload: { status: 'UploadFailed' } },
    });
  });

  test('an answer of the wrong kind is a bug of ours', () => {
    expect(() => dialect16.reports.encodeReply({ kind: 'heartbeat' }, { kind: 'empty' })).toThrow(/heartbeat/);
    const command: Command = { kind: 'reset', hard: true };
    const reply: CommandReply = { kind: 'variables', known: [], unknown: [] };
    expect(() => dialect16.commands.encodeReply(command, reply)).toThrow(/reset/);
  });
});
