/** Which sessions are known, what has to be written down for each thing a charger says, and what is forgotten. */
import { beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openClock } from '#real/clock.ts';
import { openSqlite } from '#real/sqlite.ts';
import type { Heard } from '#site/charger-stamp.ts';
import type { Report } from '#site/report.ts';
import type { Business, Session } from '#site/session.ts';
import { OPEN_KEPT } from '#store/open-kept.ts';
import { ARCHIVE_DAYS, openArchive } from '#store/session-archive.ts';
import { ENDED_KEPT, SessionBook } from '#store/session-book.ts';
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
    ratedW: () => 11_000,
  });

/** Heard at once, from a clock that is right. */
const heardAt = (atWallMs: number, more: Partial<Heard> = {}): Heard => ({
  atWallMs,
  offsetMs: 0,
  isLive: true,
  ...more,
});
const HEARD = heardAt(100);

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
async function tell(book: SessionBook, report: Report, freshId = 0, charger = 'CP1', heard = HEARD): Promise<number> {
  const { id } = book.idFor(report, charger, () => freshId);
  const due = book.due(report, charger, id, heard);
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
    const first = book.due(start(1), 'CP1', 7, HEARD);
    expect(book.due(start(1), 'CP1', book.idFor(start(1), 'CP1', () => 8).id, HEARD)?.changes).toEqual(first?.changes);
    expect(business, 'asked once').toEqual(['started']);
    first?.stored();
    expect(book.due(start(1), 'CP1', 7, HEARD)?.changes).toEqual([]);
  });

  test('that was refused keeps its number for when it is told again, and nobody else gets it', () => {
    const book = open();
    book.refuse(start(1), 'CP1', 7, HEARD);
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

  test('of which the back office has heard are closed with the start of one too many, and not given up', async () => {
    const book = open();
    for (let n = 1; n <= OPEN_KEPT + 1; n++) {
      await tell(book, start(n), n);
      await records.commit(book.bind(n, { station: 'S', number: 1, transactionId: 100 + n }));
    }
    const [first] = stored().map(({ json }) => JSON.parse(json) as Session);
    expect(first).toMatchObject({ id: 1, flags: ['stop-missing'], billed: { meterWh: 0, reason: 'Other' } });
    expect(business.slice(-4)).toEqual(['ended', 'started', 'ended kept', 'started kept']);
    expect(book.open()).toHaveLength(OPEN_KEPT);
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

  test('of a session that we closed takes along what the disk did not take of that', async () => {
    const book = open();
    await tell(book, start(1), 7);
    const lost = book.close(7)?.changes ?? [];
    const correction = book.due(stop(7), 'CP1', 0, HEARD)?.changes ?? [];
    expect(lost).toHaveLength(2);
    expect(correction.slice(0, 2)).toEqual(lost);
    expect(JSON.stringify(correction.at(-2))).toContain('stop-late');
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

describe('a session whose stop does not come', () => {
  const closed = async () => {
    const book = open();
    await tell(book, start(1), 7);
    const due = book.close(7);
    await records.commit(due?.changes ?? []);
    due?.stored();
    return book;
  };

  test('is closed once, with the message that says so', async () => {
    const book = await closed();
    expect(book.close(7)).toBeNull();
    expect(business).toEqual(['started', 'started kept', 'ended', 'ended kept']);
    expect(open().get(7)).toMatchObject({ flags: ['stop-missing'], billed: { meterWh: 0, reason: 'Other' } });
  });

  test('keeps the stop that comes late beside what was billed, once, also after a restart', async () => {
    await closed();
    const book = open();
    await tell(book, stop(7));
    expect(await tell(book, stop(7))).toBe(0);
    expect(await tell(open(), stop(7))).toBe(0);
    expect(business.filter(word => word === 'corrected kept')).toHaveLength(1);
    expect(open().get(7)).toMatchObject({ billed: { meterWh: 0 }, correction: { meterWh: 700, reason: 'Local' } });
  });

  test('that we asked for is known as ours after a restart, and a card that was turned away stays the cause', async () => {
    const book = open();
    await tell(book, start(1), 7);
    await records.commit(book.stopAsked(7, { by: 'deauthorised', atWallMs: 90 }));
    expect(book.stopAsked(7, { by: 'remote', atWallMs: 95 })).toEqual([]);
    const again = open();
    await tell(again, { ...stop(7), reason: 'Remote' });
    expect(again.get(7)).toMatchObject({
      reason: 'Remote',
      billed: { reason: 'DeAuthorized' },
      flags: ['reason-ours'],
    });
    expect(again.stopAsked(7, { by: 'remote', atWallMs: 99 }), 'it is over').toEqual([]);
  });

  test('is noted as missing, and as running again', async () => {
    const book = open();
    await tell(book, start(1), 7);
    await records.commit(book.missing(7, 5));
    expect(open().get(7)?.missingSinceWallMs).toBe(5);
    expect(book.missing(7, 5)).toEqual([]);
    await records.commit(book.missing(7, null));
    expect(open().get(7)?.missingSinceWallMs).toBeNull();
  });
});

describe('the register of a session that runs', () => {
  const MIN = 60_000;
  const said = (wh: number, atWallMs: number) => ({
    ...({ kind: 'meter-values', connectorId: 1, transactionId: 7 } as const),
    samples: [
      {
        ...{ atWallMs, context: 'Sample.Periodic' },
        values: [{ measurand: 'Energy.Active.Import.Register', phase: null, value: wh, location: 'Outlet' } as const],
      },
    ],
  });

  test('is written down every five minutes, and billed by whatever was heard since', async () => {
    const book = open();
    await tell(book, start(1), 7);
    expect(book.sampled(said(100, MIN), 'CP1', 7, heardAt(MIN))).toEqual([]);
    await records.commit(book.sampled(said(200, 6 * MIN), 'CP1', 7, heardAt(6 * MIN)));
    expect(open().get(7)?.register.wh).toBe(200);
    expect(book.sampled(said(300, 7 * MIN), 'CP1', 7, heardAt(7 * MIN))).toEqual([]);
    expect(book.close(7)?.changes.length).toBeGreaterThan(0);
    expect(book.get(7)?.billed?.meterWh).toBe(300);
  });

  test('is none of another charger, nor of a session that ended', async () => {
    const book = open();
    await tell(book, start(1), 7);
    book.sampled(said(100, MIN), 'CP2', 7, heardAt(MIN));
    expect(book.get(7)?.register.wh).toBe(0);
    await tell(book, stop(7));
    expect(book.sampled(said(900, 9 * MIN), 'CP1', 7, heardAt(9 * MIN))).toEqual([]);
  });
});

test('a start that was refused is billed from when it was first heard, not from when there was room for it', async () => {
  const book = open();
  const lost = start(5);
  book.refuse(lost, 'CP1', 7, heardAt(10_000_000, { offsetMs: null }));
  await tell(book, lost, 8, 'CP1', heardAt(20_000_000, { offsetMs: null }));
  expect(book.get(7)).toMatchObject({ startedAtWallMs: 5, beganWallMs: 10_000_000, flags: ['start-time'] });
});

test(`what left the mind is kept for ${ARCHIVE_DAYS} days, and then removed`, async () => {
  const DAY_MS = 86_400_000;
  const book = open();
  for (let id = 1; id <= ENDED_KEPT + 1; id++) {
    await tell(book, start(id), id);
    await tell(book, stop(id));
  }
  const archive = openArchive(records);
  const kept = () => archive.between(0, 0).length;
  await archive.prune(ARCHIVE_DAYS * DAY_MS);
  expect(kept()).toBe(1);
  await archive.prune((ARCHIVE_DAYS + 1) * DAY_MS);
  expect(kept()).toBe(0);
});

test('a session that an earlier version wrote is read as its charger told it', async () => {
  const old = { id: 7, charger: 'CP1', connectorId: 1, idToken: 'ANNA', startedAtWallMs: 1, meterStartWh: 2 };
  const over = { ...old, upstream: null, endedAtWallMs: 3, meterStopWh: 4, reason: 'Local' };
  await records.commit([{ type: 'put', document: { kind: 'session', key: '7', json: JSON.stringify(over) } }]);
  expect(open().get(7)).toMatchObject({
    ...{ beganWallMs: 1, billed: { atWallMs: 3, meterWh: 4, reason: 'Local' }, flags: [], correction: null },
  });
});

describe('samples', () => {
  test('that bill a session are on disk, once; periodic ones are answered at once', async () => {
    const book = open();
    expect(book.due(samples('Sample.Periodic'), 'CP1', 0, HEARD)).toBeNull();
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
    expect(
      openArchive(records)
        .between(0, 0)
        .map(({ id }) => id),
      'on disk under its day',
    ).toEqual([2]);
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
