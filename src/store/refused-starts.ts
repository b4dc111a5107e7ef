/** Starts that were refused because nothing can be written down: each keeps its id, and when it was first heard. */
import type { Session } from '#site/session.ts';

/** Sockets whose start waits for the disk: those of a large site; a charger may name sockets that it has not. */
const REFUSED_KEPT = 1_000;

export class RefusedStarts {
  readonly #bySocket = new Map<string, Session>();

  all(): readonly Session[] {
    return [...this.#bySocket.values()];
  }

  withId(id: number): Session | undefined {
    return this.all().find(session => session.id === id);
  }

  put(session: Session): void {
    if (this.withId(session.id) !== undefined) return;
    this.#bySocket.set(socketOf(session), session);
    const [oldest] = this.#bySocket.keys();
    if (this.#bySocket.size > REFUSED_KEPT && oldest !== undefined) this.#bySocket.delete(oldest);
  }

  /** The newest start there was taken. */
  taken(session: Session): void {
    this.#bySocket.delete(socketOf(session));
  }
}

const socketOf = ({ charger, connectorId }: Session): string => `${charger}/${connectorId}`;
