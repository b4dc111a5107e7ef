import { describe, expect, it } from 'vitest';
import { basic, handStation, handshake, settle } from './chargers-kit.ts';
import { answerAll, ask, bootFrame, garage, knock } from './garage-kit.ts';

describe('a charger that comes', () => {
  it('is told of before its first report, speaks, and is told of when it goes', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    expect(await knock(here, station)).toEqual({ accept: true, subprotocol: 'ocpp1.6' });
    station.say([2, 'h1', 'Heartbeat', {}]);
    expect(station.received[0]?.slice(0, 2)).toEqual([3, 'h1']);
    expect(here.chargers.connected(0)).toBe(true);
    expect(here.chargers.connected(1)).toBe(false);
    station.hangUp();
    expect(here.chargers.connected(0)).toBe(false);
    expect(here.told).toEqual(['0 connected 1 1.6', '0 heartbeat 0', '0 lost 1: closed 1000: bye']);
  });

  it('takes a command, and answers it', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    const seen = ask(here.chargers);
    expect(seen.sent).toBe(1);
    answerAll(station);
    expect(seen.settled).toEqual([{ ok: true, value: { kind: 'status', status: 'Accepted' } }]);
  });

  it('fails a command at once while it is away, and the one under way when it goes', async () => {
    const here = await garage();
    const away = ask(here.chargers);
    await here.world.clock.step(0);
    expect(away).toMatchObject({ sent: 0, settled: [{ ok: false, why: 'offline' }] });
    const station = handStation('10.0.0.9');
    await knock(here, station);
    const seen = ask(here.chargers);
    station.hangUp();
    expect(seen).toMatchObject({ sent: 1, settled: [{ ok: false, why: 'offline' }] });
  });

  it('may offer no version at all: it speaks 1.6', async () => {
    const here = await garage();
    expect(await knock(here, handStation('10.0.0.9'), { subprotocols: [] })).toEqual({
      accept: true,
      subprotocol: null,
    });
    expect(here.told).toEqual(['0 connected 1 1.6']);
  });

  it('is closed with 1002 after the handshake when no version is common, and shown', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    expect(await knock(here, station, { subprotocols: ['ocpp2.0.1'] })).toEqual({ accept: true, subprotocol: null });
    expect(station.ended()?.code).toBe(1002);
    expect(here.told).toEqual([]);
    expect(here.chargers.unknown()).toMatchObject([
      { identity: 'CP1', cause: 'offers ocpp2.0.1 only, Busbar here speaks ocpp1.6' },
    ]);
  });
});

describe('a long frame', () => {
  const long = [2, 'd', 'DataTransfer', { vendorId: 'x', data: 'x'.repeat(100_000) }];

  it('is closed with 1009 before the first accepted boot, and taken after it, over a reconnect too', async () => {
    const here = await garage();
    const stranger = handStation('10.0.0.9');
    await knock(here, stranger);
    stranger.say(long);
    await settle();
    expect(stranger.ended()?.code).toBe(1009);
    const booted = handStation('10.0.0.9');
    await knock(here, booted);
    booted.say(bootFrame);
    booted.hangUp();
    const again = handStation('10.0.0.9');
    await knock(here, again);
    again.say(long);
    await settle();
    expect(again.ended()).toBeNull();
  });
});

describe('a charger that may not come in', () => {
  it('is listed with the cause in words, and leaves the list when it comes in after all', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    expect(await knock(here, station, { authorization: null })).toMatchObject({ accept: false, status: 401 });
    expect(await knock(here, station, { path: '/ocpp/CP7' })).toMatchObject({ accept: false, status: 404 });
    expect(await knock(here, station, { path: '/ocpp/CP2' })).toMatchObject({ accept: false, status: 403 });
    await here.world.clock.step(5000);
    expect(await knock(here, station, { authorization: basic('CP1', 'wrong') })).toMatchObject({
      accept: false,
      status: 401,
    });
    const rows = here.chargers.unknown().map(row => [row.identity, row.address, row.cause, row.count]);
    expect(rows).toEqual([
      ['CP7', '10.0.0.9', 'not in the configuration', 1],
      ['CP2', '10.0.0.9', 'address 10.0.0.9 is not the pinned 10.0.0.12', 1],
      ['CP1', '10.0.0.9', 'wrong password', 2],
    ]);
    const row = here.chargers.unknown()[2]!;
    expect(row.lastAtWallMs - row.firstAtWallMs).toBe(5000);
    await knock(here, station);
    expect(here.chargers.unknown().map(left => left.identity)).toEqual(['CP7', 'CP2']);
    expect(here.told).toEqual(['0 connected 1 1.6']);
  });

  it('has its password not even looked at after twenty wrong ones, but one that was here before comes in', async () => {
    const here = await garage();
    const before = handStation('10.0.0.9');
    await knock(here, before);
    before.hangUp();
    const guess = { authorization: basic('CP1', 'guess') };
    for (let i = 0; i < 20; i += 1) {
      expect(await knock(here, handStation('10.6.6.6'), guess)).toMatchObject({ status: 401 });
      expect(await knock(here, handStation('10.0.0.9'), guess)).toMatchObject({ status: 401 });
    }
    expect(await knock(here, handStation('10.6.6.6'))).toMatchObject({ accept: false, status: 429 });
    expect(await knock(here, handStation('10.0.0.9'))).toMatchObject({ accept: true });
    await here.world.clock.step(3000);
    expect(await knock(here, handStation('10.6.6.6'), guess)).toMatchObject({ status: 401 });
  });
});

describe('what a charger is asked when it comes', () => {
  it('after its boot: samples every 10 s, behind everything that controls', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    station.say(bootFrame);
    await here.world.clock.step(999);
    expect(answerAll(station)).toEqual([]);
    await here.world.clock.step(1);
    // The set-up question hangs unanswered; control passes it.
    expect(station.received).toHaveLength(1);
    const control = ask(here.chargers);
    expect(control.sent).toBe(1);
    expect(answerAll(station)).toEqual(['ChangeConfiguration MeterValueSampleInterval', 'TriggerMessage MeterValues']);
    expect(answerAll(station)).toEqual(['ChangeConfiguration MeterValuesSampledData']);
    await here.world.clock.step(20_000);
    expect(answerAll(station)).toEqual([]);
  });

  it('after a mere reconnect: only the status that nobody knows', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    station.say(bootFrame);
    await here.world.clock.step(1000);
    while (answerAll(station).length > 0);
    station.hangUp();
    here.site.unknownConnectors.add(2);
    const again = handStation('10.0.0.9');
    await knock(here, again);
    await here.world.clock.step(3000);
    expect(again.received.map(([, , action, payload]) => [action, payload])).toEqual([
      ['TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 2 }],
    ]);
    answerAll(again);
    await here.world.clock.step(20_000);
    expect(answerAll(again)).toEqual([]);
  });

  it('one that never told its model to this process tells it, and its samples are asked for', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    await here.world.clock.step(3000);
    expect(answerAll(station)).toEqual(['TriggerMessage BootNotification']);
    station.say(bootFrame);
    const asked: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      await here.world.clock.step(1000);
      asked.push(...answerAll(station));
    }
    expect(asked.filter(question => question.endsWith('MeterValueSampleInterval')).length).toBeGreaterThanOrEqual(1);
    expect(asked.filter(question => question.endsWith('BootNotification'))).toEqual([]);
  });

  it('one that does not answer is asked one question, not all', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    station.say(bootFrame);
    await here.world.clock.step(60_000);
    expect(station.received.filter(([kind]) => kind === 2)).toHaveLength(1);
  });
});

describe('closing the door', () => {
  it('says 1001 to every charger, tells nobody of a loss, and lets no one in', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    await here.chargers.close();
    await settle();
    expect(station.ended()?.code).toBe(1001);
    expect(here.world.closed()).toBe(true);
    expect(here.told).toEqual(['0 connected 1 1.6']);
    const late = handStation('10.0.0.9');
    here.world.door().connected(late.pipe, handshake());
    await settle();
    expect(late.ended()?.code).toBe(1001);
    expect(here.chargers.connected(0)).toBe(false);
  });
});
