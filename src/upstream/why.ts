/** Why there is no link to the back office, in words for people. Pure. */
import type { Failure } from '#base/outcome.ts';

/** @param detail as the world put it: an HTTP status, a system error, a timeout */
export function whyOffline(why: Failure, detail: string, url: string): string {
  const host = hostOf(url);
  const status = /HTTP (\d{3})/.exec(detail)?.[1];
  if (status === '401' || status === '403') return `the back office refused the password (HTTP ${status})`;
  if (status === '404') return 'the back office does not know this identity (HTTP 404)';
  if (status !== undefined) return `the back office answered HTTP ${status}`;
  if (/ENOTFOUND|EAI_AGAIN|getaddrinfo/.test(detail)) return `no address is known for ${host} (DNS)`;
  if (/ECONNREFUSED|connection refused/.test(detail)) return `${host} is there, but nothing listens (refused)`;
  if (why === 'timeout' || /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(detail))
    return `${host} does not answer (timeout)`;
  if (/certificate|self.signed|CERT_/i.test(detail)) return `the certificate of ${host} is not trusted: ${detail}`;
  if (why === 'not-supported' || /subprotocol/i.test(detail)) return 'the back office does not speak OCPP 1.6';
  return detail === '' ? 'the link was lost' : detail;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
