/** The door of the demo's world: who may look, who may make trouble, and from where. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoDoor, openDemoDoor } from '#sim/demo-door.ts';
import type { Action } from '#sim/trouble/facts.ts';

const WEB_PORT = 8080;
const begun: Action[] = [];
let door: DemoDoor;

async function open(token: string | null): Promise<void> {
  const opened = await openDemoDoor({
    host: '127.0.0.1',
    port: 0,
    key: 'the-key',
    token,
    webPort: () => WEB_PORT,
    view: () => ({ busbar: 'alive', troubles: [] }),
    begin: async action => {
      if (begun.length > 0) return { ok: false, why: 'Another one runs.' };
      begun.push(action);
      return { ok: true };
    },
    end: action => begun.splice(0).includes(action),
  });
  if (opened === null) throw new Error('no port');
  door = opened;
}

beforeEach(() => open(null));
afterEach(async () => {
  begun.length = 0;
  await door.close();
});

type Answer = { readonly status: number; readonly allowed: string | undefined; readonly body: string };

/** By hand: `fetch` does not let a test name its Origin and its Host. */
function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: door.port, method, path, headers }, res => {
      let body = '';
      res.setEncoding('utf8').on('data', part => {
        body += part;
      });
      res.on('end', () => {
        const allowed = res.headers['access-control-allow-origin'];
        resolve({ status: res.statusCode ?? 0, allowed, body });
      });
    });
    asking.on('error', reject).end();
  });
}

const KILL = '/api/v1/demo/kill';
const GATEWAY = { authorization: 'Bearer the-key' };
const PAGE = { origin: `http://127.0.0.1:${WEB_PORT}` };

describe('the door of the simulated world', () => {
  it('shows everybody what runs, and its own page may read it in a browser', async () => {
    expect(await ask('GET', '/api/v1/demo', PAGE)).toMatchObject({ status: 200, allowed: PAGE.origin });
    expect(JSON.parse((await ask('GET', '/api/v1/demo')).body)).toEqual({ busbar: 'alive', troubles: [] });
  });

  it.each([
    ['another port', `http://127.0.0.1:${WEB_PORT + 1}`, {}],
    ['another site', 'http://evil.example:8080', {}],
    ['a public name that leads here', 'http://evil.example:8080', { host: 'evil.example' }],
    ['no page at all', 'null', {}],
  ])('lets a page of %s neither read nor write', async (_, origin, more) => {
    const headers = { origin, ...more };
    expect((await ask('GET', '/api/v1/demo', headers)).allowed).toBeUndefined();
    expect((await ask('OPTIONS', KILL, headers)).allowed).toBeUndefined();
    expect((await ask('POST', KILL, headers)).status).toBe(403);
    expect(begun).toEqual([]);
  });

  it('takes troubles from the gateway and from its own page', async () => {
    expect((await ask('POST', KILL)).status).toBe(403);
    expect((await ask('POST', KILL, GATEWAY)).status).toBe(202);
    expect((await ask('POST', KILL, GATEWAY)).body).toBe('{"detail":"Another one runs."}');
    expect((await ask('DELETE', KILL, PAGE)).status).toBe(200);
    expect((await ask('DELETE', KILL, PAGE)).status).toBe(404);
    expect((await ask('POST', KILL, PAGE)).status).toBe(202);
  });

  it('wants the token of people where it is open to the network', async () => {
    await door.close();
    await open('a-token');
    expect((await ask('POST', KILL, PAGE)).status).toBe(403);
    expect((await ask('POST', KILL, { ...PAGE, authorization: 'Bearer wrong' })).status).toBe(403);
    expect((await ask('POST', KILL, { ...PAGE, authorization: 'Bearer a-token' })).status).toBe(202);
  });

  it.each([
    ['GET', '/', 404],
    ['POST', '/api/v1/demo/flood', 404],
    ['PUT', KILL, 405],
    ['GET', KILL, 405],
  ])('refuses %s %s', async (method, path, status) => {
    expect((await ask(method, path, GATEWAY)).status).toBe(status);
  });
});
