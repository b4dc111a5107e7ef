import { describe, expect, it } from 'vitest';
import type { Outcome } from '#base/outcome.ts';
import { type ChargersHandle, openChargers } from '#chargers/chargers.ts';
import type { ChargerProfile } from '#chargers/quirks.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { Verdict } from '#world.ts';
import { basic, handStation, handshake, handWorld, type Station, settle } from './chargers-kit.ts';

/** An open door with CP1 (password "secret") and CP2 (pinned to 10.0.0.12), and what the site was told. */
async function garage(pingless = false) {
  const world = handWorld();
  const told: string[] = [];
  const unknownConnectors = new Set<number>();
  const site = { heartbeatS: 60, profileId: 'generic', unknownConnectors };
  const opened = await openChargers(
    {
      world,
      profiles: pingless ? [{ id: 'deaf', answersPings: false } as ChargerProfile] : [],
      profileId: () => (pingless ? 'deaf' : 'generic'),
      connectorsWithoutStatus: () => [...unknownConnectors],
      connected: (charger, generation, version) => told.push(`${charger} connected ${generation} ${version}`),
      lost: (charger, generation, detail) => told.push(`${charger} lost ${generation}: ${detail}`),
      report(charger, report, atMs, answer) {
        told.push(`${charger} ${report.kind} ${atMs}`);
        if (report.kind === 'boot') {
          answer({ kind: 'boot', status: 'Accepted', nowWallMs: world.clock.wallMs(), intervalS: site.heartbeatS });
        } else if (report.kind === 'heartbeat') answer({ kind: 'heartbeat', nowWallMs: world.clock.wallMs() });
        else answer({ kind: 'empty' });
      },
    },
    {
      host: '127.0.0.1',
      port: 8887,
      chargers: [
        { index: 0, identity: 'CP1', auth: { kind: 'basic', password: 'secret' } },
        { index: 1, identity: 'CP2', auth: { kind: 'none', address: '10.0.0.12' } },
      ],
    },
  );
  if (!opened.ok) throw new Error(opened.detail);
  return { world, told, site, chargers: opened.value };
}

type Garage = Awaited<ReturnType<typeof garage>>;

/** Knocks and, when let in, connects. */
async function knock(to: Garage, station: Station, change = {}): Promise<Verdict> {
  const asked = handshake({ remoteAddress: station.pipe.remoteAddress, ...change });
  const verdict = await to.world.door().judge(asked);
  if (verdict.accept) to.world.door().connected(station.pipe, asked);
  await settle();
  return verdict;
}

const bootFrame = [2, 'b1', 'BootNotification', { chargePointVendor: 'Alder', chargePointModel: 'Wall 11' }];
const trigger: Command = { kind: 'trigger', message: 'MeterValues', connectorId: 1 };

function ask(chargers: ChargersHandle, charger = 0) {
  const seen: { sent: number; settled: Outcome<CommandReply>[] } = { sent: 0, settled: [] };
  chargers.command(
    charger,
    trigger,
    { priority: 'control' },
    {
      sent: () => {
        seen.sent += 1;
      },
      settled: outcome => seen.settled.push(outcome),
    },
  );
  return seen;
}

/** Answers every CALL the station has not answered yet. */
function answerAll(station: Station, status = 'Accepted'): string[] {
  return station.received.splice(0).flatMap(([kind, id, action, payload]) => {
    if (kind !== 2) return [];
    station.say([3, id, { status }]);
    const { requestedMessage, key } = payload as { requestedMessage?: string; key?: string };
    return [`${String(action)} ${requestedMessage ?? key ?? ''}`];
  });
}

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

describe('two devices that call themselves CP1', () => {
  it('the second is refused with 409 and shown while the first answers', async () => {
    const here = await garage();
    const first = handStation('10.0.0.9');
    await knock(here, first);
    expect(await knock(here, handStation('10.0.0.66'))).toMatchObject({ accept: false, status: 409 });
    expect(first.ended()).toBeNull();
    expect(here.chargers.unknown()).toMatchObject([{ address: '10.0.0.66', cause: 'two devices call themselves CP1' }]);
    expect(here.told).toEqual(['0 connected 1 1.6']);
  });

  it('the second wins after 2 s under a new generation when the first is silent', async () => {
    const here = await garage();
    const first = handStation('10.0.0.9');
    const second = handStation('10.0.0.9');
    await knock(here, first);
    const old = ask(here.chargers);
    first.goSilent();
    const knocking = knock(here, second);
    await here.world.clock.step(1999);
    expect(here.told).toHaveLength(1);
    await here.world.clock.step(1);
    expect(await knocking).toMatchObject({ accept: true });
    expect(here.told).toEqual(['0 connected 1 1.6', '0 lost 1: silent when it came again', '0 connected 2 1.6']);
    expect(first.ended()?.code).toBe(1006);
    expect(old.settled).toMatchObject([{ ok: false, why: 'offline' }]);
    // The old socket's late frames are nobody's.
    first.say([2, 'h', 'Heartbeat', {}]);
    expect(here.told).toHaveLength(3);
    second.say([2, 'h', 'Heartbeat', {}]);
    expect(here.told.at(-1)).toMatch(/^0 heartbeat/);
  });

  it('a stranger without the password does not even start the question', async () => {
    const here = await garage();
    const first = handStation('10.0.0.9');
    await knock(here, first);
    await knock(here, handStation('10.0.0.66'), { authorization: basic('CP1', 'x') });
    expect(first.pings()).toBe(0);
  });

  it('of two newcomers at the same moment the later one waits for the earlier one, unheard', async () => {
    const here = await garage();
    const alive = handStation('10.0.0.9');
    const other = handStation('10.0.0.10');
    const asked = [handshake(), handshake({ remoteAddress: '10.0.0.10' })] as const;
    const verdicts = await Promise.all(asked.map(one => here.world.door().judge(one)));
    expect(verdicts.map(verdict => verdict.accept)).toEqual([true, true]);
    here.world.door().connected(alive.pipe, asked[0]);
    here.world.door().connected(other.pipe, asked[1]);
    other.say([2, 'h', 'Heartbeat', {}]);
    await here.world.clock.step(0);
    await settle();
    expect(other.ended()?.code).toBe(1008);
    expect(here.told).toEqual(['0 connected 1 1.6']);
    expect(here.chargers.unknown()).toMatchObject([{ address: '10.0.0.10', cause: 'two devices call themselves CP1' }]);
  });

  it('and the later one takes over when the earlier one was only a try of the same impatient charger', async () => {
    const here = await garage();
    const abandoned = handStation('10.0.0.9', false);
    const real = handStation('10.0.0.9');
    const third = handStation('10.0.0.9');
    const asked = handshake();
    here.world.door().connected(abandoned.pipe, asked);
    here.world.door().connected(real.pipe, asked);
    here.world.door().connected(third.pipe, asked);
    await here.world.clock.step(2000);
    expect(here.told).toEqual(['0 connected 1 1.6', '0 lost 1: silent when it came again', '0 connected 2 1.6']);
    expect(third.ended()?.code).toBe(1013);
    expect(real.ended()).toBeNull();
  });

  it('no more than four wait for the same answer', async () => {
    const here = await garage();
    await knock(here, handStation('10.0.0.9', false));
    const verdicts = Array.from({ length: 6 }, () => here.world.door().judge(handshake()));
    await here.world.clock.step(2000);
    const settled = await Promise.all(verdicts);
    expect(settled.filter(verdict => verdict.accept)).toHaveLength(4);
    expect(settled.filter(verdict => !verdict.accept && verdict.status === 503)).toHaveLength(2);
  });
});

describe('the pulse of a link', () => {
  it('is felt every 10 s, and a link without a pong for 10 s is lost', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9');
    await knock(here, station);
    await here.world.clock.step(60_000);
    expect(station.pings()).toBe(6);
    expect(here.chargers.connected(0)).toBe(true);
    station.goSilent();
    await here.world.clock.step(19_999);
    expect(here.chargers.connected(0)).toBe(true);
    await here.world.clock.step(1);
    expect(here.told.at(-1)).toBe('0 lost 1: no pong within 10 s');
    expect(station.ended()?.code).toBe(1006);
  });

  it('needs pongs even from a charger that talks: commands must reach it too', async () => {
    const here = await garage();
    const station = handStation('10.0.0.9', false);
    await knock(here, station);
    for (let i = 0; i < 19; i += 1) {
      await here.world.clock.step(1000);
      station.say([2, `h${i}`, 'Heartbeat', {}]);
    }
    await here.world.clock.step(1000);
    expect(here.told.at(-1)).toBe('0 lost 1: no pong within 10 s');
  });

  it('of a model that answers no pings is felt by its frames: three heartbeats may be missing', async () => {
    const here = await garage(true);
    const station = handStation('10.0.0.9', false);
    await knock(here, station);
    station.say(bootFrame);
    await here.world.clock.step(170_000);
    expect(here.chargers.connected(0)).toBe(true);
    station.say([2, 'h', 'Heartbeat', {}]);
    await here.world.clock.step(170_000);
    expect(here.chargers.connected(0)).toBe(true);
    await here.world.clock.step(30_000);
    expect(here.told.at(-1)).toMatch(/^0 lost 1: no frame for/);
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
