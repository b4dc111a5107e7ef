import { beforeEach, describe, expect, it } from 'vitest';
import { type Link, type Network, simNetwork } from '#sim/network.ts';
import { prng } from '#sim/prng.ts';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';
import type { ChargerDoor, FramePipe, Verdict } from '#world.ts';

let clock: VirtualClock;
let network: Network;
let link: Link;
let atGateway: string[];
let atStation: string[];
let gatewayPipe: FramePipe | null;
let verdict: Verdict;

const door: ChargerDoor = {
  judge: async () => verdict,
  connected: pipe => {
    gatewayPipe = pipe;
    listen(pipe, atGateway);
  },
};

function listen(pipe: FramePipe, seen: string[]): void {
  pipe.open({
    text: frame => seen.push(`${frame}@${clock.nowMs()}`),
    pong: () => seen.push(`pong@${clock.nowMs()}`),
    closed: code => seen.push(`closed ${code}@${clock.nowMs()}`),
  });
}

/** Dials and opens the station's end; null when refused. */
async function connect(): Promise<FramePipe | null> {
  let pipe: FramePipe | null = null;
  const options = { url: 'ws://127.0.0.1:8887/ocpp/CP1', subprotocols: ['ocpp1.6'], authorization: null };
  void network.dial(link, { ...options, maxPayloadBytes: 1000, timeoutMs: 1000 }).then(dialled => {
    if (!dialled.ok) atStation.push(dialled.why);
    else {
      pipe = dialled.value.pipe;
      listen(pipe, atStation);
    }
  });
  await clock.run(clock.nowMs() + 2000);
  return pipe;
}

beforeEach(async () => {
  clock = virtualClock(0);
  network = simNetwork(clock, prng('network'));
  link = network.link('CP1', '10.0.0.1', [10, 60]);
  atGateway = [];
  atStation = [];
  gatewayPipe = null;
  verdict = { accept: true, subprotocol: 'ocpp1.6' };
  await network.listen({ host: '127.0.0.1', port: 8887, maxPayloadBytes: 100 }, door);
});

describe('a simulated WebSocket', () => {
  it('carries frames both ways after a latency and never lets one overtake another', async () => {
    const station = await connect();
    for (let i = 0; i < 200; i++) station?.send(`${i}`);
    gatewayPipe?.send('hello');
    await clock.run(10_000);
    expect(atGateway.map(frame => Number(frame.split('@')[0]))).toEqual(Array.from({ length: 200 }, (_, i) => i));
    const delay = Number(atStation[0]?.split('@')[1]) - 2000;
    expect(delay).toBeGreaterThanOrEqual(10);
    expect(delay).toBeLessThanOrEqual(60);
  });

  it('is refused when the door says so', async () => {
    verdict = { accept: false, status: 401, reason: 'wrong password' };
    expect(await connect()).toBeNull();
    expect(atStation).toEqual(['rejected']);
  });

  it('answers a ping with a pong, unless it is half-open', async () => {
    await connect();
    gatewayPipe?.ping();
    await clock.run(4000);
    expect(atGateway).toHaveLength(1);
    link.cut({ stationAfterMs: 500, gatewayAfterMs: null });
    gatewayPipe?.ping();
    expect(gatewayPipe?.send('lost')).toBe(true);
    await clock.run(60_000);
    expect(atGateway).toHaveLength(1);
    expect(atStation).toEqual(['closed 1006@4500']);
    gatewayPipe?.terminate();
    await clock.run(61_000);
    expect(atGateway[1]).toBe('closed 1006@60000');
  });

  it('loses what was under way when it is cut, and cannot be dialled until it is mended', async () => {
    const station = await connect();
    station?.send('lost');
    link.cut({ stationAfterMs: 0, gatewayAfterMs: 100 });
    await clock.run(3000);
    expect(atGateway).toEqual(['closed 1006@2100']);
    atStation = [];
    expect(await connect()).toBeNull();
    expect(atStation).toEqual(['timeout']);
    link.mend();
    expect(await connect()).not.toBeNull();
  });

  it('is closed by both ends once, with the code of the one that closed', async () => {
    const station = await connect();
    station?.close(1000, 'done');
    station?.close(1001, 'again');
    await clock.run(5000);
    expect([atGateway, atStation].map(list => list.map(line => line.split('@')[0]))).toEqual([
      ['closed 1000'],
      ['closed 1000'],
    ]);
    expect(station?.send('late')).toBe(false);
  });

  it('is closed with 1009 by a frame above the size that its reader takes', async () => {
    const station = await connect();
    station?.send('x'.repeat(101));
    await clock.run(5000);
    expect(atGateway[0]).toMatch(/^closed 1009/);
    expect(atStation[0]).toMatch(/^closed 1009/);
  });

  it('tells the observer what is sent, delivered and lost, and when it carries nothing in time', async () => {
    const seen: string[] = [];
    link.tap = {
      sent: frame => seen.push(`sent ${frame}`),
      delivered: frame => seen.push(`delivered ${frame}`),
      lost: () => seen.push('lost'),
      carrying: carries => seen.push(`carries ${carries}`),
    };
    await connect();
    gatewayPipe?.send('a');
    await clock.run(3000);
    link.slow(1900);
    link.slow(2100);
    link.slow(0);
    gatewayPipe?.send('b');
    link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await clock.run(4000);
    expect(seen.slice(0, 7)).toEqual([
      'sent a',
      'delivered a',
      'carries false',
      'carries true',
      'sent b',
      'lost',
      'carries false',
    ]);
  });
});
