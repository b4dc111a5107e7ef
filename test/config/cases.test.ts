/**
 * Every folder of test/cases/config is a site file and what it comes to: `problems.txt` holds every problem
 * as printed, `resolved.json` what the configuration must at least say. `notes.txt` and `environment.json`
 * are optional. A site file that a YAML formatter would choke on ends in `.broken`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type LoadInput, loadConfig, problemLine } from '#config/load.ts';
import { readerBeside } from '../../src/real/files.ts';
import { devices, NOW_WALL_MS } from './devices.ts';

const folder = fileURLToPath(new URL('../cases/config', import.meta.url));
const names = readdirSync(folder).sort();

function inputOf(name: string): LoadInput {
  const file = readdirSync(join(folder, name)).find(candidate => candidate.startsWith('site.'));
  if (file === undefined) throw new Error(`${name} has no site file`);
  const path = join(folder, name, file);
  const variables = join(folder, name, 'environment.json');
  return {
    file,
    text: readFileSync(path, 'utf8'),
    environment: existsSync(variables) ? JSON.parse(readFileSync(variables, 'utf8')) : {},
    readFile: path => readFromCase(name, path),
    devices,
    nowWallMs: NOW_WALL_MS,
  };
}

/** Paths in problems must not depend on where the tree lies. */
function readFromCase(name: string, path: string) {
  const outcome = readerBeside(join(folder, name, 'site.yaml'))(path);
  return outcome.ok ? outcome : { ...outcome, detail: outcome.detail.replace(join(folder, name, '/'), '') };
}

describe('a site file comes to what its case says', () => {
  test.each(names)('%s', name => {
    const loaded = loadConfig(inputOf(name));
    const problems = loaded.problems.map(problem => `${problemLine(problem)}\n`).join('');
    const expected = join(folder, name, 'problems.txt');
    const resolved = join(folder, name, 'resolved.json');
    expect(existsSync(expected) !== existsSync(resolved), 'one of problems.txt and resolved.json').toBe(true);
    expect(problems).toBe(existsSync(expected) ? readFileSync(expected, 'utf8') : '');
    if (existsSync(resolved)) expect(loaded.config).toMatchObject(JSON.parse(readFileSync(resolved, 'utf8')));
    const notes = join(folder, name, 'notes.txt');
    const said = loaded.notes.map(note => `${problemLine(note)}\n`).join('');
    if (existsSync(notes)) expect(said).toBe(readFileSync(notes, 'utf8'));
  });
});

test('there are cases of both kinds', () => {
  expect(names.filter(name => existsSync(join(folder, name, 'problems.txt'))).length).toBeGreaterThanOrEqual(20);
  expect(names.filter(name => existsSync(join(folder, name, 'resolved.json'))).length).toBeGreaterThanOrEqual(7);
});

test('a file with ten mistakes names all ten', () => {
  expect(loadConfig(inputOf('ten-mistakes')).problems).toHaveLength(10);
});
