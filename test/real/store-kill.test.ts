/** SIGKILL at any instant under load, as a supervisor or the kernel sends it: what was answered is there, once and whole. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DATABASE_FILE } from '#real/sqlite-file.ts';

const ROUNDS = 20;
const CHILD = fileURLToPath(new URL('./committing-child.ts', import.meta.url));
/** After its first answers. */
const KILLED_WITHIN_MS = 120;
const TIMEOUT_MS = 120_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The keys that a process was answered until it was killed. */
async function killed(first: number, afterMs: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [CHILD, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child.stdout, 'data');
  await new Promise(done => setTimeout(done, afterMs));
  child.kill('SIGKILL');
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  // A line that was cut short is no answer.
  return said.split('\n').slice(0, -1);
}

test(
  'twenty kills under load: nothing that was answered is missing, nothing is there twice or by half',
  async () => {
    const answered: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const keys = await killed(round * 1_000_000, Math.random() * KILLED_WITHIN_MS);
      expect(keys.length).toBeGreaterThan(0);
      answered.push(...keys);
    }
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    const texts = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map(row => String(row.text));
    const documents = texts('SELECT key AS text FROM documents');
    const records = texts('SELECT json AS text FROM records');
    database.close();
    const found = new Set(documents);
    expect(answered.filter(key => !found.has(key))).toEqual([]);
    expect(records, 'a record and its document stand together').toHaveLength(documents.length);
    expect(new Set(records)).toEqual(found);
    expect(answered.length).toBeGreaterThan(ROUNDS * 20);
  },
  TIMEOUT_MS,
);
