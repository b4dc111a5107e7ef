/** Of which messages the words are in mind, beside on disk: the newest, and those that are not there for certain. */
import type { Head } from './row-queue.ts';

/** Those of a usual day, which nobody has to read back. */
const WORDS_KEPT = 1_000;

export class WordsInMind {
  /** Messages that are no more changed, oldest first, with the sequence at which they were last. */
  readonly #heads = new Map<Head, number>();
  /** All that was made up to here is on disk, or its commit failed. */
  #writtenUpTo = 0;

  /** Commits end in the order in which they began: what was handed over before is on disk as well. */
  written(sequence: number): void {
    this.#writtenUpTo = Math.max(this.#writtenUpTo, sequence);
  }

  /** The oldest words give way: those that are on disk. */
  keep(head: Head, lastChanged: number): void {
    this.#heads.set(head, lastChanged);
    for (const [oldest, changed] of this.#heads) {
      if (this.#heads.size <= WORDS_KEPT || changed > this.#writtenUpTo) return;
      oldest.row = null;
      this.#heads.delete(oldest);
    }
  }

  forget(head: Head): void {
    this.#heads.delete(head);
  }
}
