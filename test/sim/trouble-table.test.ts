import { describe, expect, it } from 'vitest';
import { sessionsIn } from '#sim/demo-back-office.ts';
import { Ledger } from '#sim/office-ledger.ts';
import { compare } from '#sim/trouble/back-office.ts';
import { ACTIONS, type Action, type Facts, type Held } from '#sim/trouble/facts.ts';
import { judge, TROUBLES, type Verdict } from '#sim/trouble/table.ts';

const within: Held = {
  backMs: 400,
  longestOverMs: 400,
  worst: { value: 61.8, limit: 63, unit: 'A', where: 'Main fuse, L2' },
};
const step = { ...within, addedA: 30, on: 'L2', toldMs: 200 };
const silent = { safeMs: 9_600, dueMs: 21_000, tooMuch: -1, unit: 'A' } as const;
const lie = { ...within, bay: 'Bay 7', saidA: 8, tookA: 31.8 };
const cut = { here: 7, there: 7, missing: 0, double: 0, cutForMs: 15_000, deliveredMs: 2_000 };
const pulled = { ...within, bay: 'Bay 7', fromA: 16, toA: 6, fellMs: 47_200, dueMs: 78_000 };
const killed = { cars: 19, atRest: 19, restMs: 58_000, dueMs: 78_000 };

type Case<A extends Action> = readonly [facts: Facts[A], elapsedMs: number, verdict: Verdict, sentence: string];

const CASES: { readonly [A in Action]: readonly Case<A>[] } = {
  'building-step': [
    [step, 3_500, 'well', 'Building +30 A on L2: told after 0.2 s, cars gave way in 0.4 s, worst 61.8 of 63 A.'],
    [
      { ...step, backMs: null },
      3_500,
      'running',
      'Building +30 A on L2: told after 0.2 s, still above a limit, worst 61.8 of 63 A.',
    ],
    [
      { ...step, backMs: null },
      31_000,
      'badly',
      'Building +30 A on L2: told after 0.2 s, still above a limit, worst 61.8 of 63 A.',
    ],
    [
      { ...step, backMs: 11_000, longestOverMs: 11_000 },
      14_000,
      'well',
      'Building +30 A on L2: told after 0.2 s, cars gave way in 11.0 s, worst 61.8 of 63 A.',
    ],
    [
      { ...step, backMs: 11_001, longestOverMs: 11_001 },
      14_001,
      'badly',
      'Building +30 A on L2: told after 0.2 s, cars gave way in 11.0 s, worst 61.8 of 63 A.',
    ],
    [
      { ...step, backMs: 0, longestOverMs: 0, toldMs: null },
      6_000,
      'well',
      'Building +30 A on L2: no limit was passed, worst 61.8 of 63 A.',
    ],
  ],
  'silence-meter': [
    [silent, 12_600, 'well', 'Meter silent: safe after 9.6 s.'],
    [{ ...silent, safeMs: 21_001 }, 24_001, 'badly', 'Meter silent: safe after 21 s.'],
    [{ ...silent, safeMs: null }, 40_999, 'running', 'Meter silent: not yet safe, due after 21 s.'],
    [{ ...silent, safeMs: null }, 41_000, 'badly', 'Meter silent: not yet safe, due after 21 s.'],
    [
      { ...silent, safeMs: 0 },
      11_000,
      'well',
      'Meter silent: safe from the first instant, there was room for the building at its worst.',
    ],
  ],
  'lying-charger': [
    [
      lie,
      9_000,
      'well',
      'Bay 7 takes 31.8 A and says 8 A: the others made room, 0.4 s above a limit, worst 61.8 of 63 A.',
    ],
    [
      { ...lie, longestOverMs: 0 },
      9_000,
      'well',
      'Bay 7 takes 31.8 A and says 8 A: no limit was passed, worst 61.8 of 63 A.',
    ],
    [
      { ...lie, longestOverMs: 21_001 },
      30_000,
      'badly',
      'Bay 7 takes 31.8 A and says 8 A: the others made room, 21 s above a limit, worst 61.8 of 63 A.',
    ],
    [
      { ...lie, backMs: null },
      101_000,
      'badly',
      'Bay 7 takes 31.8 A and says 8 A: still above a limit, worst 61.8 of 63 A.',
    ],
  ],
  'cut-upstream': [
    [cut, 17_000, 'well', 'Back office cut: 7 sessions here, 7 there, 0 missing, 0 double.'],
    [{ ...cut, here: 1, there: 1 }, 17_000, 'well', 'Back office cut: 1 session here, 1 there, 0 missing, 0 double.'],
    [
      { ...cut, there: 6, missing: 1, deliveredMs: null },
      30_000,
      'running',
      'Back office cut: 7 sessions here, 6 there, 1 missing, 0 double.',
    ],
    [
      { ...cut, there: 6, missing: 1, deliveredMs: null },
      155_000,
      'badly',
      'Back office cut: 7 sessions here, 6 there, 1 missing, 0 double.',
    ],
    [{ ...cut, double: 1 }, 17_000, 'badly', 'Back office cut: 7 sessions here, 7 there, 0 missing, 1 double.'],
    [
      { ...cut, deliveredMs: 120_001 },
      135_001,
      'badly',
      'Back office cut: 7 sessions here, 7 there, 0 missing, 0 double.',
    ],
    [{ ...cut, here: 0, there: 0 }, 17_000, 'badly', 'Back office cut: 0 sessions here, 0 there, 0 missing, 0 double.'],
  ],
  'pull-charger': [
    [pulled, 47_300, 'well', 'Bay 7 off the network: fell from 16 A to 6 A by itself after 47 s.'],
    [
      { ...pulled, fellMs: null, toA: 16 },
      97_999,
      'running',
      'Bay 7 off the network: still takes 16 A, due after 78 s.',
    ],
    [{ ...pulled, fellMs: null, toA: 16 }, 98_000, 'badly', 'Bay 7 off the network: still takes 16 A, due after 78 s.'],
    [
      { ...pulled, fellMs: 78_001 },
      78_100,
      'badly',
      'Bay 7 off the network: fell from 16 A to 6 A by itself after 78 s.',
    ],
  ],
  kill: [
    [killed, 58_100, 'well', 'Busbar killed: all 19 cars at their fallback after 58 s.'],
    [
      { ...killed, atRest: 18, restMs: null },
      97_999,
      'running',
      'Busbar killed: 18 of 19 cars at their fallback, due after 78 s.',
    ],
    [
      { ...killed, atRest: 18, restMs: null },
      98_000,
      'badly',
      'Busbar killed: 18 of 19 cars at their fallback, due after 78 s.',
    ],
    [{ ...killed, restMs: 78_001 }, 78_100, 'badly', 'Busbar killed: all 19 cars at their fallback after 78 s.'],
  ],
};

const rows = <A extends Action>(action: A) => CASES[action].map(row => [action, ...row] as const);

describe('how a trouble ends', () => {
  it.each(ACTIONS.flatMap(action => rows(action)))(
    '%s, %o after %d ms: %s, "%s"',
    (action, facts, ms, verdict, said) => {
      expect(judge(action, facts as never, ms)).toBe(verdict);
      expect(TROUBLES[action].sentence(facts as never)).toBe(said);
    },
  );

  it.each(ACTIONS)('%s says what it does, what takes it back, and each bound of its end', action => {
    const { title, does, undo, ends } = TROUBLES[action];
    for (const words of [title, does, undo]) expect(words).toMatch(/^[A-Z]/);
    expect(ends.length).toBeGreaterThan(0);
    for (const { says } of ends) expect(says).not.toBe('');
  });
});

describe('the ledger of the back office beside what chargers did', () => {
  const here = [
    { idTag: 'A', meterStart: 100, meterStop: 900 },
    { idTag: 'B', meterStart: 500, meterStop: null },
  ];
  const a = { idTag: 'A', meterStart: 100, meterStop: 900 };
  const b = { idTag: 'B', meterStart: 500, meterStop: null };

  it.each([
    ['all there', [a, b], 2, 0, 0],
    ['one never begun', [a], 1, 1, 0],
    ['one without its end', [{ ...a, meterStop: null }, b], 1, 1, 0],
    ['one that ended at another register', [{ ...a, meterStop: 901 }, b], 1, 1, 0],
    ['one that began at another register', [{ ...a, meterStart: 101 }, b], 1, 1, 0],
    ['one twice', [a, a, b], 2, 0, 1],
    ['others beside them', [a, { ...b, meterStop: 700 }, { ...a, idTag: 'C' }], 2, 0, 0],
  ] as const)('%s', (_, booked, there, missing, double) => {
    expect(compare(here, booked)).toEqual({ here: 2, there, missing, double });
  });

  it('takes a start that comes again under its message id for the same one', () => {
    const ledger = new Ledger(count => 1 + count);
    const start = (id: string) => ledger.start(id, { connectorId: 1, idTag: 'A', meterStart: 100, timestamp: '' }, []);
    expect([start('m1'), start('m1'), start('m2')]).toEqual([1, 1, 2]);
    ledger.stop('m3', { transactionId: 1, meterStop: 900, timestamp: '' }, []);
    expect(sessionsIn(ledger)).toEqual([a, { ...a, meterStop: null }]);
  });
});
