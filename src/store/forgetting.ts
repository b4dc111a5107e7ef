/** Which ended sessions are forgotten when another ends: the oldest beyond what is kept, a small bite at a time. */
import type { Session } from '#site/session.ts';

/** Looked at when another ends: after a week without a back office there are tens of thousands that nobody needs any more. */
const LOOKS = 50;

export class Forgetting {
  /** By id, oldest first. */
  readonly #over: ReadonlyMap<number, Session>;
  readonly #kept: number;
  #next: MapIterator<Session>;
  /** Those that are still needed and lie behind. */
  #passed = 0;

  constructor(over: ReadonlyMap<number, Session>, kept: number) {
    this.#over = over;
    this.#kept = kept;
    this.#next = over.values();
  }

  /** Those to be taken away now. */
  bite(isNeeded: (session: Session) => boolean): readonly Session[] {
    const bite: Session[] = [];
    for (let looks = 0; looks < LOOKS; looks++) {
      const beyond = this.#over.size - bite.length - this.#kept;
      if (beyond <= 0) break;
      const next = this.#next.next();
      if (next.done || this.#passed >= beyond) {
        this.#next = this.#over.values();
        this.#passed = 0;
        break;
      }
      if (isNeeded(next.value)) this.#passed++;
      else bite.push(next.value);
    }
    return bite;
  }
}
