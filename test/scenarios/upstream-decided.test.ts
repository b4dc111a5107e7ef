/** What was decided of one station that stands for many chargers, where the standard leaves it open. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { handMade, told } from './hand-made.ts';
import { actionsSince, ask, garage, officeOf, plugged, status } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const cut = async (site: Story, identity: string) => {
  site.post(identity).link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  await site.run('5 s');
};

it('a remote start without a connector goes to the only plugged free socket, else is Rejected', async () => {
  const site = await garage(3, EVERYONE);
  const start = () => ask(site, 'RemoteStartTransaction', { idTag: 'REMOTE' });
  expect(await start(), 'nobody is here').toEqual(status('Rejected'));
  site.plug('CP1', { idTag: 'FIRST' });
  await site.run('1 min');
  expect(await start(), 'the one that is here charges').toEqual(status('Rejected'));
  await plugged(site, 'CP2');
  expect(await start()).toEqual(status('Accepted'));
  await site.run('1 min');
  expect(officeOf(site).ledger.starts).toMatchObject([{ idTag: 'FIRST' }, { connectorId: 2, idTag: 'REMOTE' }]);
  await site.close();
});

it('charger offline: Rejected', async () => {
  const site = await garage(2, EVERYONE);
  site.plug('CP1');
  await plugged(site, 'CP2');
  await site.run('1 min');
  const transactionId = officeOf(site).ledger.starts[0]?.transactionId;
  await cut(site, 'CP1');
  await cut(site, 'CP2');
  expect(await ask(site, 'RemoteStartTransaction', { connectorId: 2, idTag: 'X' })).toEqual(status('Rejected'));
  expect(await ask(site, 'RemoteStartTransaction', { idTag: 'X' })).toEqual(status('Rejected'));
  expect(await ask(site, 'RemoteStopTransaction', { transactionId })).toEqual(status('Rejected'));
  await site.close();
});

it('the same tag live elsewhere while offline: ConcurrentTx', async () => {
  const site = await garage(2, { knownTokens: ['STAFF'] });
  officeOf(site).leave();
  await site.run('1 min');
  site.plug('CP1', { idTag: 'STAFF' });
  await site.run('1 min');
  const hand = await handMade(site, 'CP2', 'CP2', 'secret-2');
  const start = { connectorId: 1, idTag: 'staff', meterStart: 0, timestamp: told(site) };
  expect(await hand.say('StartTransaction', start)).toMatchObject({ idTagInfo: status('ConcurrentTx') });
  await site.close();
});

it('the tag or its group that started it stops it locally', async () => {
  const site = await garage(1, { whoMayCharge: 'csms' });
  officeOf(site).behave({ group: idTag => (idTag === 'STRANGER' ? undefined : 'FLEET') });
  const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
  const present = (idTag: string) => hand.say('Authorize', { idTag });
  for (const idTag of ['A', 'B', 'STRANGER']) await present(idTag);
  const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: told(site) };
  const { transactionId } = (await hand.say('StartTransaction', start)) as { transactionId: number };
  officeOf(site).leave();
  await site.run('1 min');
  const fellow = { idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } };
  expect([await present('A'), await present('B')]).toEqual([fellow, fellow]);
  expect(await present('STRANGER')).toEqual({ idTagInfo: status('Invalid') });
  await hand.say('StopTransaction', { transactionId, idTag: 'B', meterStop: 900, timestamp: told(site) });
  officeOf(site).back();
  await site.run('5 min');
  expect(officeOf(site).ledger.stops).toMatchObject([{ meterStop: 900, reason: 'Local' }]);
  await site.close();
});

it('a stop of an unknown transaction is answered, set aside, its draw booked', async () => {
  const site = await garage(1, EVERYONE);
  const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: told(site) };
  await hand.say('StatusNotification', status);
  const drawn = [{ measurand: 'Current.Import', unit: 'A', phase: 'L1', value: '12' }];
  await hand.say('MeterValues', { connectorId: 1, meterValue: [{ timestamp: told(site), sampledValue: drawn }] });
  const from = officeOf(site).received.length;
  const stop = { transactionId: 4711, idTag: 'X', meterStop: 5_000, timestamp: told(site) };
  expect(await hand.say('StopTransaction', stop)).toMatchObject({});
  const records = site.site.world.openStore(null);
  const strays = records.ok ? records.value.documents('stray-stop') : records;
  expect(strays.ok && strays.value.map(({ json }) => JSON.parse(json))).toMatchObject([{ charger: 'CP1' }]);
  await site.run('1 min');
  expect(actionsSince(officeOf(site), from)).not.toContain('StopTransaction');
  expect(site.gateway.state().connectors[0]?.draw?.ma[0]).toBe(12_000);
  await site.close();
});

it('a wish of the back office is a ceiling: what the building needs still goes before it', async () => {
  const site = await garage(2, EVERYONE);
  site.plug('CP1');
  site.plug('CP2');
  const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32, numberPhases: 3 }] };
  const wish = { chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile' };
  const csChargingProfiles = { ...wish, chargingProfileKind: 'Absolute', chargingSchedule: schedule };
  expect(await ask(site, 'SetChargingProfile', { connectorId: 0, csChargingProfiles })).toEqual(status('Accepted'));
  site.step('main', 30);
  await site.run('5 min');
  expect(Math.max(...site.flowA('main'))).toBeLessThanOrEqual(63);
  await site.close();
});
