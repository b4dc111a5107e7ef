/** The order in which the back office hears of sessions, and what of it is never changed. */
import { beforeEach, expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { failed, ok } from '#base/outcome.ts';
import type { MeterSample } from '#site/report.ts';
import { begunBy, type Session } from '#site/session.ts';
import { Outbox } from '#upstream/outbox.ts';
import { type Row, reportOf, startWords } from '#upstream/row.ts';
import type { StoreChange, StoredDocument } from '#world.ts';

const HERE = 'ws://csms|SITE-1';

let sessions: Map<number, Session>;
let count: number;
let disk: Map<string, StoredDocument>;
let box: Outbox;
let unreadable: boolean;

const open = () =>
  new Outbox({
    station: HERE,
    log: silentLog,
    uuid: () => `id-${++count}`,
    wallMs: () => 1_000,
    sessions: {
      get: id => sessions.get(id) ?? null,
      open: () => [...sessions.values()],
      bind: (id, upstream) => {
        const session = sessions.get(id);
        if (session !== undefined) sessions.set(id, { ...session, upstream });
        return [];
      },
      stopAsked: () => [],
    },
    each: seen => [...disk.values()].forEach(seen),
    read: key => (unreadable ? failed('exception', 'disk I/O error') : ok(disk.get(key) ?? null)),
  });

const written = (changes: readonly StoreChange[]) => {
  for (const change of changes)
    if (change.type === 'put') disk.set(change.document.key, change.document);
    else if (change.type === 'remove') disk.delete(change.key);
};

beforeEach(() => {
  sessions = new Map();
  disk = new Map();
  count = 0;
  unreadable = false;
  box = open();
});

const STARTED = { kind: 'transaction-started', connectorId: 1, atWallMs: 0, reservationId: null } as const;

function begin(id: number, station = HERE): void {
  const upstream = { station, number: id, transactionId: null };
  const report = { ...STARTED, idToken: `TAG-${id}`, meterStartWh: 10 * id };
  sessions.set(id, { ...begunBy(report, `CP${id}`, id, { atWallMs: 0, offsetMs: 0, isLive: true }), upstream });
  put(id, startWords(null));
}

function put(id: number, words: Parameters<Outbox['make']>[1]): void {
  const { row, changes } = box.make(id, words);
  written(changes);
  box.insert(row);
}

const stop = (id: number) =>
  put(id, { what: 'stop', idToken: null, meterStopWh: 99, atWallMs: 5, reason: 'Local', samples: [] });

const sample = (atWallMs: number, context = 'Sample.Periodic'): MeterSample => ({ atWallMs, context, values: [] });

const sampled = (id: number, ...samples: MeterSample[]) => {
  const session = sessions.get(id);
  if (session !== undefined) written(box.sampled(session, samples));
};

/** Everything in its turn, as "start 1". */
function drained(): string[] {
  const said: string[] = [];
  for (let turn = box.next(); turn !== null; turn = box.next()) {
    said.push(`${turn.row.what} ${turn.session.id}`);
    written(box.delivered(turn, turn.row.what === 'start' ? 100 + turn.session.id : null));
  }
  return said;
}

it('starts and stops go in stored order, samples before the stop of their session and else last', () => {
  begin(1);
  sampled(1, sample(1));
  begin(2);
  sampled(2, sample(2));
  stop(1);
  begin(3);
  expect(drained()).toEqual(['start 1', 'start 2', 'samples 1', 'stop 1', 'start 3', 'samples 2']);
  expect(disk.size).toBe(0);
});

it('what was written and not delivered is there after a restart, with the same id and the same words', () => {
  begin(1);
  stop(1);
  const before = box.next();
  box = open();
  expect(box.next()).toEqual(before);
  expect(drained()).toEqual(['start 1', 'stop 1']);
});

it('a stop names the transaction that the answer to its start brought, however late; without one it is −1', () => {
  begin(1);
  stop(1);
  const [start, end] = [...disk.values()].map(({ key, json }) => ({ ...JSON.parse(json), key }) as Row);
  const said = () => reportOf(end as Row, sessions.get(1) as Session, 1);
  expect(said()).toMatchObject({ kind: 'transaction-ended', transactionId: -1 });
  box.delivered({ row: start as Row, session: sessions.get(1) as Session }, 0);
  expect(said()).toMatchObject({ transactionId: 0 });
});

it('rows of another back office stay where they are, and are not counted as waiting for this one', () => {
  begin(1, 'ws://another|SITE-1');
  begin(2);
  expect(drained()).toEqual(['start 2']);
  expect(box.figures()).toMatchObject({ queued: 0, setAside: 1 });
});

it('a message that was sent once is not changed by samples that come later', () => {
  begin(1);
  drained();
  sampled(1, sample(1));
  const sent = box.next();
  if (sent !== null) box.sending(sent.row);
  sampled(1, sample(2));
  expect(box.next()?.row).toEqual(sent?.row);
  expect(drained()).toEqual(['samples 1', 'samples 1']);
});

it('samples that wait for long are halved; what begins or ends a session and the newest are kept', () => {
  begin(1);
  drained();
  sampled(1, sample(0, 'Transaction.Begin'));
  for (let i = 1; i <= 200; i++) sampled(1, sample(i));
  const row = box.next()?.row;
  const stamps = row?.what === 'samples' ? row.samples.map(({ atWallMs }) => atWallMs) : [];
  expect(stamps.length).toBeLessThanOrEqual(20);
  expect([stamps[0], stamps.at(-1)]).toEqual([0, 200]);
  expect(disk.size).toBe(1);
});

it('one that is set aside holds nobody up, and waits on disk for a person', () => {
  begin(1);
  begin(2);
  const turn = box.next();
  if (turn !== null) written(box.setAside(turn.row, 'refused 3 times'));
  box = open();
  expect(drained()).toEqual(['start 2']);
  expect(box.figures()).toMatchObject({ queued: 0, setAside: 1, oldestWallMs: null });
});

it('of evidence nothing is left out, and no message of it grows without end', () => {
  begin(1);
  for (let i = 0; i < 50; i++) sampled(1, sample(i, 'Transaction.Begin'));
  const sizes: number[] = [];
  for (let turn = box.next(); turn !== null; turn = box.next()) {
    if (turn.row.what === 'samples') sizes.push(turn.row.samples.length);
    box.delivered(turn, null);
  }
  expect(sizes).toEqual([20, 20, 10]);
});

it('a backlog of thousands goes in stored order, though its words are read back from disk', () => {
  for (let id = 1; id <= 1_500; id++) {
    begin(id);
    sampled(id, sample(id));
  }
  for (let id = 1; id <= 1_500; id++) stop(id);
  const starts = Array.from({ length: 1_500 }, (_, i) => `start ${i + 1}`);
  const ends = Array.from({ length: 1_500 }, (_, i) => [`samples ${i + 1}`, `stop ${i + 1}`]).flat();
  expect(drained()).toEqual([...starts, ...ends]);
  expect(disk.size).toBe(0);
});

it('samples that came last are told, also when the words of their message have given way to newer ones', () => {
  begin(1);
  drained();
  sampled(1, sample(1));
  sampled(1, sample(2));
  stop(1);
  for (let id = 2; id <= 1_500; id++) begin(id);
  const row = box.next()?.row;
  expect(row?.what === 'samples' ? row.samples.map(({ atWallMs }) => atWallMs) : row?.what).toEqual([1, 2]);
});

it('while the disk cannot be read nothing goes out of its turn; then everything does', () => {
  begin(1);
  stop(1);
  box = open();
  begin(2);
  unreadable = true;
  expect(box.next()).toBeNull();
  unreadable = false;
  expect(drained()).toEqual(['start 1', 'stop 1', 'start 2']);
});

it('samples that could not be read once are read when the disk is well, though no start or stop waits', () => {
  begin(1);
  drained();
  sampled(1, sample(1));
  box = open();
  unreadable = true;
  expect(box.next()).toBeNull();
  unreadable = false;
  expect(drained()).toEqual(['samples 1']);
});

it('a message that is gone from the disk holds nobody up', () => {
  begin(1);
  begin(2);
  const first = box.next()?.row.key ?? '';
  box = open();
  disk.delete(first);
  expect(drained()).toEqual(['start 2']);
  expect(box.figures()).toMatchObject({ queued: 0, setAside: 0 });
});

const signed = (atWallMs: number, length = 10): MeterSample => {
  const words = { context: null, measurand: null, phase: null, location: null, unit: null };
  return { ...sample(atWallMs), signed: [{ data: 'x'.repeat(length), ...words }] };
};

it('signed samples are never thinned, and no message of them grows beyond sixteen thousand characters', () => {
  begin(1);
  drained();
  for (let i = 0; i < 100; i++) sampled(1, i % 4 === 0 ? signed(i, 5_000) : sample(i));
  const kept: number[] = [];
  for (let turn = box.next(); turn !== null; turn = box.next()) {
    const samples = turn.row.what === 'samples' ? turn.row.samples : [];
    const own = samples.filter(each => each.signed !== undefined);
    expect(own.length).toBeLessThanOrEqual(3);
    kept.push(...own.map(({ atWallMs }) => atWallMs));
    box.delivered(turn, null);
  }
  expect(kept).toEqual(Array.from({ length: 25 }, (_, i) => 4 * i));
});

it('evidence that is not on disk yet does not go, so that a crash does not send it twice', () => {
  begin(1);
  drained();
  box.owe(1);
  sampled(1, signed(1));
  expect(box.next()).toBeNull();
  box.paid(1);
  expect(drained()).toEqual(['samples 1']);
});

it('a session that is held back lets all others go before it, and keeps its own order', () => {
  begin(1);
  begin(2);
  sampled(1, sample(1));
  stop(1);
  const held = new Set([1]);
  const said: string[] = [];
  for (let turn = box.next(held); turn !== null; turn = box.next(held)) {
    said.push(`${turn.row.what} ${turn.session.id}`);
    box.delivered(turn, null);
  }
  expect(said).toEqual(['start 2']);
  expect(drained()).toEqual(['start 1', 'samples 1', 'stop 1']);
});
