/** What the back office asks of the one station, and what becomes of it at the chargers. */
import { expect, it } from 'vitest';
import type { SimOffice } from '#sim/office.ts';
import { actionsSince, ask, garage, ledgerOf, NOTHING_WRONG, officeOf, plugged, status } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const profile = (more: object) => ({
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10, numberPhases: 3 }] },
  ...more,
});

const idAbove = (office: SimOffice, n = 0) => office.ledger.starts[n]?.transactionId;

it('a session is started and stopped from above, on the socket that was meant', async () => {
  const site = await garage(2, EVERYONE);
  const office = officeOf(site);
  await plugged(site, 'CP2');
  expect(await ask(site, 'RemoteStartTransaction', { connectorId: 2, idTag: 'REMOTE' })).toEqual(status('Accepted'));
  await site.run('1 min');
  expect(site.drawA('CP2')).toBeGreaterThan(6);
  expect(office.ledger.starts).toMatchObject([{ connectorId: 2, idTag: 'REMOTE' }]);
  expect(actionsSince(office, 0)).not.toContain('Authorize');
  expect(await ask(site, 'RemoteStopTransaction', { transactionId: 4711 })).toEqual(status('Rejected'));
  expect(await ask(site, 'RemoteStopTransaction', { transactionId: idAbove(office) })).toEqual(status('Accepted'));
  await site.run('1 min');
  expect(site.drawA('CP2')).toBe(0);
  expect(office.ledger.stops).toMatchObject([{ reason: 'Remote' }]);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it('a start without a connector means the only car that waits; with two, or none, nobody’s', async () => {
  const site = await garage(3, EVERYONE);
  const start = () => ask(site, 'RemoteStartTransaction', { idTag: 'REMOTE' });
  expect(await start()).toEqual(status('Rejected'));
  await plugged(site, 'CP2');
  await plugged(site, 'CP3');
  expect(await start()).toEqual(status('Rejected'));
  site.unplug('CP3');
  await site.run('10 s');
  expect(await start()).toEqual(status('Accepted'));
  await site.run('1 min');
  expect(officeOf(site).ledger.starts).toMatchObject([{ connectorId: 2 }]);
  await site.close();
});

it('what a charger that is away should do is Rejected, and a connector that is not there is an error', async () => {
  const site = await garage(1, EVERYONE);
  await plugged(site, 'CP1');
  site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  await site.run('5 s');
  expect(await ask(site, 'RemoteStartTransaction', { connectorId: 1, idTag: 'X' })).toEqual(status('Rejected'));
  expect(await ask(site, 'UnlockConnector', { connectorId: 1 })).toEqual(status('UnlockFailed'));
  // 5.7: the schedule of one is Rejected.
  expect(await ask(site, 'GetCompositeSchedule', { connectorId: 9, duration: 60 })).toEqual(status('Rejected'));
  for (const action of ['RemoteStartTransaction', 'ChangeAvailability', 'SetChargingProfile'])
    expect(
      await ask(
        site,
        action,
        {
          RemoteStartTransaction: { connectorId: 9, idTag: 'X' },
          ChangeAvailability: { connectorId: 9, type: 'Operative' },
          SetChargingProfile: { connectorId: 9, csChargingProfiles: profile({}) },
        }[action] ?? {},
      ),
      action,
    ).toBe('PropertyConstraintViolation');
  await site.close();
});

it('a charging profile of the back office holds a car down, and its end lets it up again', async () => {
  const site = await garage(2, EVERYONE);
  for (const identity of ['CP1', 'CP2']) site.plug(identity);
  await site.run('5 min');
  expect(site.drawA('CP1')).toBeGreaterThan(20);
  expect(await ask(site, 'SetChargingProfile', { connectorId: 1, csChargingProfiles: profile({}) })).toEqual(
    status('Accepted'),
  );
  await site.run('2 min');
  expect(site.drawA('CP1')).toBeLessThanOrEqual(10);
  expect(site.drawA('CP2')).toBeGreaterThan(20);
  expect(await ask(site, 'GetCompositeSchedule', { connectorId: 1, duration: 600 })).toMatchObject({
    status: 'Accepted',
    connectorId: 1,
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
  });
  expect(await ask(site, 'ClearChargingProfile', { id: 99 })).toEqual(status('Unknown'));
  expect(await ask(site, 'ClearChargingProfile', { id: 1 })).toEqual(status('Accepted'));
  await site.run('6 min');
  expect(site.drawA('CP1')).toBeGreaterThan(20);
  await site.close();
});

it('a limit on the whole station is shared by all cars, beside the building', async () => {
  const site = await garage(3, EVERYONE);
  for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
  await site.run('5 min');
  const limit = { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16_560, numberPhases: 3 }] };
  const max = profile({
    chargingProfilePurpose: 'ChargePointMaxProfile',
    chargingSchedule: { ...limit, startSchedule: '2020-01-01T00:00:00Z' },
  });
  expect(await ask(site, 'SetChargingProfile', { connectorId: 0, csChargingProfiles: max })).toEqual(
    status('Accepted'),
  );
  await site.run('3 min');
  const sumA = ['CP1', 'CP2', 'CP3'].reduce((sum, identity) => sum + site.drawA(identity), 0);
  expect(sumA).toBeLessThanOrEqual(24);
  expect(sumA).toBeGreaterThan(18);
  await site.close();
});

it('the profile of a remote start is the session’s own, and dies with it', async () => {
  const site = await garage(1, EVERYONE);
  await plugged(site, 'CP1');
  const chargingProfile = profile({ chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' });
  expect(await ask(site, 'RemoteStartTransaction', { connectorId: 1, idTag: 'R', chargingProfile })).toEqual(
    status('Accepted'),
  );
  await site.run('4 min');
  expect(site.drawA('CP1')).toBe(10);
  expect(await ask(site, 'RemoteStopTransaction', { transactionId: idAbove(officeOf(site)) })).toEqual(
    status('Accepted'),
  );
  await site.run('30 s');
  site.unplug('CP1');
  await site.run('10 s');
  site.plug('CP1');
  await site.run('6 min');
  expect(site.drawA('CP1')).toBeGreaterThan(20);
  await site.close();
});

it('its keys are told truthfully, and those that may be set are set', async () => {
  const site = await garage(2, EVERYONE);
  const all = (await ask(site, 'GetConfiguration', {})) as { configurationKey: { key: string; value: string }[] };
  expect(all.configurationKey.find(({ key }) => key === 'NumberOfConnectors')?.value).toBe('2');
  expect(await ask(site, 'GetConfiguration', { key: ['Nonsense'] })).toEqual({ unknownKey: ['Nonsense'] });
  const set = (key: string, value: string) => ask(site, 'ChangeConfiguration', { key, value });
  expect(await set('MeterValueSampleInterval', '120')).toEqual(status('Accepted'));
  expect(await set('MeterValueSampleInterval', 'soon')).toEqual(status('Rejected'));
  expect(await set('MeterValuesSampledData', 'Energy.Active.Import.Register,RPM')).toEqual(status('Rejected'));
  expect(await set('NumberOfConnectors', '3')).toEqual(status('Rejected'));
  expect(await set('Nonsense', '3')).toEqual(status('NotSupported'));
  site.plug('CP1');
  await site.run('1 min');
  const office = officeOf(site);
  const from = office.received.length;
  await site.run('10 min');
  expect(actionsSince(office, from).filter(action => action === 'MeterValues').length).toBe(5);
  const values = office.received.findLast(({ action }) => action === 'MeterValues')?.payload.meterValue;
  expect(JSON.stringify(values)).toContain('"measurand":"Current.Offered"');
  await site.close();
});

it('what it cannot do it refuses in the words of the standard', async () => {
  const site = await garage(1, EVERYONE);
  const at = '2026-01-01T00:00:00Z';
  const place = 'https://files.example/fw.bin';
  const signed = { location: place, retrieveDateTime: at, signingCertificate: 'PEM', signature: 'c2ln' };
  const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'a', issuerKeyHash: 'b', serialNumber: '1' };
  const use = { certificateType: 'CentralSystemRootCertificate' };
  expect(await ask(site, 'UpdateFirmware', { location: place, retrieveDate: at })).toBe('NotSupported');
  expect(await ask(site, 'SignedUpdateFirmware', { requestId: 1, firmware: signed })).toEqual(status('Rejected'));
  expect(await ask(site, 'InstallCertificate', { ...use, certificate: 'PEM' })).toEqual(status('Rejected'));
  expect(await ask(site, 'DeleteCertificate', { certificateHashData: hash })).toEqual(status('NotFound'));
  expect(await ask(site, 'GetInstalledCertificateIds', use)).toEqual(status('NotFound'));
  expect(await ask(site, 'CertificateSigned', { certificateChain: 'PEM' })).toEqual(status('Rejected'));
  expect(await ask(site, 'MakeCoffee', {})).toBe('NotImplemented');
  expect(await ask(site, 'Heartbeat', {})).toBe('NotSupported');
  expect(await ask(site, 'DataTransfer', { vendorId: 'who' })).toEqual(status('UnknownVendorId'));
  expect(await ask(site, 'DataTransfer', { vendorId: 'busbar', messageId: 'Dance' })).toEqual(
    status('UnknownMessageId'),
  );
  expect(await ask(site, 'ClearCache', {})).toEqual(status('Accepted'));
  await site.close();
});

it('what it is asked to say again it says after its answer, in the words of who asked', async () => {
  const site = await garage(2, EVERYONE);
  const office = officeOf(site);
  const trigger = (requestedMessage: string, more = {}) => ask(site, 'TriggerMessage', { requestedMessage, ...more });
  const extended = (requestedMessage: string) => ask(site, 'ExtendedTriggerMessage', { requestedMessage });
  const last = () => [office.received.at(-1)?.action, office.received.at(-1)?.payload];
  expect(await trigger('BootNotification')).toEqual(status('Rejected'));
  expect(await trigger('Heartbeat')).toEqual(status('Accepted'));
  expect(last()).toEqual(['Heartbeat', {}]);
  expect(await trigger('StatusNotification', { connectorId: 2 })).toEqual(status('Accepted'));
  expect(last()).toMatchObject(['StatusNotification', { connectorId: 2 }]);
  expect(await trigger('StatusNotification', { connectorId: 9 })).toEqual(status('Rejected'));
  expect(await trigger('MeterValues', { connectorId: 2 })).toEqual(status('Accepted'));
  expect(last()).toMatchObject(['MeterValues', { connectorId: 2 }]);
  expect(await trigger('DiagnosticsStatusNotification')).toEqual(status('Accepted'));
  expect(last()).toEqual(['DiagnosticsStatusNotification', { status: 'Idle' }]);
  expect(await trigger('FirmwareStatusNotification')).toEqual(status('Accepted'));
  expect(last()).toEqual(['FirmwareStatusNotification', { status: 'Idle' }]);
  expect(await extended('LogStatusNotification')).toEqual(status('Accepted'));
  expect(last()).toEqual(['LogStatusNotification', { status: 'Idle' }]);
  expect(await extended('FirmwareStatusNotification')).toEqual(status('Accepted'));
  expect(last()).toEqual(['SignedFirmwareStatusNotification', { status: 'Idle' }]);
  expect(await extended('SignChargePointCertificate')).toEqual(status('NotImplemented'));
  site.post('CP2').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  await site.run('5 s');
  expect(await trigger('MeterValues', { connectorId: 2 })).toEqual(status('Rejected'));
  await site.close();
});

it('a reset from above is followed by a boot, and a station that is turned away then says no more', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  office.behave({ boot: 'Rejected', bootIntervalS: 600 });
  const from = office.received.length;
  expect(await ask(site, 'Reset', { type: 'Soft' })).toEqual(status('Accepted'));
  await site.run('9 min');
  site.plug('CP1');
  expect(new Set(actionsSince(office, from))).toEqual(new Set(['BootNotification']));
  expect(actionsSince(office, from)).toHaveLength(1);
  office.behave({ boot: 'Accepted', bootIntervalS: 300 });
  await site.run('10 min');
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it('a flood of questions from above is answered at a pace or refused, and the site keeps its limits', async () => {
  const site = await garage(3, EVERYONE);
  for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
  await site.run('5 min');
  const office = officeOf(site);
  const answers: { readonly atMs: number; readonly word: string }[] = [];
  const from = site.site.clock.nowMs();
  for (let turn = 0; turn < 300; turn++) {
    for (let i = 0; i < 10; i++)
      office.call('GetCompositeSchedule', { connectorId: 0, duration: 604_800 }, answer => {
        const word = answer.ok ? 'answered' : answer.code;
        answers.push({ atMs: site.site.clock.nowMs(), word });
      });
    if (turn === 100) site.step('main', 20);
    await site.run('100 ms');
  }
  // Who stops a car is heard in between.
  const id = idAbove(office);
  expect(await ask(site, 'RemoteStopTransaction', { transactionId: id })).toEqual(status('Accepted'));
  await site.run('1 min');
  expect(answers).toHaveLength(3_000);
  const answered = answers.filter(({ word }) => word === 'answered');
  expect(new Set(answers.map(({ word }) => word))).toEqual(new Set(['answered', 'GenericError']));
  for (let second = 0; second < 30; second++) {
    const within = answered.filter(({ atMs }) => Math.floor((atMs - from) / 1000) === second);
    expect(within.length).toBeLessThanOrEqual(6);
    expect(within.length).toBeGreaterThanOrEqual(4);
  }
  expect(site.account().overLimitMs).toBe(0);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});
