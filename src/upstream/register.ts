/** Who is who at the back office: connector numbers, and what runs under them. Bound once, at an accepted boot. */
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import type { Topology } from '#site/topology.ts';
import { Book } from './book.ts';
import type { UpstreamDeps } from './deps.ts';
import { MAP_KIND, type Numbering, numberingOf, numberOf, renumbered, socketOf } from './numbering.ts';
import type { StationOptions } from './options.ts';
import { OUTBOX_KIND } from './row.ts';
import { type Bound, SESSION_KIND } from './session.ts';

export class Register {
  readonly book: Book;
  /** Who we are to whom: rows of one station never go to another (design §5). */
  readonly station: string;
  readonly #deps: UpstreamDeps;
  #numbering: Numbering;
  #topology: Topology;

  constructor(deps: UpstreamDeps, { url, identity }: StationOptions) {
    this.#deps = deps;
    this.station = `${url}|${identity}`;
    const { world, documents, state } = deps;
    this.#topology = state().topology;
    this.#numbering = numberingOf(this.#topology, documents(MAP_KIND));
    this.book = new Book(
      {
        uuid: () => world.randomness.uuid(),
        wallMs: () => world.clock.wallMs(),
        bindingOf: (charger, connectorId) => this.#bindingOf(charger, connectorId),
      },
      documents(SESSION_KIND),
      documents(OUTBOX_KIND),
    );
  }

  /** Chargers that came while we run are proposed behind all others; those that went keep their number. */
  numbering(): Numbering {
    const { topology } = this.#deps.state();
    if (topology !== this.#topology) {
      this.#topology = topology;
      this.#numbering = renumbered(this.#numbering, topology);
    }
    return this.#numbering;
  }

  /** A boot was accepted: what was only proposed holds from now on, on disk before anything is sent under it. */
  async settle(): Promise<void> {
    const { unstored } = this.numbering();
    if (unstored.length > 0) {
      const stored = await this.#deps.commit(unstored);
      if (!stored.ok) this.#deps.world.log.error('connector numbers could not be stored', { detail: stored.detail });
      this.#numbering = { ...this.#numbering, unstored: [] };
    }
    const bound = this.book.bind();
    if (bound.length > 0) void this.#deps.commit(bound);
  }

  sessionOn(number: number): ProfileSession | null {
    const socket = socketOf(this.numbering(), number);
    const session = socket === null ? null : this.book.liveOn(socket.charger, socket.connectorId);
    if (session === null) return null;
    const { id, startedAtWallMs, upstream } = session;
    return { id, upstreamId: upstream?.transactionId ?? null, startedAtWallMs };
  }

  #bindingOf(charger: string, connectorId: number): Bound | null {
    const number = numberOf(this.numbering(), charger, connectorId);
    if (number === null || this.numbering().unstored.length > 0) return null;
    return { station: this.station, number, transactionId: null };
  }
}
