/** What people are told when there is no line to the back office. */
import { expect, it } from 'vitest';
import type { Failure } from '#base/outcome.ts';
import { whyOffline } from '#upstream/why.ts';

it.each<[Failure, string, string]>([
  ['offline', 'getaddrinfo ENOTFOUND csms.example', 'no address is known for csms.example:9000 (DNS)'],
  ['offline', 'getaddrinfo EAI_AGAIN csms.example', 'no address is known for csms.example:9000 (DNS)'],
  ['offline', 'connect ECONNREFUSED 192.0.2.1:9000', 'csms.example:9000 is there, but nothing listens (refused)'],
  ['offline', 'connect EHOSTUNREACH 192.0.2.1:9000', 'csms.example:9000 does not answer (timeout)'],
  ['timeout', 'no WebSocket within 15000 ms', 'csms.example:9000 does not answer (timeout)'],
  ['rejected', 'HTTP 401', 'the back office refused the password (HTTP 401)'],
  ['rejected', 'HTTP 404', 'the back office does not know this identity (HTTP 404)'],
  ['rejected', 'HTTP 503', 'the back office answered HTTP 503'],
  [
    'offline',
    'self-signed certificate',
    'the certificate of csms.example:9000 is not trusted: self-signed certificate',
  ],
  ['not-supported', 'Server sent no subprotocol', 'the back office does not speak OCPP 1.6'],
  ['offline', '', 'the link was lost'],
])('%s “%s” is: %s', (why, detail, words) => {
  expect(whyOffline(why, detail, 'wss://csms.example:9000/ocpp')).toBe(words);
});
