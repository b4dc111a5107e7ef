/** The titles of the tests that a file would run, as vitest prints them: `describe › it`. */
import { parseAst } from 'vite';

/** A test as a page names it. */
export type Cited = { readonly file: string; readonly title: string };

type Node = { readonly type: string; readonly [key: string]: unknown };

const BLOCKS = ['describe'];
const TESTS = ['it', 'test'];
/** What does not run, or is expected to fail, shows nothing. */
const SHOWS_NOTHING = ['skip', 'todo', 'skipIf', 'runIf', 'fails'];

/** What stands below `as const` and `satisfies`. */
const plain = (node: Node | undefined): Node | undefined =>
  node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression' ? plain(node.expression as Node) : node;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** @param code the text of a test file. A row of a table whose title is one `%s` counts by its own first word */
export function titlesIn(code: string): readonly string[] {
  return walk(parseAst(code, { lang: 'ts' }) as unknown as Node, []);
}

function walk(node: Node, above: readonly string[]): readonly string[] {
  const found = node.type === 'CallExpression' ? callOf(node) : null;
  if (found === null) return childrenOf(node).flatMap(child => walk(child, above));
  if (found.modifiers.some(word => SHOWS_NOTHING.includes(word))) return [];
  if (TESTS.includes(found.word)) return found.titles.map(title => [...above, title].join(' › '));
  return found.titles.flatMap(title => childrenOf(node).flatMap(child => walk(child, [...above, title])));
}

const childrenOf = (node: Node): readonly Node[] =>
  Object.values(node).flatMap(value => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));

type Call = { readonly word: string; readonly modifiers: readonly string[]; readonly titles: readonly string[] };

/** `it('…', …)`, `it.concurrent('…', …)`, `it.each([…])('…', …)`; null for any other call. */
function callOf(node: Node): Call | null {
  const callee = node.callee as Node;
  const table = callee.type === 'CallExpression' ? callee : null;
  const words = wordsOf(table === null ? callee : (table.callee as Node));
  const [word, ...modifiers] = words;
  if (word === undefined || ![...BLOCKS, ...TESTS].includes(word)) return null;
  // `it.each([…])` alone is the inner half of a call.
  if (table === null && modifiers.includes('each')) return null;
  const title = textOf((node.arguments as readonly Node[])[0]);
  if (title === null) return null;
  return { word, modifiers, titles: table === null ? [title] : rowTitles(title, table) };
}

/** `it.concurrent.each` as its words; nothing for what is no plain name. */
function wordsOf(node: Node): readonly string[] {
  if (node.type === 'Identifier') return [String(node.name)];
  if (node.type !== 'MemberExpression' || node.computed === true) return [];
  const before = wordsOf(node.object as Node);
  return before.length === 0 ? [] : [...before, String((node.property as Node).name)];
}

const textOf = (node: Node | undefined): string | null =>
  node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null;

/** The titles of a table's rows where they can be read off it, else the title as it is written. */
function rowTitles(title: string, table: Node): readonly string[] {
  const rows = plain((table.arguments as readonly Node[])[0]);
  if (title.match(/[%$]/g)?.length !== 1 || !title.includes('%s') || rows?.type !== 'ArrayExpression') return [title];
  return (rows.elements as readonly Node[]).map(plain).map(row => {
    const cell = row?.type === 'ArrayExpression' ? plain((row.elements as readonly Node[])[0]) : row;
    return title.replace('%s', () => textOf(cell) ?? '%s');
  });
}
