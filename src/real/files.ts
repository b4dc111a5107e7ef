/** Reading (and, for the generated schema, writing) whole text files. What goes wrong is a value. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { failed, type Outcome, ok } from '#base/outcome.ts';

/** Above any site file, device profile or secret; keeps a mistyped path to a disk image out of memory. */
export const MAX_FILE_BYTES = 4_000_000;
/** Device profiles in one folder; far more than there are models on the market. */
const MAX_PROFILES = 2_000;

export type NamedText = { readonly name: string; readonly json: string };

/** The text of a file, as UTF-8. */
export function readTextFile(path: string): Outcome<string> {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) return failed('malformed', `${path} is longer than ${MAX_FILE_BYTES} bytes`);
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    return failed('exception', fileFailure(path, error));
  }
}

/** Replaces a file by the text. */
export function writeTextFile(path: string, text: string): Outcome<void> {
  try {
    writeFileSync(path, text);
    return ok(undefined);
  } catch (error) {
    return failed('exception', fileFailure(path, error));
  }
}

/** A reader for the files a site file names: relative paths start at the site file's own folder. */
export function readerBeside(siteFile: string): (path: string) => Outcome<string> {
  const folder = dirname(siteFile);
  return path => readTextFile(isAbsolute(path) ? path : join(folder, path));
}

/** Every `*.json` of a folder by name order; a file that cannot be read fails the whole. */
export function readProfileFolder(folder: string): Outcome<readonly NamedText[]> {
  const names = listJson(folder);
  if (!names.ok) return names;
  const texts: NamedText[] = [];
  for (const name of names.value) {
    const text = readTextFile(join(folder, name));
    if (!text.ok) return text;
    texts.push({ name, json: text.value });
  }
  return ok(texts);
}

function listJson(folder: string): Outcome<readonly string[]> {
  try {
    const names = readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .sort();
    if (names.length > MAX_PROFILES) return failed('malformed', `${folder} holds more than ${MAX_PROFILES} profiles`);
    return ok(names);
  } catch (error) {
    return failed('exception', fileFailure(folder, error));
  }
}

const FILE_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'is not a folder',
};

function fileFailure(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return `${path} ${FILE_WORDS[code] ?? `cannot be read (${code || String(error)})`}`;
}
