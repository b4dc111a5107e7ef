/** A back office that is away: what happened meanwhile reaches it, each session once, with its true registers. */
import { expect, it } from 'vitest';
import { garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

it('a session is told to the back office while it is there: boot, statuses, start, samples, stop', async () => {
  const site = await garage(2, EVERYONE);
  site.plug('CP1');
  await site.run('5 min');
  site.unplug('CP1');
  await site.run('1 min');
  const office = officeOf(site);
  const actions = office.received.map(({ action }) => action);
  expect(actions[0]).toBe('BootNotification');
  expect(new Set(actions)).toEqual(
    new Set([
      'BootNotification',
      'StatusNotification',
      'Authorize',
      'StartTransaction',
      'MeterValues',
      'StopTransaction',
      'Heartbeat',
    ]),
  );
  expect(office.ledger.starts).toHaveLength(1);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect(office.complaints).toEqual([]);
  await site.close();
});

it('sessions that begin and end while it is away for an hour are each there once when it is back', async () => {
  const site = await garage(3, EVERYONE);
  const office = officeOf(site);
  site.plug('CP1');
  await site.run('5 min');
  office.leave();
  site.plug('CP2');
  await site.run('20 min');
  site.unplug('CP1');
  site.unplug('CP2');
  site.plug('CP3');
  await site.run('40 min');
  expect(office.ledger.starts).toHaveLength(1);
  office.back();
  await site.run('5 min');
  expect(office.ledger.starts).toHaveLength(3);
  expect(office.ledger.stops).toHaveLength(2);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect(office.complaints).toEqual([]);
  await site.close();
});
