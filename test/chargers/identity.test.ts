import { describe, expect, it } from 'vitest';
import { basicCredentials, identityOf, plainAddress, proves, shown } from '#chargers/identity.ts';

const header = (bytes: string) => `Basic ${btoa(bytes)}`;
const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);

describe('the identity in the path', () => {
  it.each([
    ['/ocpp/CP01', 'CP01'],
    ['/CP01', 'CP01'],
    ['//ocpp//CP01//', 'CP01'],
    ['/steve/websocket/CentralSystemService/CP01?x=/y', 'CP01'],
    ['/ocpp/DE%2AABC%2AE1', 'DE*ABC*E1'],
    ['/ocpp/a%40b', 'a@b'],
    [`/${'x'.repeat(48)}`, 'x'.repeat(48)],
  ])('of %s is %s', (path, identity) => {
    expect(identityOf(path)).toEqual({ ok: true, value: identity });
  });

  it.each([
    ['/', 'no identity in the path'],
    ['', 'no identity in the path'],
    ['/ocpp/%E0%A4%A', 'identity is not properly percent-encoded'],
    [`/${'x'.repeat(49)}`, 'identity is longer than 48 characters'],
    ['/ocpp/..%2F..%2Fetc', 'identity has characters that OCPP does not allow'],
    ['/ocpp/CP01%0d%0aX', 'identity has characters that OCPP does not allow'],
    ['/ocpp/CP:01', 'identity has characters that OCPP does not allow'],
    ['/ocpp/%3Cscript%3E', 'identity has characters that OCPP does not allow'],
  ])('of %s is refused: %s', (path, cause) => {
    expect(identityOf(path)).toEqual({ ok: false, cause });
  });

  it("shows a stranger's text without control characters and cut", () => {
    expect(shown('CP\r\n\u001b[31m')).toBe('CP???[31m');
    expect(shown('x'.repeat(200))).toHaveLength(61);
  });
});

describe('the password in the header', () => {
  it('keeps colons and raw bytes of the password', () => {
    const found = basicCredentials(header('CP01:a:b\u00ff\u0000'));
    if (!found.ok) throw new Error(found.cause);
    expect(latin(found.value.user)).toBe('CP01');
    expect(latin(found.value.password)).toBe('a:b\u00ff\u0000');
  });

  it.each([
    ['as plain text', 'a:long:password!', 'a:long:password!'],
    ['as UTF-8', 'pässword', latin(new TextEncoder().encode('pässword'))],
    ['as the hex digits of the text', 'AbCd', '41624364'],
    ['as the bytes its hex digits stand for', '00ff3A41', '\u0000\u00ff\u003a\u0041'],
    ['as hex digits of another letter case', '00FF3a41', '00ff3A41'.toLowerCase()],
    ['as the hex digits themselves', '00FF3a41', '00FF3a41'],
  ])('is right when sent %s', (_how, configured, sent) => {
    expect(proves(header(`CP01:${sent}`), 'CP01', configured)).toEqual({ ok: true, value: true });
  });

  it.each([
    ['none', null, 'sent no password'],
    ['a bearer token', 'Bearer abc', 'sent an Authorization header that is not HTTP Basic'],
    ['no colon', header('CP01'), 'sent an Authorization header without user and password'],
    ['broken base64', 'Basic abcde', 'sent an Authorization header without user and password'],
    ['another user', header('CP02:secret'), 'sent a user name that is not its identity'],
    ['a wrong password', header('CP01:Secret'), 'wrong password'],
    ['an empty password', header('CP01:'), 'wrong password'],
    ['the password twice', header('CP01:secretsecret'), 'wrong password'],
    ['a beginning of it', header('CP01:secre'), 'wrong password'],
  ])('is refused with %s', (_what, authorization, cause) => {
    const found = proves(authorization, 'CP01', 'secret');
    expect(found).toEqual({ ok: false, cause });
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

describe('an address', () => {
  it.each([
    ['10.0.0.12', '10.0.0.12'],
    ['::ffff:10.0.0.12', '10.0.0.12'],
    ['::FFFF:0a00:000c', '10.0.0.12'],
    ['2001:DB8:0:0::0012', '2001:db8::12'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[::1]', '::1'],
    ['nonsense:', 'nonsense:'],
  ])('%s is %s', (given, plain) => {
    expect(plainAddress(given)).toBe(plain);
  });
});
