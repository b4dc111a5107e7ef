/**
 * The northbound door: Busbar as one charging station of OCPP 1.6J towards a back office, and who may charge while
 * that is away. What must not be lost goes to disk in one commit with the session that it tells of; all else is best effort.
 */
import { atTrueTimes, type Heard } from '#site/charger-stamp.ts';
import type { AuthorizationStatus, CardWord, Reply, Report } from '#site/report.ts';
import type { Business, Session } from '#site/session.ts';
import type { Connector } from '#site/state.ts';
import { socketOn } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import { Authority, TOKEN_KIND } from './authority.ts';
import { cardOf } from './card.ts';
import type { UpstreamDeps } from './deps.ts';
import { isProposed } from './numbering.ts';
import { Office } from './office.ts';
import type { UpstreamOptions } from './options.ts';
import { Refused } from './refused.ts';
import type { SessionDelivery } from './row.ts';

/** A connector of the one station. */
export type UpstreamConnector = {
  readonly number: number;
  readonly charger: string;
  readonly connectorId: number;
  /** The site file has this charger no more; its number is not given away. */
  readonly removed: boolean;
  /** The back office wants nobody to charge there. */
  readonly outOfService: boolean;
  /** The back office keeps it for somebody. */
  readonly reserved: boolean;
  /** No boot was accepted under this number yet: it may still be corrected in the site file. */
  readonly proposed: boolean;
};

export type UpstreamFigures = {
  readonly identity: string;
  readonly state: 'connected' | 'offline' | 'pending' | 'none';
  readonly queued: number;
  readonly oldestMs: number;
  /** How long what waits takes at the pace in force, once the back office is there; null where nothing waits. */
  readonly etaMs: number | null;
  readonly setAside: number;
  readonly sinceWallMs: number;
  /** Why it is not connected, in one word and in many, and what to do; empty when it is. */
  readonly cause: string;
  readonly why: string;
  readonly whatToDo: string;
  /** By number. */
  readonly connectors: readonly UpstreamConnector[];
};

export type Upstream = {
  /** What goes to disk in one commit with what a charger said. */
  also(business: Business): readonly StoreChange[];
  /** It is on disk: from now on the back office is told. */
  kept(business: Business): void;
  /** The back office has yet to hear of this session. */
  isNeeded(session: Session): boolean;
  /** No more fits: chargers are to keep what they have to say. */
  isFull(): boolean;
  /** Something that need not be on disk before its answer. */
  heard(charger: number, report: Report, heard: Heard): void;
  /** The answer to a charger, at once or when the back office has spoken; once. @param usual where nobody objects */
  answer(report: Report, usual: Reply, done: (reply: Reply) => void): void;
  /** Something at the site changed. */
  touched(): void;
  /** How far the back office has heard of a session, as it is now. */
  delivery(): (session: Session) => SessionDelivery;
  /** Empty without a back office. */
  figures(): readonly UpstreamFigures[];
  /** What the back office wishes holds: before any charger is let in. */
  prepare(): void;
  open(): void;
  close(): void;
};

export function openUpstream(deps: UpstreamDeps, options: UpstreamOptions): Upstream {
  return new Door(deps, options);
}

class Door implements Upstream {
  readonly #deps: UpstreamDeps;
  readonly #options: UpstreamOptions;
  readonly #office: Office | null;
  readonly #authority: Authority;
  readonly #refused: Refused;

  constructor(deps: UpstreamDeps, options: UpstreamOptions) {
    this.#deps = deps;
    this.#options = options;
    const { station, whoMayCharge, knownTokens } = options;
    this.#refused = new Refused(deps);
    const office =
      station === null
        ? null
        : new Office(deps, station, { authority: () => this.#authority, refused: this.#refused, whoMayCharge });
    this.#office = office;
    this.#authority = new Authority(
      {
        clock: deps.world.clock,
        rule: whoMayCharge,
        listed: knownTokens,
        ask: office?.ask ?? null,
        store: changes => void (changes.length > 0 && deps.commit(changes)),
        isReachable: () => office?.isReachable() ?? false,
        liveWith: (idToken, except) => this.#liveWith(idToken, except),
        mayStop: idToken => this.#mayStop(idToken),
        listWord: idToken => office?.commands.localList.word(idToken, deps.world.clock.wallMs()) ?? null,
        isOn: key => office?.variables.isOn(key) ?? key !== 'LocalPreauthorize',
      },
      deps.documents(TOKEN_KIND),
    );
  }

  prepare(): void {
    this.#office?.prepare();
  }

  open(): void {
    this.#office?.open();
  }

  close(): void {
    this.#office?.close();
  }

  touched(): void {
    this.#office?.touched();
  }

  also(business: Business): readonly StoreChange[] {
    return this.#office?.desk.also(business) ?? [];
  }

  kept(business: Business): void {
    if (business.kind === 'ended') this.#refused.ended(business.session.id);
    this.#office?.desk.kept(business);
  }

  isNeeded(session: Session): boolean {
    return this.#office?.outbox.isNeeded(session) ?? false;
  }

  isFull(): boolean {
    return this.#office?.outbox.isFull() ?? false;
  }

  /** What is only a sample is written down meanwhile (promise 3). */
  heard(charger: number, report: Report, heard: Heard): void {
    if (report.kind !== 'meter-values' || this.#office === null) return;
    const spec = socketOn(this.#deps.state().topology, charger, report.connectorId);
    const told = { ...report, samples: atTrueTimes(report.samples, heard) };
    const changes = spec === undefined ? [] : this.#office.desk.sampled(spec, told);
    if (changes.length > 0) void this.#deps.commit(changes).then(() => this.#office?.wake());
  }

  answer(report: Report, usual: Reply, done: (reply: Reply) => void): void {
    const isAsked = this.#office !== null || this.#options.whoMayCharge !== 'everyone';
    if (!isAsked) done(usual);
    else if (report.kind === 'authorize' && usual.kind === 'authorize')
      this.#authority.mayPresent(report.idToken, (status, group) => done({ ...usual, ...wordOf(status, group) }));
    else if (report.kind === 'transaction-started' && usual.kind === 'transaction-started') {
      this.#authority.mayStart(report.idToken, usual.transactionId, (said, group) => {
        const session = this.#deps.sessions.get(usual.transactionId);
        const isTurnedAway =
          said === 'Accepted' && session !== null && this.#office?.commands.mayBegin(session) === false;
        const status = isTurnedAway ? 'Invalid' : said;
        if (status !== 'Accepted') this.#refused.add(usual.transactionId);
        done({ ...usual, ...wordOf(status, group) });
      });
      this.#office?.wake();
    } else done(usual);
  }

  delivery(): (session: Session) => SessionDelivery {
    return (
      this.#office?.outbox.delivery() ?? (({ billed }) => ({ start: 'none', stop: billed === null ? null : 'none' }))
    );
  }

  figures(): readonly UpstreamFigures[] {
    const { station } = this.#options;
    if (this.#office === null || station === null) return [];
    const { queued, setAside, oldestWallMs, etaMs } = this.#office.figures();
    const condition = this.#office.condition();
    const oldestMs = oldestWallMs === null ? 0 : Math.max(0, this.#deps.world.clock.wallMs() - oldestWallMs);
    const state = STATES[this.#office.stateWord()];
    const { commands } = this.#office;
    const numbering = this.#office.numbering();
    const connectors = numbering.sockets.map(({ index, ...socket }) => ({
      ...{ ...socket, removed: index === null, proposed: isProposed(numbering, socket) },
      outOfService: commands.availability.isOut(socket.number),
      reserved: commands.reservations.of(socket.number) !== null,
    }));
    return [{ identity: station.identity, state, queued, oldestMs, etaMs, setAside, ...condition, connectors }];
  }

  /** The card that began a session, or another of its group (1.6 clause 4.8), in advance known or not. */
  #mayStop(idToken: string): boolean {
    const group = this.#authority.groupOf(idToken);
    const isFellow = ({ transaction }: Connector): boolean =>
      group !== null && transaction !== null && this.#authority.groupOf(transaction.idToken) === group;
    return this.#liveWith(idToken, null) > 0 || this.#deps.state().connectors.some(isFellow);
  }

  #liveWith(idToken: string, except: number | null): number {
    const card = cardOf(idToken);
    const isWith = ({ transaction }: Connector): boolean =>
      transaction !== null && transaction.id !== except && cardOf(transaction.idToken) === card;
    return this.#deps.state().connectors.filter(isWith).length;
  }
}

const wordOf = (status: AuthorizationStatus, group: string | null): CardWord =>
  group === null ? { status } : { status, groupIdToken: group };

const STATES = {
  offline: 'offline',
  rejected: 'offline',
  booting: 'pending',
  pending: 'pending',
  accepted: 'connected',
} as const;
