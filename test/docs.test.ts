/** What docs/safety.md and docs/assurance.md name is there: every rule, file, test, constant and word of the page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Cited, titlesIn } from './titles.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const SAFETY = read('docs/safety.md');
const ASSURANCE = read('docs/assurance.md');
const RULES = Array.from({ length: 29 }, (_, i) => String(i + 1));
const PROMISES = ['1', '2', '3', '4', '5'];
const ASSUMPTIONS = ['A1', 'A2', 'A3', 'A4', 'A5'];

/** The only way in which a page may name a test. */
const CITATION = /^ *- \[(test\/[\w./-]+\.test\.ts)\]\(\.\.\/\1\): "(.+)"$/;
/** The only way in which a rule may name the file that keeps it. */
const KEEPER = /\[`(src\/[\w./-]+\.ts)`\]\(\.\.\/\1\)/g;

type Section = { readonly name: string; readonly text: string };

/** Parts of a page that begin with a heading `### NAME.` and end with the next heading. */
function sections(page: string): readonly Section[] {
  return page.split(/^(?=#{1,6} )/m).flatMap(
    text =>
      /^### (\w+)\. \S/
        .exec(text)
        ?.slice(1, 2)
        .map(name => ({ name, text })) ?? [],
  );
}

const citations = (text: string): readonly Cited[] =>
  text.split('\n').flatMap(line => {
    const [, file, title] = CITATION.exec(line) ?? [];
    return file === undefined || title === undefined ? [] : [{ file, title }];
  });

/** Lines that name a test otherwise: nobody would check them. */
const unreadable = (page: string): readonly string[] =>
  page.split('\n').filter(line => line.includes('.test.ts') && !CITATION.test(line));

const known = new Map<string, readonly string[]>();
function titlesOf(file: string): readonly string[] {
  const found = known.get(file) ?? (existsSync(join(ROOT, file)) ? titlesIn(read(file)) : []);
  known.set(file, found);
  return found;
}

/** Tests that are named but not there, or that could be one of several. */
const deadTests = (page: string): readonly Cited[] =>
  citations(page).filter(({ file, title }) => titlesOf(file).filter(found => found === title).length !== 1);

/** Paths of ours, linked or not, that lead nowhere. */
const deadPaths = (page: string): readonly string[] =>
  [...page.matchAll(/(?<![\w/.])(?:src|test|docs|profiles|config|deploy)\/[\w./-]*\w/g)]
    .map(([path]) => path)
    .filter(path => !existsSync(join(ROOT, path)));

const sourceText = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(file => /\.tsx?$/.test(file))
  .map(file => read(join('src', file)))
  .join('\n');

/** Constants in code spans, and words of the page in curly quotes, that no source has. */
const deadWords = (page: string): readonly string[] => [
  ...[...page.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)]
    .map(found => found[1] ?? '')
    .filter(name => !new RegExp(`\\b${name}\\b`).test(sourceText)),
  ...[...page.matchAll(/“([^”]+)”/g)].map(found => found[1] ?? '').filter(words => !sourceText.includes(words)),
];

const withoutTest = (page: string): readonly string[] =>
  sections(page)
    .filter(({ name, text }) => /^\d+$/.test(name) && citations(text).length === 0)
    .map(({ name }) => name);

const names = (page: string): readonly string[] => sections(page).map(({ name }) => name);
const missing = (page: string, wanted: readonly string[]): readonly string[] =>
  wanted.filter(name => names(page).filter(found => found === name).length !== 1);

it('the safety page has every rule from 1 to 29 once, in order, and every assumption', () => {
  expect(names(SAFETY).filter(name => /^\d+$/.test(name))).toEqual(RULES);
  expect(missing(SAFETY, ASSUMPTIONS)).toEqual([]);
});

it('every rule names a source file that keeps it and a test that shows it', () => {
  const keeperless = sections(SAFETY).filter(({ name, text }) => RULES.includes(name) && !text.match(KEEPER));
  expect(keeperless.map(({ name }) => name)).toEqual([]);
  expect(withoutTest(SAFETY)).toEqual([]);
});

it('the assurance page has all five promises, each with a test, and every assumption', () => {
  expect(names(ASSURANCE).filter(name => /^\d+$/.test(name))).toEqual(PROMISES);
  expect(missing(ASSURANCE, ASSUMPTIONS)).toEqual([]);
  expect(withoutTest(ASSURANCE)).toEqual([]);
});

it.each([
  ['safety', SAFETY],
  ['assurance', ASSURANCE],
])('every test, file, constant and word of the page that the %s page names is there', (_, page) => {
  expect(unreadable(page)).toEqual([]);
  expect(deadTests(page)).toEqual([]);
  expect(deadPaths(page)).toEqual([]);
  expect(deadWords(page)).toEqual([]);
});

it('a page with a dead name would be found out', () => {
  const [first] = citations(SAFETY);
  const title = first?.title ?? '';
  expect(deadTests(SAFETY.replace(`"${title}"`, `"${title}s"`))).toHaveLength(1);
  expect(deadTests(SAFETY.replaceAll('.test.ts', '-gone.test.ts'))).toHaveLength(citations(SAFETY).length);
  expect(unreadable(SAFETY.replace(`: "${title}"`, `, ${title}`))).toHaveLength(1);
  expect(missing(SAFETY.replace('### 17. ', '### Seventeen. '), RULES)).toEqual(['17']);
  expect(deadPaths(SAFETY.replace('src/site/gate/ledger.ts', 'src/site/gate/leger.ts'))).toEqual([
    'src/site/gate/leger.ts',
  ]);
  expect(deadWords('`NO_SUCH_CONSTANT`, “nothing says this, anywhere”')).toHaveLength(2);
  expect(withoutTest('### 3. Raises\n\nNothing shows it.\n')).toEqual(['3']);
});

it('a test that does not run, is expected to fail or only stands in a comment shows nothing', () => {
  const code = `
    describe('a', () => {
      it('runs', () => {});
      it.each([['one'], ['two']] as const)('%s', () => {});
      it.skip('skipped', () => {});
      it.todo('not written');
      it.fails('fails', () => {});
      // it('in a comment', () => {});
      call('nothing of ours', "it('in a text')");
    });
    describe.skip('b', () => { it('within', () => {}); });
    test('alone', () => {});
  `;
  expect(titlesIn(code)).toEqual(['a › runs', 'a › one', 'a › two', 'alone']);
});
