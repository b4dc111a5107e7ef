/**
 * What a charger told and is not on disk yet, by what was told: telling it again waits for the very same changes, and
 * whoever has to hear of it hears once.
 */
import type { Business } from '#site/session.ts';
import type { StoreChange } from '#world.ts';

/** Empty `changes`: it is on disk already. `stored` is called once they are. */
export type Due = { readonly changes: readonly StoreChange[]; stored(): void };

type Pending = {
  readonly changes: readonly StoreChange[];
  readonly business: Business;
  readonly along: readonly Due[];
};

/** Who else has something to write down with it, and hears once all of it is on disk. */
type Others = { also(business: Business): readonly StoreChange[]; kept(business: Business): void };

const ON_DISK: Due = { changes: [], stored() {} };

export class ToldOnce {
  readonly #pending = new Map<string, Pending>();
  readonly #others: Others;

  constructor(others: Others) {
    this.#others = others;
  }

  /** @param own changes, to which others add theirs once @param along what goes to disk with it, and before it */
  first(told: string, own: readonly StoreChange[], business: Business, along: readonly Due[] = []): Due {
    const before = along.flatMap(({ changes }) => changes);
    this.#pending.set(told, { changes: [...before, ...own, ...this.#others.also(business)], business, along });
    return this.again(told);
  }

  again(told: string): Due {
    const pending = this.#pending.get(told);
    if (pending === undefined) return ON_DISK;
    const stored = () => {
      if (!this.#pending.delete(told)) return;
      for (const due of pending.along) due.stored();
      this.#others.kept(pending.business);
    };
    return { changes: pending.changes, stored };
  }

  /** On its way to the disk. */
  has(told: string): boolean {
    return this.#pending.has(told);
  }

  /** What is not on disk yet of these. */
  owed(...told: readonly string[]): readonly StoreChange[] {
    return told.flatMap(each => this.#pending.get(each)?.changes ?? []);
  }
}

/** 32 bits of what was said (FNV-1a): enough among the few messages of one instant and session. */
export function digest(said: object): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(said)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}
