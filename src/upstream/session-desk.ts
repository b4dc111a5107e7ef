/** Sessions on their way to the back office: what goes to disk with them, and what follows once they are there. */
import { at } from '#base/assert.ts';
import { momentOf } from '#base/clock.ts';
import type { CardWord } from '#site/report.ts';
import type { Business, Samples, Session } from '#site/session.ts';
import { type ConnectorSpec, socketNamed } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import type { Authority } from './authority.ts';
import type { Courier } from './courier.ts';
import type { UpstreamDeps } from './deps.ts';
import type { Expected } from './expected.ts';
import { numberOf, socketOf } from './numbering.ts';
import type { Refused } from './refused.ts';
import type { Register } from './register.ts';
import type { Reservations } from './reservations.ts';
import { type Row, type RowWords, startWords, stopWords } from './row.ts';
import type { SampleDesk } from './sample-desk.ts';
import type { Wishes } from './wishes.ts';

export type SessionDeskDeps = {
  readonly deps: UpstreamDeps;
  readonly register: Register;
  readonly samples: SampleDesk;
  readonly expected: Expected;
  readonly wishes: Wishes;
  readonly courier: Courier;
  readonly refused: Refused;
  authority(): Authority;
  reservations(): Reservations;
  isOn(key: 'StopTransactionOnInvalidId'): boolean;
  isLinked(): boolean;
  /** Written down without anyone waiting for it. */
  store(changes: readonly StoreChange[]): void;
};

export class SessionDesk {
  readonly #desk: SessionDeskDeps;
  readonly #owed = new Map<Business, Row>();
  readonly #evidenceOf = new Map<Business, number>();

  constructor(desk: SessionDeskDeps) {
    this.#desk = desk;
  }

  /** What goes to disk with what was heard. */
  also(business: Business): readonly StoreChange[] {
    switch (business.kind) {
      case 'started': {
        const { session, report } = business;
        // A socket that the site file does not know has no number upstream: nothing of it can ever be told.
        if (!this.#isSocket(session)) return [];
        const words = startWords(report.reservationId ?? this.#reservationOf(session));
        return [...this.#desk.register.bound(session), ...this.#make(business, session, words)];
      }
      case 'ended': {
        const { session, report } = business;
        return this.#isTold(session) ? this.#make(business, session, stopWords(session, report)) : [];
      }
      case 'samples': {
        const spec = this.#specOf(business.charger, business.report.connectorId);
        return spec === null ? [] : this.#evidence(business, spec);
      }
      case 'corrected':
      case 'stray':
        return [];
    }
  }

  /** It is on disk: from now on the back office is told. */
  kept(business: Business): void {
    const { register, courier } = this.#desk;
    const row = this.#owed.get(business);
    this.#owed.delete(business);
    if (row !== undefined) register.outbox.insert(row);
    const session = this.#evidenceOf.get(business);
    this.#evidenceOf.delete(business);
    if (session !== undefined) register.outbox.paid(session);
    if (business.kind === 'started') this.#begun(business.session);
    if (business.kind === 'ended') this.#ended(business.session);
    // Of a start its card is asked first: somebody waits for that.
    if (business.kind !== 'started') courier.wake();
  }

  /** Samples of a charger: what of them goes up, as changes of the store. */
  sampled(spec: ConnectorSpec, report: Samples): readonly StoreChange[] {
    const { deps, register, samples, courier, isLinked } = this.#desk;
    const { state, world } = deps;
    const { identity } = at(state().topology.chargers, spec.charger);
    const session = this.#sessionOf(report.transactionId, identity, spec.connectorId);
    const scene = { connector: spec.index, session, state: state(), isLinked: isLinked() };
    const chosen = samples.chosen(report.samples, { ...scene, now: momentOf(world.clock) });
    if (chosen.length === 0) return [];
    if (session !== null) return this.#isTold(session) ? register.outbox.sampled(session, chosen) : [];
    const connectorId = numberOf(register.numbering(), identity, spec.connectorId) ?? 0;
    courier.ask({ kind: 'meter-values', connectorId, transactionId: null, samples: chosen }, () => {});
    return [];
  }

  /** The back office answered a start. One that it refuses after we let it in is stopped. */
  answered(session: Session, word: CardWord): void {
    const { wishes, authority, refused, isOn } = this.#desk;
    authority().heard(session.idToken, word);
    wishes.apply();
    if (word.status !== 'Accepted' && isOn('StopTransactionOnInvalidId')) refused.add(session.id);
  }

  /** Ends what runs on a socket whose plug is to be let go; its stop says so. */
  end({ index, charger }: ConnectorSpec): void {
    const { state, command, sessions, world } = this.#desk.deps;
    const { transaction } = at(state().connectors, index);
    if (transaction === null) return;
    this.#desk.store(sessions.stopAsked(transaction.id, { by: 'unlock', atWallMs: world.clock.wallMs() }));
    command(charger, { kind: 'remote-stop', transactionId: transaction.id }, () => {});
  }

  /** A charger that keeps no reservations does not name ours. */
  #reservationOf({ charger, connectorId, idToken }: Session): number | null {
    const { register, reservations, authority } = this.#desk;
    const number = numberOf(register.numbering(), charger, connectorId);
    if (number === null) return null;
    return reservations().usedBy(number, idToken, authority().groupOf(idToken))?.id ?? null;
  }

  #evidence(business: Extract<Business, { kind: 'samples' }>, spec: ConnectorSpec): readonly StoreChange[] {
    const { transactionId } = business.report;
    const session = this.#sessionOf(transactionId, business.charger, spec.connectorId);
    if (session !== null && this.#isTold(session)) {
      this.#desk.register.outbox.owe(session.id);
      this.#evidenceOf.set(business, session.id);
    }
    return this.sampled(spec, business.report);
  }

  #make(business: Business, session: Session, words: RowWords): readonly StoreChange[] {
    const { row, changes } = this.#desk.register.outbox.make(session.id, words);
    this.#owed.set(business, row);
    return changes;
  }

  #begun(session: Session): void {
    const { deps, register, expected, wishes, store } = this.#desk;
    store(register.bound(deps.sessions.get(session.id) ?? session));
    const number = numberOf(register.numbering(), session.charger, session.connectorId) ?? 0;
    const index = socketOf(register.numbering(), number)?.index ?? -1;
    const profile = expected.take(index, session.idToken);
    if (profile !== null) store(wishes.install(number, profile).changes);
    wishes.apply();
  }

  #ended({ id, upstream }: Session): void {
    const { deps, samples, wishes, store } = this.#desk;
    samples.ended(id);
    // The answer to its start may have come while its end was on the way to the disk.
    const now = deps.sessions.get(id)?.upstream ?? null;
    if (now !== null && now.transactionId !== upstream?.transactionId) store(deps.sessions.bind(id, now));
    wishes.apply();
  }

  /** Ids of ours are positive: one that nobody knows is of a session long over, and not of the one that runs. */
  #sessionOf(transactionId: number | null, charger: string, connectorId: number): Session | null {
    const { deps, register } = this.#desk;
    if (transactionId === null || transactionId <= 0) return register.liveOn(charger, connectorId);
    const named = deps.sessions.get(transactionId);
    return named?.charger === charger ? named : null;
  }

  /** Its start went up, or is to: one that began while there was no back office, or no such socket, is none of its own. */
  #isTold(session: Session): boolean {
    return session.upstream !== null || this.#desk.register.outbox.isNeeded(session);
  }

  #isSocket({ charger, connectorId }: Session): boolean {
    return socketNamed(this.#desk.deps.state().topology, charger, connectorId) !== undefined;
  }

  #specOf(charger: string, connectorId: number): ConnectorSpec | null {
    const { register } = this.#desk;
    const number = numberOf(register.numbering(), charger, connectorId);
    return number === null ? null : register.specOf(number);
  }
}
