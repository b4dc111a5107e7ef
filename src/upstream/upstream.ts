/**
 * The northbound door: Busbar as one charging station of OCPP 1.6J towards a back office, and who may charge while
 * that is away. What must not be lost comes out of `heard` as changes of the store; everything else is best effort.
 */
import { at } from '#base/assert.ts';
import type { Refusal } from '#ocpp/incoming.ts';
import type { Reply, Report } from '#site/report.ts';
import { isEvidence } from '#site/sample-thinning.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { StoreChange } from '#world.ts';
import { Authority, TOKEN_KIND } from './authority.ts';
import type { UpstreamDeps } from './deps.ts';
import { Office } from './office.ts';
import type { UpstreamOptions } from './options.ts';

/** What a charger said, and what must be on disk before it is answered. */
export type Heard = {
  readonly changes: readonly StoreChange[];
  /** They are on disk: from now on the back office is told. */
  keep(): void;
  /** The answer, at once or when the back office has spoken; once. */
  answer(done: (reply: Reply | Refusal) => void): void;
};

/** A connector of the one station. */
export type UpstreamConnector = {
  readonly number: number;
  readonly charger: string;
  readonly connectorId: number;
  /** The site file has this charger no more; its number is not given away. */
  readonly removed: boolean;
};

export type UpstreamFigures = {
  readonly identity: string;
  readonly state: 'connected' | 'offline' | 'pending' | 'none';
  readonly queued: number;
  readonly oldestMs: number;
  readonly setAside: number;
  readonly sinceWallMs: number;
  /** Why it is not connected, in words; empty when it is. */
  readonly why: string;
  /** By number. */
  readonly connectors: readonly UpstreamConnector[];
};

export type Upstream = {
  /** The id that this start was told before; null for a new one. */
  knownStart(charger: number, report: Report): number | null;
  /** Null where nothing is to be added to the usual answer. @param usual what is answered where nobody objects */
  heard(charger: number, report: Report, usual: Reply): Heard | null;
  /** Something at the site changed. */
  touched(): void;
  /** Empty without a back office. */
  figures(): readonly UpstreamFigures[];
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

  constructor(deps: UpstreamDeps, options: UpstreamOptions) {
    this.#deps = deps;
    this.#options = options;
    const { station, whoMayCharge, knownTokens } = options;
    const office = station === null ? null : new Office(deps, station, () => this.#authority);
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
      },
      deps.documents(TOKEN_KIND),
    );
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

  knownStart(charger: number, report: Report): number | null {
    if (report.kind !== 'transaction-started' || this.#office === null) return null;
    return this.#office.book.sameStart(this.#identityOf(charger), report)?.id ?? null;
  }

  heard(charger: number, report: Report, usual: Reply): Heard | null {
    switch (report.kind) {
      case 'authorize':
        return this.#presented(report.idToken);
      case 'transaction-started':
        return this.#started(charger, report, usual);
      case 'transaction-ended':
        return this.#ended(charger, report, usual);
      case 'meter-values':
        return this.#sampled(charger, report, usual);
      default:
        return null;
    }
  }

  #presented(idToken: string): Heard | null {
    if (this.#isOpenToAll()) return null;
    const answer: Heard['answer'] = done =>
      this.#authority.mayPresent(idToken, status => done({ kind: 'authorize', status }));
    return { changes: [], keep() {}, answer };
  }

  #started(charger: number, report: Extract<Report, { kind: 'transaction-started' }>, usual: Reply): Heard | null {
    const office = this.#office;
    if (this.#isOpenToAll() || usual.kind !== 'transaction-started') return null;
    const { transactionId } = usual;
    const answer: Heard['answer'] = done => {
      this.#authority.mayStart(report.idToken, transactionId, status => done({ ...usual, status }));
      office?.wake();
    };
    if (office === null) return { changes: [], keep() {}, answer };
    if (office.book.isFull()) return full;
    const heard = office.book.started(this.#identityOf(charger), report, transactionId);
    const keep = () => {
      heard.keep();
      const session = office.book.session(transactionId);
      if (session !== null) office.begun(session);
    };
    return { changes: heard.changes, keep, answer };
  }

  #ended(charger: number, report: Extract<Report, { kind: 'transaction-ended' }>, usual: Reply): Heard | null {
    const office = this.#office;
    if (office === null) return null;
    const heard = office.book.ended(this.#identityOf(charger), report);
    const keep = () => {
      heard.keep();
      office.ended(report.transactionId);
    };
    return { changes: heard.changes, keep, answer: done => done(usual) };
  }

  /** Evidence is on disk before its reply; what is only a sample is written meanwhile (promise 3). */
  #sampled(charger: number, report: Extract<Report, { kind: 'meter-values' }>, usual: Reply): Heard | null {
    const spec = this.#specOf(charger, report.connectorId);
    if (this.#office === null || spec === null) return null;
    const changes = this.#office.sampled(spec, report);
    if (changes.length === 0) return null;
    const keep = () => this.#office?.wake();
    if (report.samples.some(isEvidence)) return { changes, keep, answer: done => done(usual) };
    void this.#deps.commit(changes).then(keep);
    return null;
  }

  figures(): readonly UpstreamFigures[] {
    const { station } = this.#options;
    if (this.#office === null || station === null) return [];
    const { queued, setAside, oldestWallMs } = this.#office.figures();
    const { sinceWallMs, why } = this.#office.condition();
    const oldestMs = oldestWallMs === null ? 0 : Math.max(0, this.#deps.world.clock.wallMs() - oldestWallMs);
    const state = STATES[this.#office.stateWord()];
    const { sockets } = this.#office.numbering();
    const connectors = sockets.map(({ index, ...socket }) => ({ ...socket, removed: index === null }));
    return [{ identity: station.identity, state, queued, oldestMs, setAside, sinceWallMs, why, connectors }];
  }

  /** Nobody is asked: as it is without this section. */
  #isOpenToAll = (): boolean => this.#office === null && this.#options.whoMayCharge === 'everyone';

  #identityOf = (charger: number): string => at(this.#deps.state().topology.chargers, charger).identity;

  #specOf(charger: number, connectorId: number): ConnectorSpec | null {
    const { connectors } = this.#deps.state().topology;
    return connectors.find(spec => spec.charger === charger && spec.connectorId === connectorId) ?? null;
  }

  #liveWith(idToken: string, except: number | null): number {
    const token = idToken.toLowerCase();
    return this.#deps
      .state()
      .connectors.filter(({ transaction }) => transaction?.idToken.toLowerCase() === token && transaction.id !== except)
      .length;
  }
}

const STATES = {
  offline: 'offline',
  rejected: 'offline',
  booting: 'pending',
  pending: 'pending',
  accepted: 'connected',
} as const;

/** The charger keeps what we cannot. */
const full: Heard = {
  changes: [],
  keep() {},
  answer: done => done({ kind: 'refused', code: 'InternalError', detail: 'too much waits for the back office' }),
};
