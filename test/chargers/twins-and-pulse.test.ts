import { describe, expect, it } from 'vitest';
import { basic, handStation, handshake, settle } from './chargers-kit.ts';
import { ask, bootFrame, garage, knock } from './garage-kit.ts';

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
