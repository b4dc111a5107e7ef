/**
 * How many MeterValues a second the whole gateway takes, beside servers that do less: `bare-ws` parses and answers,
 * `ocpp-rpc-strict` also checks the schema, `ws-understood` checks and decodes with the gateway's own language and
 * keeps nothing: no gateway on `ws` takes more than that one. All stand in this process, the clients in another;
 * each is asked in turn, round after round. There is no rate limit in any of them.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RPCServer } from 'ocpp-rpc';
import { WebSocketServer } from 'ws';
import { resolveConfig } from '#config/config.ts';
import { openGateway } from '#gateway.ts';
import { parseFrame, printResult } from '#ocpp/frame.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import { realWorld } from '#real/world.ts';
import { shippedDevices } from '#sim/devices.ts';
import { type BenchLine, quantile } from './line.ts';

/** What the clients are told, and what they answer. */
export type Order = {
  readonly port: number;
  readonly sockets: number;
  readonly seconds: number;
  /** Periodic samples, or starts and stops by turns. */
  readonly says: 'samples' | 'sessions';
};
export type Count = { readonly calls: number; readonly tookMs: number };

export const SOCKETS = 50;
const ROUNDS = 8;
/** The first round only warms up and books the chargers in. */
const WARM_UP = 1;
const SECONDS = 2;
const NOTE =
  '50 sockets, one CALL in flight each, 5 samples a CALL, clients in another process, rate limit off; ' +
  'stored: newest sample of each connector every 10 s, in SQLite (the peers store nothing)';

export type Server = { readonly name: string; readonly port: number; close(): Promise<void> };

export async function benchThroughput(): Promise<readonly BenchLine[]> {
  const servers = [await openBusbar(), await openBareWs(), await openRpc(), await openUnderstood()];
  const clients = fork(fileURLToPath(new URL('./throughput-clients.ts', import.meta.url)));
  const rates = new Map<string, number[]>(servers.map(server => [server.name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, port } of servers) {
      const { calls, tookMs } = await asked(clients, { port, sockets: SOCKETS, seconds: SECONDS, says: 'samples' });
      if (round >= WARM_UP) rates.get(name)!.push((calls * 1000) / tookMs);
    }
  }
  clients.kill();
  for (const server of servers) await server.close();
  const rateOf = (name: string) => quantile(rates.get(name)!, 0.5);
  const value = rateOf('busbar');
  return ['bare-ws', 'ocpp-rpc-strict', 'ws-understood'].map(peer => ({
    name: 'ocpp-throughput',
    n: SOCKETS,
    value,
    unit: 'calls/s',
    peer,
    ratio: value / rateOf(peer),
    note: `${NOTE}; the peer: ${Math.round(rateOf(peer))} calls/s`,
  }));
}

export async function asked(clients: ChildProcess, order: Order): Promise<Count> {
  clients.send(order);
  const [count] = (await once(clients, 'message')) as [Count];
  return count;
}

/** The gateway as it runs on a site: web door, history, state folder. */
export async function openBusbar(): Promise<Server> {
  const devices = shippedDevices();
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'));
  const known = { chargers: devices.chargers, meterIds: [...devices.meters.keys()] };
  const config = resolveConfig(rawSite(), known, Date.now());
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const opened = await openGateway({
    config: config.value,
    world: realWorld('error'),
    chargerProfiles: devices.chargers,
    meterProfiles: devices.meters,
    dataFolder: folder,
    seen: true,
    loopbackWrites: false,
    nightly: null,
    sendPoints: null,
  });
  if (!opened.ok) throw new Error(opened.detail);
  const close = async () => {
    await opened.value.close();
    rmSync(folder, { recursive: true });
  };
  return { name: 'busbar', port: opened.value.ports.chargers, close };
}

const rawSite = () => ({
  site: { name: 'Bench', timezone: 'UTC' },
  supply: { phases: 3, nominalV: 230 },
  circuits: [
    { id: 'main', name: 'Main', limits: [{ source: 'fuse', kind: 'hard', limitA: SOCKETS * 20 }], designLoadA: 10 },
  ],
  chargers: Array.from({ length: SOCKETS }, (_, index) => ({
    identity: `CP${index}`,
    name: `Bay ${index}`,
    circuit: 'main',
    ratingA: 32,
    phases: 3,
    rotation: 'RST',
    auth: 'none',
    address: '127.0.0.1',
  })),
  ocpp: { host: '127.0.0.1', port: 0 },
  web: { host: '127.0.0.1', port: 0 },
});

async function openBareWs(): Promise<Server> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'ocpp1.6' });
  server.on('connection', socket =>
    socket.on('message', data => {
      const [, id, action] = JSON.parse(data.toString()) as [number, string, string];
      socket.send(JSON.stringify([3, id, answerTo(action)]));
    }),
  );
  await once(server, 'listening');
  const close = async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { name: 'bare-ws', port: (server.address() as AddressInfo).port, close };
}

/** What the gateway does with a frame before anything is known of the site, and nothing else. */
async function openUnderstood(): Promise<Server> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'ocpp1.6' });
  server.on('connection', socket =>
    socket.on('message', data => {
      const frame = parseFrame(String(data));
      if (frame.kind !== 'call') throw new Error('the clients of the bench call');
      const decoded = dialect16.reports.decode(frame.action, frame.payload, 'lenient');
      if (!decoded.ok) throw new Error(decoded.detail);
      socket.send(printResult(frame.id, answerTo(frame.action)));
    }),
  );
  await once(server, 'listening');
  const close = async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  return { name: 'ws-understood', port: (server.address() as AddressInfo).port, close };
}

async function openRpc(): Promise<Server> {
  const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
  server.auth(accept => accept());
  server.on('client', client => {
    client.handle(({ method }: { method?: string }) => answerTo(method ?? ''));
  });
  const http = await server.listen(0, '127.0.0.1');
  const { port } = http.address() as AddressInfo;
  return { name: 'ocpp-rpc-strict', port, close: () => server.close({ force: true }) };
}

function answerTo(action: string): object {
  const currentTime = new Date().toISOString();
  switch (action) {
    case 'BootNotification':
      return { status: 'Accepted', currentTime, interval: 300 };
    case 'StartTransaction':
      return { transactionId: 1, idTagInfo: { status: 'Accepted' } };
    default:
      return {};
  }
}
