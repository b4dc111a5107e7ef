/** A problem inside the site file, before its line is known. */
import type { Problem } from '#base/problem.ts';

/** `atKey`: the key itself is wrong (unknown, misspelt), not the value behind it. */
export type Finding = Problem & { readonly atKey?: true };

/** Joins the parts of a dotted path. */
export const dotted = (...parts: readonly (string | number)[]): string => parts.filter(part => part !== '').join('.');

/** The value at a dotted path of plain data; undefined where the way ends. */
export function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const part of path === '' ? [] : path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.hasOwn(here, part) ? (here as Record<string, unknown>)[part] : undefined;
  }
  return here;
}

/** The same data with the value at a path replaced, or taken out (`undefined`); lists keep their places. */
export function replacedAt(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === first ? replacedAt(item, rest, replacement) : item));
  }
  if (replacement === undefined && !isRecord(value)) return value;
  const record = isRecord(value) ? value : {};
  const inner = replacedAt(Object.hasOwn(record, first) ? record[first] : undefined, rest, replacement);
  const { [first]: _old, ...others } = record;
  return inner === undefined ? others : { ...record, [first]: inner };
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
