/** Sessions over HTTP: what is billed beside what was said, page by page, and a day as a table; no cards for readers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begunBy, endedBy, type Session } from '#site/session.ts';
import { csv } from '#web/csv.ts';
import type { SessionRecord } from '#web/session-view.ts';
import type { WebHandle } from '#web/web.ts';
import { NOW_WALL_MS } from './garage.ts';
import { depsOf, handClock, handed, opened } from './open-garage.ts';

const HOUR = 3_600_000;
const heard = (atWallMs: number) => ({ atWallMs, offsetMs: 0, isLive: true });

/** Number `id`, begun so many hours ago at CP01. */
function running(id: number): Session {
  const atWallMs = NOW_WALL_MS - id * HOUR;
  const start = { kind: 'transaction-started', connectorId: 1, idToken: `CARD-${id}`, meterStartWh: 5_000 } as const;
  const begun = begunBy({ ...start, atWallMs, reservationId: null }, 'CP01', id, heard(atWallMs));
  return { ...begun, upstream: { station: 'S', number: 3, transactionId: 900 + id, startAckWallMs: atWallMs + 1_000 } };
}

function over(id: number): Session {
  const atWallMs = NOW_WALL_MS - id * HOUR + HOUR / 2;
  const stop = { kind: 'transaction-ended', transactionId: id, idToken: null, meterStopWh: 12, atWallMs } as const;
  return endedBy(running(id), { ...stop, reason: 'Local', samples: [] }, heard(atWallMs), null);
}

const parts = handed();
const acknowledged = (session: Session): SessionRecord => ({ session, start: 'acknowledged', stop: 'acknowledged' });

let web: WebHandle;
beforeAll(async () => {
  parts.sessions = [
    { session: running(1), start: 'acknowledged', stop: null },
    { session: over(2), start: 'sent', stop: 'waiting' },
    { session: over(3), start: 'acknowledged', stop: 'set aside' },
    ...[4, 5, 6].map(id => acknowledged(over(id))),
  ];
  web = await opened(depsOf(parts, handClock()));
});
afterAll(() => web.close());

const get = (path: string, token?: string) =>
  fetch(`http://127.0.0.1:${web.port}/api/v1/${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
type Shown = { readonly id: number; readonly idToken: string | null; readonly delivered: boolean };
const shown = async (path: string, token?: string) => (await (await get(path, token)).json()) as readonly Shown[];
const ids = (sessions: readonly Shown[]) => sessions.map(({ id }) => id);

describe('a session', () => {
  it('says what is billed and what its charger said, and how far the back office has heard', async () => {
    const [first, second] = await shown('sessions');
    expect(first).toMatchObject({ charger: 'CP01', evseId: 1, upstreamId: 3, transactionId: 901, stop: null });
    expect(second).toMatchObject({
      ...{ id: 2, energyWh: 0, flags: ['register-held'], delivered: false, correction: null },
      start: { registerWh: 5_000, delivery: 'sent', acknowledgedAt: '2026-01-15T13:00:01.000Z' },
      stop: { registerWh: 5_000, saidWh: 12, reason: 'Local', delivery: 'waiting', acknowledgedAt: null },
    });
  });

  it('names its card to those who may write, and to nobody else', async () => {
    expect((await shown('sessions')).map(({ idToken }) => idToken)).toEqual(Array(6).fill(null));
    expect((await shown('sessions', 'a-wrong-token'))[0]?.idToken).toBeNull();
    expect((await shown('sessions', 'a-good-token'))[0]?.idToken).toBe('CARD-1');
    const table = await (await get('upstream/reconciliation.csv?day=2026-01-15', 'a-good-token')).text();
    expect(table).not.toContain('CARD');
  });
});

describe('the list', () => {
  it('has those of which the back office has yet to hear, or all others', async () => {
    expect(ids(await shown('sessions?delivered=false'))).toEqual([2, 3]);
    expect(ids(await shown('sessions?delivered=true'))).toEqual([1, 4, 5, 6]);
  });

  it('comes page by page, each with the way to the next', async () => {
    const seen: number[] = [];
    let path: string | null = 'sessions?limit=2&delivered=true';
    while (path !== null) {
      const answer: Response = await get(path);
      seen.push(...ids((await answer.json()) as readonly Shown[]));
      path = /<\/api\/v1\/(.*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1] ?? null;
    }
    expect(seen).toEqual([1, 4, 5, 6]);
  });

  it.each([
    'sessions?delivered=perhaps',
    'sessions?limit=0',
    'sessions?limit=501',
    'sessions?limit=many',
    'sessions?before=77',
    'upstream/reconciliation.csv',
    'upstream/reconciliation.csv?day=2026-02-30',
    'upstream/reconciliation.csv?day=yesterday',
  ])('refuses %s in words', async path => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { detail: string }).detail).toMatch(/\w/);
  });
});

describe('the table of a day', () => {
  it('has a row for each session with all three ids, registers, times and flags', async () => {
    const answer = await get('upstream/reconciliation.csv?day=2026-01-15');
    expect(answer.headers.get('content-type')).toContain('text/csv');
    const [header = '', ...rows] = (await answer.text()).trimEnd().split('\r\n');
    const columns = header.split(',');
    const cell = (row: number, column: string) => rows[row]?.split(',')[columns.indexOf(column)];
    expect(rows).toHaveLength(6);
    const names = ['charger', 'chargerTransactionId', 'busbarTransactionId', 'csmsTransactionId', 'stopRegisterWh'];
    expect(names.map(name => cell(1, name))).toEqual(['CP01', '2', '2', '902', '5000']);
    expect([cell(1, 'chargerStopRegisterWh'), cell(1, 'flags')]).toEqual(['12', 'register-held']);
    expect(cell(3, 'startAcknowledgedAt')).toBe('2026-01-15T11:00:01.000Z');
  });

  it('runs in no spreadsheet: what begins like a formula is a text, and a negative number stays one', () => {
    const cells = ['=1+1', '+49', '-CP', '@SUM(A1)', '\tx', 'a,"b"', -1, null, true];
    expect(csv(['name'], [cells])).toBe(`name\r\n'=1+1,'+49,'-CP,'@SUM(A1),'\tx,"a,""b""",-1,,true\r\n`);
  });
});
