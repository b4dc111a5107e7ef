/**
 * The password of the one station: that of the site file until the back office gives another one (OCPP 1.6 security
 * whitepaper, A01). A new one counts once it is on disk; the old one is the second try until the new one was let in
 * once. A person who changes the site file wins over both.
 */
import { createHash } from 'node:crypto';
import { parsedJson } from '#base/json.ts';
import type { StoreChange, StoredDocument } from '#world.ts';
import type { StationOptions } from './options.ts';

export const PASSWORD_KEY = 'AuthorizationKey';
export const PASSWORD_KIND = 'upstream-password';

/** Whitepaper A00.FR.304: at least 16 bytes, as hexadecimal at most 20. */
const LEAST_BYTES = 16;
const MOST_HEX_BYTES = 20;
/** What is no hexadecimal is taken as text, as OCPP 2.1 has it (BasicAuthPassword, at most 64 characters). */
const MOST_TEXT_BYTES = 64;

/**
 * What is sent as the password. Back offices read hexadecimal in two ways: the bytes that it stands for (the example in
 * OCPP-J 1.6, clause 6.2), or its digits.
 */
export type Login = { readonly secret: string | null; readonly as: 'text' | 'bytes' };

type Kept = {
  /** Of the site file's password when the back office gave its own. */
  readonly filed: string;
  readonly given: string;
  /** How it was let in; null before that. */
  readonly as: Login['as'] | null;
  /** What was let in before; 'file' = the site file's. Only while the new one was not. */
  readonly former: Login | 'file';
};

export class Password {
  readonly #key: string;
  readonly #ofFile: Login;
  readonly #filed: string;
  #kept: Kept | null;
  /** To be written down at the start: what the site file has overruled goes. */
  readonly outdated: readonly StoreChange[];

  constructor({ url, identity, password }: StationOptions, stored: readonly StoredDocument[]) {
    this.#key = `${url}|${identity}`;
    this.#ofFile = { secret: password, as: 'text' };
    this.#filed = createHash('sha256').update(`${this.#key}|${password}`).digest('hex');
    const found = stored.find(({ key }) => key === this.#key);
    const kept = found === undefined ? null : keptIn(found.json);
    this.#kept = kept?.filed === this.#filed ? kept : null;
    const isOutdated = found !== undefined && this.#kept === null;
    this.outdated = isOutdated ? [{ type: 'remove', kind: PASSWORD_KIND, key: this.#key }] : [];
  }

  /** What to try, in this order, until one is let in: three at most. */
  logins(): readonly Login[] {
    if (this.#kept === null) return [this.#ofFile];
    const { given, as, former } = this.#kept;
    if (as !== null) return [{ secret: given, as }];
    const ways: readonly Login['as'][] = isHex(given) ? ['bytes', 'text'] : ['text'];
    return [...ways.map(way => ({ secret: given, as: way })), former === 'file' ? this.#ofFile : former];
  }

  /** One was let in. @returns what is to be written down */
  letIn({ secret, as }: Login): readonly StoreChange[] {
    if (this.#kept === null || this.#kept.as !== null || this.#kept.given !== secret) return [];
    this.#kept = { ...this.#kept, as, former: 'file' };
    return [this.#put(this.#kept)];
  }

  /** A new one from above; null where it is none. `stored` is to be called when the changes are on disk. */
  give(given: string): { readonly changes: readonly StoreChange[]; stored(): void } | null {
    if (!isPassword(given)) return null;
    const next: Kept = { filed: this.#filed, given, as: null, former: this.#lastLetIn() };
    const stored = () => {
      this.#kept = next;
    };
    return { changes: [this.#put(next)], stored };
  }

  #lastLetIn(): Kept['former'] {
    if (this.#kept === null) return 'file';
    const { given, as, former } = this.#kept;
    return as === null ? former : { secret: given, as };
  }

  #put = (kept: Kept): StoreChange => ({
    type: 'put',
    document: { kind: PASSWORD_KIND, key: this.#key, json: JSON.stringify(kept) },
  });
}

/** The Authorization header (RFC 7617); null where no password is sent. */
export function authorization(identity: string, { secret, as }: Login): string | null {
  if (secret === null) return null;
  const bytes = Buffer.from(secret, as === 'bytes' ? 'hex' : 'utf8');
  return `Basic ${Buffer.concat([Buffer.from(`${identity}:`), bytes]).toString('base64')}`;
}

const isHex = (text: string): boolean =>
  /^(?:[0-9a-f]{2})+$/i.test(text) && text.length >= 2 * LEAST_BYTES && text.length <= 2 * MOST_HEX_BYTES;

/** Long enough, and without control characters (RFC 7617 §2). */
function isPassword(text: string): boolean {
  const bytes = Buffer.from(text);
  return (
    bytes.length >= LEAST_BYTES && bytes.length <= MOST_TEXT_BYTES && bytes.every(byte => byte > 31 && byte !== 127)
  );
}

function keptIn(json: string): Kept | null {
  const found = parsedJson(json) as Partial<Kept> | null;
  return typeof found?.filed === 'string' && typeof found.given === 'string' ? (found as Kept) : null;
}
