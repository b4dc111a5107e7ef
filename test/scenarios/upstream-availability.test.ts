/** Sockets that the back office takes out of service and puts back. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { handMade, told } from './hand-made.ts';
import { ask, garage, officeOf, status, statusOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const change = (site: Story, connectorId: number, type: 'Operative' | 'Inoperative') =>
  ask(site, 'ChangeAvailability', { connectorId, type });

const kept = ({ site }: Story) => {
  const records = site.world.openStore(null);
  const found = records.ok ? records.value.documents('upstream-availability') : records;
  return found.ok ? found.value.map(({ key, json }) => [key, JSON.parse(json)]) : found.detail;
};

it('a socket out of service is told as Unavailable, nobody charges there, and back in service they do', async () => {
  const site = await garage(2, EVERYONE);
  const office = officeOf(site);
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Accepted'));
  expect(statusOf(office, 1)).toBe('Unavailable');
  site.plug('CP1');
  site.plug('CP2');
  await site.run('2 min');
  expect([site.drawA('CP1'), site.drawA('CP2') > 0]).toEqual([0, true]);
  expect(await ask(site, 'RemoteStartTransaction', { connectorId: 1, idTag: 'X' })).toEqual(status('Rejected'));
  site.unplug('CP1');
  expect(await change(site, 1, 'Operative')).toEqual(status('Accepted'));
  expect(statusOf(office, 1)).toBe('Available');
  site.plug('CP1');
  await site.run('2 min');
  expect(site.drawA('CP1')).toBeGreaterThan(0);
  expect(kept(site)).toEqual([]);
  await site.close();
});

it('while a session runs it is Scheduled, and holds when that has ended', async () => {
  const site = await garage(1, EVERYONE);
  site.plug('CP1');
  await site.run('2 min');
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Scheduled'));
  expect(statusOf(officeOf(site), 1)).toBe('Charging');
  await site.run('2 min');
  expect(site.drawA('CP1')).toBeGreaterThan(0);
  site.unplug('CP1');
  await site.run('10 s');
  expect(statusOf(officeOf(site), 1)).toBe('Unavailable');
  await site.close();
});

it('a session that runs is not turned away for it, though its charger tells its start again', async () => {
  const site = await garage(1, EVERYONE);
  const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
  const start = { connectorId: 1, idTag: 'ANNA', meterStart: 0, timestamp: told(site) };
  const first = await hand.say('StartTransaction', start);
  hand.answers('ChangeAvailability', status('Scheduled'));
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Scheduled'));
  expect(await hand.say('StartTransaction', start)).toEqual(first);
  await site.run('1 min');
  expect(hand.asked.map(({ action }) => action)).not.toContain('RemoteStopTransaction');
  await site.close();
});

it('zero means the station and all of it, and outlives a restart of ours and of the chargers', async () => {
  const site = await garage(2, EVERYONE, { mortal: true });
  const office = officeOf(site);
  expect(await change(site, 0, 'Inoperative')).toEqual(status('Accepted'));
  site.life?.restart(site.site.random.split('death'), 2_000);
  site.post('CP2').station.reboot(10_000);
  await site.run('3 min');
  office.call('TriggerMessage', { requestedMessage: 'StatusNotification' });
  await site.run('5 s');
  expect([0, 1, 2].map(number => statusOf(office, number))).toEqual(['Unavailable', 'Unavailable', 'Unavailable']);
  expect(await change(site, 0, 'Operative')).toEqual(status('Accepted'));
  expect([0, 1, 2].map(number => statusOf(office, number))).toEqual(['Available', 'Available', 'Available']);
  expect(kept(site)).toEqual([]);
  await site.close();
});

it('a charger that is away is told when it is back, also after a restart of ours', async () => {
  const site = await garage(1, EVERYONE, { mortal: true });
  const { link } = site.post('CP1');
  link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  await site.run('5 s');
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Accepted'));
  site.life?.restart(site.site.random.split('death'), 2_000);
  await site.run('1 min');
  expect(kept(site)).toEqual([['1', { operative: false, isTold: false }]]);
  link.mend();
  await site.run('3 min');
  expect(kept(site)).toEqual([['1', { operative: false, isTold: true }]]);
  expect(site.post('CP1').station.connectorOf(1).status).toBe('Unavailable');
  await site.close();
});

it('a charger that forgot it with its power is told again, once for each time that it comes', async () => {
  const site = await garage(1, EVERYONE);
  const { link, station } = site.post('CP1');
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Accepted'));
  station.connectorOf(1).operative = true;
  station.connectorOf(1).setStatus('Available');
  await site.run('3 min');
  expect(station.connectorOf(1).operative, 'on the same link it is believed').toBe(true);
  link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  link.mend();
  await site.run('3 min');
  expect(station.connectorOf(1).operative).toBe(false);
  await site.close();
});

it('a charger that has no word for it is kept out by us: who starts there is turned away and stopped', async () => {
  const site = await garage(1, EVERYONE);
  const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
  hand.answers('ChangeAvailability', 'NotImplemented');
  await hand.say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Accepted'));
  expect(statusOf(officeOf(site), 1)).toBe('Unavailable');
  const start = { connectorId: 1, idTag: 'DRIVER', meterStart: 0, timestamp: told(site) };
  const { transactionId, idTagInfo } = (await hand.say('StartTransaction', start)) as Record<string, object>;
  expect(idTagInfo).toEqual(status('Invalid'));
  await site.run('10 s');
  expect(hand.asked).toContainEqual({ action: 'RemoteStopTransaction', payload: { transactionId } });
  await site.close();
});

it('a charger that says no itself is told to the back office, and nothing is kept', async () => {
  const site = await garage(1, EVERYONE);
  const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
  hand.answers('ChangeAvailability', status('Rejected'));
  expect(await change(site, 1, 'Inoperative')).toEqual(status('Rejected'));
  expect(kept(site)).toEqual([]);
  expect(await change(site, 9, 'Inoperative')).toBe('PropertyConstraintViolation');
  await site.close();
});
