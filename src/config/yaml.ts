/** One YAML text (JSON is YAML too) as plain data, with the line and column of every value kept. */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem } from '#base/problem.ts';

/** A thousand chargers with every setting written out come to a tenth of this. */
export const MAX_TEXT_CHARS = 4_000_000;
/** One reference to a shared block for each of a few thousand chargers; a text that multiplies itself needs more. */
const MAX_ALIASES = 10_000;
/** A tag that `secrets.ts` reads; `!file path` and `"!file path"` mean the same. */
export const FILE_MARK = '!file ';

export type Position = { readonly line: number; readonly column: number };

/** A problem and where in the text it stands. `file` differs from the text's own for environment overrides. */
export type LocatedProblem = Problem & Position & { readonly file: string };

/** Finds the value at a dotted path, or its key, or what is left of the way there. Lines and columns from 1. */
export type Locate = (path: string, atKey: boolean) => Position;

export type ParsedText = {
  readonly problems: readonly (Problem & Position)[];
  /** Undefined when the text could not be read as a whole; then only `problems` count. */
  readonly value: unknown;
  readonly locate: Locate;
};

/** Reads a text. Duplicate keys are problems but leave a value; a syntax error leaves none. */
export function parseText(text: string): ParsedText {
  if (text.length > MAX_TEXT_CHARS)
    return unreadable(`longer than ${MAX_TEXT_CHARS} characters`, 'split or shorten it');
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
      customTags: [fileTag],
    });
    const dangling = danglingAliases(document, lines);
    const said = [...document.errors, ...document.warnings].map(error => yamlProblem(error, lines, text));
    const problems = [...said, ...dangling];
    const usable = document.errors.every(error => error.code === 'DUPLICATE_KEY') && dangling.length === 0;
    const value: unknown = usable ? document.toJS({ maxAliasCount: MAX_ALIASES }) : undefined;
    return { problems, value, locate: (path, atKey) => positionOf(document, lines, path, atKey) };
  } catch (error) {
    return unreadable(thrownText(error), 'write out what the aliases stand for, and nest less');
  }
}

const fileTag = { tag: '!file', resolve: (text: string) => FILE_MARK + text };

function unreadable(message: string, hint: string): ParsedText {
  const start = { line: 1, column: 1 };
  return { problems: [{ path: '', message, hint, ...start }], value: undefined, locate: () => start };
}

/** The parser throws for alias floods and runs out of stack for absurd nesting. */
function thrownText(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply to read';
  if (error instanceof ReferenceError) return 'references to shared blocks multiply this text too often';
  return 'not readable as YAML';
}

function yamlProblem(error: YAMLError, lines: LineCounter, text: string): Problem & Position {
  const { line, col } = lines.linePos(error.pos[0]);
  const braces = text.slice(error.pos[0] - 1, error.pos[0] + 1) === '${';
  const hint = braces ? `inside { } put it in quotes: "\${NAME}"` : YAML_HINTS[error.code];
  const message = YAML_WORDS[error.code] ?? `YAML: ${error.message}`;
  return { path: '', message, ...(hint === undefined ? {} : { hint }), line, column: col };
}

const YAML_WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands twice in the same block',
  MULTIPLE_DOCS: 'a second document begins here',
  TAG_RESOLVE_FAILED: 'unknown tag',
};

const YAML_HINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two',
  MULTIPLE_DOCS: 'one file describes one site: remove the ---',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line it up with its neighbours',
  TAG_RESOLVE_FAILED: 'the only tag is !file',
};

/** References to blocks that no `&name` has named before them. */
function danglingAliases(document: Document, lines: LineCounter): readonly (Problem & Position)[] {
  const found: (Problem & Position)[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
      const hint = `name a block &${alias.source} above this line`;
      found.push({ path: '', message: `nothing is named &${alias.source}`, hint, line, column: col });
    },
  });
  return found;
}

type Step = { readonly key: Node | null; readonly value: Node | null };

function positionOf(document: Document, lines: LineCounter, path: string, atKey: boolean): Position {
  let step: Step = { key: null, value: document.contents };
  let arrived = true;
  for (const name of path === '' ? [] : path.split('.')) {
    const next = stepInto(document, step.value, name);
    if (next === null) {
      arrived = false;
      break;
    }
    step = next;
  }
  const node = (arrived && atKey ? step.key : null) ?? step.value ?? step.key;
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function stepInto(document: Document, from: Node | null, name: string): Step | null {
  const node = isAlias(from) ? (from.resolve(document) ?? null) : from;
  if (isSeq(node)) {
    const item = node.items[Number(name)];
    return item === undefined ? null : { key: null, value: item as Node };
  }
  if (!isMap(node)) return null;
  const pair = node.items.findLast(candidate => isPair(candidate) && keyText(candidate) === name);
  if (pair !== undefined) return { key: pair.key as Node, value: pair.value as Node | null };
  return stepIntoMerged(document, node.items, name);
}

/** Keys that came in through `<<: *shared`. */
function stepIntoMerged(document: Document, pairs: readonly Pair[], name: string): Step | null {
  for (const pair of pairs.filter(candidate => keyText(candidate) === '<<')) {
    const sources = isSeq(pair.value) ? (pair.value.items as Node[]) : [pair.value as Node];
    for (const source of sources) {
      const found = stepInto(document, source, name);
      if (found !== null) return found;
    }
  }
  return null;
}

const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '');
