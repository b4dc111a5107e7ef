/** Who may charge: the back office decides, and after 4 s without an answer the local rule does (design §5). */
import type { Clock } from '#base/clock.ts';
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Outcome } from '#base/outcome.ts';
import type { AuthorizationStatus, CardWord, Reply, Report } from '#site/report.ts';
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
  /** A session runs that was begun with this card or another of its group: it may be here to stop it. */
  mayStop(idToken: string): boolean;
  /** What the back office said of a card in advance; null where its list does not name it. */
  listWord(idToken: string): CardWord | null;
  /** Keys of the back office that say what counts. */
  isOn(key: 'AuthorizationCacheEnabled' | 'LocalAuthorizeOffline' | 'LocalPreauthorize'): boolean;
};

/** @param group of the card, where one was ever told */
type Answer = (status: AuthorizationStatus, group: string | null) => void;
type Known = { readonly atWallMs: number; readonly group: string | null };

export class Authority {
  readonly #deps: AuthorityDeps;
  readonly #listed: ReadonlySet<string>;
  readonly #accepted = new Map<string, Known>();
  readonly #freshUntilMs = new Map<string, number>();

  constructor(deps: AuthorityDeps, stored: readonly StoredDocument[]) {
    this.#deps = deps;
    this.#listed = new Set(deps.listed.map(cardOf));
    for (const { key, json } of stored) {
      const known = knownIn(json);
      if (known !== null) this.#accepted.set(key, known);
    }
  }

  /** A card at a reader; it may be there to stop. */
  mayPresent(idToken: string, answer: Answer): void {
    this.#ask(idToken, answer, () => (this.#deps.mayStop(idToken) ? 'Accepted' : this.#local(idToken)));
  }

  /** The group of a card; null where none was ever told. */
  groupOf(idToken: string): string | null {
    return this.#deps.listWord(idToken)?.groupIdToken ?? this.#accepted.get(cardOf(idToken))?.group ?? null;
  }

  /** A card that has begun session `id`. */
  mayStart(idToken: string, id: number, answer: Answer): void {
    const { clock, rule, liveWith } = this.#deps;
    if ((this.#freshUntilMs.get(cardOf(idToken)) ?? 0) > clock.nowMs()) answer('Accepted', this.groupOf(idToken));
    else
      this.#ask(idToken, answer, () => {
        const local = this.#local(idToken);
        return local === 'Accepted' && rule !== 'everyone' && liveWith(idToken, id) > 0 ? 'ConcurrentTx' : local;
      });
  }

  /** What the back office said of a card, wherever it said it. */
  heard(idToken: string, { status, groupIdToken }: CardWord): void {
    if (status === 'ConcurrentTx') return;
    const key = cardOf(idToken);
    if (status === 'Accepted') this.#accept(key, groupIdToken ?? null);
    else if (this.#accepted.delete(key)) this.#deps.store([{ type: 'remove', kind: TOKEN_KIND, key }]);
    if (status !== 'Accepted') this.#freshUntilMs.delete(key);
  }

  /** The back office starts a session with this card itself. */
  expects(idToken: string): void {
    this.#freshen(cardOf(idToken));
  }

  /** ClearCache: nobody is known any more but who is listed. */
  forget(): void {
    const keys = [...this.#accepted.keys()];
    this.#accepted.clear();
    this.#freshUntilMs.clear();
    this.#deps.store(keys.map(key => ({ type: 'remove', kind: TOKEN_KIND, key })));
  }

  #ask(idToken: string, answer: Answer, local: () => AuthorizationStatus): void {
    const { clock, ask, isReachable } = this.#deps;
    if (ask === null || !isReachable()) {
      answer(local(), this.groupOf(idToken));
      return;
    }
    if (this.#isPreauthorized(idToken)) {
      answer('Accepted', this.groupOf(idToken));
      return;
    }
    let isOpen = true;
    const once = (status: AuthorizationStatus) => {
      if (isOpen) answer(status, this.groupOf(idToken));
      isOpen = false;
    };
    const deadline = clock.after('authorize upwards', ASK_MS, () => once(local()));
    ask({ kind: 'authorize', idToken }, outcome => {
      deadline.cancel();
      if (!outcome.ok || outcome.value.kind !== 'authorize') once(local());
      else {
        this.heard(idToken, outcome.value);
        once(outcome.value.status);
      }
    });
  }

  #local(idToken: string): AuthorizationStatus {
    const { rule, isOn, listWord } = this.#deps;
    const told = isOn('LocalAuthorizeOffline') ? listWord(idToken) : null;
    // The back office's own word, given in advance: under every rule, and before the cache (1.6 clause 3.5.3).
    if (told !== null) return told.status;
    const isKnown = this.#listed.has(cardOf(idToken)) || (isOn('LocalAuthorizeOffline') && this.#isCached(idToken));
    return rule === 'everyone' || (rule === 'known' && isKnown) ? 'Accepted' : 'Invalid';
  }

  #isCached(idToken: string): boolean {
    const { clock, isOn } = this.#deps;
    const known = isOn('AuthorizationCacheEnabled') ? this.#accepted.get(cardOf(idToken)) : undefined;
    return known !== undefined && clock.wallMs() - known.atWallMs < KNOWN_MS;
  }

  /** LocalPreauthorize: who is known to be good does not wait for an answer. */
  #isPreauthorized(idToken: string): boolean {
    const { isOn, listWord } = this.#deps;
    if (!isOn('LocalPreauthorize')) return false;
    const told = listWord(idToken);
    return told === null ? this.#isCached(idToken) : told.status === 'Accepted';
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

  #accept(key: string, group: string | null): void {
    const { clock, store, isOn } = this.#deps;
    this.#freshen(key);
    if (!isOn('AuthorizationCacheEnabled')) return;
    const nowWallMs = clock.wallMs();
    const before = this.#accepted.get(key);
    if (before !== undefined && before.group === group && nowWallMs - before.atWallMs < DAY_MS) return;
    this.#accepted.delete(key);
    this.#accepted.set(key, { atWallMs: nowWallMs, group });
    const json = JSON.stringify({ acceptedAtWallMs: nowWallMs, ...(group === null ? {} : { group }) });
    store([{ type: 'put', document: { kind: TOKEN_KIND, key, json } }, ...this.#oldest()]);
  }

  #oldest(): readonly StoreChange[] {
    if (this.#accepted.size <= TOKENS_MAX) return [];
    for (const key of this.#accepted.keys()) {
      this.#accepted.delete(key);
      return [{ type: 'remove', kind: TOKEN_KIND, key }];
    }
    return [];
  }
}

/** Null where the text is nothing that we wrote. */
function knownIn(json: string): Known | null {
  const { acceptedAtWallMs: atWallMs, group } = fieldsOf(parsedJson(json));
  if (typeof atWallMs !== 'number') return null;
  return { atWallMs, group: typeof group === 'string' ? group : null };
}
