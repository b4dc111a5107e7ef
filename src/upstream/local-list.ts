/**
 * The local list: what the back office says of cards in advance, for when it does not answer (OCPP 1.6 clauses 3.5.1
 * and 5.15). It is kept whole: a message is taken as it stands, or changes nothing.
 */
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Command, LocalListEntry } from '#site/command.ts';
import type { AuthorizationStatus, CardWord } from '#site/report.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import { cardOf } from './card.ts';

export const LIST_KIND = 'local-list';
export const LIST_VERSION_KIND = 'local-list-version';

/** Every card of a fleet, as many as are remembered otherwise; about 150 bytes each. */
export const LIST_MAX = 10_000;
/** In one message: about 150 kB, and a frame has room for more. */
export const LIST_MESSAGE_MAX = 1_000;

type Card = {
  readonly status: AuthorizationStatus;
  readonly group: string | null;
  readonly untilWallMs: number | null;
};

type SendLocalList = Extract<Command, { kind: 'send-local-list' }>;

/** A message that may be taken: what it makes of the list, and what is to be on disk before it counts. */
export type ListPlan = {
  readonly version: number;
  readonly cards: ReadonlyMap<string, Card>;
  readonly changes: readonly StoreChange[];
};

export class LocalList {
  readonly #isEnabled: () => boolean;
  #version = 0;
  #cards: ReadonlyMap<string, Card>;
  /** One is on its way to the disk: another would be made of the list before it. */
  #isWriting = false;

  constructor(isEnabled: () => boolean, cards: readonly StoredDocument[], versions: readonly StoredDocument[]) {
    this.#isEnabled = isEnabled;
    this.#cards = new Map(cards.flatMap(({ key, json }) => asPair(key, cardIn(json))));
    const version = parsedJson(versions[0]?.json ?? '0');
    if (typeof version === 'number') this.#version = version;
  }

  /** 0 = empty, −1 = there is none (clause 5.10). */
  version(): number {
    if (!this.#isEnabled()) return -1;
    return this.#cards.size === 0 ? 0 : this.#version;
  }

  /** What the list says of a card; null where it does not name it. */
  word(idToken: string, nowWallMs: number): CardWord | null {
    const card = this.#isEnabled() ? this.#cards.get(cardOf(idToken)) : undefined;
    if (card === undefined) return null;
    const isOver = card.untilWallMs !== null && card.untilWallMs <= nowWallMs;
    const status = isOver && card.status === 'Accepted' ? 'Expired' : card.status;
    return card.group === null ? { status } : { status, groupIdToken: card.group };
  }

  /** What a message would make of the list, to be written down and `settled`; or why it is not taken. */
  plan(message: SendLocalList): ListPlan | { readonly status: 'Failed' | 'NotSupported' | 'VersionMismatch' } {
    const { version, full, entries } = message;
    if (!this.#isEnabled()) return { status: 'NotSupported' };
    if (!full && version <= this.#version) return { status: 'VersionMismatch' };
    if (version <= 0 || this.#isWriting || !isWhole(message)) return { status: 'Failed' };
    const cards = new Map(full ? [] : this.#cards);
    for (const entry of entries) {
      const card = entryCard(entry);
      if (card === null) cards.delete(cardOf(entry.idToken));
      else cards.set(cardOf(entry.idToken), card);
    }
    if (cards.size > LIST_MAX) return { status: 'Failed' };
    this.#isWriting = true;
    return { version, cards, changes: this.#changes(version, cards) };
  }

  /** It is on disk, or the disk did not take it. */
  settled({ version, cards }: ListPlan, isStored: boolean): void {
    this.#isWriting = false;
    if (!isStored) return;
    this.#version = version;
    this.#cards = cards;
  }

  #changes(version: number, cards: ReadonlyMap<string, Card>): readonly StoreChange[] {
    const gone = [...this.#cards.keys()].filter(key => !cards.has(key));
    const put = [...cards].filter(([key, card]) => JSON.stringify(this.#cards.get(key)) !== JSON.stringify(card));
    return [
      ...gone.map((key): StoreChange => ({ type: 'remove', kind: LIST_KIND, key })),
      ...put.map(([key, card]) => putOf(LIST_KIND, key, card)),
      putOf(LIST_VERSION_KIND, 'version', version),
    ];
  }
}

const putOf = (kind: string, key: string, value: unknown): StoreChange => ({
  type: 'put',
  document: { kind, key, json: JSON.stringify(value) },
});

/** No card twice, and in a full list every card with its status (clause 7.8: required then). */
function isWhole({ full, entries }: SendLocalList): boolean {
  const names = new Set(entries.map(({ idToken }) => cardOf(idToken)));
  const isPlain = names.size === entries.length && entries.length <= LIST_MESSAGE_MAX;
  return isPlain && (!full || entries.every(({ status }) => status !== null));
}

const entryCard = ({ status, groupIdToken, expiresAtWallMs }: LocalListEntry): Card | null =>
  status === null ? null : { status, group: groupIdToken, untilWallMs: expiresAtWallMs };

const STATUSES: readonly AuthorizationStatus[] = ['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'];

/** Null where the text is nothing that we wrote. */
function cardIn(json: string): Card | null {
  const { status, group, untilWallMs } = fieldsOf(parsedJson(json));
  const known = STATUSES.find(word => word === status);
  if (known === undefined) return null;
  return {
    status: known,
    group: typeof group === 'string' ? group : null,
    untilWallMs: typeof untilWallMs === 'number' ? untilWallMs : null,
  };
}

const asPair = (key: string, card: Card | null): readonly (readonly [string, Card])[] =>
  card === null ? [] : [[key, card]];
