/**
 * Reservations of the back office: ours to keep and to end (design §5). Chargers are told too, so that their screens
 * say so; one that has no word for it holds nobody off, but who starts there with another card is turned away by us.
 */
import { at } from '#base/assert.ts';
import type { Clock, Timer } from '#base/clock.ts';
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { ConnectorStatus, SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import { cardOf } from './card.ts';

export const RESERVATION_KIND = 'upstream-reservation';
/** A timer knows no more than 24 days, and the wall clock may be set: it is looked at once an hour at least. */
const LOOK_EVERY_MS = 3_600_000;

export type Reservation = {
  readonly id: number;
  /** Upstream number; 0 = one socket of the station stays free. */
  readonly number: number;
  readonly idToken: string;
  readonly groupIdToken: string | null;
  readonly untilWallMs: number;
};

type Reserve = Extract<Command, { kind: 'reserve' }>;

export type ReservationsDeps = {
  readonly clock: Clock;
  state(): SiteState;
  /** Every number, by number. */
  numbers(): readonly number[];
  specOf(number: number): ConnectorSpec | null;
  isReachable(spec: ConnectorSpec): boolean;
  isOut(number: number): boolean;
  toCharger(charger: number, command: Command, settled: (outcome: Outcome<CommandReply>) => void): void;
  commit(changes: readonly StoreChange[], done: (isStored: boolean) => void): void;
  /** What the back office is told of a socket may be another now. */
  changed(): void;
};

export class Reservations {
  readonly #deps: ReservationsDeps;
  readonly #byId = new Map<number, Reservation>();
  #timer: Timer | null = null;

  constructor(deps: ReservationsDeps, stored: readonly StoredDocument[]) {
    this.#deps = deps;
    for (const { json } of stored) {
      const found = reservationIn(json);
      if (found !== null) this.#byId.set(found.id, found);
    }
    this.#arm();
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** The reservation of one socket. */
  of(number: number): Reservation | null {
    this.#endOverdue();
    return this.#all().find(each => each.number === number && number !== 0) ?? null;
  }

  /** Whether a card may begin a session there: its own reservation, or nobody's. */
  mayUse(number: number, idToken: string, group: string | null): boolean {
    const own = this.of(number);
    if (own !== null) return isFor(own, idToken, group);
    const anywhere = this.#all().filter(each => each.number === 0);
    if (anywhere.some(each => isFor(each, idToken, group))) return true;
    // Others may begin while enough sockets stay free for those who reserved any.
    const isFree = (each: number) => each !== number && this.of(each) === null && this.#obstacle(each) === null;
    return this.#deps.numbers().filter(isFree).length >= anywhere.length;
  }

  /** The reservation that a session there makes use of. */
  usedBy(number: number, idToken: string, group: string | null): Reservation | null {
    const own = this.of(number);
    const meant = own === null ? this.#all().filter(each => each.number === 0) : [own];
    return meant.find(each => isFor(each, idToken, group)) ?? null;
  }

  /** A session began under it (clause 3.12: that ends it). */
  used({ id }: Reservation): void {
    this.#end(id, 'used');
  }

  /** @param answer the status, once it is on disk; null where it could not be written */
  reserve(command: Reserve, answer: (status: string | null) => void): void {
    const { connectorId: number, reservationId: id, expiresAtWallMs } = command;
    const refusal = this.#refusal(number, id, expiresAtWallMs);
    const spec = number === 0 ? null : this.#deps.specOf(number);
    if (refusal !== null) answer(refusal);
    else if (spec === null) this.#keep(command, answer);
    else
      this.#deps.toCharger(spec.charger, { ...command, connectorId: spec.connectorId }, outcome => {
        const no = ownRefusal(outcome) ?? this.#refusal(number, id, expiresAtWallMs);
        if (no === null) this.#keep(command, answer);
        else answer(no);
      });
  }

  /** @returns the status */
  cancel(id: number): 'Accepted' | 'Rejected' {
    this.#endOverdue();
    if (!this.#byId.has(id)) return 'Rejected';
    this.#end(id, 'cancelled');
    return 'Accepted';
  }

  /** Something at the site changed: a socket that is faulted or out of service is nobody's (clause 3.12). */
  look(): void {
    this.#endOverdue();
    for (const { id, number } of this.#all()) {
      if (number !== 0 && this.#isLost(number)) this.#end(id, 'lost');
    }
  }

  #all = (): readonly Reservation[] => [...this.#byId.values()];

  /** A charger that is away, or has not said how it is, may be back in time. */
  #isLost(number: number): boolean {
    const spec = this.#deps.specOf(number);
    if (spec === null || this.#deps.isOut(number)) return true;
    const { status } = at(this.#deps.state().connectors, spec.index);
    return status === 'Faulted' || status === 'Unavailable';
  }

  /** In the words of clause 5.13; null = it may be reserved. The same id takes the place of what it was. */
  #refusal(number: number, id: number, untilWallMs: number): string | null {
    this.#endOverdue();
    if (untilWallMs <= this.#deps.clock.wallMs()) return 'Rejected';
    const others = this.#all().filter(each => each.id !== id);
    if (number !== 0) return others.some(each => each.number === number) ? 'Occupied' : this.#obstacle(number);
    const isHeld = (each: number) => others.some(other => other.number === each);
    const free = this.#deps.numbers().filter(each => !isHeld(each) && this.#obstacle(each) === null);
    return free.length > others.filter(each => each.number === 0).length ? null : 'Occupied';
  }

  /** Why nobody could begin a session there now; null = somebody could. */
  #obstacle(number: number): 'Occupied' | 'Faulted' | 'Unavailable' | null {
    const spec = this.#deps.specOf(number);
    if (spec === null || this.#deps.isOut(number)) return 'Unavailable';
    const { status, transaction } = at(this.#deps.state().connectors, spec.index);
    if (status === 'Faulted') return 'Faulted';
    if (!this.#deps.isReachable(spec) || status === 'Unavailable' || status === 'Unknown') return 'Unavailable';
    return transaction === null && isEmpty(status) ? null : 'Occupied';
  }

  #keep(command: Reserve, answer: (status: string | null) => void): void {
    const { reservationId: id, connectorId: number, idToken, groupIdToken, expiresAtWallMs: untilWallMs } = command;
    const kept: Reservation = { id, number, idToken, groupIdToken, untilWallMs };
    const document = { kind: RESERVATION_KIND, key: String(id), json: JSON.stringify(kept) };
    this.#deps.commit([{ type: 'put', document }], isStored => {
      if (isStored) {
        const before = this.#byId.get(id);
        if (before !== undefined && before.number !== number) this.#tellEnd(before);
        this.#byId.set(id, kept);
        this.#arm();
        this.#deps.changed();
      }
      answer(isStored ? 'Accepted' : null);
    });
  }

  #endOverdue(): void {
    const nowWallMs = this.#deps.clock.wallMs();
    for (const { id, untilWallMs } of this.#all()) if (untilWallMs <= nowWallMs) this.#end(id, 'expired');
  }

  /** The charger is told where it might still show it; one that was used knows. */
  #end(id: number, why: 'used' | 'cancelled' | 'expired' | 'lost'): void {
    const ended = this.#byId.get(id);
    if (ended === undefined) return;
    this.#byId.delete(id);
    this.#deps.commit([{ type: 'remove', kind: RESERVATION_KIND, key: String(id) }], () => {});
    if (why !== 'used') this.#tellEnd(ended);
    this.#deps.changed();
  }

  #tellEnd({ id, number }: Reservation): void {
    const spec = number === 0 ? null : this.#deps.specOf(number);
    if (spec !== null && this.#deps.isReachable(spec))
      this.#deps.toCharger(spec.charger, { kind: 'cancel-reservation', reservationId: id }, () => {});
  }

  #arm(): void {
    this.#timer?.cancel();
    if (this.#byId.size === 0) return;
    const { clock } = this.#deps;
    const firstWallMs = Math.min(...this.#all().map(({ untilWallMs }) => untilWallMs));
    const ms = Math.min(LOOK_EVERY_MS, Math.max(0, firstWallMs - clock.wallMs()));
    this.#timer = clock.after('a reservation ends', ms, () => {
      this.#endOverdue();
      this.#arm();
    });
  }
}

const isFor = (reservation: Reservation, idToken: string, group: string | null): boolean =>
  cardOf(reservation.idToken) === cardOf(idToken) ||
  (reservation.groupIdToken !== null && group !== null && cardOf(reservation.groupIdToken) === cardOf(group));

const isEmpty = (status: ConnectorStatus): boolean => status === 'Available' || status === 'Reserved';

/** What a charger knows of its own socket; that it has no word for reservations is none of the back office's affair. */
function ownRefusal(outcome: Outcome<CommandReply>): string | null {
  if (!outcome.ok || outcome.value.kind !== 'status') return null;
  const { status } = outcome.value;
  return status === 'Faulted' || status === 'Occupied' || status === 'Unavailable' ? status : null;
}

/** Null where the text is nothing that we wrote. */
function reservationIn(json: string): Reservation | null {
  const found = fieldsOf(parsedJson(json));
  const { id, number, idToken, untilWallMs } = found;
  const isOurs =
    typeof id === 'number' &&
    typeof number === 'number' &&
    typeof idToken === 'string' &&
    typeof untilWallMs === 'number';
  return isOurs ? ({ groupIdToken: null, ...found } as Reservation) : null;
}
