import { describe, expect, it } from 'vitest';
import type { SiteView } from '#web/site-view.ts';
import { doors, keepingLog, type Line } from './file-kit.ts';
import { depsOf, handClock, handed } from './open-garage.ts';

const TOKEN = { authorization: 'Bearer a-good-token' };

const opened = doors();

/** A garage whose Bay 14, CP14, is offline. */
async function open(loopbackWrites = false) {
  const parts = handed('troubled');
  const lines: Line[] = [];
  parts.state = {
    ...parts.state,
    chargers: parts.state.chargers.map((charger, i) => (i === 13 ? { ...charger, link: 'offline' } : charger)),
  };
  const web = await opened({ ...depsOf(parts, handClock(), loopbackWrites), log: keepingLog(lines) });
  const url = `http://127.0.0.1:${web.port}/api/v1/chargers`;
  const ask = (method: string, path: string, headers: Record<string, string> = TOKEN) =>
    fetch(`${url}/${path}`, { method, headers });
  return { parts, lines, ask };
}

describe('a charger without power', () => {
  it('is marked by a person, which the log tells with who and when, and shown on the site', async () => {
    const { parts, lines, ask } = await open();
    expect((await ask('PUT', 'CP14/switched-off')).status).toBe(204);
    expect(parts.marks).toEqual([{ charger: 13, mark: 'switched-off' }]);
    const { connectors } = (await (await ask('GET', '../site')).json()) as SiteView;
    expect(connectors.filter(c => c.switchedOff).map(c => c.charger)).toEqual(['CP14']);
    const [line] = lines;
    expect(line?.message).toBe('a person marked a charger');
    expect(line?.fields).toEqual({
      charger: 'CP14',
      mark: 'switched-off',
      by: expect.stringMatching(/^token, .*127\.0\.0\.1$/),
      at: '2026-01-15T15:00:00.000Z',
    });
    expect((await ask('DELETE', 'CP14/switched-off')).status).toBe(204);
    expect(parts.marks.at(-1)).toEqual({ charger: 13, mark: 'switched-on' });
    expect(lines).toHaveLength(2);
  });

  it('is not believed to be one while it is connected', async () => {
    const { parts, lines, ask } = await open();
    const answer = await ask('PUT', 'CP01/switched-off');
    expect(answer.status).toBe(409);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 409, detail: expect.stringContaining('is connected') });
    expect(parts.marks).toEqual([]);
    expect(lines).toEqual([]);
  });
});

describe('a charger that did not obey', () => {
  it('is trusted again when a person says so', async () => {
    const { parts, ask } = await open();
    expect((await ask('PUT', 'CP18/trusted')).status).toBe(204);
    expect(parts.marks).toEqual([{ charger: 17, mark: 'trusted' }]);
    expect(parts.state.connectors[17]?.ledger.uncontrolled).toBe(false);
  });
});

describe('marks', () => {
  it.each([
    ['PUT', 'CP14/switched-off'],
    ['DELETE', 'CP14/switched-off'],
    ['PUT', 'CP18/trusted'],
  ])('are taken with the token only: %s %s', async (method, path) => {
    const { parts, lines, ask } = await open();
    for (const headers of [{}, { authorization: 'Bearer another' }]) {
      expect((await ask(method, path, headers)).status).toBe(401);
    }
    expect((await ask(method, path, { ...TOKEN, origin: 'http://evil.example' })).status).toBe(403);
    expect(parts.marks).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('need no token in the demo, and the log says where they came from', async () => {
    const { lines, ask } = await open(true);
    expect((await ask('PUT', 'CP14/switched-off', {})).status).toBe(204);
    expect(lines[0]?.fields.by).toMatch(/^this machine, /);
  });

  it('are refused for a charger that nobody configured, and where there is no such mark', async () => {
    const { ask } = await open();
    expect((await ask('PUT', 'CP99/switched-off')).status).toBe(404);
    expect((await ask('PUT', 'CP99/trusted')).status).toBe(404);
    expect((await ask('DELETE', 'CP18/trusted')).status).toBe(405);
  });
});
