/**
 * Values that do not stand in the file: `${NAME}` inside any text is that environment variable, and a text
 * `!file path` is the content of that file without its last line end. `$${` stands for a plain `${`.
 */
import type { Outcome } from '#base/outcome.ts';
import { dotted, type Finding, isRecord } from './finding.ts';
import type { Environment } from './overrides.ts';
import { FILE_MARK } from './yaml.ts';

/** Reads a file named in the site file. */
export type ReadFile = (path: string) => Outcome<string>;

/** The file has five levels; more is a slip of indentation or an attempt to run us out of stack. */
const MAX_DEPTH = 20;

export type Expanded = { readonly value: unknown; readonly problems: readonly Finding[] };

/** The same data with every reference replaced. One that cannot be replaced is a problem and stays as it is. */
export function expandSecrets(value: unknown, environment: Environment, readFile: ReadFile): Expanded {
  const problems: Finding[] = [];
  const walk = (here: unknown, path: readonly (string | number)[]): unknown => {
    if (path.length > MAX_DEPTH) {
      problems.push({ path: dotted(...path.slice(0, 4)), message: `nested more than ${MAX_DEPTH} levels deep` });
      return null;
    }
    if (typeof here === 'string') return expandText(here, dotted(...path), environment, readFile, problems);
    if (Array.isArray(here)) return here.map((item, index) => walk(item, [...path, index]));
    if (!isRecord(here)) return here;
    return Object.fromEntries(Object.entries(here).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(value, []), problems };
}

function expandText(text: string, path: string, env: Environment, readFile: ReadFile, problems: Finding[]): string {
  const missing: string[] = [];
  const full = text.replace(/\$(\$?)\{([^}]*)\}/g, (whole, escaped: string, name: string) => {
    if (escaped !== '') return whole.slice(1);
    const found = env[name];
    if (found === undefined || found === '') missing.push(name);
    return found ?? whole;
  });
  for (const name of missing) {
    problems.push({
      path,
      message: `environment variable ${name} is not set`,
      hint: `set ${name}, or remove this line`,
    });
  }
  if (missing.length > 0 || !full.startsWith(FILE_MARK)) return missing.length > 0 ? text : full;
  return contentOf(full.slice(FILE_MARK.length).trim(), text, path, readFile, problems);
}

function contentOf(file: string, text: string, path: string, readFile: ReadFile, problems: Finding[]): string {
  const content = readFile(file);
  const hint = 'paths start at the folder of the site file';
  if (!content.ok) {
    problems.push({ path, message: content.detail, hint });
    return text;
  }
  const trimmed = content.value.replace(/\r?\n$/, '');
  if (trimmed === '') problems.push({ path, message: `${file} is empty` });
  return trimmed === '' ? text : trimmed;
}
