/** Who may write: the bearer of the token, from a page of ours or from no page at all. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

export type WriteRequest = {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly remoteAddress: string;
};

export type WriteRules = {
  readonly token: string | null;
  /** The configured address to listen on; a name given there is ours. */
  readonly host: string;
  /** The demo's own machine writes without a token. */
  readonly loopbackWrites: boolean;
};

export type WriteVerdict =
  | { readonly allowed: true; readonly by: 'token' | 'this machine' }
  | { readonly allowed: false; readonly status: 401 | 403; readonly detail: string };

const refuse = (status: 401 | 403, detail: string): WriteVerdict => ({ allowed: false, status, detail });

/** Judges one write by its headers. */
export function judgeWrite(request: WriteRequest, rules: WriteRules): WriteVerdict {
  const name = hostName(request.host);
  if (name === null || !isOurName(name, rules.host)) {
    return refuse(403, `Writes are taken at an address or a local name of this machine, not at "${name ?? ''}".`);
  }
  if (request.origin !== undefined && originHost(request.origin) !== request.host?.toLowerCase()) {
    return refuse(403, 'A page of another site may not write here.');
  }
  if (rules.loopbackWrites && isLoopback(request.remoteAddress) && isLoopback(name)) {
    return { allowed: true, by: 'this machine' };
  }
  if (rules.token === null) {
    return refuse(403, 'No token is configured, so nothing can be written. Set web.token in the configuration.');
  }
  const given = /^Bearer +(\S+)$/i.exec(request.authorization ?? '')?.[1];
  if (given === undefined) return refuse(401, 'Send the header "Authorization: Bearer <token>".');
  return sameSecret(given, rules.token)
    ? { allowed: true, by: 'token' }
    : refuse(401, 'This token is not the configured one.');
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** The name in a Host header, lower case, without its port. */
function hostName(host: string | undefined): string | null {
  if (host === undefined || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}

const originHost = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

/**
 * DNS rebinding needs a public name that resolves to us. Addresses, single labels and names that only
 * the local network resolves are no such names (RFC 6761, RFC 6762, RFC 8375).
 */
function isOurName(name: string, configured: string): boolean {
  if (isIP(name) !== 0 || name === configured.toLowerCase() || !name.includes('.')) return true;
  return /\.(localhost|local|internal|home\.arpa|lan)$/.test(name);
}

const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address);
