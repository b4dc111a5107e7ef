import { describe, expect, it } from 'vitest';
import type { AdoptionView } from '#web/site-view.ts';
import { adoptionDesk } from './adoption-desk.ts';
import { doors, keepingLog, type Line } from './file-kit.ts';
import { NOW_MS } from './garage.ts';
import { depsOf, handClock, handed } from './open-garage.ts';

const TOKEN = { authorization: 'Bearer a-good-token' };
const JSON_TYPE = { 'content-type': 'application/json' };

const opened = doors();

async function open() {
  const desk = adoptionDesk(() => NOW_MS + 1_800_000);
  const lines: Line[] = [];
  const web = await opened({ ...depsOf(handed(), handClock()), adoption: desk, log: keepingLog(lines) });
  const url = `http://127.0.0.1:${web.port}/api/v1/adoption`;
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = TOKEN) =>
    fetch(`${url}${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, ...JSON_TYPE },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { desk, lines, ask };
}

describe('the adoption window', () => {
  it('is opened and closed by a person, which the log tells, and shows who waits with a safe proposal', async () => {
    const { lines, ask } = await open();
    const answer = await ask('PUT', '/window');
    expect(answer.status).toBe(200);
    const view = (await answer.json()) as AdoptionView;
    expect(view.until).toBe('2026-01-15T15:30:00.000Z');
    expect(view.waiting).toMatchObject([
      {
        identity: 'WB-0042',
        model: 'Wallbox 22',
        proposal: { name: 'WB-0042', circuit: null, ratingA: 32, phases: 3, rotation: 'RST' },
      },
    ]);
    expect(lines[0]).toMatchObject({
      message: 'a person opened the adoption window',
      fields: { by: expect.stringMatching(/^token, /), at: '2026-01-15T15:00:00.000Z' },
    });
    expect((await ask('DELETE', '/window')).status).toBe(204);
    expect(await (await ask('GET', '')).json()).toMatchObject({ until: null, waiting: [] });
    expect(lines).toHaveLength(2);
  });
});

describe('a charger that waits', () => {
  it('is adopted with what was said of it, and what it costs the others is answered', async () => {
    const { desk, lines, ask } = await open();
    desk.answer = { kind: 'done', notes: ['Nothing is raised meanwhile.'] };
    const body = { circuit: 'row-a', ratingA: 16 };
    const answer = await ask('PUT', '/chargers/WB%2D0042', body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ notes: ['Nothing is raised meanwhile.'] });
    expect(desk.asked).toEqual([{ what: 'adopt', identity: 'WB-0042', body }]);
    expect(lines.map(line => line.message)).toEqual(['a person adopted a charger']);
    expect((await ask('DELETE', '/chargers/WB-0042')).status).toBe(204);
    expect(lines.at(-1)).toMatchObject({ message: 'a person took a charger out', fields: { charger: 'WB-0042' } });
  });

  it.each([
    [404, { kind: 'unknown', why: 'No charger waits.' }],
    [409, { kind: 'conflict', why: 'It is here.' }],
    [503, { kind: 'unstored', detail: 'disk full' }],
  ] as const)('is refused with %i, and the log keeps silent', async (status, answer) => {
    const { desk, lines, ask } = await open();
    desk.answer = answer;
    for (const method of ['PUT', 'DELETE']) {
      const got = await ask(method, '/chargers/WB-0042', method === 'PUT' ? {} : undefined);
      expect(got.status).toBe(status);
      expect(got.headers.get('content-type')).toContain('application/problem+json');
    }
    expect(lines).toEqual([]);
  });

  it('is refused with every problem at once', async () => {
    const { desk, ask } = await open();
    const problems = [
      { path: 'circuit', message: 'no circuit "rwo"', hint: 'did you mean "row"?' },
      { path: 'ratingA', message: 'missing' },
    ];
    desk.answer = { kind: 'problems', problems };
    const got = await ask('PUT', '/chargers/WB-0042', {});
    expect(got.status).toBe(422);
    expect(await got.json()).toMatchObject({ status: 422, problems });
  });

  it('is not adopted by what is no JSON, or too long', async () => {
    const { desk, ask } = await open();
    expect((await ask('PUT', '/chargers/WB-0042')).status).toBe(415);
    expect((await ask('PUT', '/chargers/WB-0042', { name: 'x'.repeat(20_000) })).status).toBe(413);
    expect(desk.asked).toEqual([]);
  });
});

describe('who has no token', () => {
  it.each([
    ['PUT', '/window'],
    ['DELETE', '/window'],
    ['PUT', '/chargers/WB-0042'],
    ['DELETE', '/chargers/WB-0042'],
  ])('changes nothing: %s %s', async (method, path) => {
    const { desk, lines, ask } = await open();
    const body = method === 'PUT' && path !== '/window' ? {} : undefined;
    expect((await ask(method, path, body, {})).status).toBe(401);
    expect((await ask(method, path, body, { ...TOKEN, origin: 'http://evil.example' })).status).toBe(403);
    expect(desk.asked).toEqual([]);
    expect(lines).toEqual([]);
  });
});
