/** Adopted chargers as they are written down: one document each, its key the identity, in the order of adoption. */
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { RecordStore } from '#world.ts';

/** The kind of the documents. */
const KIND = 'adopted';

/** An entry as it would stand under `chargers` of the site file; checked anew whenever it is read. */
export type StoredAdoption = {
  readonly entry: Readonly<Record<string, unknown>> & { readonly identity: string };
  readonly adoptedAtWallMs: number;
  /** A person took it out; it keeps its place until it is known to have no power. */
  readonly removedAtWallMs: number | null;
};

export type AdoptionBook = {
  /** In the order of adoption; what cannot be read is logged and left out. */
  recall(): readonly StoredAdoption[];
  /** On disk before the answer. Takes the place of what was written of that identity before. */
  put(stored: StoredAdoption): Promise<Outcome<void>>;
  forget(identity: string): Promise<Outcome<void>>;
};

type Deps = { readonly log: Log; readonly records: RecordStore };

export const openAdoptionBook = ({ log, records }: Deps): AdoptionBook => ({
  recall() {
    const found = records.documents(KIND);
    if (!found.ok) {
      log.error('adopted chargers could not be read back: they are unknown', { detail: found.detail });
      return [];
    }
    return found.value.flatMap(({ key, json }) => {
      const stored = readAdoption(key, json);
      if (stored === null) log.error('an adopted charger could not be read back: it is unknown', { charger: key });
      return stored ?? [];
    });
  },
  put: stored =>
    records.commit([
      { type: 'put', document: { kind: KIND, key: stored.entry.identity, json: JSON.stringify(stored) } },
    ]),
  forget: identity => records.commit([{ type: 'remove', kind: KIND, key: identity }]),
});

/** Null where the text is nothing that we wrote. */
export function readAdoption(key: string, json: string): StoredAdoption | null {
  const { entry, adoptedAtWallMs, removedAtWallMs } = fieldsOf(parsedJson(json));
  const { identity } = fieldsOf(entry);
  const isRemoval = removedAtWallMs === null || typeof removedAtWallMs === 'number';
  if (identity !== key || typeof adoptedAtWallMs !== 'number' || !isRemoval) return null;
  return { entry: { ...fieldsOf(entry), identity: key }, adoptedAtWallMs, removedAtWallMs };
}
