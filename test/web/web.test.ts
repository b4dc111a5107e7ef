import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SiteView } from '#web/site-view.ts';
import { MAX_STREAM_BUFFER_BYTES, MAX_STREAM_CLIENTS } from '#web/stream.ts';
import type { Point } from '#web/trend.ts';
import { openWeb, type WebHandle } from '#web/web.ts';
import { garageState } from './garage.ts';
import { depsOf, type HandClock, type Handed, handClock, handed, opened } from './open-garage.ts';

const TOKEN = { authorization: 'Bearer a-good-token' };
const JSON_BODY = { 'content-type': 'application/json' };

let web: WebHandle | null = null;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await web?.close();
  web = null;
});

type Site = { readonly url: string; readonly parts: Handed; readonly clock: HandClock };

async function open(token: string | null = 'a-good-token', loopbackWrites = false): Promise<Site> {
  const parts = handed();
  const clock = handClock();
  web = await opened(depsOf(parts, clock, loopbackWrites), { token });
  return { url: `http://127.0.0.1:${web.port}`, parts, clock };
}

type Answer = { readonly status: number; readonly type: string; readonly json: Record<string, unknown> };

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

const get = async (url: string, init?: RequestInit) => answerOf(await fetch(url, init));
const put = (url: string, body: string, headers: Record<string, string>) => get(url, { method: 'PUT', body, headers });

function expectProblem(answer: Answer, status: number, detail: RegExp): void {
  expect(answer.type).toContain('application/problem+json');
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
  expect(answer.json.detail).toMatch(detail);
}

/** A request whose Host and Origin are ours to forge, which fetch does not allow. */
const forged = (port: number, headers: Record<string, string>) =>
  new Promise<Answer>((resolve, reject) => {
    const asked = request({ port, method: 'PUT', path: '/api/v1/limits/ems', headers }, response => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const json = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', json });
      });
    });
    asked.on('error', reject);
    asked.end('[]');
  });

describe('the door for people and scripts', () => {
  it('says that the process lives, and whether the site is ready, with the reasons', async () => {
    const { url, parts } = await open();
    expect((await get(`${url}/healthz`)).status).toBe(200);
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200, json: { ready: true } });
    parts.notReady = ['The meter grid has been silent for 12 s.'];
    const answer = await get(`${url}/readyz`);
    expectProblem(answer, 503, /silent for 12 s/);
    expect(answer.json.reasons).toEqual(parts.notReady);
  });

  it('answers the whole site as it is now', async () => {
    const { url, parts } = await open();
    const before = (await get(`${url}/api/v1/site`)).json as unknown as SiteView;
    expect(before.connectors).toHaveLength(34);
    parts.notReady = ['No pass has completed yet.'];
    expect((await get(`${url}/api/v1/site`)).json).toMatchObject({ ready: false, notReady: parts.notReady });
  });

  it('answers every error as a problem document', async () => {
    const { url } = await open();
    expectProblem(await get(`${url}/nothing`), 404, /nothing at \/nothing/);
    expectProblem(await get(`${url}/api/v1/site`, { method: 'POST' }), 405, /Only GET/);
    expectProblem(await get(`${url}/api/v1/limits/%E0%A4%A`), 400, /could not be read/);
    const limits = `${url}/api/v1/limits/ems`;
    expectProblem(await put(limits, '[{', { ...TOKEN, ...JSON_BODY }), 400, /JSON/);
    expectProblem(await put(limits, '[]', { ...TOKEN, 'content-type': 'text/plain' }), 415, /application\/json/);
    expectProblem(await put(limits, JSON.stringify('x'.repeat(200_000)), { ...TOKEN, ...JSON_BODY }), 413, /KiB/);
  });

  it('lets nobody frame the page or load anything into it', async () => {
    const { url } = await open();
    const { headers } = await fetch(`${url}/healthz`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('says so when its port is taken', async () => {
    const { parts, clock } = await open();
    const port = web?.port ?? 0;
    const second = await openWeb(depsOf(parts, clock), { host: '127.0.0.1', port, token: null });
    expect(second).toMatchObject({ ok: false, why: 'rejected', detail: expect.stringContaining('is taken') });
  });
});

describe('limits written from outside', () => {
  it('are taken from the bearer of the token and answered as they stand', async () => {
    const { url, parts } = await open();
    const body = [{ circuit: 'main', limitA: 32 }];
    const answer = await put(`${url}/api/v1/limits/ems`, JSON.stringify(body), { ...TOKEN, ...JSON_BODY });
    expect(answer.status).toBe(200);
    expect(parts.writes).toEqual([{ source: 'ems', body }]);
    expect((await get(`${url}/api/v1/limits/ems`, { method: 'DELETE', headers: TOKEN })).status).toBe(204);
    expect(parts.writes).toHaveLength(2);
  });

  it('are answered with every problem at once', async () => {
    const { url, parts } = await open();
    parts.answer = { ok: false, problems: [{ path: '0.limitA', message: 'expected amperes' }] };
    const answer = await put(`${url}/api/v1/limits/ems`, '[{}]', { ...TOKEN, ...JSON_BODY });
    expectProblem(answer, 422, /nothing was changed/);
    expect(answer.json.problems).toEqual([{ path: '0.limitA', message: 'expected amperes' }]);
  });

  const refusals: readonly [string, string, Record<string, string>, number, RegExp][] = [
    ['without a token', 'ems', JSON_BODY, 401, /Authorization: Bearer/],
    ['with another token', 'ems', { ...JSON_BODY, authorization: 'Bearer another' }, 401, /not the configured one/],
    ['in an unknown name', 'mallory', { ...JSON_BODY, ...TOKEN }, 404, /Known: ems, cap/],
    ['in the name of the fuse', 'fuse', { ...JSON_BODY, ...TOKEN }, 404, /Known: ems, cap/],
  ];
  it.each(refusals)('are refused %s', async (_title, source, headers, status, detail) => {
    const { url, parts } = await open();
    expectProblem(await put(`${url}/api/v1/limits/${source}`, '[]', headers), status, detail);
    expect(parts.writes).toEqual([]);
  });

  it('are refused in words where no token is configured', async () => {
    const { url } = await open(null);
    expectProblem(
      await put(`${url}/api/v1/limits/ems`, '[]', { ...JSON_BODY, ...TOKEN }),
      403,
      /No token is configured/,
    );
  });

  it('are refused from a page of elsewhere and at a public name that points here', async () => {
    const { parts } = await open();
    const port = web?.port ?? 0;
    const good = { ...JSON_BODY, ...TOKEN, 'content-length': '2', host: `127.0.0.1:${port}` };
    expectProblem(await forged(port, { ...good, host: `evil.example:${port}` }), 403, /local name/);
    expectProblem(await forged(port, { ...good, origin: 'http://evil.example' }), 403, /another site/);
    expect(parts.writes).toEqual([]);
    expect((await forged(port, { ...good, origin: `http://127.0.0.1:${port}` })).status).toBe(200);
    expect((await forged(port, { ...good, host: 'busbar.local' })).status).toBe(200);
  });

  it('need no token in the demo from its own machine, but there too no page of elsewhere', async () => {
    const { url } = await open(null, true);
    expect((await put(`${url}/api/v1/limits/ems`, '[]', JSON_BODY)).status).toBe(200);
    const port = web?.port ?? 0;
    const foreign = { ...JSON_BODY, 'content-length': '2', host: `localhost:${port}`, origin: 'http://evil.example' };
    expect((await forged(port, foreign)).status).toBe(403);
  });
});

/** Reads a stream event by event. */
async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: Record<string, unknown> }> {
  let text = '';
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(part);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
}

describe('the live stream', () => {
  it('begins with the whole site and goes on with what changed, once a second', async () => {
    const { url, parts, clock } = await open();
    const aborted = new AbortController();
    const events = eventsOf(await fetch(`${url}/api/v1/stream`, { signal: aborted.signal }));
    const first = await events.next();
    expect(first.value).toMatchObject({ event: 'snapshot', data: { ready: true } });
    const state = garageState();
    parts.state = {
      ...state,
      connectors: state.connectors.map((c, i) => (i === 4 ? { ...c, status: 'Preparing' as const } : c)),
    };
    clock.advance(999);
    clock.advance(1);
    const second = await events.next();
    expect(second.value?.event).toBe('change');
    expect(Object.keys(second.value?.data ?? {}).sort()).toEqual(['at', 'connectors', 'meters']);
    expect(second.value?.data.connectors).toMatchObject([{ charger: 'CP05', status: 'Preparing' }]);
    aborted.abort();
  });

  it('hands a newcomer the last ten minutes, a point every five seconds and no more', async () => {
    const { url, clock } = await open();
    clock.advance(20 * 60_000);
    const aborted = new AbortController();
    const events = eventsOf(await fetch(`${url}/api/v1/stream`, { signal: aborted.signal }));
    expect((await events.next()).value?.event).toBe('snapshot');
    const trend = (await events.next()).value;
    expect(trend?.event).toBe('trend');
    const points = trend?.data as unknown as Point[];
    expect(points).toHaveLength(120);
    expect(new Date((points.at(-1)?.atS ?? 0) * 1000).toISOString()).toBe('2026-01-15T15:20:00.000Z');
    expect(points[0]?.figures.kw).toMatchObject({ limit: 80 });
    expect(JSON.stringify(points).length).toBeLessThan(32_000);
    aborted.abort();
  });

  it('sends at least the time every second, so that silence means a lost line', async () => {
    const { url, parts, clock } = await open();
    parts.state = { ...garageState(), meters: garageState().meters.map(m => ({ ...m, reading: null })) };
    const aborted = new AbortController();
    const events = eventsOf(await fetch(`${url}/api/v1/stream`, { signal: aborted.signal }));
    await events.next();
    clock.advance(1000);
    expect((await events.next()).value).toEqual({ event: 'change', data: { at: '2026-01-15T15:00:01.000Z' } });
    aborted.abort();
  });

  it('drops a reader that does not read, and holds no more than its bound for it', async () => {
    const { parts, clock } = await open();
    const port = web?.port ?? 0;
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.pause();
    socket.write('GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await expect.poll(() => web?.stream().clients).toBe(1);
    // Every second 100 kB change; the machine's own socket buffers fill first, then ours.
    let mostBytes = 0;
    for (let second = 0; second < 3000 && web?.stream().clients === 1; second++) {
      parts.notReady = [`${second} `.padEnd(100_000, '.')];
      clock.advance(1000);
      mostBytes = Math.max(mostBytes, web.stream().bufferedBytes);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(web?.stream()).toEqual({ clients: 0, dropped: 1, bufferedBytes: 0 });
    expect(mostBytes).toBeGreaterThan(100_000);
    expect(mostBytes).toBeLessThanOrEqual(MAX_STREAM_BUFFER_BYTES);
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toMatch(/^busbar_stream_dropped_total 1$/m);
  });

  it('serves a bounded number of readers', async () => {
    const { url } = await open();
    const aborted = new AbortController();
    const readers = Array.from({ length: MAX_STREAM_CLIENTS }, () =>
      fetch(`${url}/api/v1/stream`, { signal: aborted.signal }),
    );
    await Promise.all(readers);
    expectProblem(await get(`${url}/api/v1/stream`), 503, /Too many pages/);
    aborted.abort();
    await expect.poll(() => web?.stream().clients).toBe(0);
  });
});
