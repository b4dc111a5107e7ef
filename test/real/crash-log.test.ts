import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRASH_FILE, crashedLately } from '#real/crash-log.ts';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const MODULE = new URL('../../src/real/crash-log.ts', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const crashed = (...minutesAgo: number[]) =>
  writeFileSync(join(folder, CRASH_FILE), minutesAgo.map(ago => `${NOW - ago * MINUTE} boom\n`).join(''));

test('a process that never crashed starts as any other', () => {
  expect(crashedLately(folder, NOW)).toBeNull();
});

test('five crashes in ten minutes: limits only until the first of them is ten minutes old', () => {
  crashed(50, 9, 7, 5, 3);
  expect(crashedLately(folder, NOW), 'four, and one of long ago').toBeNull();
  crashed(9, 7, 5, 3, 1);
  expect(crashedLately(folder, NOW)).toMatchObject({ forMs: MINUTE, why: expect.stringContaining('5 times') });
});

test('lines that nobody can read say nothing', () => {
  writeFileSync(join(folder, CRASH_FILE), '\0\0\n\nabc\n');
  expect(crashedLately(folder, NOW)).toBeNull();
});

test('a bug is noted and still ends the process; an end in order and a kill are not', () => {
  const run = (then: string) =>
    spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      `const { noteCrashes } = await import(${JSON.stringify(MODULE)}); noteCrashes(${JSON.stringify(folder)}); ${then}`,
    ]);
  run('process.exit(0)');
  run("process.kill(process.pid, 'SIGKILL')");
  for (let n = 0; n < 4; n++) run("setTimeout(() => { throw new Error('bug') })");
  expect(crashedLately(folder, Date.now())).toBeNull();
  expect(run("setTimeout(() => { throw new Error('bug') })").status).not.toBe(0);
  expect(crashedLately(folder, Date.now())).not.toBeNull();
});
