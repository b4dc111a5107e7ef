/**
 * Who knocks: the identity in the path, the password in the header, the address it comes from. Pure.
 * OCPP-J 1.6 §3.1.1 (identity in the URL), security whitepaper A00.FR.204..207 (Basic: user = identity).
 */
import { IDENTITY_PATTERN } from './options.ts';

/** Either what was found, or in words why not. */
export type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly cause: string };

const identityShape = new RegExp(IDENTITY_PATTERN);

/** Longest piece of a stranger's text that is kept for people to read. */
const SHOWN_CHARACTERS = 60;

/**
 * The identity a request path names: its last segment that is not empty, percent-decoded. Double and
 * trailing slashes are common in chargers' URL fields and mean nothing; a query is ignored.
 */
export function identityOf(path: string): Found<string> {
  const bare = path.split(/[?#]/, 1)[0] ?? '';
  const last = bare
    .split('/')
    .filter(segment => segment !== '')
    .at(-1);
  if (last === undefined) return { ok: false, cause: 'no identity in the path' };
  const identity = percentDecoded(last);
  if (identity === null) return { ok: false, cause: 'identity is not properly percent-encoded' };
  if (identity.length > 48) return { ok: false, cause: 'identity is longer than 48 characters' };
  if (!identityShape.test(identity)) return { ok: false, cause: 'identity has characters that OCPP does not allow' };
  return { ok: true, value: identity };
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** A stranger's text, fit to be shown: printable ASCII only, cut to 60 characters. */
export function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > SHOWN_CHARACTERS ? `${printable.slice(0, SHOWN_CHARACTERS)}…` : printable;
}

/** User and password of an HTTP Basic header, as bytes (one character each, as RFC 7617 leaves the charset open). */
export type Credentials = { readonly user: Uint8Array; readonly password: Uint8Array };

/** Splits at the first colon: a 1.6 password is raw bytes and may hold more of them. */
export function basicCredentials(authorization: string): Found<Credentials> {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return { ok: false, cause: 'sent an Authorization header that is not HTTP Basic' };
  const bytes = base64Bytes(encoded);
  const colon = bytes?.indexOf(0x3a) ?? -1;
  if (bytes === null || colon < 0)
    return { ok: false, cause: 'sent an Authorization header without user and password' };
  return { ok: true, value: { user: bytes.subarray(0, colon), password: bytes.subarray(colon + 1) } };
}

function base64Bytes(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), character => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/**
 * Whether the header proves the identity. Takes as long for a wrong password as for the right one.
 * The cause never holds any part of what was sent.
 */
export function proves(authorization: string | null, identity: string, password: string): Found<true> {
  if (authorization === null) return { ok: false, cause: 'sent no password' };
  const credentials = basicCredentials(authorization);
  if (!credentials.ok) return credentials;
  const rightPassword = isPassword(credentials.value.password, password);
  if (!sameBytes(credentials.value.user, utf8(identity))) {
    return { ok: false, cause: 'sent a user name that is not its identity' };
  }
  return rightPassword ? { ok: true, value: true } : { ok: false, cause: 'wrong password' };
}

/**
 * Compares what was sent with every form of the configured password. The 1.6 key is up to 40 hex digits,
 * and makers disagree whether the header carries the decoded bytes or the digits; others send plain text.
 */
function isPassword(sent: Uint8Array, password: string): boolean {
  let found = false;
  for (const form of passwordForms(password)) if (sameBytes(sent, form)) found = true;
  return found;
}

function passwordForms(password: string): readonly Uint8Array[] {
  const text = utf8(password);
  const hex = Array.from(text, byte => byte.toString(16).padStart(2, '0')).join('');
  const forms = [text, utf8(hex), utf8(hex.toUpperCase())];
  if (!/^([0-9a-f]{2})+$/i.test(password)) return forms;
  const decoded = Uint8Array.from(password.match(/../g) ?? [], digits => Number.parseInt(digits, 16));
  return [...forms, decoded, utf8(password.toLowerCase()), utf8(password.toUpperCase())];
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Looks at every byte whatever the first ones said, so that the time taken tells only the length sent. */
function sameBytes(sent: Uint8Array, wanted: Uint8Array): boolean {
  let difference = sent.length ^ wanted.length;
  for (let i = 0; i < sent.length; i += 1) difference |= (sent[i] ?? 0) ^ (wanted[i % wanted.length] ?? 0);
  return difference === 0;
}

/** One spelling for each address: IPv4 inside IPv6 as IPv4, IPv6 in its shortest form, no zone. */
export function plainAddress(address: string): string {
  const withoutZone =
    address
      .trim()
      .replace(/^\[|\]$/g, '')
      .split('%', 1)[0] ?? '';
  if (!withoutZone.includes(':')) return withoutZone;
  const short = shortIpv6(withoutZone);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const high = Number.parseInt(mapped[1] ?? '', 16);
  const low = Number.parseInt(mapped[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The URL parser writes IPv6 as RFC 5952 wants it; text that is no address stays as it is. */
function shortIpv6(address: string): string {
  const url = URL.parse(`http://[${address}]/`);
  return url === null ? address.toLowerCase() : url.hostname.slice(1, -1);
}
