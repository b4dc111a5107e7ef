import { describe, expect, it } from 'vitest';
import { ADOPTION_WINDOW_MS, MAX_WAITING_CHARGERS } from '#chargers/lobby.ts';
import { isLocalAddress } from '#chargers/local-address.ts';
import { basic, handStation, type Station, settle } from './chargers-kit.ts';
import { bootFrame, type Garage, garage, knock } from './garage-kit.ts';

const NEW = { path: '/ocpp/NEW', authorization: null };

/** A door whose window is open. */
async function openGarage(): Promise<Garage> {
  const here = await garage();
  here.chargers.adoption.open();
  return here;
}

/** A stranger that came and said what it is. */
async function guest(here: Garage, change: object = NEW): Promise<Station> {
  const station = handStation('10.0.0.40');
  await knock(here, station, change);
  station.say(bootFrame);
  return station;
}

const callsOf = (station: Station) => station.received.filter(frame => frame[0] === 2);
const waiting = (here: Garage) => here.chargers.adoption.waiting();

describe('addresses of this machine and its network', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.7.7',
    '::1',
    'fe80::1',
    'febf::1',
    'fd12:3456::1',
    'fc00::1',
  ])('%s is one', address => {
    expect(isLocalAddress(address)).toBe(true);
  });

  it.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '192.169.0.1',
    '169.253.0.1',
    '11.0.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '2001:db8::1',
    'fec0::1',
    'fbff::1',
    'fe7f::1',
    '::',
    '::2',
    '10.0.0',
    '10.0.0.1.evil',
    '10.0.0.999',
    '',
    'localhost',
  ])('"%s" is none', address => {
    expect(isLocalAddress(address)).toBe(false);
  });
});

describe('a charger that nobody knows', () => {
  it('is turned away with its cause while the window is closed', async () => {
    const here = await garage();
    expect(await knock(here, handStation('10.0.0.40'), NEW)).toMatchObject({ accept: false, status: 404 });
    expect(here.chargers.unknown()).toMatchObject([{ identity: 'NEW', cause: 'not in the configuration' }]);
  });

  it('is answered Pending with a short interval, then asked for few keys at a time, and the site hears nothing', async () => {
    const here = await openGarage();
    const station = await guest(here);
    expect(station.received[0]).toMatchObject([3, 'b1', { status: 'Pending', interval: 10 }]);
    for (let turn = 0; turn < 3; turn++) {
      const [, id, action, payload] = callsOf(station).at(-1) ?? [];
      const { key } = payload as { key: string[] };
      expect(action).toBe('GetConfiguration');
      expect(key.length).toBeLessThanOrEqual(3);
      const asked = key.map(name => ({
        key: name,
        readonly: true,
        value: name === 'NumberOfConnectors' ? '2' : 'x'.repeat(400),
      }));
      station.say([3, id, { configurationKey: [...asked, { key: 'Unasked', readonly: true, value: '1' }] }]);
    }
    expect(callsOf(station)).toHaveLength(3);
    const [found] = waiting(here);
    expect(found).toMatchObject({ identity: 'NEW', address: '10.0.0.40', hasPassword: false, sockets: 2 });
    expect(found?.keys).toHaveLength(7);
    expect(found?.keys.every(({ value }) => (value?.length ?? 0) <= 120)).toBe(true);
    expect(here.told).toEqual([]);
  });

  it('is refused with SecurityError whatever else it says', async () => {
    const here = await openGarage();
    const station = await guest(here);
    const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' };
    station.say([2, 's1', 'StartTransaction', start]);
    expect(station.received.find(frame => frame[1] === 's1')).toEqual([
      4,
      's1',
      'SecurityError',
      'waits to be adopted',
      {},
    ]);
    expect(here.told).toEqual([]);
  });

  it('is closed with 1009 for a long frame, and its place is free', async () => {
    const here = await openGarage();
    const station = await guest(here);
    station.say([2, 'd', 'DataTransfer', { vendorId: 'x', data: 'x'.repeat(100_000) }]);
    await settle();
    expect(station.ended()?.code).toBe(1009);
    expect(waiting(here)).toEqual([]);
  });

  it('that says nothing is asked once what it is, and sent away after a minute', async () => {
    const here = await openGarage();
    const station = handStation('10.0.0.40');
    await knock(here, station, NEW);
    await here.world.clock.step(4_000);
    expect(callsOf(station).map(call => call[2])).toEqual(['TriggerMessage']);
    await here.world.clock.step(57_000);
    expect(station.ended()).toMatchObject({ code: 1001 });
    expect(waiting(here)).toEqual([]);
    expect(here.chargers.unknown()).toMatchObject([{ identity: 'NEW', cause: 'said nothing for 60 s' }]);
  });

  it('whose line is dead goes after 20 s', async () => {
    const here = await openGarage();
    const station = await guest(here);
    station.goSilent();
    await here.world.clock.step(21_000);
    expect(waiting(here)).toEqual([]);
  });

  it('may come with a password only if the user is its identity', async () => {
    const here = await openGarage();
    const wrong = { path: '/ocpp/NEW', authorization: basic('OTHER', 'secret') };
    expect(await knock(here, handStation('10.0.0.40'), wrong)).toMatchObject({ accept: false, status: 401 });
    const long = { path: '/ocpp/NEW', authorization: basic('NEW', 'x'.repeat(65)) };
    expect(await knock(here, handStation('10.0.0.40'), long)).toMatchObject({ accept: false, status: 401 });
    await guest(here, { path: '/ocpp/NEW', authorization: basic('NEW', 'own') });
    expect(waiting(here)).toMatchObject([{ identity: 'NEW', hasPassword: true }]);
    expect(here.chargers.adoption.passwordOf('NEW')).toEqual(new TextEncoder().encode('own'));
  });

  it('is one of so many at most; one that goes frees its place', async () => {
    const here = await openGarage();
    const stations: Station[] = [];
    for (let n = 0; n < MAX_WAITING_CHARGERS; n++)
      stations.push(await guest(here, { path: `/ocpp/N${n}`, authorization: null }));
    const late = { path: '/ocpp/LATE', authorization: null };
    expect(await knock(here, handStation('10.0.0.40'), late)).toMatchObject({ accept: false, status: 503 });
    stations[0]?.hangUp();
    expect(await knock(here, handStation('10.0.0.40'), late)).toMatchObject({ accept: true });
    expect(waiting(here)).toHaveLength(MAX_WAITING_CHARGERS);
  });

  it('of whose name another waits is refused while that one answers, and takes its place once it does not', async () => {
    const here = await openGarage();
    const first = await guest(here);
    expect(await knock(here, handStation('10.0.0.41'), NEW)).toMatchObject({ accept: false, status: 409 });
    expect(here.chargers.unknown()).toMatchObject([{ cause: 'two devices call themselves NEW' }]);
    first.goSilent();
    const second = handStation('10.0.0.41');
    const verdict = knock(here, second, NEW);
    await here.world.clock.step(2_500);
    expect(await verdict).toMatchObject({ accept: true });
    second.say(bootFrame);
    expect(waiting(here)).toMatchObject([{ identity: 'NEW', address: '10.0.0.41' }]);
  });

  it('that speaks no version of ours is closed with 1002', async () => {
    const here = await openGarage();
    const station = handStation('10.0.0.40');
    await knock(here, station, { ...NEW, subprotocols: ['ocpp9'] });
    expect(station.ended()?.code).toBe(1002);
    expect(waiting(here)).toEqual([]);
  });

  it('is sent away when the window closes, by itself or by a person', async () => {
    for (const close of [
      async (here: Garage) => here.chargers.adoption.close(),
      (here: Garage) => here.world.clock.step(ADOPTION_WINDOW_MS),
    ]) {
      const here = await openGarage();
      const station = await guest(here);
      await close(here);
      await settle();
      expect(station.ended()?.code).toBe(1001);
      expect(here.chargers.adoption.untilMs()).toBeNull();
      expect(waiting(here)).toEqual([]);
    }
  });

  it('is closed with all others when Busbar stops', async () => {
    const here = await openGarage();
    const station = await guest(here);
    await here.chargers.close();
    await settle();
    expect(station.ended()?.code).toBe(1001);
  });
});

describe('a charger that is adopted', () => {
  it('keeps its socket: it is told of, asked to boot, accepted, and heard by the site alone', async () => {
    const here = await openGarage();
    const station = await guest(here);
    station.received.splice(0);
    here.chargers.adoption.admit({ index: 2, identity: 'NEW', auth: { kind: 'none', address: '10.0.0.40' } });
    expect(waiting(here)).toEqual([]);
    expect(here.told).toEqual(['2 connected 1 1.6']);
    station.say([2, 'b2', 'BootNotification', bootFrame[3]]);
    expect(station.received.find(frame => frame[1] === 'b2')).toMatchObject([3, 'b2', { status: 'Accepted' }]);
    here.chargers.adoption.close();
    await settle();
    expect(station.ended()).toBeNull();
    station.hangUp();
    expect(here.told.at(-1)).toBe('2 lost 1: closed 1000: bye');
  });

  it('is let in as any other from then on, with what it has to prove', async () => {
    const here = await garage();
    here.chargers.adoption.admit({ index: 2, identity: 'NEW', auth: { kind: 'none', address: '10.0.0.40' } });
    expect(await knock(here, handStation('10.0.0.41'), NEW)).toMatchObject({ accept: false, status: 403 });
    expect(await knock(here, handStation('10.0.0.40'), NEW)).toMatchObject({ accept: true });
    expect(here.told).toEqual(['2 connected 1 1.6']);
  });
});
