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

it('a gateway that dies while the back office is away forgets nothing that it acknowledged, and doubles nothing', async () => {
  const site = await garage(3, EVERYONE, { mortal: true });
  const office = officeOf(site);
  const draw = site.site.random.split('deaths');
  site.plug('CP1');
  await site.run('3 min');
  office.leave();
  site.plug('CP2');
  await site.run('3 min');
  site.life?.restart(draw, 5_000);
  await site.run('3 min');
  site.unplug('CP1');
  site.plug('CP3');
  await site.run('3 min');
  site.life?.restart(draw, 5_000);
  await site.run('1 min');
  office.back();
  await site.run('5 min');
  site.life?.restart(draw, 5_000);
  site.unplug('CP2');
  await site.run('5 min');
  expect(office.ledger.starts.map(start => start.connectorId)).toEqual([1, 2, 3]);
  expect(office.ledger.stops).toHaveLength(2);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it('after days away samples have been thinned, and a car that comes is told before them', async () => {
  const site = await garage(2, EVERYONE);
  const office = officeOf(site);
  site.plug('CP1', { needWh: 10_000_000 });
  await site.run('5 min');
  office.leave();
  await site.run('6 h');
  office.back();
  const from = office.received.length;
  site.plug('CP2');
  await site.run('10 min');
  const calls = office.received.slice(from);
  const actions = calls.map(({ action }) => action);
  expect(actions.indexOf('StartTransaction')).toBeGreaterThanOrEqual(0);
  const backlog = calls.find(({ action }) => action === 'MeterValues')?.payload.meterValue;
  // Six hours at five minutes are 72 samples; one message has at most twenty.
  expect((backlog as unknown[]).length).toBeGreaterThan(5);
  expect((backlog as unknown[]).length).toBeLessThanOrEqual(20);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});
