/** The dial to a back office over TLS, and over what is none: real sockets on loopback, certificates made here. */
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { whyOffline } from '#upstream/why.ts';
import type { DialOptions } from '#world.ts';
import { dial } from '../../src/real/websocket.ts';
import { Authority, HAS_OPENSSL } from './certificates.ts';
import { endAll, endings } from './websocket-kit.ts';

afterEach(endAll);

/** Today, and the days around it, by this machine's clock. */
const day = (offset: number): string =>
  `${new Date(Date.now() + offset * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`;
const GOOD = [day(-1), day(5)] as const;
const NAMES = 'DNS:localhost,IP:127.0.0.1';

const OPTIONS = { subprotocols: ['ocpp1.6'], authorization: null, maxPayloadBytes: 4096, timeoutMs: 5_000 };

async function listen(server: Server): Promise<number> {
  endings.push(() => new Promise<void>(done => server.close(() => done())));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

/** Takes what comes as a back office of OCPP 1.6. */
async function openOffice(options: ServerOptions, protocol = 'ocpp1.6'): Promise<number> {
  const server = createHttps(options);
  server.on('tlsClientError', () => {});
  const sockets = new WebSocketServer({ server, handleProtocols: () => protocol });
  const port = await listen(server);
  endings.push(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  return port;
}

/** The cause as people are told it of a dial that came to nothing; null where it did not. */
async function causeOf(url: string, more: Partial<DialOptions> = {}): Promise<string | null> {
  const dialled = await dial({ ...OPTIONS, url, ...more });
  if (dialled.ok) {
    dialled.value.pipe.terminate();
    return null;
  }
  return whyOffline({ failure: dialled.why, detail: dialled.detail, url, nowWallMs: 0 }).cause;
}

describe.skipIf(!HAS_OPENSSL)('a back office with a certificate (needs openssl on this machine)', () => {
  let authority: Authority;
  let stranger: Authority;
  beforeAll(() => {
    authority = new Authority();
    stranger = new Authority();
  });
  afterAll(() => {
    authority.end();
    stranger.end();
  });

  it('is reached where the given authority vouches for its name, and for its address', async () => {
    const port = await openOffice(authority.issue(NAMES, GOOD));
    expect(await causeOf(`wss://localhost:${port}/x`, { ca: authority.cert })).toBeNull();
    expect(await causeOf(`wss://127.0.0.1:${port}/x`, { ca: authority.cert })).toBeNull();
  });

  it('is reached by its common name where its certificate has no other, as the whitepaper has it (A00.FR.511)', async () => {
    const port = await openOffice(authority.issue(null, GOOD, 'localhost'));
    expect(await causeOf(`wss://localhost:${port}/x`, { ca: authority.cert })).toBeNull();
    const other = await openOffice(authority.issue(null, GOOD, 'csms.example'));
    expect(await causeOf(`wss://localhost:${other}/x`, { ca: authority.cert })).toBe('certificate-wrong-name');
  });

  it('is not reached where only a stranger vouches for it, whatever the environment says', async () => {
    const port = await openOffice(authority.issue(NAMES, GOOD));
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await causeOf(`wss://localhost:${port}/x`, { ca: stranger.cert })).toBe('certificate-unknown-ca');
      expect(await causeOf(`wss://localhost:${port}/x`)).toBe('certificate-unknown-ca');
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  it('is told apart when its certificate has expired, is not valid yet, or is for another name', async () => {
    const ca = authority.cert;
    const causeWith = async (names: string, dates: readonly [string, string]) =>
      causeOf(`wss://localhost:${await openOffice(authority.issue(names, dates))}/x`, { ca });
    expect(await causeWith(NAMES, [day(-5), day(-1)])).toBe('certificate-expired');
    expect(await causeWith(NAMES, [day(1), day(5)])).toBe('certificate-not-yet-valid');
    expect(await causeWith('DNS:csms.example', GOOD)).toBe('certificate-wrong-name');
  });

  it('is refused where it speaks nothing newer than TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const port = await openOffice({ ...authority.issue(NAMES, GOOD), ...old });
    expect(await causeOf(`wss://localhost:${port}/x`, { ca: authority.cert })).toBe('old-tls');
  });

  it('is told apart when it speaks another version of OCPP', async () => {
    const port = await openOffice(authority.issue(NAMES, GOOD), 'ocpp2.0.1');
    expect(await causeOf(`wss://localhost:${port}/x`, { ca: authority.cert })).toBe('subprotocol');
  });
});

describe('what is no back office', () => {
  it.each<[string, number, Readonly<Record<string, string>>]>([
    ['password', 401, {}],
    ['identity', 404, {}],
    ['in-between', 302, { location: 'http://login.hotel.example/?from=busbar' }],
    ['in-between', 200, { 'content-type': 'text/html; charset=utf-8' }],
    ['in-between', 511, {}],
    ['office-trouble', 503, {}],
  ])('%s: it answers HTTP %i', async (cause, status, headers) => {
    const server = createHttp((_, response) => response.writeHead(status, headers).end('<h1>Welcome</h1>'));
    const port = await listen(server);
    expect(await causeOf(`ws://127.0.0.1:${port}/x`)).toBe(cause);
  });

  it('a page of a hotel is named by its host alone', async () => {
    const location = 'http://login.hotel.example/?secret=1';
    const server = createHttp((_, response) => response.writeHead(302, { location }).end());
    const url = `ws://127.0.0.1:${await listen(server)}/x`;
    expect(await dial({ ...OPTIONS, url })).toMatchObject({ ok: false, detail: 'HTTP 302 to login.hotel.example' });
  });

  it('a port without TLS, a port that nobody listens on, one that hangs up, one that talks nonsense, one that is silent', async () => {
    const plain = await listen(createHttp((_, response) => response.end()));
    expect(await causeOf(`wss://127.0.0.1:${plain}/x`)).toBe('not-tls');
    const empty = createTcp();
    const gone = await listen(empty);
    await new Promise<void>(done => empty.close(() => done()));
    expect(await causeOf(`ws://127.0.0.1:${gone}/x`)).toBe('refused');
    expect(await causeOf(`ws://localhost:${gone}/x`)).toBe('refused');
    const rude = await listen(createTcp(socket => socket.destroy()));
    expect(await causeOf(`ws://127.0.0.1:${rude}/x`)).toBe('cut');
    const odd = await listen(createTcp(socket => socket.resume().end('220 mail.example ESMTP\r\n')));
    expect(await causeOf(`ws://127.0.0.1:${odd}/x`)).toBe('no-websocket');
    const silent = await listen(createTcp(socket => socket.resume()));
    expect(await causeOf(`ws://127.0.0.1:${silent}/x`, { timeoutMs: 200 })).toBe('timeout');
  });

  it('a name that nobody has', async () => {
    expect(await causeOf('ws://nobody.invalid/x')).toMatch(/^dns-/);
  });
});
