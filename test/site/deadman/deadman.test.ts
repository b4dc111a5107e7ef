import { describe, expect, it } from 'vitest';
import type { Triple } from '#base/units.ts';
import { effectiveTraits, knownLegs, NO_RESULTS, verdictOf, withVerdict } from '#site/deadman/results.ts';
import { liveSentence, meterSentence, verdictSentence, wiringSentence } from '#site/deadman/sentences.ts';
import { LEG_MS, wishOf } from '#site/deadman/test.ts';
import { PROVEN } from '../site.ts';
import { type Behaviour, Bench } from './bench.ts';

const UNKNOWN = { ...PROVEN, leaseClass: 'unknown' } as const;
const WHERE = { identity: 'CP1', connectorId: 1, atWallMs: 1 };

function tested(behaviour: Behaviour = {}, legs: ('lease' | 'cut' | 'reboot')[] | null = null) {
  const bench = new Bench(behaviour);
  bench.begin({ legs });
  const test = bench.finish();
  return { bench, test, verdict: verdictOf(test), words: test.done.map(({ words }) => words) };
}

describe('one plug', () => {
  it('of a charger that falls by itself, cut off and after a reset too, is class A', () => {
    const { verdict, test } = tested();
    expect(verdict.leaseClass).toBe('A');
    expect(test.done.map(({ leg, result, evidence }) => [leg, result, evidence])).toEqual([
      ['lease', 'fell', 'sample'],
      ['cut', 'fell', 'meter'],
      ['reboot', 'fell', 'first-sample'],
    ]);
    // A lease of 20 s and a car that takes three to follow.
    expect(verdict.fellAfterMs).toBeGreaterThanOrEqual(23_000);
    expect(verdict.fellAfterMs).toBeLessThanOrEqual(24_000);
    expect(verdictSentence(test, verdict)).toMatch(/^Class A/);
  });

  it('takes 90 s at most for the lease', () => {
    const { bench } = tested({}, ['lease']);
    expect(bench.atMs).toBeLessThanOrEqual(LEG_MS);
  });

  it('of a charger that goes on as raised while its socket is cut is class B', () => {
    const { verdict, words } = tested({ falls: 'connected' });
    expect(verdict.leaseClass).toBe('B');
    expect(words[1]).toMatch(/saw no fall|Still at 16 A/);
  });

  it('of a charger that comes back from a reset without its limits is class B', () => {
    const { verdict, words } = tested({ reboots: 'rating' });
    expect(verdict.leaseClass).toBe('B');
    expect(words[2]).toMatch(/^Came back at (2\d|3\d) A, above its fallback current of 6 A\.$/);
  });

  it('of a charger that never falls is class C, and it is not cut or reset for nothing', () => {
    const { verdict, words } = tested({ falls: 'never' });
    expect(verdict.leaseClass).toBe('C');
    expect(words).toEqual(['Still at 16 A 42 s after it was raised for 20 s.']);
  });

  it('of a charger that follows no limit at all is class C', () => {
    const { verdict, words, bench } = tested({ deaf: true });
    expect(verdict.leaseClass).toBe('C');
    expect(words).toEqual(['Draws 32 A though it was told 6 A: it follows no limit.']);
    expect(bench.atMs).toBeLessThanOrEqual(LEG_MS);
  });

  it('of a charger that refuses limits that end is class C', () => {
    const { verdict, words } = tested({ refusesLeases: true });
    expect(verdict.leaseClass).toBe('C');
    expect(words).toEqual(['The charger refuses a limit that ends by itself.']);
  });
});

describe('nothing is proven', () => {
  it('by a car that does not follow the raise', () => {
    const { verdict, words } = tested({ carMaxMa: 7_000 });
    expect(verdict.leaseClass).toBeNull();
    expect(words).toEqual(['The car did not follow to 16 A, so its fall would show nothing.']);
  });

  it('without room at the fuse, and it says so within 90 s', () => {
    const { verdict, words, bench } = tested({ room: false });
    expect(verdict.leaseClass).toBeNull();
    expect(words).toEqual(['The fuse never had room for the raise; try when fewer cars charge.']);
    expect(bench.atMs).toBeLessThanOrEqual(LEG_MS);
  });

  it('when a limit had to be sent before the car fell', () => {
    const bench = new Bench();
    bench.also = b => {
      if (b.state.tests[0]?.step === 'falling') b.send(6_000, null);
    };
    bench.begin({ legs: ['lease'] });
    const test = bench.finish();
    expect(verdictOf(test).leaseClass).toBeNull();
    expect(test.done[0]?.words).toMatch(/had to be sent/);
  });

  it('when the car is unplugged, the charger restarts or loses its connection in between', () => {
    const spoil: [RegExp, (bench: Bench) => void][] = [
      [
        /unplugged/,
        b =>
          b.say({
            kind: 'connector-status',
            connectorId: 1,
            status: 'Available',
            errorCode: '',
            info: '',
            atWallMs: 0,
          }),
      ],
      [/restarted/, b => b.boot('1.0')],
      [/connection/, b => b.feed({ type: 'charger-lost', charger: 0, generation: 1, atMs: b.atMs, detail: '' })],
      [
        /session/,
        b =>
          b.say({
            kind: 'transaction-ended',
            transactionId: 7,
            idToken: null,
            meterStopWh: 0,
            atWallMs: 0,
            reason: '',
            samples: [],
          }),
      ],
    ];
    for (const [words, happen] of spoil) {
      const bench = new Bench();
      bench.begin({ legs: ['lease'] });
      bench.run(15_000);
      happen(bench);
      const test = bench.finish();
      expect(test.done[0]).toMatchObject({ result: 'unclear', words: expect.stringMatching(words) });
    }
  });

  it('by a fall before the lease was over', () => {
    const bench = new Bench();
    bench.also = b => {
      const raise = b.state.tests[0]?.trail.raise;
      // The car is told less by somebody else: its own charger's button, a friend's app.
      if (raise && b.atMs > raise.sentAtMs + 12_000)
        Object.assign(b, { lease: { limitMa: 6_000, lapseMa: 6_000, untilMs: Infinity } });
    };
    bench.begin({ legs: ['lease'] });
    expect(bench.finish().done[0]).toMatchObject({
      result: 'unclear',
      words: expect.stringMatching(/before its lease/),
    });
  });
});

describe('phases, wiring and meter', () => {
  const foundOf = (behaviour: Behaviour, building?: (atMs: number) => Triple, phases?: readonly (0 | 1 | 2)[]) => {
    const bench = new Bench(behaviour, { bays: [{ fallbackA: 6, ...(phases ? { phases } : {}) }] });
    if (building) bench.building = building;
    bench.begin({ legs: ['lease'] });
    return bench.finish().found;
  };

  it('are as configured where meter and car agree', () => {
    const found = foundOf({});
    expect(found?.own).toEqual([0, 1, 2]);
    expect(found?.meter).toMatchObject({ kind: 'measured', direction: 'forward', good: true });
    expect(found?.meter.kind === 'measured' && found.meter.ratio).toBeCloseTo(1, 1);
    expect(found?.wiring).toMatchObject({ grid: [0, 1, 2], known: [null, null, null], agrees: true });
    expect(found?.raiseReactionMs).toBeGreaterThan(5_000);
    expect(found?.fallReactionMs).toBeLessThan(5_000);
  });

  it('one phase alone is known by a one-phase car, and a wrong rotation is told', () => {
    const found = foundOf({ carPhases: 1, wired: [1, 2, 0] });
    expect(found?.own).toEqual([0]);
    expect(found?.wiring).toEqual({ grid: [1], known: [1, null, null], agrees: false });
    expect(wiringSentence(found?.wiring ?? null)).toBe('Moved L2: its L1 is L2; not as configured: correct rotation.');
  });

  it('two phases leave the third to the third', () => {
    const found = foundOf({ carPhases: 2 }, undefined, [2, 0, 1]);
    expect(found?.wiring).toEqual({ grid: [0, 2], known: [null, null, 1], agrees: true });
  });

  it('a current transformer turned round is found, and which', () => {
    expect(foundOf({ meterShows: -1 })?.meter).toMatchObject({ direction: 'reversed', good: false });
    expect(foundOf({ meterShows: [1, -1, 1] })?.meter).toMatchObject({ direction: 'mixed', good: false });
  });

  it('a ratio off by more than a tenth is no good, within it is', () => {
    expect(foundOf({ meterShows: 0.5 })?.meter).toMatchObject({ kind: 'measured', good: false });
    expect(foundOf({ meterShows: 1.06 })?.meter).toMatchObject({ kind: 'measured', good: true });
    expect(foundOf({ meterShows: [1, 1, 0.8] })?.meter).toMatchObject({ kind: 'measured', good: false });
  });

  it('a building that moved with the car gives no number', () => {
    // 5 A more from the middle of the raise on: the raise looks larger than the fall.
    const found = foundOf({}, atMs => (atMs > 12_000 ? [5_000, 0, 0] : [0, 0, 0]));
    expect(found?.meter).toMatchObject({ kind: 'unclear', why: expect.stringMatching(/look different|moved/) });
    expect(found?.wiring).toBeNull();
    const restless = foundOf({}, atMs => (atMs % 4_000 < 2_000 ? [3_000, 0, 0] : [0, 0, 0]));
    expect(restless?.meter.kind).toBe('unclear');
  });

  it('without a guard meter the class is told all the same', () => {
    const bench = new Bench({}, { metered: false });
    bench.begin();
    const test = bench.finish();
    expect(verdictOf(test).leaseClass).toBe('A');
    expect(test.done[1]).toMatchObject({ leg: 'cut', result: 'fell', evidence: 'register' });
    expect(meterSentence(test.found?.meter ?? { kind: 'no-meter' })).toMatch(/No guard meter/);
  });
});

describe('a test is refused in words', () => {
  const refusal = (bench: Bench, order = {}) => {
    try {
      bench.begin(order);
    } catch (error) {
      return (error as Error).message;
    }
    return 'begun';
  };

  it('where no car charges, the circuit has no step, or a test runs', () => {
    expect(refusal(new Bench({}, { limits: [{ limitA: 9 }], bays: [{ fallbackA: 6 }] }))).toMatch(/circuit allows 9 A/);
    const empty = new Bench();
    empty.say({ kind: 'connector-status', connectorId: 1, status: 'Available', errorCode: '', info: '', atWallMs: 0 });
    expect(refusal(empty)).toBe('no car charges here');
    const busy = new Bench();
    busy.begin();
    expect(refusal(busy)).toBe('CP1 is being tested already');
    expect(refusal(new Bench(), { identity: 'CP9' })).toBe('no charger is called "CP9"');
    expect(refusal(new Bench(), { connectorId: 3 })).toBe('CP1 has no socket 3');
    expect(refusal(new Bench(), { legs: ['cut'] })).toMatch(/must have "lease"/);
    expect(refusal(new Bench({}, { bays: [{ fallbackA: 6, traits: { absolute: false } }] }))).toMatch(/relative/);
  });
});

describe('results', () => {
  const results = () => withVerdict(NO_RESULTS, tested().test, WHERE);
  const model = { vendor: 'Acme', model: 'Box', firmware: '1.0' };

  it('go before the profile, and a new firmware voids them', () => {
    const traits = (firmware: string) => effectiveTraits(UNKNOWN, results(), 'ACME ', 'Box', firmware).leaseClass;
    expect(traits('1.0')).toBe('A');
    expect(traits('1.1')).toBe('unknown');
    expect(effectiveTraits({ ...PROVEN, leaseClass: 'B' }, results(), 'Acme', 'Box', '2').leaseClass).toBe('B');
  });

  it('spare the next charger of this model and firmware the cut and the reset', () => {
    const bench = new Bench();
    bench.begin({}, results());
    expect(bench.test().legs).toEqual(['lease']);
    expect(verdictOf(bench.finish()).leaseClass).toBe('A');
    expect(knownLegs(results(), { ...model, firmware: '1.1' })).toEqual({ lease: null, cut: null, reboot: null });
  });

  it('of a test that showed nothing change nothing', () => {
    const { test } = tested({ carMaxMa: 7_000 });
    expect(withVerdict(results(), test, WHERE)).toEqual(results());
  });

  it('with legs still missing give no class: the profile’s word stands', () => {
    const { test, verdict } = tested({}, ['lease']);
    expect(verdict.leaseClass).toBeNull();
    expect(verdictSentence(test, verdict)).toBe('No class yet: still to be shown are cut and reboot.');
    const after = withVerdict(NO_RESULTS, test, WHERE);
    expect(effectiveTraits(PROVEN, after, 'Acme', 'Box', '1.0').leaseClass).toBe('A');
    expect(effectiveTraits(UNKNOWN, after, 'Acme', 'Box', '1.0').leaseClass).toBe('unknown');
  });

  it('of a charger that fails take the class from all of its kind at once', () => {
    const bench = new Bench();
    bench.feed({ type: 'class-found', model, leaseClass: 'C', atMs: 0 });
    expect(bench.state.chargers[0]?.traits.leaseClass).toBe('C');
    bench.feed({ type: 'class-found', model: { ...model, firmware: '2' }, leaseClass: 'A', atMs: 0 });
    expect(bench.state.chargers[0]?.traits.leaseClass).toBe('C');
  });
});

describe('while it runs', () => {
  it('tells in sentences what goes on, and wishes for it', () => {
    const bench = new Bench();
    bench.begin({ legs: ['lease'] });
    const seen: string[] = [];
    const wishes = new Map<string, unknown>();
    bench.also = ({ state, atMs }) => {
      const [test] = state.tests;
      if (!test) return;
      wishes.set(test.step, wishOf(test));
      const kind = liveSentence(test, atMs)
        .replace(/[\d.]+/g, '#')
        .replace(/, it draws # A/, '');
      if (seen.at(-1) !== kind) seen.push(kind);
    };
    const ended = bench.finish();
    seen.push(liveSentence(ended, bench.atMs).replace(/[\d.]+(?= [As])/g, '#'));
    wishes.set('ended', wishOf(ended));
    expect(seen).toEqual([
      'told # A, waiting for the car … # s',
      'waiting for room to raise to # A … # s',
      'raised to # A for # s, # s left … # s',
      'nothing is sent any more, waiting for it to fall by itself … # s',
      'Fell to # A by itself after # s.',
    ]);
    expect(wishes.get('low')).toMatchObject({ limitMa: 6_000, refresh: true, quiet: false });
    expect(wishes.get('room')).toMatchObject({ limitMa: 16_000, atLeastMa: 10_000, ttlMs: 20_000, refresh: false });
    expect(wishes.get('high')).toMatchObject({ ttlMs: 20_000, refresh: false, quiet: true });
    expect(wishes.get('ended')).toBeNull();
  });

  it('says of a charger whose connection is cut that this is meant, for how long, and what it must do by itself', () => {
    const bench = new Bench();
    bench.begin({ legs: ['lease', 'cut'] });
    const seen: string[] = [];
    bench.also = ({ state, atMs }) => {
      const [test] = state.tests;
      if (!test || !['cutting', 'down', 'back'].includes(test.step)) return;
      const kind = liveSentence(test, atMs)
        .replace(/\d+ s/g, '# s')
        .replace(/, it draws [\d.]+ A/, '');
      if (seen.at(-1) !== kind) seen.push(kind);
    };
    bench.finish();
    expect(seen).toEqual([
      'Connection cut: Busbar is about to cut its connection to the charger; the car charges on … # s',
      'Connection cut: offline on purpose, nobody lets it in for another # s; it must fall to 6 A by itself within # s … # s',
      'Connection cut: offline on purpose, nobody lets it in for another # s; it must be at 6 A by now … # s',
      'Connection cut: the charger is back; it is told nothing until its samples show whether it fell … # s',
    ]);
  });
});
