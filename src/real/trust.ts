/** Whose word counts for the certificate of a server that is dialled. */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/** Older ones are broken (OCPP 1.6 security whitepaper, A00.FR.312). */
const LEAST_VERSION = 'TLSv1.2';

/** The last one made: there is one back office, and reading the machine's some hundred CAs takes 0.1 s. */
let known: { readonly ca: string | null; readonly context: SecureContext } | null = null;

/**
 * What a TLS connection outwards is checked by. Throws where `ca` is no PEM.
 * @param ca certificates in PEM that alone are trusted; null = those of this machine
 */
export function trustOf(ca: string | null): SecureContext {
  if (known !== null && known.ca === ca) return known.context;
  const context = createSecureContext({ ca: ca === null ? ofMachine() : ca, minVersion: LEAST_VERSION });
  known = { ca, context };
  return context;
}

/** Those that come with Node.js where the machine has none, as in a bare container. */
function ofMachine(): string[] {
  const own = getCACertificates('system');
  return [...new Set([...(own.length > 0 ? own : getCACertificates('bundled')), ...getCACertificates('extra')])];
}
