/** From what was parsed to what may be checked: refused values taken out, the schema's defaults filled in. */
import { isRecord, replacedAt } from './finding.ts';
import type { Draft } from './raw.ts';
import { type Schema, siteSchemaTree } from './schema.ts';

/**
 * What is left when every refused value is gone. Each value that remains has passed its own part of the
 * schema, which is what makes the type true; lists keep their places, with gaps.
 */
export function draftOf(parsed: unknown, badPaths: readonly string[]): Draft {
  const clean = badPaths.reduce(
    (value, path) => replacedAt(value, path === '' ? [] : path.split('.'), undefined),
    parsed,
  );
  return withDefaults(isRecord(clean) ? clean : {}, siteSchemaTree) as Draft;
}

function withDefaults(value: unknown, schema: Schema): unknown {
  const { items, properties } = schema;
  if (items !== undefined && Array.isArray(value)) return value.map(item => withDefaults(item, items));
  if (properties === undefined || !isRecord(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [key, inner] of Object.entries(properties)) {
    const found = filled[key] ?? missing(inner);
    if (found !== undefined) filled[key] = withDefaults(found, inner);
  }
  return filled;
}

/** A section whose every key has a default may be left out whole. */
function missing(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  const optional = schema.properties !== undefined && (schema.required ?? []).length === 0;
  return optional && Object.values(schema.properties ?? {}).some(inner => inner.default !== undefined) ? {} : undefined;
}
