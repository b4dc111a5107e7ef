/** Documents of a kind of which the newest so many are kept: each one that comes lets the oldest go in the same commit. */
import type { RecordStore, StoreChange } from '#world.ts';

export class KeptDocuments {
  readonly #kind: string;
  readonly #max: number;
  /** Oldest first. */
  readonly #keys: Set<string>;

  constructor(records: RecordStore, kind: string, max: number) {
    this.#kind = kind;
    this.#max = max;
    const found = records.documents(kind);
    this.#keys = new Set(found.ok ? found.value.map(({ key }) => key) : []);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  put(key: string, value: object): readonly StoreChange[] {
    const kind = this.#kind;
    this.#keys.add(key);
    const changes: StoreChange[] = [{ type: 'put', document: { kind, key, json: JSON.stringify(value) } }];
    for (const oldest of this.#keys) {
      if (this.#keys.size <= this.#max) break;
      this.#keys.delete(oldest);
      changes.push({ type: 'remove', kind, key: oldest });
    }
    return changes;
  }
}
