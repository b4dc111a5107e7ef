/**
 * How many starts and stops a second the whole gateway takes, each answered once it is on disk, beside SQLite on the
 * same disk without anything around it: `bare-sqlite` commits each message by itself, as a loop without group
 * commit has to; `bare-sqlite-grouped` knows the next fifty beforehand. Each is asked in turn, round after round.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { type BenchLine, quantile } from './line.ts';
import { asked, openBusbar, SOCKETS } from './ocpp-throughput.ts';

const ROUNDS = 8;
/** The first round only warms up and books the chargers in. */
const WARM_UP = 1;
const SECONDS = 2;
const NOTE =
  '50 sockets, one CALL in flight each, StopTransaction and StartTransaction by turns, clients in another process; ' +
  'WAL, synchronous FULL';

type Runner = { readonly name: string; messagesASecond(): Promise<number>; close(): Promise<void> };

export async function benchDurable(): Promise<readonly BenchLine[]> {
  const runners = [await openGateway(), openBare('bare-sqlite', 1), openBare('bare-sqlite-grouped', SOCKETS)];
  const rates = new Map<string, number[]>(runners.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const runner of runners) {
      const rate = await runner.messagesASecond();
      if (round >= WARM_UP) rates.get(runner.name)!.push(rate);
    }
  }
  for (const runner of runners) await runner.close();
  const rateOf = (name: string) => quantile(rates.get(name)!, 0.5);
  const value = rateOf('busbar');
  return ['bare-sqlite', 'bare-sqlite-grouped'].map(peer => ({
    name: 'durable-messages',
    n: SOCKETS,
    value,
    unit: 'messages/s',
    peer,
    ratio: value / rateOf(peer),
    note: `${NOTE}; the peer: ${Math.round(rateOf(peer))} messages/s, ${peer === 'bare-sqlite' ? 1 : SOCKETS} a transaction`,
  }));
}

async function openGateway(): Promise<Runner> {
  const server = await openBusbar();
  const clients = fork(fileURLToPath(new URL('./throughput-clients.ts', import.meta.url)));
  const order = { port: server.port, sockets: SOCKETS, seconds: SECONDS, says: 'sessions' } as const;
  return {
    name: server.name,
    async messagesASecond() {
      const { calls, tookMs } = await asked(clients, order);
      return (calls * 1000) / tookMs;
    },
    async close() {
      clients.kill();
      await server.close();
    },
  };
}

/** One document each, as large as a session's, in a table like the gateway's. */
function openBare(name: string, group: number): Runner {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'));
  const database = new DatabaseSync(join(folder, 'bare.db'));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE documents (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (kind, key)) STRICT`);
  const put = database.prepare(
    'INSERT INTO documents (kind, key, json) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json',
  );
  let key = 0;
  const json = JSON.stringify({ session: 'x'.repeat(220) });
  return {
    name,
    async messagesASecond() {
      const began = performance.now();
      const until = began + SECONDS * 1000;
      const first = key;
      while (performance.now() < until) {
        database.exec('BEGIN IMMEDIATE');
        // A start and its stop are one document, written twice.
        for (let n = 0; n < group; n++) put.run('session', String(Math.floor(key++ / 2)), json);
        database.exec('COMMIT');
      }
      return ((key - first) * 1000) / (performance.now() - began);
    },
    async close() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
