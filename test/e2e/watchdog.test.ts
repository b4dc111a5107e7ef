/** `busbar run` as systemd runs it, with a stand-in for systemd-notify: ready, petted by passes, and not when it hangs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStandIn, type StandIn } from '../real/stand-in.ts';
import { until } from '../real/websocket-kit.ts';

const SITE = `site: { name: Yard }
circuits:
  - { id: main, limits: [{ source: fuse, kind: hard, limitA: 63, evOnly: true }] }
chargers:
  - { identity: CP01, circuit: main, ratingA: 16, auth: none, address: 192.0.2.1 }
ocpp: { host: 127.0.0.1, port: 0 }
web: { host: 127.0.0.1, port: 0 }
`;
/** Passes of a gateway that lives pet it every 10 s at least; this is more than two of that. */
const LONG_MS = 22_000;

let folder: string;
let standIn: StandIn;
let gateway: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-test-watchdog-'));
  standIn = openStandIn();
});
afterEach(async () => {
  if (gateway !== null && gateway.exitCode === null && gateway.signalCode === null) {
    const gone = endOf(gateway);
    gateway.kill('SIGKILL');
    await gone;
  }
  standIn.end();
  rmSync(folder, { recursive: true, force: true });
});

function run(): ChildProcess {
  const site = join(folder, 'site.yaml');
  writeFileSync(site, SITE);
  const stalling = pathToFileURL(resolve(import.meta.dirname, 'stalling.ts')).href;
  const main = resolve(import.meta.dirname, '../../src/main.ts');
  gateway = spawn(process.execPath, ['--import', stalling, main, 'run', '--config', site], {
    env: { ...process.env, ...standIn.environment, BUSBAR_DATA: join(folder, 'data') },
    stdio: 'ignore',
  });
  return gateway;
}

const endOf = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(done =>
    child.once('exit', (code, signal) => done({ code, signal })),
  );
const pause = (ms: number) => new Promise(done => setTimeout(done, ms));
const pets = () => standIn.told().filter(lines => lines.includes('WATCHDOG=1')).length;

it('says when it is ready, is petted while passes complete, and not once its thread hangs: then systemd’s signal ends it', async () => {
  const child = run();
  await until(() => standIn.told().length > 0);
  expect(standIn.told()[0]).toEqual([
    'READY=1',
    'WATCHDOG=1',
    'STATUS=In control: passes complete and every guard meter is fresh.',
  ]);
  await until(() => pets() >= 3);
  child.kill('SIGUSR2');
  // One that was under way may still be written.
  await pause(2_000);
  const before = pets();
  await pause(LONG_MS);
  expect(pets()).toBe(before);
  const gone = endOf(child);
  child.kill('SIGABRT');
  expect(await gone).toEqual({ code: null, signal: 'SIGABRT' });
}, 90_000);

it('says that it stops, and ends in order', async () => {
  const child = run();
  await until(() => standIn.told().length > 0);
  const gone = endOf(child);
  child.kill('SIGTERM');
  expect(await gone).toEqual({ code: 0, signal: null });
  expect(standIn.told().at(-1)).toEqual(['STOPPING=1', 'STATUS=Busbar stops; chargers fall back by themselves.']);
}, 60_000);
