/** Which sessions are known, what has to be written down for each thing a charger says, and what is forgotten. */
import { beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openClock } from '#real/clock.ts';
import { openSqlite } from '#real/sqlite.ts';
import type { Report } from '#site/report.ts';
import type { Business, Session } from '#site/session.ts';
import { ENDED_KEPT, OPEN_KEPT, SessionBook } from '#store/session-book.ts';
import type { RecordStore, StoreChange } from '#world.ts';

let records: RecordStore;
let business: string[];
let needed: (session: Session) => boolean;

const OUTBOX: StoreChange = { type: 'put', document: { kind: 'outbox', key: '1', json: '{}' } };

beforeEach(() => {
  const opened = openSqlite(null, { clock: openClock(() => {}), log: silentLog });
  if (!opened.ok) throw new Error(opened.detail);
  records = opened.value;
  business = [];
  needed = () => false;
});

const open = () =>
  new SessionBook({
    log: silentLog,
    records,
    also: ({ kind }: Business) => {
      business.push(kind);
      return [OUTBOX];
    },
    kept: ({ kind }) => void business.push(`${kind} kept`),
    isNeeded: session => needed(session),
  });

const start = (atWallMs: number, connectorId = 1): Extract<Report, { kind: 'transaction-started' }> => ({
  ...{ kind: 'transaction-started', connectorId, idToken: 'ANNA', meterStartWh: 0, atWallMs, reservationId: null },
});
const stop = (transactionId: number, atWallMs = 99): Extract<Report, { kind: 'transaction-ended' }> => ({
  ...{
    kind: 'transaction-ended',
    transactionId,
    idToken: null,
    meterStopWh: 700,
    atWallMs,
    reason: 'Local',
    samples: [],
  },
});
const samples = (context: string, atWallMs = 5): Report => ({
  ...{ kind: 'meter-values', connectorId: 1, transactionId: 7, samples: [{ atWallMs, context, values: [] }] },
});

/** As the hall does it: what is due is on disk, then it counts. */
async function tell(book: SessionBook, report: Report, freshId = 0, charger = 'CP1'): Promise<number> {
  const { id } = book.idFor(report, charger, () => freshId);
  const due = book.due(report, charger, id);
  if (due === null || due.changes.length === 0) return 0;
  expect((await records.commit(due.changes)).ok).toBe(true);
  due.stored();
  return due.changes.length;
}

const stored = (kind = 'session') => {
  const found = records.documents(kind);
  return found.ok ? found.value : [];
};

describe('a start', () => {
  test('is on disk with what the back office is to hear, and known after a restart', async () => {
    await tell(open(), start(1), 7);
    expect(business).toEqual(['started', 'started kept']);
    expect(stored('outbox')).toHaveLength(1);
    const again = open();
    expect(again.open()).toMatchObject([{ id: 7, charger: 'CP1', idToken: 'ANNA', endedAtWallMs: null }]);
    expect(again.idFor(start(1), 'CP1', () => 8)).toEqual({ id: 7, isAgain: true });
    expect(await tell(again, start(1), 8), 'nothing is left to write').toBe(0);
  });

  test('told again while it is on its way to the disk waits for the very same', () => {
    const book = open();
    const first = book.due(start(1), 'CP1', 7);
    expect(book.due(start(1), 'CP1', book.idFor(start(1), 'CP1', () => 8).id)?.changes).toEqual(first?.changes);
    expect(business, 'asked once').toEqual(['started']);
    first?.stored();
    expect(book.due(start(1), 'CP1', 7)?.changes).toEqual([]);
  });

  test('that was refused keeps its number for when it is told again, and nobody else gets it', () => {
    const book = open();
    book.refuse(start(1), 'CP1', 7);
    expect(business).toEqual([]);
    expect(book.open()).toEqual([]);
    expect(book.idFor(start(2), 'CP2', () => 7).id).not.toBe(7);
    expect(book.idFor(start(1), 'CP1', () => 8)).toEqual({ id: 7, isAgain: true });
  });

  test('of another time, socket or charger is another session', async () => {
    const book = open();
    await tell(book, start(1), 7);
    expect(book.idFor(start(2), 'CP1', () => 8).isAgain).toBe(false);
    expect(book.idFor(start(1, 2), 'CP1', () => 8).isAgain).toBe(false);
    expect(book.idFor(start(1), 'CP2', () => 8).isAgain).toBe(false);
  });

  test('that says the same after its stop is a new one: some chargers have no clock', async () => {
    const book = open();
    await tell(book, start(0), 7);
    await tell(book, stop(7));
    expect(book.idFor(start(0), 'CP1', () => 8)).toEqual({ id: 8, isAgain: false });
  });

  test('never gets the number of another, and the number after the last is the first', async () => {
    const book = open();
    await tell(book, start(1), 2 ** 31 - 1);
    expect(book.idFor(start(2), 'CP1', () => 2 ** 31 - 1).id).toBe(1);
  });

  test(`a socket whose stops never come has ${OPEN_KEPT} of them kept`, async () => {
    const book = open();
    for (let n = 1; n <= OPEN_KEPT + 3; n++) await tell(book, start(n), n);
    expect(book.open().map(({ id }) => id)).toEqual(Array.from({ length: OPEN_KEPT }, (_, n) => n + 4));
    expect(stored()).toHaveLength(OPEN_KEPT);
  });

  test('that the back office has yet to hear of is not given up, however many there are', async () => {
    const book = open();
    needed = () => true;
    for (let n = 1; n <= OPEN_KEPT + 3; n++) await tell(book, start(n), n);
    expect(book.open()).toHaveLength(OPEN_KEPT + 3);
    needed = () => false;
    await tell(book, start(99), 99);
    expect(book.open()).toHaveLength(OPEN_KEPT);
  });
});

describe('a stop', () => {
  test('ends its session once, however often it is told', async () => {
    const book = open();
    await tell(book, start(1), 7);
    await tell(book, stop(7));
    expect(await tell(book, stop(7))).toBe(0);
    expect(await tell(open(), stop(7)), 'after a restart, too').toBe(0);
    expect(business.filter(word => word === 'ended')).toHaveLength(1);
    expect(stored().map(({ json }) => JSON.parse(json))).toMatchObject([{ id: 7, meterStopWh: 700, reason: 'Local' }]);
  });

  test('of a session that nobody knows, or of another charger’s, is set aside once', async () => {
    const book = open();
    await tell(book, start(1), 7);
    await tell(book, stop(-1));
    await tell(book, stop(-1));
    await tell(book, stop(7), 0, 'CP2');
    expect(stored('stray-stop')).toHaveLength(2);
    expect(book.open()).toHaveLength(1);
    expect(business.filter(word => word === 'stray')).toHaveLength(2);
  });
});

describe('samples', () => {
  test('that bill a session are on disk, once; periodic ones are answered at once', async () => {
    const book = open();
    expect(book.due(samples('Sample.Periodic'), 'CP1', 0)).toBeNull();
    await tell(book, samples('Transaction.Begin'));
    expect(await tell(book, samples('Transaction.Begin'))).toBe(0);
    await tell(book, samples('Transaction.End', 6));
    expect(stored('session-samples')).toHaveLength(2);
  });

  test('that tell of one instant in two messages are both kept', async () => {
    const book = open();
    const said = (measurand: 'Voltage' | 'SoC'): Report => ({
      ...{ kind: 'meter-values', connectorId: 1, transactionId: 7 },
      samples: [
        {
          ...{ atWallMs: 5, context: 'Transaction.Begin' },
          values: [{ measurand, phase: null, value: 50, location: 'Outlet' }],
        },
      ],
    });
    await tell(book, said('Voltage'));
    await tell(book, said('SoC'));
    expect(stored('session-samples')).toHaveLength(2);
  });
});

describe('what is forgotten', () => {
  test(`the oldest of more than ${ENDED_KEPT} ended sessions, unless the back office has yet to hear of it`, async () => {
    const book = open();
    needed = ({ id }) => id === 1;
    for (let id = 1; id <= ENDED_KEPT + 2; id++) {
      await tell(book, start(id), id);
      await tell(book, stop(id));
    }
    expect([book.get(1)?.id, book.get(2), book.get(3)?.id]).toEqual([1, null, 3]);
    expect(stored()).toHaveLength(ENDED_KEPT + 1);
  });

  test('nothing that cannot be read is taken for a session', async () => {
    const document = { kind: 'session', key: '7', json: '{"id":7}' };
    await records.commit([{ type: 'put', document }]);
    expect(open().open()).toEqual([]);
  });
});

test('the back office’s own number is bound to a session, 0 as well', async () => {
  const book = open();
  await tell(book, start(1), 7);
  await records.commit(book.bind(7, { station: 'SITE-1', number: 3, transactionId: 0 }));
  expect(open().get(7)?.upstream).toEqual({ station: 'SITE-1', number: 3, transactionId: 0 });
});
