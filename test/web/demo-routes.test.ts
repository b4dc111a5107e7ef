/** Where the gateway stands in a demo: troubles are handed to the world around it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { DemoLine, WebHandle } from '#web/web.ts';
import { depsOf, handClock, handed, opened } from './open-garage.ts';

let web: WebHandle | null = null;
afterEach(() => web?.close());

type Asked = readonly [method: string, action: string | null];

async function open(answer: Awaited<ReturnType<DemoLine['ask']>> | null): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const demo: DemoLine | null = answer && {
    worldPort: 8090,
    ask: async (method, action) => {
      asked.push([method, action]);
      return answer;
    },
  };
  web = await opened({ ...depsOf(handed(), handClock(), true), demo });
  return { url: `http://127.0.0.1:${web.port}`, asked };
}

describe('troubles of the demo at the gateway', () => {
  it('are nowhere but in a demo', async () => {
    const { url } = await open(null);
    const answer = await fetch(`${url}/api/v1/demo/kill`, { method: 'POST' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ detail: 'This is no demo.' });
    expect(await (await fetch(`${url}/api/v1/site`)).json()).toMatchObject({ demo: null });
    expect((await fetch(url)).headers.get('content-security-policy')).toContain("connect-src 'self';");
  });

  it('are handed to the world, and its answer comes back', async () => {
    const { url, asked } = await open({ status: 202, body: { busbar: 'alive', troubles: [] } });
    const answer = await fetch(`${url}/api/v1/demo/silence-meter`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ busbar: 'alive', troubles: [] });
    await fetch(`${url}/api/v1/demo/silence-meter`, { method: 'DELETE' });
    await fetch(`${url}/api/v1/demo`);
    expect(asked).toEqual([
      ['POST', 'silence-meter'],
      ['DELETE', 'silence-meter'],
      ['GET', null],
    ]);
  });

  it('are refused in the words of the world', async () => {
    const { url } = await open({ status: 409, body: { detail: 'Another one runs.' } });
    const answer = await fetch(`${url}/api/v1/demo/kill`, { method: 'POST' });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ title: 'Not now', detail: 'Another one runs.' });
  });

  it('say when the world does not answer, and let the page ask there by itself', async () => {
    const { url } = await open({ status: 502, body: null });
    const answer = await fetch(`${url}/api/v1/demo/kill`, { method: 'POST' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ detail: "The demo's world does not answer." });
    expect(await (await fetch(`${url}/api/v1/site`)).json()).toMatchObject({ demo: { worldPort: 8090 } });
    expect((await fetch(url)).headers.get('content-security-policy')).toContain("connect-src 'self' http://*:8090;");
  });
});
