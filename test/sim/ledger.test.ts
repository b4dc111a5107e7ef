/** The ledger observer finds what is missing and what is double, and seeds with a back office are clean. */
import { describe, expect, it } from 'vitest';
import { compareLedger } from '#sim/ledger-observer.ts';
import { Ledger } from '#sim/office-ledger.ts';
import { runSeeds } from '#sim/seeds.ts';
import type { TrueEnd, TrueSession } from '#sim/station-transactions.ts';
import { sitePlan } from '#sim/story.ts';

const PLAN = sitePlan({ circuits: [{ id: 'main', fuseA: 63 }], chargers: [{}, { sockets: 2 }] });
const LATER = 1_000_000;

const END: TrueEnd = {
  ...{ meterStop: 20, wallMs: 2_000, reason: 'Local', atMs: 2_000, trueWallMs: 2_000, toldWallMs: 2_000 },
};

const session = (more: Partial<TrueSession> = {}): TrueSession => ({
  connectorId: 2,
  idTag: 'TAG',
  meterStart: 10,
  startedWallMs: 1_000,
  ...{ atMs: 1_000, trueWallMs: 1_000, toldWallMs: 1_000 },
  end: END,
  ...more,
});

const time = (wallMs: number) => new Date(wallMs).toISOString();
const start = { connectorId: 3, idTag: 'TAG', meterStart: 10, timestamp: time(1_000) };
const stop = { transactionId: 1, meterStop: 20, timestamp: time(2_000), reason: 'Local' };

/** A start and a stop, each under its own id. */
const both = (starts: object, stops: object) => (ledger: Ledger, wrong: string[]) => {
  ledger.start('a', { ...starts }, wrong);
  ledger.stop('b', { ...stops }, wrong);
};

function compared(write: (ledger: Ledger, complaints: string[]) => void, true_ = session(), untilMs = LATER) {
  const ledger = new Ledger(() => 1);
  const complaints: string[] = [];
  write(ledger, complaints);
  const { lost, duplicated } = compareLedger(PLAN, [{ identity: 'CP2', sessions: [true_] }], ledger, untilMs);
  return [lost.length, duplicated.length, complaints.length];
}

describe('a ledger is held against the truth', () => {
  it('all is there once', () => {
    expect(compared(both(start, stop))).toEqual([0, 0, 0]);
  });

  it.each<[string, (ledger: Ledger, wrong: string[]) => void, readonly number[]]>([
    ['nothing is there', () => {}, [2, 0, 0]],
    ['a stop is missing', (ledger, wrong) => void ledger.start('a', start, wrong), [1, 0, 0]],
    [
      'a message came twice',
      (ledger, wrong) => {
        for (const id of ['a', 'a']) ledger.start(id, start, wrong);
        for (const id of ['b', 'b']) ledger.stop(id, stop, wrong);
      },
      [0, 0, 0],
    ],
    [
      'a session is there twice',
      (ledger, wrong) => {
        for (const id of ['a', 'c']) ledger.start(id, start, wrong);
        ledger.stop('b', stop, wrong);
      },
      [0, 1, 0],
    ],
    ['a register is wrong', both(start, { ...stop, meterStop: 21 }), [1, 1, 0]],
    ['a stop names another transaction', both(start, { ...stop, transactionId: -1 }), [1, 1, 0]],
    ['a connector is wrong', both({ ...start, connectorId: 2 }, stop), [2, 2, 0]],
    [
      'a repetition has other words',
      (ledger, wrong) => {
        ledger.start('a', start, wrong);
        ledger.start('a', { ...start, meterStart: 11 }, wrong);
        ledger.stop('b', stop, wrong);
      },
      [0, 0, 1],
    ],
  ])('%s', (_, write, wanted) => {
    expect(compared(write)).toEqual(wanted);
  });

  it('what the back office refused three times is set aside, and its stop names no transaction', () => {
    const refused = (times: number) => {
      const ledger = new Ledger(() => 1);
      for (let i = 0; i < times; i++) ledger.refuse('a', 'StartTransaction', start);
      ledger.stop('b', { ...stop, transactionId: -1 }, []);
      return compareLedger(PLAN, [{ identity: 'CP2', sessions: [session()] }], ledger, LATER);
    };
    expect(refused(3)).toEqual({ lost: [], duplicated: [], setAside: ['start of CP2 TAG at 1000'] });
    expect(refused(2), 'twice is not for good').toMatchObject({
      lost: [expect.any(String), expect.any(String)],
      setAside: [],
    });
  });

  it('a stop that it refused three times is set aside, another one is not', () => {
    const ledger = new Ledger(() => 1);
    ledger.start('a', start, []);
    for (let i = 0; i < 3; i++) ledger.refuse('b', 'StopTransaction', stop);
    const compare = (true_: TrueSession) =>
      compareLedger(PLAN, [{ identity: 'CP2', sessions: [true_] }], ledger, LATER);
    expect(compare(session())).toEqual({ lost: [], duplicated: [], setAside: ['stop of CP2 TAG at 1000'] });
    ledger.start('c', { ...start, timestamp: time(900) }, []);
    const twins = [session(), session({ startedWallMs: 900 })];
    const both_ = compareLedger(PLAN, [{ identity: 'CP2', sessions: twins }], ledger, LATER);
    expect([both_.setAside.length, both_.lost.length], 'one refusal excuses one stop').toEqual([1, 1]);
    expect(compare(session({ end: { ...END, meterStop: 21 } })).lost).toHaveLength(1);
  });

  const HOUR_MS = 3_600_000;
  const off = (wallMs: number) => {
    const atZero = session({ startedWallMs: 0, trueWallMs: HOUR_MS, toldWallMs: HOUR_MS + 500, end: null });
    return compared((ledger, wrong) => void ledger.start('a', { ...start, timestamp: time(wallMs) }, wrong), atZero);
  };

  it('a station whose clock was off is written down between when it was and when it had its answer, never as it said', () => {
    expect(off(HOUR_MS)).toEqual([0, 0, 0]);
    expect(off(HOUR_MS + 500)).toEqual([0, 0, 0]);
    expect(off(0), 'as it said').toEqual([1, 1, 0]);
    expect(off(HOUR_MS + 501), 'after its answer').toEqual([1, 1, 0]);
    expect(off(HOUR_MS - 60_001), 'before it was').toEqual([1, 1, 0]);
  });

  it('a station whose clock is right by a minute is written down to the millisecond', () => {
    const said = session({ startedWallMs: 61_000, end: null });
    const at = (wallMs: number) =>
      compared((ledger, wrong) => void ledger.start('a', { ...start, timestamp: time(wallMs) }, wrong), said);
    expect([at(61_000), at(61_001), at(1_000)]).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [1, 1, 0],
    ]);
  });

  it('what happened a moment ago may be on its way, and a session that runs has no stop', () => {
    expect(compared(() => {}, session(), 500)).toEqual([0, 0, 0]);
    expect(compared((ledger, wrong) => void ledger.start('a', start, wrong), session({ end: null }))).toEqual([
      0, 0, 0,
    ]);
  });
});

it('with every fault of chargers, disk and back office, each session is there once and no limit is exceeded', async () => {
  const world = { hours: 1, chargers: 8, faults: 'all', building: 'varying', zoo: 'all' } as const;
  const found = await runSeeds({ ...world, from: 31, to: 34, disk: 'all', upstream: 'all' });
  expect(found).toMatchObject({ lost: 0, duplicated: 0, overLimitMs: 0, afterDeathOverMs: 0, failing: [] });
  expect(found.faults['office-away'], 'the world must press').toBeGreaterThan(3);
}, 300_000);
