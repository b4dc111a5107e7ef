/** What the kills are judged by finds each thing that may be wrong. */
import { describe, expect, it } from 'vitest';
import { compareBooks, type Entry, type Held } from './books.ts';

const time = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();

/** Two sessions of one charger and one of another, all ended and answered. */
const HELD: readonly Held[] = [
  session('K1', 1, 0, 100, 110),
  session('K1', 1, 20, 110, 130),
  session('K2', 2, 5, 500, 550),
];

function session(charger: string, connectorId: number, second: number, meterStart: number, meterStop: number): Held {
  const stop = { meterStop, endedAt: time(second + 10), isAnswered: true };
  const began = { connectorId, idTag: `TAG-${charger}`, meterStart, startedAt: time(second) };
  return { charger, life: 1, ...began, transactionId: 7_000 + meterStart, stop };
}

const start = (connectorId: number, second: number, meterStart: number, transactionId: number): Entry => ({
  what: 'start',
  connectorId,
  idTag: `TAG-K${connectorId}`,
  meterStart,
  timestamp: time(second),
  transactionId,
});

const stop = (transactionId: number, second: number, meterStop: number, idTag: string | null = null): Entry => ({
  what: 'stop',
  transactionId,
  idTag,
  meterStop,
  timestamp: time(second),
});

const A = start(1, 0, 100, 0);
const A_ENDS = stop(0, 10, 110, 'TAG-K1');
const B = start(1, 20, 110, 1);
const B_ENDS = stop(1, 30, 130);
const C = start(2, 5, 500, 2);
const C_ENDS = stop(2, 15, 550);
const GOOD: readonly Entry[] = [A, C, A_ENDS, C_ENDS, B, B_ENDS];

const without = (entry: Entry): readonly Entry[] => GOOD.filter(each => each !== entry);
const instead = (entry: Entry, other: Entry): readonly Entry[] => GOOD.map(each => (each === entry ? other : each));
/** The first of the chargers' sessions as something else. */
const heldAs = (change: Partial<Held>): readonly Held[] =>
  HELD.map((each, i) => (i === 0 ? { ...each, ...change } : each));

describe('two books of the same sessions', () => {
  it('agree, whatever the back office calls them', () => {
    expect(compareBooks(HELD, GOOD)).toEqual([]);
  });

  const PLANTED: readonly (readonly [string, readonly Entry[], RegExp])[] = [
    ['a missing start', without(A), /^missing: the start of 1 TAG-K1/],
    ['a missing stop', without(B_ENDS), /^missing: the stop of 1 TAG-K1/],
    ['a start that is there twice', [...GOOD, start(1, 0, 100, 9)], /^doubled: the start of 1 TAG-K1/],
    ['a stop that is there twice', [...GOOD, stop(1, 30, 130)], /^doubled: the stop of 1 TAG-K1/],
    ['a wrong register at the start', instead(C, start(2, 5, 501, 2)), /^wrong register: 2 TAG-K2 .* 500 Wh, not 501/],
    ['a wrong register at the stop', instead(C_ENDS, stop(2, 15, 0)), /^wrong register: 2 TAG-K2 .* 550 Wh, not 0/],
    ['a stop that is bound to another session', instead(A_ENDS, stop(2, 10, 110, 'TAG-K1')), /^missing: the stop of 1/],
    ['stops of two sessions that were exchanged', exchanged(), /^bound to another session: .*TAG-K1/],
    [
      'a stop with the card of another',
      instead(C_ENDS, stop(2, 15, 550, 'TAG-K1')),
      /^bound to another session: .* 2 /,
    ],
    ['a start that nobody made', [...GOOD, start(2, 50, 600, 9)], /^nobody began 2 TAG-K2/],
    ['a stop of nothing', [...GOOD, stop(-1, 30, 130)], /^a stop of nothing/],
    ['a stop before its start', [A_ENDS, ...without(A_ENDS)], /^out of order: 1 TAG-K1 .* ends before it begins/],
    [
      'a session before the one before it',
      [A, B, C, A_ENDS, C_ENDS, B_ENDS],
      /^out of order: 1 TAG-K1 .* begins before/,
    ],
  ];

  function exchanged(): readonly Entry[] {
    return [A, C, stop(0, 15, 550), stop(2, 10, 110), B, B_ENDS];
  }

  it.each(PLANTED)('show %s', (_, journal, fault) => {
    expect(compareBooks(HELD, journal)).toContainEqual(expect.stringMatching(fault));
  });

  it('show who was never answered', () => {
    expect(compareBooks(heldAs({ transactionId: null }), GOOD)).toEqual([
      expect.stringMatching(/^never answered: the start/),
    ]);
    const stopped = { meterStop: 110, endedAt: time(10), isAnswered: false };
    expect(compareBooks(heldAs({ stop: stopped }), GOOD)).toEqual([expect.stringMatching(/^never answered: the stop/)]);
  });

  it('show a session that goes on here and has ended there', () => {
    expect(compareBooks(heldAs({ stop: null }), GOOD)).toEqual([expect.stringMatching(/^nobody ended 1 TAG-K1/)]);
  });

  it('show one id that was given to two sessions', () => {
    expect(compareBooks(heldAs({ transactionId: 7_110 }), GOOD)).toEqual([
      expect.stringMatching(/^one id for two: 7110/),
    ]);
  });
});
