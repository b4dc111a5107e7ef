/**
 * Sessions whose card was turned away, here or above, and that run on all the same: they are stopped, and their stop
 * says so. What their cars draw is booked like any other's as long as they draw it.
 */
import { at } from '#base/assert.ts';
import type { UpstreamDeps } from './deps.ts';

/** A charger that was told no ends by itself (StopTransactionOnInvalidId); then nothing is to be asked of it. */
const FIRST_STOP_MS = 5_000;
/** One that did not do it is asked again, and one that is away when it is back. */
const STOP_AGAIN_MS = 60_000;
/** A charger that does not stop a session within some minutes never will, and a person sees the car charge. */
const STOPS_MAX = 5;
/** A handful, unless somebody plays with cards. */
const REFUSED_MAX = 1_000;

export class Refused {
  readonly #deps: UpstreamDeps;
  readonly #sessions = new Set<number>();

  /** Those that an earlier process was to stop are stopped by this one. */
  constructor(deps: UpstreamDeps) {
    this.#deps = deps;
    for (const { id, stopAsked } of deps.sessions.open()) if (stopAsked?.by === 'deauthorised') this.#stop(id);
  }

  ended(session: number): void {
    this.#sessions.delete(session);
  }

  /** From now on its end is ours, whatever its charger calls it. */
  add(session: number): void {
    const { sessions, world, commit } = this.#deps;
    const changes = sessions.stopAsked(session, { by: 'deauthorised', atWallMs: world.clock.wallMs() });
    if (changes.length > 0) void commit(changes);
    this.#stop(session);
  }

  #stop(session: number): void {
    if (this.#sessions.has(session) || this.#sessions.size >= REFUSED_MAX) return;
    this.#sessions.add(session);
    this.#stopIn(session, FIRST_STOP_MS, STOPS_MAX);
  }

  #stopIn(session: number, ms: number, left: number): void {
    this.#deps.world.clock.after('stop a refused session', ms, () => {
      const { state, sessions, command } = this.#deps;
      const found = sessions.get(session);
      // Given up in the book, or over and not on disk yet.
      if (found === null || found.endedAtWallMs !== null) this.ended(session);
      else if (left > 0) {
        const charger = state().topology.chargers.find(({ identity }) => identity === found.charger);
        if (charger === undefined) return;
        const isThere = at(state().chargers, charger.index).link === 'online';
        if (isThere) command(charger.index, { kind: 'remote-stop', transactionId: session }, () => {});
        this.#stopIn(session, STOP_AGAIN_MS, isThere ? left - 1 : left);
      }
    });
  }
}
