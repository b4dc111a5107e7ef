/** Rule 29: two gateways on one site would each undo what the other does, so the second is not let in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCK_FILE, type Lock, lockFolder, lockSerial } from '#real/lock.ts';
import { realWorld } from '#real/world.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
/** Locks of serial lines go to the test's own folder. */
const SYSTEM_FOLDER = tmpdir();
const START_WITHIN_MS = 15_000;

let folder: string;
const children: ChildProcess[] = [];
const locks: Lock[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(SYSTEM_FOLDER, 'busbar-lock-'));
  process.env.TMPDIR = folder;
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const lock of locks.splice(0)) lock.release();
  rmSync(folder, { recursive: true, force: true });
  process.env.TMPDIR = SYSTEM_FOLDER;
});

function held(outcome: ReturnType<typeof lockFolder>): Lock {
  if (!outcome.ok) throw new Error(outcome.detail);
  locks.push(outcome.value);
  return outcome.value;
}

const SITE = (bus: string) => `
site: { name: Lock, timezone: Europe/Berlin }
supply: { phases: 3, nominalV: 230 }
circuits:
  - { id: main, name: Main, limits: [{ source: fuse, kind: hard, limitA: 63 }], designLoadA: 10, meter: grid }
meters:
  - { id: grid, profile: eastron-sdm630, bus: ${bus} }
chargers:
  - { identity: CP01, name: Bay 1, circuit: main, ratingA: 16, phases: 3, password: change-me-please-01 }
`;

/** `busbar run` on a site of its own ports, its data and its serial line in the test's folder. */
function run(name: string, options: { readonly data: string; readonly serial?: string }) {
  const bus = options.serial === undefined ? '{ tcp: "127.0.0.1:9" }' : `{ serial: ${options.serial} }`;
  const config = join(folder, `${name}.yaml`);
  writeFileSync(config, SITE(bus));
  const env = {
    ...{ ...process.env, BUSBAR_DATA: join(folder, options.data) },
    ...{ BUSBAR_WEB__PORT: '0', BUSBAR_OCPP__PORT: '0' },
  };
  const child = spawn(process.execPath, [MAIN, 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  children.push(child);
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = new Promise<number | null>(done => child.once('close', code => done(code)));
  return {
    pid: child.pid ?? 0,
    text: () => text,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async runs() {
      for (const end = Date.now() + START_WITHIN_MS; !text.includes('"busbar runs"'); ) {
        if (Date.now() > end || child.exitCode !== null) throw new Error(`it does not run:\n${text}`);
        await new Promise(done => setTimeout(done, 50));
      }
    },
  };
}

describe('a second gateway', () => {
  it('on the same state folder is refused with the first one’s process, and starts once that was killed', async () => {
    const first = run('first', { data: 'data' });
    await first.runs();
    const second = run('second', { data: 'data' });
    expect(await second.ended).toBe(1);
    expect(second.text()).toContain(`belongs to another Busbar (process ${first.pid} on `);
    await first.kill();
    await run('third', { data: 'data' }).runs();
  });

  it('on the same serial bus under another name is refused, and starts once the first was killed', async () => {
    const device = join(folder, 'ttyUSB0');
    writeFileSync(device, '');
    symlinkSync(device, join(folder, 'by-id'));
    const first = run('first', { data: 'one', serial: device });
    await first.runs();
    const second = run('second', { data: 'two', serial: join(folder, 'by-id') });
    expect(await second.ended).toBe(1);
    expect(second.text()).toContain(`the serial bus ${device} belongs to another Busbar (process ${first.pid} on `);
    await first.kill();
    await run('third', { data: 'two', serial: join(folder, 'by-id') }).runs();
  });
});

describe('a state folder', () => {
  it('is made where it is not there, and free again once it was closed', async () => {
    const data = join(folder, 'deep', 'data');
    const world = realWorld('silent');
    const first = world.openStore(data);
    if (!first.ok) throw new Error(first.detail);
    expect(world.openStore(data)).toMatchObject({ ok: false, detail: expect.stringContaining(`${process.pid}`) });
    await first.value.close();
    const second = world.openStore(data);
    expect(second.ok).toBe(true);
    if (second.ok) await second.value.close();
  });

  it('keeps a lock that is never written to: a power cut cannot damage it', () => {
    held(lockFolder(folder));
    expect(readdirSync(folder).sort()).toEqual([LOCK_FILE, `${LOCK_FILE}.holder`]);
    expect(statSync(join(folder, LOCK_FILE)).size).toBe(0);
  });

  it('that cannot be made is an answer, not an exception', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(lockFolder(join(folder, 'file', 'deeper'))).toMatchObject({ ok: false, why: 'exception' });
  });

  it('stays refused where the holder did not write who it is', () => {
    mkdirSync(join(folder, `${LOCK_FILE}.holder`));
    held(lockFolder(folder));
    expect(lockFolder(folder)).toMatchObject({ detail: expect.stringContaining('did not say who it is') });
  });
});

describe('serial lines', () => {
  it('are held all or none, and a device that is not plugged in goes by its name', () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const first = held(lockSerial([b]));
    expect(lockSerial([a, b]).ok).toBe(false);
    first.release();
    held(lockSerial([a, b, a]));
    expect(lockSerial([a]).ok).toBe(false);
  });

  it('are none where every meter speaks TCP', () => expect(lockSerial([]).ok).toBe(true));
});
