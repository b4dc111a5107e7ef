/** What the linter cannot see: that the house is kept as ARCHITECTURE.md says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Not ours, or not kept: what .gitignore names, and git's own. */
const NOT_OURS = /^(node_modules|dist|\.git|\.vite|data)$|\.log$/;
const BINARY = /\.(png|jpg|ico|woff2|db|gz)$/;

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(entry => !NOT_OURS.test(entry.name))
    .flatMap(entry => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}

const files = filesBelow('.').filter(file => !BINARY.test(file));
const text = new Map(files.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]));
const source = files.filter(file => /^src\/.*\.tsx?$/.test(file));
const roomOf = (file: string) => (file.split('/').length > 2 ? (file.split('/')[1] ?? '') : '');
const rooms = [...new Set(source.map(roomOf))].filter(room => room !== '');

/** What a file imports, as written. */
const importsOf = (file: string): string[] =>
  [...(text.get(file) ?? '').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(found => found[1] ?? '');

const where = (pattern: RegExp, among: readonly string[]): string[] =>
  among.flatMap(file =>
    (text.get(file) ?? '').split('\n').flatMap((line, n) => (pattern.test(line) ? [`${file}:${n + 1}`] : [])),
  );

/** Words that all above may use (base, site, ocpp), and what only main opens (real, sim). */
const WITHOUT_FRONT = ['base', 'site', 'ocpp', 'real', 'sim'];

/** Beside its front and its options, what a room shows to those who stand above it. */
const PUBLISHED = [
  'chargers/quirks.ts',
  'chargers/profile-schema.ts',
  'config/adopt.ts',
  'config/check.ts',
  'config/load.ts',
  'config/reload.ts',
  'history/influx.ts',
  'meters/profile.ts',
  'meters/profile-schema.ts',
  'meters/read-once.ts',
];

test('every room has a front door of its own name', () => {
  const closed = rooms.filter(room => !WITHOUT_FRONT.includes(room) && !source.includes(`src/${room}/${room}.ts`));
  expect(closed).toEqual([]);
});

test('rooms are entered by the front door', () => {
  const isOpen = (path: string, room: string) =>
    WITHOUT_FRONT.includes(room) || PUBLISHED.includes(path) || [`${room}.ts`, 'options.ts'].includes(basename(path));
  const elsewhere = source.flatMap(file =>
    importsOf(file)
      .filter(path => /^#\w+\//.test(path))
      .filter(path => {
        const room = path.slice(1, path.indexOf('/'));
        return roomOf(file) !== room && !isOpen(path.slice(1), room);
      })
      .map(path => `${file} → ${path}`),
  );
  expect(elsewhere).toEqual([]);
});

test('no import climbs out of its room', () => {
  const climbing = source.flatMap(file =>
    importsOf(file)
      .filter(path => path.startsWith('.') && roomOf(join(dirname(file), path)) !== roomOf(file))
      .map(path => `${file} → ${path}`),
  );
  expect(climbing).toEqual([]);
});

test('every import of ours names a file that is there', () => {
  const lost = source.flatMap(file =>
    importsOf(file)
      .filter(path => /^[#.]/.test(path))
      .filter(
        path => !existsSync(join(ROOT, path.startsWith('#') ? `src/${path.slice(1)}` : join(dirname(file), path))),
      )
      .map(path => `${file} → ${path}`),
  );
  expect(lost).toEqual([]);
});

test('a file is read in one sitting: none in src is over 300 lines', () => {
  const long = source.filter(file => (text.get(file) ?? '').split('\n').length > 301);
  expect(long).toEqual([]);
});

test('names say what is inside', () => {
  const vague = /^(utils?|helpers?|manager|service|common|misc)$|[-.](utils?|helpers?|manager|service)$/;
  const named = files.filter(file => /\.(tsx?|mjs)$/.test(file));
  expect(named.filter(file => vague.test(basename(file).replace(/(\.test)?\.(tsx?|mjs)$/, '')))).toEqual([]);
});

const self = relative(ROOT, fileURLToPath(import.meta.url));
const others = files.filter(file => file !== self);

test('nothing is left for later: no scratch file, no note to oneself', () => {
  expect(others.filter(file => /(^|\/)(zz|tmp|scratch)\b|\.(tmp|orig|bak|rej)(\.|$)/.test(file))).toEqual([]);
  expect(where(/\b(FIXME|TODO|XXX)\b/, others)).toEqual([]);
});

test('no path of somebody’s machine and no registry is written down', () => {
  expect(where(/(^|[^\w.])\/(work|root|home\/\w+)\/|registry\.npmjs|registry\.yarnpkg/, others)).toEqual([]);
  expect(where(/"resolved"/, ['package-lock.json'])).toEqual([]);
});

test('every device we ship a profile for has a case of its own or a test that sweeps them all', () => {
  const profiles = files.filter(file => /^profiles\/[^/]+\/.*\.json$/.test(file));
  const uncovered = profiles.filter(file => {
    const kind = file.split('/')[1] ?? '';
    const hasCase = files.some(other => other.startsWith(`test/cases/${kind}/${basename(file, '.json')}`));
    const swept =
      kind === 'chargers' && (text.get('test/chargers/quirks.test.ts') ?? '').includes('profiles/chargers/');
    return !hasCase && !swept;
  });
  expect(profiles.length).toBeGreaterThan(0);
  expect(uncovered).toEqual([]);
});

test('links in our pages lead somewhere', () => {
  const dead = files
    .filter(file => file.endsWith('.md'))
    .flatMap(file =>
      [...(text.get(file) ?? '').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map(found => found[1] ?? '')
        .filter(link => !/^[a-z]+:/.test(link) && !existsSync(join(ROOT, dirname(file), link)))
        .map(link => `${file} → ${link}`),
    );
  expect(dead).toEqual([]);
});
