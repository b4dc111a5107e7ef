/** Who may charge: the back office decides, and after 4 s without an answer the local rule does (design §5). */
import type { Clock } from '#base/clock.ts';
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Outcome } from '#base/outcome.ts';
import type { AuthorizationStatus, Reply, Report } from '#site/report.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import { cardOf } from './card.ts';
import type { WhoMayCharge } from './options.ts';

export const TOKEN_KIND = 'known-token';
/** A driver at a reader waits so long; then the local rule answers. */
export const ASK_MS = 4_000;
/** One that was accepted at the reader is not asked for again when its start follows, nor one started from above. */
const FRESH_MS = 300_000;
const DAY_MS = 86_400_000;
/** The back office's word on a card stands so long when it is away. */
const KNOWN_MS = 30 * DAY_MS;
/** Every card of a fleet; about 100 bytes each. */
const TOKENS_MAX = 10_000;

export type AuthorityDeps = {
  readonly clock: Clock;
  readonly rule: WhoMayCharge;
  readonly listed: readonly string[];
  /** Null where there is no back office, or it is not there. */
  readonly ask: ((report: Report, settled: (outcome: Outcome<Reply>) => void) => void) | null;
  /** Written down without anyone waiting for it. */
  store(changes: readonly StoreChange[]): void;
  isReachable(): boolean;
  /** Sessions that run with this card, but for one. */
  liveWith(idToken: string, except: number | null): number;
};

export class Authority {
  readonly #deps: AuthorityDeps;
  readonly #listed: ReadonlySet<string>;
  readonly #acceptedAtWallMs = new Map<string, number>();
  readonly #freshUntilMs = new Map<string, number>();

  constructor(deps: AuthorityDeps, stored: readonly StoredDocument[]) {
    this.#deps = deps;
    this.#listed = new Set(deps.listed.map(cardOf));
    for (const { key, json } of stored) {
      const atWallMs = acceptedAt(json);
      if (atWallMs !== null) this.#acceptedAtWallMs.set(key, atWallMs);
    }
  }

  /** A card at a reader; it may be there to stop. */
  mayPresent(idToken: string, answer: (status: AuthorizationStatus) => void): void {
    this.#ask(idToken, answer, () => (this.#deps.liveWith(idToken, null) > 0 ? 'Accepted' : this.#local(idToken)));
  }

  /** A card that has begun session `id`. */
  mayStart(idToken: string, id: number, answer: (status: AuthorizationStatus) => void): void {
    const { clock, rule, liveWith } = this.#deps;
    if ((this.#freshUntilMs.get(cardOf(idToken)) ?? 0) > clock.nowMs()) answer('Accepted');
    else
      this.#ask(idToken, answer, () => {
        const local = this.#local(idToken);
        return local === 'Accepted' && rule !== 'everyone' && liveWith(idToken, id) > 0 ? 'ConcurrentTx' : local;
      });
  }

  /** What the back office said of a card, wherever it said it. */
  heard(idToken: string, status: AuthorizationStatus): void {
    if (status === 'ConcurrentTx') return;
    const key = cardOf(idToken);
    if (status === 'Accepted') this.#accepted(key);
    else if (this.#acceptedAtWallMs.delete(key)) this.#deps.store([{ type: 'remove', kind: TOKEN_KIND, key }]);
    if (status !== 'Accepted') this.#freshUntilMs.delete(key);
  }

  /** The back office starts a session with this card itself. */
  expects(idToken: string): void {
    this.#freshen(cardOf(idToken));
  }

  /** ClearCache: nobody is known any more but who is listed. */
  forget(): void {
    const keys = [...this.#acceptedAtWallMs.keys()];
    this.#acceptedAtWallMs.clear();
    this.#freshUntilMs.clear();
    this.#deps.store(keys.map(key => ({ type: 'remove', kind: TOKEN_KIND, key })));
  }

  #ask(idToken: string, answer: (status: AuthorizationStatus) => void, local: () => AuthorizationStatus): void {
    const { clock, ask, isReachable } = this.#deps;
    if (ask === null || !isReachable()) {
      answer(local());
      return;
    }
    let isOpen = true;
    const once = (status: AuthorizationStatus) => {
      if (isOpen) answer(status);
      isOpen = false;
    };
    const deadline = clock.after('authorize upwards', ASK_MS, () => once(local()));
    ask({ kind: 'authorize', idToken }, outcome => {
      deadline.cancel();
      if (!outcome.ok || outcome.value.kind !== 'authorize') once(local());
      else {
        this.heard(idToken, outcome.value.status);
        once(outcome.value.status);
      }
    });
  }

  #local(idToken: string): AuthorizationStatus {
    const { clock, rule } = this.#deps;
    const key = cardOf(idToken);
    const acceptedAtWallMs = this.#acceptedAtWallMs.get(key) ?? Number.NEGATIVE_INFINITY;
    const isKnown = this.#listed.has(key) || clock.wallMs() - acceptedAtWallMs < KNOWN_MS;
    return rule === 'everyone' || (rule === 'known' && isKnown) ? 'Accepted' : 'Invalid';
  }

  /** In the order in which they end: what is over goes. */
  #freshen(key: string): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#freshUntilMs.delete(key);
    this.#freshUntilMs.set(key, nowMs + FRESH_MS);
    for (const [oldest, untilMs] of this.#freshUntilMs) {
      if (untilMs > nowMs && this.#freshUntilMs.size <= TOKENS_MAX) break;
      this.#freshUntilMs.delete(oldest);
    }
  }

  #accepted(key: string): void {
    const { clock, store } = this.#deps;
    this.#freshen(key);
    const nowWallMs = clock.wallMs();
    const isWritten = nowWallMs - (this.#acceptedAtWallMs.get(key) ?? Number.NEGATIVE_INFINITY) < DAY_MS;
    if (isWritten) return;
    this.#acceptedAtWallMs.delete(key);
    this.#acceptedAtWallMs.set(key, nowWallMs);
    const json = JSON.stringify({ acceptedAtWallMs: nowWallMs });
    store([{ type: 'put', document: { kind: TOKEN_KIND, key, json } }, ...this.#oldest()]);
  }

  #oldest(): readonly StoreChange[] {
    if (this.#acceptedAtWallMs.size <= TOKENS_MAX) return [];
    for (const key of this.#acceptedAtWallMs.keys()) {
      this.#acceptedAtWallMs.delete(key);
      return [{ type: 'remove', kind: TOKEN_KIND, key }];
    }
    return [];
  }
}

function acceptedAt(json: string): number | null {
  const { acceptedAtWallMs } = fieldsOf(parsedJson(json));
  return typeof acceptedAtWallMs === 'number' ? acceptedAtWallMs : null;
}
