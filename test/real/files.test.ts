import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MAX_FILE_BYTES, readerBeside, readProfileFolder, readTextFile, writeTextFile } from '../../src/real/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'busbar-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a text is read back as it was written', () => {
  const path = join(folder, 'text');
  expect(writeTextFile(path, 'Größe: 63 A\n')).toEqual({ ok: true, value: undefined });
  expect(readTextFile(path)).toEqual({ ok: true, value: 'Größe: 63 A\n' });
});

test('a file that is not there, and a folder in its place, are told in words', () => {
  expect(readTextFile(join(folder, 'none'))).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/none is not there$/),
  });
  expect(readTextFile(folder)).toMatchObject({ ok: false, detail: expect.stringMatching(/is a folder, not a file$/) });
});

test('a file above the bound is refused unread', () => {
  const path = join(folder, 'large');
  writeFileSync(path, Buffer.alloc(MAX_FILE_BYTES + 1));
  expect(readTextFile(path)).toMatchObject({ ok: false, why: 'malformed' });
});

test('paths in a site file start at its own folder', () => {
  writeFileSync(join(folder, 'secret'), 'sesame');
  const read = readerBeside(join(folder, 'site.yaml'));
  expect(read('secret')).toEqual({ ok: true, value: 'sesame' });
  expect(read(join(folder, 'secret'))).toEqual({ ok: true, value: 'sesame' });
});

test('a profile folder gives its JSON files by name, and nothing else', () => {
  const profiles = join(folder, 'profiles');
  mkdirSync(profiles);
  for (const name of ['b.json', 'a.json', 'README.md']) writeFileSync(join(profiles, name), `"${name}"`);
  expect(readProfileFolder(profiles)).toEqual({
    ok: true,
    value: [
      { name: 'a.json', json: '"a.json"' },
      { name: 'b.json', json: '"b.json"' },
    ],
  });
  expect(readProfileFolder(join(folder, 'nowhere'))).toMatchObject({ ok: false });
});
