/** What people are told when there is no line to the back office, and what they can do about it. */
import { expect, it } from 'vitest';
import type { Failure } from '#base/outcome.ts';
import { type FailedDial, whyOffline } from '#upstream/why.ts';

const dial = (failure: Failure, detail: string): FailedDial => ({
  failure,
  detail,
  url: 'wss://csms.example:9000/ocpp',
  nowWallMs: Date.UTC(1970, 0, 1, 0, 7),
});

it.each<[cause: string, Failure, detail: string, why: string, whatToDo: RegExp]>([
  [
    'dns-unknown',
    'offline',
    'getaddrinfo ENOTFOUND csms.example',
    'no address is known for csms.example:9000 (DNS)',
    /upstream\.url/,
  ],
  [
    'dns-silent',
    'offline',
    'getaddrinfo EAI_AGAIN csms.example',
    'no name server answers, so no address is known for csms.example:9000 (DNS)',
    /name server/,
  ],
  [
    'refused',
    'offline',
    'connect ECONNREFUSED 192.0.2.1:9000',
    'csms.example:9000 is there, but nothing listens (refused)',
    /port/,
  ],
  [
    'unreachable',
    'offline',
    'connect EHOSTUNREACH 192.0.2.1:9000',
    'there is no way to csms.example:9000 (unreachable)',
    /router/,
  ],
  [
    'unreachable',
    'offline',
    'connect ENETUNREACH 192.0.2.1:9000',
    'there is no way to csms.example:9000 (unreachable)',
    /VPN/,
  ],
  ['timeout', 'timeout', 'no WebSocket within 15000 ms', 'csms.example:9000 does not answer (timeout)', /firewall/],
  ['timeout', 'offline', 'connect ETIMEDOUT 192.0.2.1:9000', 'csms.example:9000 does not answer (timeout)', /firewall/],
  [
    'certificate-expired',
    'offline',
    'certificate has expired (CERT_HAS_EXPIRED)',
    'the certificate of csms.example:9000 has expired',
    /renew.*clock of this box is wrong: it says 1970-01-01 00:07 UTC/,
  ],
  [
    'certificate-not-yet-valid',
    'offline',
    'certificate is not yet valid (CERT_NOT_YET_VALID)',
    'the certificate of csms.example:9000 is not valid yet',
    /^Set the clock of this box.*it says 1970-01-01 00:07 UTC/,
  ],
  [
    'certificate-wrong-name',
    'offline',
    "Hostname/IP does not match certificate's altnames: Host: csms.example. is not in the cert's altnames: DNS:x.example (ERR_TLS_CERT_ALTNAME_INVALID)",
    "the certificate of csms.example:9000 is for another name (Hostname/IP does not match certificate's altnames: Host: csms.example. is not in the cert's altnames: DNS:x.example (ERR_TLS_CERT_ALTNAME_INVALID))",
    /in its place/,
  ],
  [
    'certificate-unknown-ca',
    'offline',
    'self-signed certificate; if the root CA is installed locally, try --use-system-ca (DEPTH_ZERO_SELF_SIGNED_CERT)',
    'nobody whom this box trusts vouches for the certificate of csms.example:9000 (DEPTH_ZERO_SELF_SIGNED_CERT)',
    /upstream\.ca/,
  ],
  [
    'certificate-unknown-ca',
    'offline',
    'unable to get local issuer certificate (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)',
    'nobody whom this box trusts vouches for the certificate of csms.example:9000 (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)',
    /upstream\.ca/,
  ],
  [
    'certificate',
    'offline',
    'CA cert does not match (CERT_SIGNATURE_FAILURE)',
    'the certificate of csms.example:9000 is not trusted: CA cert does not match (CERT_SIGNATURE_FAILURE)',
    /operator/,
  ],
  [
    'not-tls',
    'offline',
    'error:0A00010B:SSL routines::wrong version number (ERR_SSL_WRONG_VERSION_NUMBER)',
    'csms.example:9000 does not speak TLS at this port',
    /wss:/,
  ],
  [
    'old-tls',
    'offline',
    'error:0A00042E:SSL routines::tlsv1 alert protocol version (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
    'csms.example:9000 and this box have no safe form of TLS in common',
    /TLS 1\.2/,
  ],
  ['password', 'rejected', 'HTTP 401', 'the back office refused the password (HTTP 401)', /upstream\.password/],
  ['password', 'rejected', 'HTTP 403', 'the back office refused the password (HTTP 403)', /upstream\.password/],
  ['identity', 'rejected', 'HTTP 404', 'the back office does not know this identity (HTTP 404)', /upstream\.identity/],
  [
    'in-between',
    'rejected',
    'HTTP 302 to login.hotel.example',
    'something other than the back office answers for csms.example:9000 (HTTP 302 to login.hotel.example)',
    /login page of this network/,
  ],
  [
    'in-between',
    'rejected',
    'HTTP 200, text/html',
    'something other than the back office answers for csms.example:9000 (HTTP 200, text/html)',
    /proxy/,
  ],
  [
    'in-between',
    'rejected',
    'HTTP 511',
    'something other than the back office answers for csms.example:9000 (HTTP 511)',
    /proxy/,
  ],
  ['office-trouble', 'rejected', 'HTTP 503', 'the back office answered HTTP 503', /operator/],
  ['http', 'rejected', 'HTTP 400', 'the back office answered HTTP 400', /upstream\.url/],
  ['subprotocol', 'not-supported', 'Server sent no subprotocol', 'the back office does not speak OCPP 1.6', /1\.6J/],
  [
    'no-websocket',
    'offline',
    'Parse Error: Expected HTTP/, RTSP/ or ICE/ (HPE_INVALID_CONSTANT)',
    'csms.example:9000 answers, but opens no WebSocket',
    /upstream\.url/,
  ],
  ['cut', 'offline', 'socket hang up (ECONNRESET)', 'csms.example:9000 cut the connection before it stood', /firewall/],
  ['lost', 'offline', '', 'the link was lost', /^$/],
])('%s: %s “%s”', (cause, failure, detail, why, whatToDo) => {
  const away = whyOffline(dial(failure, detail));
  expect(away).toEqual({ cause, why, whatToDo: expect.stringMatching(whatToDo) });
});

it('what a stranger sent is shown no longer than a line or two', () => {
  const { why } = whyOffline(dial('offline', 'x'.repeat(10_000)));
  expect(why.length).toBeLessThanOrEqual(160);
});
