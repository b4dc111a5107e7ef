import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { InfluxWriter, POINTS_KEPT, type Point, toPoint } from '#history/influx.ts';
import type { ConnectorSample } from '#history/sample.ts';
import { openClock } from '#real/clock.ts';
import { openInflux } from '#real/influx.ts';
import { handClock } from '../store/small-site.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

type Arrived = { readonly url: string; readonly authorization: string | undefined; readonly lines: readonly string[] };

let server: Server;
let arrived: Arrived[];
/** What the server answers; null cuts the connection. */
let status: number | null;
const writers: InfluxWriter[] = [];

beforeEach(async () => {
  arrived = [];
  status = 204;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      if (status === null) return request.socket.destroy();
      if (status < 300) {
        arrived.push({ url: request.url ?? '', authorization: request.headers.authorization, lines: body.split('\n') });
      }
      response.writeHead(status).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  for (const writer of writers.splice(0)) writer.close();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A writer on the loopback server; retries wait for `clock.move`. */
function open(token: string | null = null) {
  const clock = handClock(NOON);
  const send = openInflux({ url: address(), database: 'bus bar', token });
  const writer = new InfluxWriter({ clock, log: silentLog, send });
  writers.push(writer);
  return { writer, clock };
}

async function until(done: () => boolean): Promise<void> {
  const clock = openClock(() => {});
  const endMs = clock.nowMs() + 10_000;
  while (!done()) {
    if (clock.nowMs() > endMs) throw new Error('it never came');
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}

const SAMPLE: ConnectorSample = {
  ...{ charger: 'CP 01,left', connectorId: 2, status: 'Charging', grantA: 16, reason: 'fuse' },
  ...{ drawA: { l1: 15.8, l2: 15.7, l3: 15.9 }, powerW: 10_900.5, registerWh: 1_234 },
};
const points = (count: number, from = 0): Point[] =>
  Array.from({ length: count }, (_, n) => toPoint(SAMPLE, NOON + from + n));

test('a sample arrives as one line: the connector as tags, the rest as fields, milliseconds', async () => {
  const { writer } = open('s3cret');
  const unknown = { ...SAMPLE, grantA: null, drawA: null, powerW: null, registerWh: null, reason: null };
  writer.add([toPoint(SAMPLE, NOON), toPoint(unknown, NOON + 10_000)]);
  await until(() => arrived.length === 1);
  expect(arrived[0]?.url).toMatch(/^\/write\?db=bus%20bar&precision=ms/);
  expect(arrived[0]?.authorization).toBe('Token s3cret');
  const [first, second] = arrived[0]?.lines ?? [];
  const [head, rest] = first?.split(/(?<!\\) /, 2) ?? [];
  expect(head).toBe('connector,charger=CP\\ 01\\,left,connector=2');
  expect(rest?.split(',').sort()).toEqual([
    ...['drawL1A=15.8', 'drawL2A=15.7', 'drawL3A=15.9', 'grantA=16'],
    ...['powerW=10900.5', 'reason="fuse"', 'registerWh=1234', 'status="Charging"'],
  ]);
  expect(first?.endsWith(` ${NOON}`)).toBe(true);
  expect(second).toBe(`connector,charger=CP\\ 01\\,left,connector=2 status="Charging" ${NOON + 10_000}`);
  await until(() => writer.counts().written === 2);
});

test('while the server is away the newest samples wait, bounded; when it is back they drain in order', async () => {
  const { writer, clock } = open();
  status = 503;
  writer.add(points(1));
  await until(() => clock.waiting().length === 1);
  for (let n = 0; n < 9; n++) writer.add(points(5_000, 1 + n * 5_000));
  const total = 45_001;
  expect(writer.counts()).toEqual({ waiting: POINTS_KEPT, written: 0, dropped: total - POINTS_KEPT });
  status = 204;
  clock.move(1_000);
  await until(() => writer.counts().written === POINTS_KEPT);
  expect(writer.counts().waiting).toBe(0);
  const times = arrived.flatMap(request => request.lines.map(line => Number(line.split(' ').at(-1)) - NOON));
  expect(times).toEqual(Array.from({ length: POINTS_KEPT }, (_, n) => n + total - POINTS_KEPT));
  expect(arrived).toHaveLength(8);
});

test.each<[string, number | null]>([
  ['closes the connection', null],
  ['is overloaded', 503],
  ['does not know the database yet', 404],
  ['does not know us yet', 401],
  ['asks for patience', 429],
])('a server that %s is asked again, ever more rarely', async (_, answer) => {
  const { writer, clock } = open();
  status = answer;
  writer.add(points(3));
  const waits: number[] = [];
  for (let n = 0; n < 8; n++) {
    await until(() => clock.waiting().length === 1);
    const before = clock.nowMs();
    while (clock.waiting().length === 1) clock.move(1_000);
    waits.push(clock.nowMs() - before);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  await until(() => clock.waiting().length === 1);
  expect(writer.counts()).toEqual({ waiting: 3, written: 0, dropped: 0 });
});

test('lines that the server will never take do not block the ones behind them', async () => {
  const { writer } = open();
  status = 400;
  writer.add(points(2));
  await until(() => writer.counts().dropped === 2);
  status = 204;
  writer.add(points(1, 9));
  await until(() => writer.counts().written === 1);
  expect(writer.counts()).toEqual({ waiting: 0, written: 1, dropped: 2 });
});

test('a closed writer leaves no timer behind', async () => {
  const { writer, clock } = open();
  status = 503;
  writer.add(points(1));
  await until(() => clock.waiting().length === 1);
  writer.close();
  expect(clock.waiting()).toEqual([]);
});
