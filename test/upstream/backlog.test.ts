/**
 * A week without a back office: what waits lies on disk, is told in its order when the office is back, and costs
 * little memory. 8,000 messages here; BUSBAR_BACKLOG=200000 is the long run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { silentLog } from '#base/log.ts';
import { ok } from '#base/outcome.ts';
import { openStoreWorker } from '#real/store-worker.ts';
import { type Link, type Network, simNetwork } from '#sim/network.ts';
import { prng } from '#sim/prng.ts';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';
import type { MeterSample, Report } from '#site/report.ts';
import { SessionBook } from '#store/session-book.ts';
import { openUpstream, type Upstream } from '#upstream/upstream.ts';
import type { FramePipe, RecordStore } from '#world.ts';
import { SITE } from '../store/small-site.ts';

const MESSAGES = Number(process.env.BUSBAR_BACKLOG ?? 8_000);
/** Three quarters of them are sessions of a start, a message of samples and a stop. */
const SESSIONS = Math.floor(MESSAGES / 4);
/** The rest is evidence of one long session, a message each. */
const SIGNED = MESSAGES - 3 * SESSIONS;
/** Sessions that are written down together; the disk of a test is slow. */
const TOGETHER = 50;
const WEEK_MS = 7 * 86_400_000;
const PORT = 9_000;
const LIVE = 1_000_000;
/** What a waiting message may keep in memory, with its part of the session it tells of: far less than its words on disk. */
const BYTES_IN_MIND = 600;

let folder: string;
let clock: VirtualClock;
let network: Network;
let link: Link;
let records: RecordStore;
let book: SessionBook;
let upstream: Upstream;
let office: ReturnType<typeof openOffice>;
let ids: number;
const written: Promise<unknown>[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-backlog-'));
  clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'));
  network = simNetwork(clock, prng('backlog'));
  link = network.link('upstream', '127.0.0.1', [1, 1]);
  ids = 0;
  office = openOffice();
  openRooms();
});

afterEach(async () => {
  upstream.close();
  await records.close();
  rmSync(folder, { recursive: true });
});

/** The rooms that keep sessions and tell them, on the state folder: what an earlier process left is there. */
function openRooms(): void {
  const opened = openStoreWorker(folder, { clock: { ...clock, after: realAfter }, log: silentLog });
  if (!opened.ok) throw new Error(opened.detail);
  records = opened.value;
  const business = {
    also: (each: Parameters<Upstream['also']>[0]) => upstream.also(each),
    kept: (each: Parameters<Upstream['kept']>[0]) => upstream.kept(each),
    isNeeded: (each: Parameters<Upstream['isNeeded']>[0]) => upstream.isNeeded(each),
  };
  book = new SessionBook({ log: silentLog, records, ...business, ratedW: () => null });
  const world = { clock, log: silentLog, randomness: { uuid: () => `m-${++ids}`, int: () => 0 } };
  const documents = (name: string) => {
    const found = records.documents(name);
    if (!found.ok) throw new Error(found.detail);
    return found.value;
  };
  upstream = openUpstream(
    {
      world: { ...world, dial: options => network.dial(link, options), upload: async () => ok(undefined) },
      diagnostics: () => [],
      sessions: book,
      version: '0',
      state: () => SITE,
      dispatch() {},
      documents,
      eachDocument: (name, seen) => void records.eachDocument(name, seen),
      document: (name, key) => records.document(name, key),
      commit: changes => records.commit(changes),
      command() {},
    },
    {
      station: {
        url: `ws://127.0.0.1:${PORT}/ocpp`,
        identity: 'S',
        password: null,
        ca: null,
        messagesPerS: 5,
        resetScope: 'stuck',
      },
      whoMayCharge: 'everyone',
      knownTokens: [],
    },
  );
}

/** The disk is a real one: its patience is measured by a real clock. */
const realAfter: VirtualClock['after'] = (_name, ms, run) => {
  const timer = setTimeout(run, ms);
  return { cancel: () => clearTimeout(timer) };
};

type Said = { readonly what: 'start' | 'samples' | 'stop'; readonly of: number };

/** A back office that answers everything, and remembers in which order it heard of sessions. */
function openOffice() {
  const heard: Said[] = [];
  const take = (pipe: FramePipe, frame: string): void => {
    const [type, id, action, said] = JSON.parse(frame);
    if (type !== 2) return;
    const of = Number(said.transactionId ?? String(said.idTag).slice(1));
    if (action === 'StartTransaction') heard.push({ what: 'start', of });
    else if (action === 'StopTransaction') heard.push({ what: 'stop', of });
    else if (action === 'MeterValues') heard.push({ what: 'samples', of });
    const currentTime = new Date(clock.wallMs()).toISOString();
    const idTagInfo = { status: 'Accepted' };
    const answers: Record<string, object> = {
      BootNotification: { status: 'Accepted', currentTime, interval: 3_600 },
      Heartbeat: { currentTime },
      Authorize: { idTagInfo },
      StartTransaction: { transactionId: of, idTagInfo },
    };
    pipe.send(JSON.stringify([3, id, answers[action] ?? {}]));
  };
  void network.listen(
    { host: '127.0.0.1', port: PORT, maxPayloadBytes: 262_144 },
    {
      judge: async () => ({ accept: true, subprotocol: 'ocpp1.6' }),
      connected: pipe => pipe.open({ text: frame => take(pipe, frame), pong() {}, closed() {} }),
    },
  );
  return { heard };
}

/** As the hall does it: on disk with what goes up, and then it counts. */
function tell(charger: number, report: Report): void {
  const { identity } = at(SITE.topology.chargers, charger);
  const { id } = book.idFor(report, identity, () => ++ids);
  const heard = { atWallMs: clock.wallMs(), offsetMs: 0, isLive: true };
  const due = book.due(report, identity, id, heard);
  if (due === null) upstream.heard(charger, report, heard);
  else written.push(records.commit(due.changes).then(outcome => outcome.ok && due.stored()));
}

async function onDisk(): Promise<void> {
  await Promise.all(written.splice(0));
}

const sample = (context: string, value: number): MeterSample => ({
  atWallMs: clock.wallMs(),
  context,
  values: [{ measurand: 'Energy.Active.Import.Register', phase: null, value, location: 'Outlet' }],
});

/** Our id of the session. */
function start(charger: number, name: number): number {
  const words = { connectorId: 1, idToken: `T${name}`, meterStartWh: 0, reservationId: null };
  tell(charger, { kind: 'transaction-started', ...words, atWallMs: clock.wallMs() });
  return book.open().at(-1)?.id ?? 0;
}

function samples(charger: number, transactionId: number, context: string, count: number): void {
  const taken = Array.from({ length: count }, (_, i) => sample(context, i));
  tell(charger, { kind: 'meter-values', connectorId: 1, transactionId, samples: taken });
}

function stop(charger: number, transactionId: number): void {
  const end = { transactionId, idToken: null, meterStopWh: 100, reason: 'Local', samples: [] };
  tell(charger, { kind: 'transaction-ended', ...end, atWallMs: clock.wallMs() });
}

/** Bytes in use once nothing is garbage. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** A week, as evenly as it can be; answers the heap at its quarters. */
async function week(): Promise<readonly number[]> {
  const long = start(1, 0);
  await onDisk();
  const heap = [heapBytes()];
  for (let i = 1; i <= SESSIONS; i++) {
    await clock.run((WEEK_MS * i) / SESSIONS);
    const session = start(0, i);
    samples(0, session, 'Sample.Periodic', 1);
    if (i <= SIGNED) samples(1, long, 'Transaction.Begin', 20);
    stop(0, session);
    if (i % TOGETHER === 0 || i === SESSIONS) await onDisk();
    if (i % Math.floor(SESSIONS / 4) === 0) heap.push(heapBytes());
  }
  return heap;
}

it('a week of messages waits on disk and goes up in its order; a car that comes meanwhile is not behind samples', async () => {
  link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  upstream.open();
  const heap = await week();
  const waiting = SESSIONS * 3 + SIGNED + 1;
  expect(upstream.figures()).toMatchObject([{ state: 'offline', queued: waiting, setAside: 0 }]);
  const slopes = heap.slice(1).map((bytes, i) => Math.round((4 * (bytes - at(heap, i))) / waiting));
  console.info(`${waiting} messages wait; bytes of memory for each, by quarter of the week: ${slopes.join(', ')}`);
  // In the first the words of the newest come to be in mind.
  expect(Math.max(...slopes.slice(1))).toBeLessThan(BYTES_IN_MIND);
  upstream.close();
  await records.close();
  openRooms();
  expect(upstream.figures()).toMatchObject([{ queued: waiting }]);
  link.mend();
  upstream.open();
  await drain(waiting / 2);
  start(0, LIVE);
  await onDisk();
  await drain(waiting + 1);
  expect(office.heard).toEqual(inOrder());
  console.info(`drained in ${Math.round((clock.nowMs() - WEEK_MS) / 60_000)} minutes of the site's time`);
  await clock.run(clock.nowMs() + 1_000);
  expect(upstream.figures()).toMatchObject([{ state: 'connected', queued: 0, setAside: 0 }]);
}, 1_800_000);

/** Until so many were told, with the disk keeping pace. */
async function drain(count: number): Promise<void> {
  while (office.heard.length < count) {
    await clock.run(clock.nowMs() + 60_000);
    expect((await records.commit([{ type: 'remove', kind: 'none', key: '' }])).ok).toBe(true);
  }
}

/** Starts and stops as they were stored, a session's samples before its stop, the car that came, all other samples. */
function inOrder(): readonly Said[] {
  const sessions = Array.from({ length: SESSIONS }, (_, i) => i + 1);
  const said = (what: Said['what'], of: number): Said => ({ what, of });
  return [
    said('start', 0),
    ...sessions.flatMap(of => [said('start', of), said('samples', of), said('stop', of)]),
    said('start', LIVE),
    ...Array.from({ length: SIGNED }, () => said('samples', 0)),
  ];
}
