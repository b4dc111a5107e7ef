/**
 * Chargers send what no schema allows. A payload that failed its schema is mended once, guided by that schema,
 * and checked again; one that passed is never touched. Only downwards: a CSMS is held to its schema.
 */
import type { RawSchema } from '#ocpp/schema.ts';
import { mendTime } from '#ocpp/time.ts';

/** What a version knows of its fields beyond the schema. */
export type Mending = {
  /** Text for people: cut to its longest. Anything else that is too long is refused, a cut token is another token. */
  readonly cut: ReadonlySet<string>;
  /** The word that stands for a word the version does not have. */
  readonly otherWord: ReadonlyMap<string, string>;
  /** Lists that lose a broken item rather than break. */
  readonly thinned: ReadonlySet<string>;
  /** Fields that give their object its meaning: if broken, the whole object is. */
  readonly essential: ReadonlySet<string>;
};

type Work = { readonly mending: Mending; readonly root: RawSchema; changes: number };

/** Not to be saved; the schema check that follows gives the reason. */
const BROKEN = Symbol('broken');

/** Mends a payload in place; answers how many fields it dropped or changed. */
export function mend(schema: RawSchema, payload: object, mending: Mending): number {
  const work: Work = { mending, root: schema, changes: 0 };
  mendObject(schema, payload as Record<string, unknown>, work);
  return work.changes;
}

function mendValue(named: RawSchema, value: unknown, name: string, work: Work): unknown {
  const schema = resolve(named, work.root);
  switch (schema.type) {
    case 'object':
      return isRecord(value) && mendObject(schema, value, work) ? value : BROKEN;
    case 'array':
      return mendList(schema, value, name, work);
    case 'string':
      return mendText(schema, value, name, work);
    case 'integer':
      return mendNumber(value, true, work);
    case 'number':
      return mendNumber(value, false, work);
    case 'boolean':
      return mendBoolean(value, work);
    default:
      return value;
  }
}

function resolve(schema: RawSchema, root: RawSchema): RawSchema {
  if (schema.$ref === undefined) return schema;
  return root.definitions?.[schema.$ref.slice('#/definitions/'.length)] ?? schema;
}

/** False when the object cannot be saved. */
function mendObject(schema: RawSchema, value: Record<string, unknown>, work: Work): boolean {
  const properties = schema.properties ?? {};
  let whole = true;
  for (const name of Object.keys(value)) {
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const required = schema.required?.includes(name) === true;
    if (field === undefined) drop(value, name, work);
    else if (!required && isNothing(field, value[name])) drop(value, name, work);
    else {
      const mended = mendValue(field, value[name], name, work);
      if (mended !== BROKEN) value[name] = mended;
      else if (required || work.mending.essential.has(name)) whole = false;
      else drop(value, name, work);
    }
  }
  return whole && (schema.required ?? []).every(name => Object.hasOwn(value, name));
}

function drop(value: Record<string, unknown>, name: string, work: Work): void {
  delete value[name];
  work.changes++;
}

/** Null, or a blank where text cannot stand: the sender means that it has no value. */
function isNothing(field: RawSchema, value: unknown): boolean {
  if (value === null) return true;
  return value === '' && (field.type !== 'string' || field.enum !== undefined || field.format !== undefined);
}

function mendList(schema: RawSchema, value: unknown, name: string, work: Work): unknown {
  const list = Array.isArray(value) ? value : isRecord(value) ? [value] : null;
  if (list === null || schema.items === undefined) return list ?? BROKEN;
  if (list !== value) work.changes++;
  const kept: unknown[] = [];
  for (const item of list) {
    const mended = mendValue(schema.items, item, name, work);
    if (mended !== BROKEN) kept.push(mended);
    else if (!work.mending.thinned.has(name)) return BROKEN;
    else work.changes++;
  }
  return kept;
}

function mendText(schema: RawSchema, value: unknown, name: string, work: Work): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') {
    work.changes++;
    return mendText(schema, String(value), name, work);
  }
  if (typeof value !== 'string') return BROKEN;
  if (schema.enum !== undefined) return mendWord(schema.enum, value, name, work);
  if (schema.format === 'date-time') return mendTimeField(value, work);
  if (schema.maxLength === undefined || value.length <= schema.maxLength) return value;
  if (!work.mending.cut.has(name)) return BROKEN;
  work.changes++;
  return value.slice(0, schema.maxLength);
}

function mendTimeField(value: string, work: Work): unknown {
  const mended = mendTime(value);
  if (mended === null) return BROKEN;
  if (mended !== value) work.changes++;
  return mended;
}

/** A word in other capitals is the same word. */
function mendWord(words: readonly string[], value: string, name: string, work: Work): unknown {
  if (words.includes(value)) return value;
  const lower = value.toLowerCase();
  const word = words.find(known => known.toLowerCase() === lower) ?? work.mending.otherWord.get(name);
  if (word === undefined) return BROKEN;
  work.changes++;
  return word;
}

/** Numbers as text are read; a whole number with decimals is rounded (registers in tenths of a watt-hour). */
function mendNumber(value: unknown, whole: boolean, work: Work): unknown {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isFinite(read)) return BROKEN;
  const number = whole ? Math.round(read) : read;
  if (number !== value) work.changes++;
  return number;
}

function mendBoolean(value: unknown, work: Work): unknown {
  if (typeof value === 'boolean') return value;
  if (value !== 'true' && value !== 'false') return BROKEN;
  work.changes++;
  return value === 'true';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
