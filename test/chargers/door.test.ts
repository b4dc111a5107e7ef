/** The room behind its real door: sockets on loopback, the machine's clock. */
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLog } from '#base/log.ts';
import { type ChargersHandle, openChargers } from '#chargers/chargers.ts';
import { openClock } from '../../src/real/clock.ts';
import { listenForChargers } from '../../src/real/websocket.ts';
import { basic, countingRandomness } from './chargers-kit.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function open(): Promise<{ chargers: ChargersHandle; told: string[] }> {
  const told: string[] = [];
  const clock = openClock(() => {});
  const world = { clock, log: silentLog, randomness: countingRandomness(), listenForChargers };
  const opened = await openChargers(
    {
      world,
      profiles: [],
      profileId: () => 'generic',
      toldMs: () => Date.UTC(2026, 0, 1),
      connectorsWithoutStatus: () => [],
      connected: (charger, generation) => told.push(`${charger} connected ${generation}`),
      lost: (charger, generation) => told.push(`${charger} lost ${generation}`),
      report: (_charger, _report, _atMs, answer) => answer({ kind: 'heartbeat', nowWallMs: clock.wallMs() }),
    },
    {
      host: '127.0.0.1',
      port: 0,
      chargers: [
        { index: 0, identity: 'CP1', auth: { kind: 'basic', password: '00ff3a41' } },
        { index: 1, identity: 'CP2', auth: { kind: 'none', address: '127.0.0.1' } },
        { index: 2, identity: 'CP3', auth: { kind: 'none', address: '10.0.0.12' } },
      ],
    },
  );
  if (!opened.ok) throw new Error(opened.detail);
  // No timer may outlive the room.
  endings.push(async () => {
    await opened.value.close();
    await until(() => clock.active().length === 0);
  });
  return { chargers: opened.value, told };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise(resolve => setTimeout(resolve, 5));
}

type Client = {
  readonly ws: WebSocket;
  readonly texts: string[];
  readonly closed: number[];
  readonly refused: number[];
};

function connect(port: number, path: string, authorization: string | null, options = {}): Client {
  const headers = authorization === null ? {} : { Authorization: authorization };
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, ['ocpp1.6'], { headers, ...options });
  const client: Client = { ws, texts: [], closed: [], refused: [] };
  ws.on('message', data => client.texts.push(data.toString()));
  ws.on('close', code => client.closed.push(code));
  ws.on('error', () => {});
  ws.on('unexpected-response', (request, response) => {
    client.refused.push(response.statusCode ?? 0);
    request.destroy();
  });
  endings.push(() => ws.terminate());
  return client;
}

const good = basic('CP1', '\u0000\u00ff\u003a\u0041');
const isOpen = (client: Client) => client.ws.readyState === WebSocket.OPEN;

describe('the charger door on real sockets', () => {
  it('lets in a charger whose password is raw bytes with a colon, and talks OCPP with it', async () => {
    const { chargers, told } = await open();
    const client = connect(chargers.port, '//ocpp//CP1/', good);
    await until(() => isOpen(client));
    client.ws.send('[2,"1","Heartbeat",{}]');
    await until(() => client.texts.length === 1);
    expect(JSON.parse(client.texts[0]!)).toMatchObject([3, '1', { currentTime: expect.any(String) }]);
    client.ws.close();
    await until(() => told.length === 2);
    expect(told).toEqual(['0 connected 1', '0 lost 1']);
  });

  it.each([
    ['a wrong password', '/ocpp/CP1', basic('CP1', 'x'), 401, 'wrong password'],
    ['no password', '/ocpp/CP1', null, 401, 'sent no password'],
    ['an unknown identity', '/ocpp/CP9', good, 404, 'not in the configuration'],
    ['another address than the pinned one', '/ocpp/CP3', null, 403, 'address 127.0.0.1 is not the pinned 10.0.0.12'],
  ])('turns away %s before the upgrade, and lists it', async (_what, path, authorization, status, cause) => {
    const { chargers, told } = await open();
    const client = connect(chargers.port, path, authorization);
    await until(() => client.refused.length === 1);
    expect(client.refused).toEqual([status]);
    expect(told).toEqual([]);
    expect(chargers.unknown()).toMatchObject([{ identity: path.slice(-3), address: '127.0.0.1', cause, count: 1 }]);
  });

  it('lets in a pinned charger from its address without a password', async () => {
    const { chargers, told } = await open();
    connect(chargers.port, '/CP2', null);
    await until(() => told.length === 1);
    expect(told).toEqual(['1 connected 1']);
  });

  it('refuses a second CP1 with 409 while the first one answers pings', async () => {
    const { chargers, told } = await open();
    const first = connect(chargers.port, '/CP1', good);
    await until(() => told.length === 1);
    const second = connect(chargers.port, '/CP1', good);
    await until(() => second.refused.length === 1);
    expect(second.refused).toEqual([409]);
    expect(isOpen(first)).toBe(true);
    expect(chargers.unknown()).toMatchObject([{ identity: 'CP1', cause: 'two devices call themselves CP1' }]);
  });

  it('gives CP1 to the second when the first does not answer, and cuts the first', async () => {
    const { chargers, told } = await open();
    const first = connect(chargers.port, '/CP1', good, { autoPong: false });
    await until(() => told.length === 1);
    const second = connect(chargers.port, '/CP1', good);
    await until(() => told.length === 3 && first.closed.length === 1);
    expect(told).toEqual(['0 connected 1', '0 lost 1', '0 connected 2']);
    await until(() => isOpen(second));
    second.ws.send('[2,"1","Heartbeat",{}]');
    await until(() => second.texts.length === 1);
  });

  it('closes what is too long or too deep and goes on serving others', async () => {
    const { chargers, told } = await open();
    const other = connect(chargers.port, '/CP2', null);
    const long = connect(chargers.port, '/CP1', good);
    await until(() => told.length === 2 && isOpen(long));
    long.ws.send(`[2,"1","DataTransfer",{"vendorId":"${'x'.repeat(300_000)}"}]`);
    await until(() => long.closed.length === 1);
    expect(long.closed).toEqual([1009]);
    await until(() => told.length === 3);
    const deep = connect(chargers.port, '/CP1', good);
    await until(() => isOpen(deep));
    deep.ws.send(`[2,"1","Heartbeat",${'['.repeat(50)}${']'.repeat(50)}]`);
    await until(() => deep.closed.length === 1);
    expect(deep.closed).toEqual([1002]);
    other.ws.send('[2,"1","Heartbeat",{}]');
    await until(() => other.texts.length === 1);
  });

  it('ends everything when it closes', async () => {
    const { chargers, told } = await open();
    const clients = [connect(chargers.port, '/CP1', good), connect(chargers.port, '/CP2', null)];
    await until(() => told.length === 2 && clients.every(isOpen));
    await chargers.close();
    await until(() => clients.every(client => client.closed.length === 1));
    expect(clients.map(client => client.closed[0])).toEqual([1001, 1001]);
    const late = connect(chargers.port, '/CP1', good);
    await until(() => late.closed.length === 1);
    expect(late.refused).toEqual([]);
  });
});
