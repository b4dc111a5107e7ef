/**
 * `BUSBAR_SECTION__KEY=value` in the environment overrides a key of the site file. Names match whatever
 * their case; `-` and `_` in a key count for nothing (`ROW_A` is `row-a`). An entry of a list is named by
 * its id or identity, else by its index from 0.
 */
import { parse } from 'yaml';
import { dotted, type Finding, isRecord, replacedAt, valueAt } from './finding.ts';
import { nearestHint, plainName } from './near.ts';
import { type Schema, siteSchemaTree } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Overridden = {
  readonly value: unknown;
  /** Which variable a path was set by. */
  readonly origins: ReadonlyMap<string, string>;
  /** `path` is the variable's name. */
  readonly problems: readonly Finding[];
};

const PREFIX = 'BUSBAR_';

/** Applies every override to the parsed file. Variables without `__` (BUSBAR_CONFIG, a token) are not overrides. */
export function applyOverrides(parsed: unknown, environment: Environment): Overridden {
  let value = parsed;
  const origins = new Map<string, string>();
  const problems: Finding[] = [];
  for (const name of Object.keys(environment).sort()) {
    const text = environment[name];
    if (!name.startsWith(PREFIX) || !name.includes('__') || text === undefined) continue;
    const target = resolveName(value, name.slice(PREFIX.length).split('__'));
    if ('problem' in target) {
      problems.push({ path: name, ...target.problem });
      continue;
    }
    value = replacedAt(value, target.path, read(text, target.schema));
    origins.set(dotted(...target.path), name);
  }
  return { value, origins, problems };
}

type Target =
  | { readonly path: readonly string[]; readonly schema: Schema }
  | { readonly problem: { readonly message: string; readonly hint: string } };

function resolveName(value: unknown, segments: readonly string[]): Target {
  const path: string[] = [];
  let schema = siteSchemaTree;
  for (const segment of segments) {
    const here = valueAt(value, path.join('.'));
    const step = schema.items === undefined ? intoBlock(schema, segment) : intoList(schema.items, here, segment);
    if (step === null) return { problem: missed(schema, here, path, segment) };
    path.push(step.key);
    schema = step.schema;
  }
  return { path, schema };
}

type Step = { readonly key: string; readonly schema: Schema };

function intoBlock(schema: Schema, segment: string): Step | null {
  for (const [key, inner] of Object.entries(blockKeys(schema))) {
    if (plainName(key) === plainName(segment)) return { key, schema: inner };
  }
  return null;
}

/** Keys of a block; of every form it may take where it may take several. */
function blockKeys(schema: Schema): Readonly<Record<string, Schema>> {
  const forms = (schema.oneOf ?? []).map(form => form.properties ?? {});
  return Object.assign({}, ...forms, schema.properties);
}

function intoList(items: Schema, list: unknown, segment: string): Step | null {
  if (!Array.isArray(list)) return null;
  const named = list.findIndex(item => namesOf(item).some(name => plainName(name) === plainName(segment)));
  const index = named >= 0 ? named : /^\d+$/.test(segment) ? Number(segment) : -1;
  return index >= 0 && index < list.length ? { key: String(index), schema: items } : null;
}

function namesOf(item: unknown): readonly string[] {
  if (!isRecord(item)) return [];
  return [item.id, item.identity].filter(name => typeof name === 'string');
}

function missed(schema: Schema, here: unknown, path: readonly string[], segment: string) {
  const place = path.length === 0 ? 'the site file' : dotted(...path);
  if (schema.items !== undefined) {
    const names = Array.isArray(here) ? here.flatMap(namesOf) : [];
    return { message: `${place} has no entry "${segment}"`, hint: nearestHint(segment, names) };
  }
  return { message: `${place} has no key "${segment}"`, hint: nearestHint(segment, Object.keys(blockKeys(schema))) };
}

/** Text stays text where text is wanted; elsewhere a value is written as in the file: 16, true, {l1: 10}. */
function read(text: string, schema: Schema): unknown {
  if (schema.type === 'string') return text;
  try {
    return parse(text);
  } catch {
    return text;
  }
}
