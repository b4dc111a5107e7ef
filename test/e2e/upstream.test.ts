/** A strict foreign back office above, strict foreign chargers below, real sockets: no frame against the standard. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { houseWith } from './foreign/house.ts';
import { ForeignOffice } from './foreign/office.ts';
import { readSite, until } from './foreign/reading.ts';
import { type ForeignSite, openSite } from './foreign/site.ts';

const office = new ForeignOffice('HOUSE-1', 'sixteen-letters!');
let site: ForeignSite;

beforeAll(async () => {
  await office.open();
  const house = houseWith(['F1', 'F2', 'F5']);
  const section = `upstream: { url: "${office.url()}", identity: HOUSE-1, password: "\${OFFICE_PASSWORD}" }\n`;
  const environment = { ...house.environment, OFFICE_PASSWORD: 'sixteen-letters!' };
  site = await openSite({ ...house, yaml: `${house.yaml}${section}`, environment });
}, 20_000);

afterAll(async () => {
  await site.close();
  await office.close();
});

const nothingWrong = () => {
  expect(office.faults).toEqual([]);
  expect(site.faults()).toEqual([]);
};

const starts = () => [...office.starts.values()];
const stops = () => [...office.stops.values()];

/** The charger's own end of a session: what its register says, and why. */
async function end(identity: string, connectorId: number, meterStop: number): Promise<void> {
  const charger = site.charger(identity);
  const { transactionId } = charger.socket(connectorId);
  const said = { transactionId, meterStop, timestamp: new Date().toISOString(), reason: 'EVDisconnected' };
  await charger.call('StopTransaction', said);
  charger.socket(connectorId).unplug();
}

const ACCEPTED = { status: 'Accepted' };
const CERTIFICATES = { certificateType: 'CentralSystemRootCertificate' };

it('boots, tells every socket under its number, and what begins is there at once', async () => {
  await until('the boot', 10_000, () => (office.heard.includes('StatusNotification') ? true : null));
  expect(office.heard[0]).toBe('BootNotification');
  site.charger('F1').plug(1);
  site.charger('F5').plug(2);
  await until('two starts', 10_000, () => (office.starts.size === 2 ? true : null));
  expect(starts().map(start => [start.connectorId, start.idTag, start.transactionId])).toEqual(
    expect.arrayContaining([
      [1, 'F1/1', expect.any(Number)],
      [4, 'F5/2', expect.any(Number)],
    ]),
  );
  await until('samples', 30_000, () => (office.heard.includes('MeterValues') ? true : null));
  const view = await readSite(site.webUrl);
  expect(view.upstream).toMatchObject([{ identity: 'HOUSE-1', state: 'connected', setAside: 0 }]);
  expect(view.connectors.map(each => each.upstreamId)).toEqual([1, 2, 3, 4]);
  nothingWrong();
}, 60_000);

it('answers what it is asked in the words of the standard, and a profile reaches the car', async () => {
  expect(await office.call('GetConfiguration', { key: ['NumberOfConnectors', 'Nothing'] })).toEqual({
    configurationKey: [{ key: 'NumberOfConnectors', readonly: true, value: '4' }],
    unknownKey: ['Nothing'],
  });
  await office.call('GetConfiguration', {});
  const period = { startPeriod: 0, limit: 6.5, numberPhases: 3 };
  const csChargingProfiles = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [period] },
  };
  expect(await office.call('SetChargingProfile', { connectorId: 1, csChargingProfiles })).toEqual({
    status: 'Accepted',
  });
  await until('the limit of the back office', 15_000, async () => {
    const [first] = (await readSite(site.webUrl)).connectors;
    return first !== undefined && (first.targetA ?? 99) <= 6.5 ? true : null;
  });
  expect(await office.call('GetCompositeSchedule', { connectorId: 1, duration: 300 })).toMatchObject({
    status: 'Accepted',
  });
  expect(
    await office.call('GetCompositeSchedule', { connectorId: 0, duration: 300, chargingRateUnit: 'W' }),
  ).toMatchObject({
    status: 'Accepted',
  });
  expect(await office.call('ClearChargingProfile', {})).toEqual({ status: 'Accepted' });
  expect(await office.call('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 2 })).toEqual({
    status: 'Accepted',
  });
  expect(await office.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '10' })).toEqual({
    status: 'Accepted',
  });
  // Clause 5.2: what it already is, is Accepted, whatever runs.
  expect(await office.call('ChangeAvailability', { connectorId: 0, type: 'Operative' })).toEqual({
    status: 'Accepted',
  });
  expect(await office.call('GetLocalListVersion', {})).toEqual({ listVersion: 0 });
  const list = { listVersion: 1, updateType: 'Full', localAuthorizationList: [{ idTag: 'A', idTagInfo: ACCEPTED }] };
  expect(await office.call('SendLocalList', list)).toEqual(ACCEPTED);
  expect(await office.call('GetLocalListVersion', {})).toEqual({ listVersion: 1 });
  expect(await office.call('CancelReservation', { reservationId: 1 })).toEqual({ status: 'Rejected' });
  expect(await office.call('GetDiagnostics', { location: 'ftp://files.example/' })).toEqual({});
  expect(await office.call('GetInstalledCertificateIds', CERTIFICATES)).toEqual({ status: 'NotFound' });
  expect(await office.call('DataTransfer', { vendorId: 'x' })).toEqual({ status: 'UnknownVendorId' });
  nothingWrong();
}, 40_000);

it('what begins and ends while it is gone is there once when it is back, with the right registers', async () => {
  await office.close();
  await until('the gateway notices', 15_000, async () =>
    (await readSite(site.webUrl)).upstream[0]?.state === 'offline' ? true : null,
  );
  await end('F1', 1, 4321);
  site.charger('F2').plug(1);
  // F2's card is not known here: it is known, not everyone, who may charge; its session is a fact all the same.
  await until('a session here', 15_000, () => (site.charger('F2').socket(1).transactionId === null ? null : true));
  await end('F2', 1, 77);
  expect((await readSite(site.webUrl)).upstream[0]?.queued).toBeGreaterThanOrEqual(3);
  await office.open();
  await until('everything is told', 30_000, async () => (office.stops.size === 2 ? true : null));
  expect(
    starts()
      .map(start => start.idTag)
      .sort(),
  ).toEqual(['F1/1', 'F2/1', 'F5/2']);
  const idOf = (idTag: string) => starts().find(start => start.idTag === idTag)?.transactionId;
  expect(stops().map(stop => [stop.transactionId, stop.meterStop, stop.reason])).toEqual([
    [idOf('F1/1'), 4321, 'EVDisconnected'],
    [idOf('F2/1'), 77, 'EVDisconnected'],
  ]);
  await until('nothing waits', 15_000, async () => {
    const [line] = (await readSite(site.webUrl)).upstream;
    return line?.state === 'connected' && line.queued === 0 ? true : null;
  });
  nothingWrong();
}, 90_000);
