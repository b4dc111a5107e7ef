/**
 * Where chargers wait that nobody knows: only while a person holds the window open, only from this network, only so
 * many. Who may not wait is told why.
 */
import type { Clock, Timer } from '#base/clock.ts';
import { dialectFor, SUBPROTOCOLS } from '#ocpp/dialects.ts';
import type { FramePipe, Handshake, Verdict, World } from '#world.ts';
import { chooseSubprotocol, judgeProof, type RefusalStatus } from './admission.ts';
import { Guest, type Waiting } from './guest.ts';
import { basicCredentials, plainAddress } from './identity.ts';
import { isLocalAddress } from './local-address.ts';
import type { ChargerDoorOptions } from './options.ts';
import { twinCause } from './slot.ts';

/** Long enough to walk through a garage and switch chargers on, short enough to be remembered. */
export const ADOPTION_WINDOW_MS = 30 * 60_000;
/** More than a fitter sets up in half an hour; each costs a socket and a few kilobytes, and one that is adopted frees its place. */
export const MAX_WAITING_CHARGERS = 16;
/** The longest AuthorizationKey is 20 bytes, its hex form 40, a password of 2.x 64 characters. */
const MAX_PASSWORD_BYTES = 64;

export type LobbyDeps = {
  readonly world: Pick<World, 'clock' | 'log' | 'randomness'>;
  /** Time as chargers are told. */
  toldMs(): number;
  /** For the list of those turned away: who may not wait, and who waited and went. */
  note(identity: string, address: string, cause: string): void;
};

/** What people and the hall do with the window. */
export type AdoptionDesk = {
  /** From now on for half an hour; a window that is open already begins anew. */
  open(): void;
  /** Everybody who still waits is sent away. */
  close(): void;
  /** When it closes by itself, monotonic; null where it is closed. */
  untilMs(): number | null;
  /** In the order of their coming. */
  waiting(): readonly Waiting[];
  /** The password that one who waits came with, as bytes; null where it has none, or does not wait. */
  passwordOf(identity: string): Uint8Array | null;
};

type No = { readonly status: RefusalStatus; readonly cause: string; readonly told: string };

/** A charger that waited, ready to be linked. */
export type Taken = { readonly pipe: FramePipe; readonly subprotocol: string };

export class Lobby {
  private readonly deps: LobbyDeps;
  private readonly clock: Clock;
  private readonly guests = new Map<string, Guest>();
  private untilMs = Number.NEGATIVE_INFINITY;
  private closing: Timer | null = null;

  constructor(deps: LobbyDeps) {
    this.deps = deps;
    this.clock = deps.world.clock;
  }

  desk(): AdoptionDesk {
    return {
      open: () => this.open(),
      close: () => this.close(),
      untilMs: () => (this.isOpen() ? this.untilMs : null),
      waiting: () => [...this.guests.values()].map(guest => guest.known()),
      passwordOf: identity => this.guests.get(identity)?.password ?? null,
    };
  }

  private open(): void {
    this.untilMs = this.clock.nowMs() + ADOPTION_WINDOW_MS;
    this.closing?.cancel();
    this.closing = this.clock.after('adoption window', ADOPTION_WINDOW_MS, () => this.close());
  }

  /** Everybody who still waits is sent away. */
  close(): void {
    this.untilMs = Number.NEGATIVE_INFINITY;
    this.closing?.cancel();
    for (const guest of [...this.guests.values()]) guest.sendAway('the adoption window closed before it was adopted');
  }

  private isOpen = (): boolean => this.clock.nowMs() < this.untilMs;

  /** Whether a charger that nobody knows may wait. Of two that call themselves alike the one that answers stays. */
  async judge(handshake: Handshake, identity: string): Promise<Verdict> {
    const spoken = chooseSubprotocol(handshake.subprotocols, SUBPROTOCOLS);
    const address = plainAddress(handshake.remoteAddress);
    const twin = this.guests.get(identity);
    const no = this.refusal(handshake, identity, address);
    if (no === null && twin !== undefined && spoken.ok) {
      if (await twin.probe())
        return this.refuse({ status: 409, cause: twinCause(identity), told: 'already connected' }, identity, address);
      twin.sendAway('silent when it came again');
    }
    if (no !== null) return this.refuse(no, identity, address);
    return { accept: true, subprotocol: spoken.ok && spoken.offered ? spoken.subprotocol : null };
  }

  private refuse({ status, cause, told }: No, identity: string, address: string): Verdict {
    this.deps.note(identity, address, cause);
    return { accept: false, status, reason: told };
  }

  private refusal(handshake: Handshake, identity: string, address: string): No | null {
    if (!this.isOpen()) return { status: 404, cause: 'not in the configuration', told: 'unknown charger' };
    if (!isLocalAddress(address)) {
      const cause = 'not in the configuration, and only chargers of this network can be adopted';
      return { status: 403, cause, told: 'unknown charger' };
    }
    const said = passwordIn(handshake, identity);
    if (!said.ok) return { status: 401, cause: said.cause, told: 'user and password, please' };
    if (this.guests.size < MAX_WAITING_CHARGERS || this.guests.has(identity)) return null;
    return { status: 503, cause: `${MAX_WAITING_CHARGERS} chargers wait to be adopted already`, told: 'later' };
  }

  /** A charger that may wait was let in. */
  receive(pipe: FramePipe, handshake: Handshake, identity: string, subprotocol: string): void {
    const dialect = dialectFor(subprotocol);
    const said = passwordIn(handshake, identity);
    const mayWait = this.isOpen() && !this.guests.has(identity) && this.guests.size < MAX_WAITING_CHARGERS;
    if (dialect === null || !said.ok || !mayWait) {
      pipe.close(1013, 'later');
      return;
    }
    const address = plainAddress(pipe.remoteAddress);
    const { clock, log, randomness } = this.deps.world;
    log.info('an unknown charger waits to be adopted', { identity, address, subprotocol });
    const guest = new Guest(pipe, subprotocol, {
      clock,
      randomness,
      dialect,
      identity,
      address,
      handshake,
      password: said.password,
      toldMs: () => this.deps.toldMs(),
      ended: detail => {
        if (this.guests.get(identity) === guest) this.guests.delete(identity);
        this.deps.note(identity, address, detail);
      },
    });
    this.guests.set(identity, guest);
  }

  /**
   * Takes one out who was adopted, with its open pipe; null where nobody of that name waits. Who came in its place
   * while the adoption was written down has to prove itself like anybody else.
   */
  take(charger: ChargerDoorOptions): Taken | null {
    const { identity } = charger;
    const guest = this.guests.get(identity);
    if (guest === undefined) return null;
    const proof = judgeProof(guest.handshake, charger);
    if (!proof.ok) {
      guest.sendAway(`${identity} was adopted: ${proof.cause}`);
      return null;
    }
    this.guests.delete(identity);
    return { pipe: guest.handOn(), subprotocol: guest.subprotocol };
  }
}

type Said =
  | { readonly ok: true; readonly password: Uint8Array | null }
  | { readonly ok: false; readonly cause: string };

/**
 * A charger may come without a password. One that it sends must be its own (user = identity, security whitepaper
 * A00.FR.204) and of a length that a charger can hold: it may become the one it has to prove itself with.
 */
function passwordIn({ authorization }: Handshake, identity: string): Said {
  if (authorization === null) return { ok: true, password: null };
  const found = basicCredentials(authorization);
  if (!found.ok) return found;
  const { user, password } = found.value;
  if (new TextDecoder().decode(user) !== identity)
    return { ok: false, cause: 'sent a user name that is not its identity' };
  if (password.length > MAX_PASSWORD_BYTES) return { ok: false, cause: 'sent a password longer than a charger has' };
  return { ok: true, password: password.length === 0 ? null : password };
}
