/** Who is who at the back office: connector numbers, and what runs under them. Bound once, at an accepted boot. */
import { at } from '#base/assert.ts';
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import type { Session } from '#site/session.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { UpstreamDeps } from './deps.ts';
import { MAP_KIND, type Numbering, numberingOf, numberOf, renumbered, socketOf } from './numbering.ts';
import type { StationOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { OUTBOX_KIND } from './row.ts';

/** Sessions written down together once their numbers hold: some milliseconds of work. */
const BIND_BITE = 500;

export class Register {
  readonly outbox: Outbox;
  /** Who we are to whom: rows of one station never go to another (design §5). */
  readonly station: string;
  readonly #deps: UpstreamDeps;
  #numbering: Numbering;
  #topology: Topology;
  /** Rounds in which sessions are being bound. */
  #binding = 0;

  constructor(deps: UpstreamDeps, { url, identity }: StationOptions) {
    this.#deps = deps;
    this.station = `${url}|${identity}`;
    const { world, documents, document, eachDocument, sessions, state } = deps;
    this.#topology = state().topology;
    this.#numbering = numberingOf(this.#topology, documents(MAP_KIND));
    const { randomness, clock, log } = world;
    this.outbox = new Outbox({
      sessions,
      station: this.station,
      log,
      uuid: () => randomness.uuid(),
      wallMs: () => clock.wallMs(),
      each: seen => eachDocument(OUTBOX_KIND, seen),
      read: key => document(OUTBOX_KIND, key),
    });
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

  /**
   * A boot was accepted: what was only proposed holds from now on, on disk before anything is sent under it. Where the
   * disk refuses, nothing is sent; it is tried again when something changes at the site.
   */
  async settle(): Promise<void> {
    const { unstored } = this.numbering();
    if (unstored.length > 0) {
      const stored = await this.#deps.commit(unstored);
      if (!stored.ok) {
        this.#deps.world.log.error('connector numbers could not be stored', { detail: stored.detail });
        return;
      }
      // A charger may have been adopted meanwhile: its numbers are not among those.
      const left = this.#numbering.unstored.filter(change => !unstored.includes(change));
      this.#numbering = { ...this.#numbering, unstored: left };
    }
    await this.#bindWaiting();
  }

  /** After a week without a back office there may be tens of thousands: in bites, between which the loop runs. */
  async #bindWaiting(): Promise<void> {
    const waiting = this.outbox.waiting();
    this.#binding++;
    for (let from = 0; from < waiting.length; from += BIND_BITE) {
      const bound = waiting.slice(from, from + BIND_BITE).flatMap(session => this.bound(session));
      if (bound.length > 0) await this.#deps.commit(bound);
    }
    this.#binding--;
  }

  /** Everything that waits has its number: only then does it go, all of it as one paced burst. */
  isSettled(): boolean {
    return this.#binding === 0 && this.numbering().unstored.length === 0;
  }

  /** What runs under a number. */
  sessionOn(number: number): ProfileSession | null {
    const socket = socketOf(this.numbering(), number);
    const session = socket === null ? null : this.liveOn(socket.charger, socket.connectorId);
    if (session === null) return null;
    const { id, startedAtWallMs, upstream } = session;
    return { id, upstreamId: upstream?.transactionId ?? null, startedAtWallMs };
  }

  /** The socket behind a number; null where it is gone. */
  specOf(number: number): ConnectorSpec | null {
    const index = socketOf(this.numbering(), number)?.index ?? null;
    return index === null ? null : at(this.#deps.state().topology.connectors, index);
  }

  /** As the charger says now: a session whose stop was lost runs on in the book, but not at its socket. */
  isBusy({ index }: ConnectorSpec): boolean {
    return at(this.#deps.state().connectors, index).transaction !== null;
  }

  isReachable({ charger }: ConnectorSpec): boolean {
    return at(this.#deps.state().chargers, charger).link === 'online';
  }

  /** The newest that runs there. */
  liveOn(charger: string, connectorId: number): Session | null {
    const isThere = (session: Session) => session.charger === charger && session.connectorId === connectorId;
    return this.#deps.sessions.open().findLast(isThere) ?? null;
  }

  /** A session that belongs to nobody yet belongs to this back office from now on, once its number holds. */
  bound({ id, charger, connectorId, ...before }: Session): readonly StoreChange[] {
    const number = numberOf(this.numbering(), charger, connectorId);
    // Asked anew: it may have been bound, and answered, since it was looked up.
    const { upstream } = this.#deps.sessions.get(id) ?? before;
    if (upstream !== null || number === null || this.numbering().unstored.length > 0) return [];
    return this.#deps.sessions.bind(id, { station: this.station, number, transactionId: null });
  }
}
