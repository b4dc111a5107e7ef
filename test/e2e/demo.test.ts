/** `npm start` as a newcomer runs it: two processes of ours, real sockets, nothing configured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBus } from '#real/modbus.ts';
import { readDemoOptions } from '#sim/demo-options.ts';
import { freePort } from '#sim/demo-ports.ts';
import type { SiteView } from '#web/site-view.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const SECOND = 1000;

type Demo = { readonly process: ChildProcess; readonly startedMs: number; text(): string };

const started: Demo[] = [];
let folder: string;
let port: number;
let demo: Demo;

/** Temporary files of the demos go to a folder of this test, so that what they leave behind shows. */
function start(...args: string[]): Demo {
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const opened: Demo = { process: child, startedMs: performance.now(), text: () => text };
  started.push(opened);
  return opened;
}

/** Waits for something to be there; what was said last stands in the failure. */
async function until<T>(what: string, withinMs: number, look: () => Promise<T | null> | T | null): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`${what} within ${withinMs} ms did not come.\n${demo.text()}`);
    await new Promise(done => setTimeout(done, 200));
  }
}

const said = (of: Demo, pattern: RegExp, withinMs: number): Promise<string> =>
  until(String(pattern), withinMs, () => pattern.exec(of.text())?.[1] ?? null);

const dashboard = async (of: Demo): Promise<string> => said(of, /Dashboard +(http\S+)\//, 30 * SECOND);
const gatewayPid = (of: Demo): number => Number(/kill -9 (\d+)/.exec(of.text())?.[1]);

const site = async (url: string): Promise<SiteView> => (await fetch(`${url}/api/v1/site`)).json() as Promise<SiteView>;

const isReady = async (url: string): Promise<true | null> => {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  await answer?.body?.cancel();
  return answer?.status === 200 ? true : null;
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const gone = (pid: number, withinMs: number) =>
  until(`end of process ${pid}`, withinMs, () => (isAlive(pid) ? null : true));

const exitOf = (of: Demo): Promise<number | null> =>
  new Promise(done => {
    if (of.process.exitCode !== null || of.process.signalCode !== null) done(of.process.exitCode);
    else of.process.once('exit', code => done(code));
  });

/** The true total of the site, W: what the simulated meter measures, asked over Modbus past the gateway. */
async function trueTotalW(of: Demo): Promise<number> {
  const meterPort = Number(/--tcp 127\.0\.0\.1:(\d+)/.exec(of.text())?.[1]);
  const bus = openBus({ kind: 'tcp', host: '127.0.0.1', port: meterPort });
  const connected = await bus.connect(2 * SECOND);
  // Total system power of the SDM630: input register 0x0034, float32.
  const words = await bus.read({ unit: 1, table: 'input', address: 0x34, count: 2 }, 2 * SECOND);
  bus.close();
  if (!connected.ok || !words.ok) throw new Error('the simulated meter does not answer');
  const bytes = new DataView(new ArrayBuffer(4));
  words.value.forEach((word, i) => {
    bytes.setUint16(2 * i, word);
  });
  return bytes.getFloat32(0);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-test-demo-'));
  port = (await freePort('127.0.0.1', 18_080)) ?? 0;
  demo = start('--port', String(port));
});

afterAll(() => {
  for (const each of started) if (each.process.exitCode === null) each.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('the demo', { timeout: 60 * SECOND }, () => {
  it('is ready within 30 s, where it says it is', async () => {
    const url = `http://127.0.0.1:${port}`;
    await until('/readyz 200', 30 * SECOND, () => isReady(url));
    expect(await dashboard(demo)).toBe(url);
    expect((await fetch(url)).headers.get('content-type')).toContain('text/html');
  });

  it('has 12 cars charging within 45 s, each with a grant and a reason', async () => {
    const url = await dashboard(demo);
    const leftMs = 45 * SECOND - (performance.now() - demo.startedMs);
    const charging = await until('12 connectors charging', leftMs, async () => {
      const now = (await site(url)).connectors.filter(each => each.status === 'Charging');
      return now.length >= 12 ? now : null;
    });
    for (const { grantA, reason, why } of charging) {
      expect(grantA).toBeGreaterThanOrEqual(6);
      expect(reason.text).not.toBe('');
      expect(why).toMatch(/\d A/);
    }
  });

  it('lowers what truly flows within 15 s of a cap, written from this machine without a token', async () => {
    const url = await dashboard(demo);
    await until('more than 25 kW flowing', 45 * SECOND, async () => ((await trueTotalW(demo)) > 25_000 ? true : null));
    const written = await fetch(`${url}/api/v1/limits/cap`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ circuit: 'main', limitW: 20_000 }]),
    });
    expect(written.status).toBe(200);
    await until('20 kW or less flowing', 15 * SECOND, async () => ((await trueTotalW(demo)) <= 20_000 ? true : null));
    expect((await fetch(`${url}/api/v1/limits/cap`, { method: 'DELETE' })).status).toBe(204);
  });

  it('leaves its ports to the first one and takes the next; killed, it takes its gateway along', async () => {
    const second = start('--port', String(port));
    const url = await dashboard(second);
    expect(Number(new URL(url).port)).toBeGreaterThan(port);
    expect(await isReady(url)).toBe(true);
    const pid = gatewayPid(second);
    second.process.kill('SIGKILL');
    await gone(pid, 10 * SECOND);
  });

  it('tells that its gateway was killed, and brings it back with the chargers', async () => {
    const url = await dashboard(demo);
    const pid = gatewayPid(demo);
    process.kill(pid, 'SIGKILL');
    await said(demo, /(ended by SIGKILL)/, 5 * SECOND);
    const next = Number(await said(demo, /is back \(process (\d+)\)/, 20 * SECOND));
    expect(next).not.toBe(pid);
    await until('all chargers', 20 * SECOND, async () =>
      (await site(url)).connectors.every(each => each.control !== 'offline') ? true : null,
    );
  });

  it('ends with everything on Ctrl-C and leaves nothing behind', async () => {
    const pid = Number(/is back \(process (\d+)\)/.exec(demo.text())?.[1] ?? gatewayPid(demo));
    demo.process.kill('SIGINT');
    expect(await exitOf(demo)).toBe(0);
    await gone(pid, 2 * SECOND);
    expect(await isReady(`http://127.0.0.1:${port}`)).toBeNull();
    // The demo that was killed could not tidy up.
    expect(readdirSync(folder).length).toBe(1);
  });
});

describe('what stands behind npm start --', () => {
  it('names every word it does not know, and the demo sites there are', () => {
    const read = readDemoOptions(['--site=moon', '--port', 'x', '--wat']);
    expect(read).toEqual({
      ok: false,
      problems: [
        { path: '--site', message: 'there is no demo site "moon"', hint: 'known: garage; or the path of a site file' },
        { path: '--port', message: 'expected a number from 0 to 65535, not "x"' },
        { path: '--wat', message: 'the demo does not know this' },
      ],
    });
  });

  it('takes all of its words together', () => {
    const read = readDemoOptions(['--lan', '--empty', '--port=8090', '--site', 'garage', '--calm']);
    const value = { lan: true, empty: true, port: 8090, site: 'garage', calm: true, log: false };
    expect(read).toEqual({ ok: true, value });
  });
});
