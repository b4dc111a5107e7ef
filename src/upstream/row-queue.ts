/** Messages that wait, by key in stored order. A large backlog lies on disk; of each message only this is kept in mind. */
import type { Row } from './row.ts';

export type Head = Pick<Row, 'key' | 'what' | 'session' | 'sinceWallMs'> & {
  /** Null: it is read back when its turn comes. */
  row: Row | null;
};

export const headOf = (row: Row, isKept: boolean): Head => {
  const { key, what, session, sinceWallMs } = row;
  return { key, what, session, sinceWallMs, row: isKept ? row : null };
};

export class RowQueue {
  #heads = new Map<string, Head>();
  #lastKey = '';

  get size(): number {
    return this.#heads.size;
  }

  /** When the oldest was put here. */
  get sinceWallMs(): number | null {
    const [oldest] = this.#heads.values();
    return oldest?.sinceWallMs ?? null;
  }

  get(key: string): Head | undefined {
    return this.#heads.get(key);
  }

  /** Commits end in the order in which they began, so this is nearly always the end. */
  add(head: Head): void {
    this.#heads.set(head.key, head);
    if (head.key < this.#lastKey) this.#heads = new Map([...this.#heads].sort(([a], [b]) => (a < b ? -1 : 1)));
    else this.#lastKey = head.key;
  }

  remove(key: string): void {
    this.#heads.delete(key);
  }

  /** In stored order. One may be removed meanwhile. */
  [Symbol.iterator](): Iterator<Head> {
    return this.#heads.values();
  }
}

/** How many there are of each session. */
export class Counts {
  readonly #of = new Map<number, number>();

  has(id: number): boolean {
    return this.#of.has(id);
  }

  ids(): readonly number[] {
    return [...this.#of.keys()];
  }

  add(id: number): void {
    this.#of.set(id, (this.#of.get(id) ?? 0) + 1);
  }

  take(id: number): void {
    const left = (this.#of.get(id) ?? 1) - 1;
    if (left > 0) this.#of.set(id, left);
    else this.#of.delete(id);
  }
}
