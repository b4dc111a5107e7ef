/** Sockets that the back office keeps for somebody. */
import { describe, expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { type HandMade, handMade, told } from './hand-made.ts';
import { ask, charges, garage, ledgerOf, NOTHING_WRONG, officeOf, plugged, status, statusOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const reserve = (site: Story, connectorId: number, reservationId: number, more: object = {}) =>
  ask(site, 'ReserveNow', {
    connectorId,
    reservationId,
    idTag: 'GUEST',
    expiryDate: told(site, 1_800_000),
    ...more,
  });
const cancel = (site: Story, reservationId: number) => ask(site, 'CancelReservation', { reservationId });

describe('one socket', () => {
  it('is told as Reserved, answers only its own card, and the session names the reservation', async () => {
    const site = await garage(2, EVERYONE);
    const office = officeOf(site);
    expect(await reserve(site, 1, 7)).toEqual(status('Accepted'));
    expect(statusOf(office, 1)).toBe('Reserved');
    expect(await charges(site, 'CP1', 'STRANGER')).toBe(false);
    expect(await charges(site, 'CP2', 'STRANGER')).toBe(true);
    expect(statusOf(office, 1)).toBe('Reserved');
    expect(await charges(site, 'CP1', 'guest')).toBe(true);
    const names = office.received.filter(({ action }) => action === 'StartTransaction').map(({ payload }) => payload);
    expect(names.map(({ idTag, reservationId }) => [idTag, reservationId])).toEqual([
      ['STRANGER', undefined],
      ['STRANGER', undefined],
      ['guest', 7],
    ]);
    expect(await charges(site, 'CP1', 'STRANGER'), 'it was used').toBe(true);
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    await site.close();
  });

  it('is free again when its time is over, also when that was while we were dead', async () => {
    const site = await garage(2, EVERYONE, { mortal: true });
    expect(await reserve(site, 1, 7, { expiryDate: told(site, 600_000) })).toEqual(status('Accepted'));
    expect(await reserve(site, 2, 8, { expiryDate: told(site, 300_000) })).toEqual(status('Accepted'));
    site.life?.restart(site.site.random.split('death'), 240_000);
    await site.run('6 min');
    expect([statusOf(officeOf(site), 1), statusOf(officeOf(site), 2)]).toEqual(['Reserved', 'Available']);
    await site.run('6 min');
    expect(statusOf(officeOf(site), 1)).toBe('Available');
    expect(await charges(site, 'CP1', 'STRANGER')).toBe(true);
    await site.close();
  });

  it('is given back, and moved to another, by its number', async () => {
    const site = await garage(2, EVERYONE);
    expect(await cancel(site, 7)).toEqual(status('Rejected'));
    expect(await reserve(site, 1, 7)).toEqual(status('Accepted'));
    expect(await reserve(site, 2, 7)).toEqual(status('Accepted'));
    expect([statusOf(officeOf(site), 1), statusOf(officeOf(site), 2)]).toEqual(['Available', 'Reserved']);
    expect(await cancel(site, 7)).toEqual(status('Accepted'));
    expect(statusOf(officeOf(site), 2)).toBe('Available');
    await site.close();
  });

  it('is kept for a group too, and a start from above with another card is Rejected', async () => {
    const site = await garage(1, EVERYONE);
    officeOf(site).behave({ group: idTag => (idTag === 'FELLOW' ? 'FLEET' : undefined) });
    expect(await reserve(site, 1, 7, { parentIdTag: 'FLEET' })).toEqual(status('Accepted'));
    await plugged(site, 'CP1');
    const start = (idTag: string) => ask(site, 'RemoteStartTransaction', { connectorId: 1, idTag });
    expect(await start('STRANGER')).toEqual(status('Rejected'));
    site.unplug('CP1');
    expect(await charges(site, 'CP1', 'FELLOW')).toBe(true);
    await site.close();
  });

  it.each([
    ['a car stands there', 'Occupied', (site: Story) => plugged(site, 'CP1')],
    ['somebody else has it', 'Occupied', (site: Story) => reserve(site, 1, 1)],
    ['it is faulted', 'Faulted', async (site: Story) => site.post('CP1').station.connectorOf(1).setStatus('Faulted')],
    [
      'it is out of service',
      'Unavailable',
      (site: Story) => ask(site, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }),
    ],
    [
      'its charger is away',
      'Unavailable',
      async (site: Story) => site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 }),
    ],
  ])('where %s: %s', async (_, word, make) => {
    const site = await garage(2, EVERYONE);
    await make(site);
    await site.run('5 s');
    expect(await reserve(site, 1, 7)).toEqual(status(word));
    await site.close();
  });

  it('of the past is Rejected, and of no socket an error', async () => {
    const site = await garage(1, EVERYONE);
    expect(await reserve(site, 1, 7, { expiryDate: told(site, -1_000) })).toEqual(status('Rejected'));
    expect(await reserve(site, 9, 7)).toBe('PropertyConstraintViolation');
    await site.close();
  });

  it('that becomes faulted is nobody’s any more', async () => {
    const site = await garage(1, EVERYONE);
    expect(await reserve(site, 1, 7)).toEqual(status('Accepted'));
    site.post('CP1').station.connectorOf(1).setStatus('Faulted');
    await site.run('5 s');
    expect(await cancel(site, 7)).toEqual(status('Rejected'));
    await site.close();
  });
});

it('a reserved socket turns others away though its charger’s clock stands at 1970', async () => {
  const site = await garage(1, EVERYONE);
  const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
  await hand.say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  await site.run('10 min');
  expect(await reserve(site, 1, 7)).toEqual(status('Accepted'));
  const start = { connectorId: 1, idTag: 'STRANGER', meterStart: 0, timestamp: '1970-01-01T00:00:42Z' };
  expect(await hand.say('StartTransaction', start)).toMatchObject({ idTagInfo: status('Invalid') });
  await site.close();
});

describe('a charger that keeps reservations itself', () => {
  const hand = async (site: Story): Promise<HandMade> => {
    const made = await handMade(site, 'CP1', 'CP1', 'secret-1');
    await made.say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    return made;
  };

  it('is told of it and of its end, so that its screen says so', async () => {
    const site = await garage(1, EVERYONE);
    const made = await hand(site);
    expect(await reserve(site, 1, 7)).toEqual(status('Accepted'));
    expect(await cancel(site, 7)).toEqual(status('Accepted'));
    const told = made.asked.filter(({ action }) => action.includes('Reserv'));
    expect(told.map(({ action, payload }) => [action, payload.reservationId])).toEqual([
      ['ReserveNow', 7],
      ['CancelReservation', 7],
    ]);
    await site.close();
  });

  it('says itself that it is occupied, and that it has no word for it is none of the back office’s affair', async () => {
    const site = await garage(1, EVERYONE);
    const made = await hand(site);
    made.answers('ReserveNow', status('Occupied'));
    expect(await reserve(site, 1, 7)).toEqual(status('Occupied'));
    made.answers('ReserveNow', 'NotSupported');
    expect(await reserve(site, 1, 7)).toEqual(status('Accepted'));
    expect(statusOf(officeOf(site), 1)).toBe('Reserved');
    await site.close();
  });
});

describe('any socket', () => {
  it('is one that stays free: the last one answers only that card', async () => {
    const site = await garage(2, EVERYONE);
    expect(await reserve(site, 0, 7)).toEqual(status('Accepted'));
    site.plug('CP1', { idTag: 'FIRST' });
    await site.run('2 min');
    expect(site.drawA('CP1')).toBeGreaterThan(0);
    expect(await charges(site, 'CP2', 'SECOND')).toBe(false);
    expect(await charges(site, 'CP2', 'GUEST')).toBe(true);
    expect(await charges(site, 'CP2', 'SECOND'), 'it was used').toBe(true);
    await site.close();
  });

  it('cannot be kept more often than there are free ones', async () => {
    const site = await garage(2, EVERYONE);
    expect(await reserve(site, 1, 1)).toEqual(status('Accepted'));
    expect(await reserve(site, 0, 2)).toEqual(status('Accepted'));
    expect(await reserve(site, 0, 3)).toEqual(status('Occupied'));
    expect(await reserve(site, 0, 2), 'the same again').toEqual(status('Accepted'));
    await site.close();
  });
});
