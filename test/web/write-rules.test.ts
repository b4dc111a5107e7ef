/** Who may write without a token. */
import { expect, it } from 'vitest';
import { judgeWrite } from '../../src/web/write-rules.ts';

const DEMO = { token: null, host: '127.0.0.1', loopbackWrites: true };

it.each([
  ['127.0.0.1:8080', true],
  ['localhost:8080', true],
  ['[::1]:8080', true],
  ['127.evil.local:8080', false],
  ['127.0.0.1.lan:8080', false],
])('the demo’s own machine at %s: %s', (host, allowed) => {
  const request = { authorization: undefined, host, origin: `http://${host}`, remoteAddress: '127.0.0.1' };
  expect(judgeWrite(request, DEMO).allowed).toBe(allowed);
});
