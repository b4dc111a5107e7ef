/** Adopted chargers as they are written down: one document each, its key the identity, in the order of adoption. */
import type { StoreChange } from '#world.ts';

/** The kind of the documents. */
export const ADOPTED_KIND = 'adopted';

/** An entry as it would stand under `chargers` of the site file; checked anew whenever it is read. */
export type StoredAdoption = {
  readonly entry: Readonly<Record<string, unknown>> & { readonly identity: string };
  readonly adoptedAtWallMs: number;
  /** A person took it out; it keeps its place until it is known to have no power. */
  readonly removedAtWallMs: number | null;
};

export const putAdoption = (stored: StoredAdoption): StoreChange => ({
  type: 'put',
  document: { kind: ADOPTED_KIND, key: stored.entry.identity, json: JSON.stringify(stored) },
});

export const forgetAdoption = (identity: string): StoreChange => ({
  type: 'remove',
  kind: ADOPTED_KIND,
  key: identity,
});

/** Null where the text is nothing that we wrote. */
export function readAdoption(key: string, json: string): StoredAdoption | null {
  const { entry, adoptedAtWallMs, removedAtWallMs } = fieldsOf(parsed(json));
  const { identity } = fieldsOf(entry);
  const isRemoval = removedAtWallMs === null || typeof removedAtWallMs === 'number';
  if (identity !== key || typeof adoptedAtWallMs !== 'number' || !isRemoval) return null;
  return { entry: { ...fieldsOf(entry), identity: key }, adoptedAtWallMs, removedAtWallMs };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
