/** When a decrease is believed, when it is overdue, and when a charger no longer obeys (rules 4, 5, 6, 8). */
import { describe, expect, it, test } from 'vitest';
import { at } from '#base/assert.ts';
import { afterSample, isStuck, overdueAtMs, retryAtMs } from '#site/gate/belief.ts';
import { unknownLedger } from '#site/gate/ledger.ts';
import { withAck, withSent } from '#site/gate/told.ts';
import { initialState } from '#site/initial.ts';
import type { Charger, Connector, DrawSample, Ledger } from '#site/state.ts';
import { PROVEN, topologyOf } from './site.ts';

const sample = (amps: number, atMs: number): DrawSample => ({ atMs, ma: [amps * 1000, 0, 0], powerW: 0 });

/** 16 A, then told 10 A at 100 s, acknowledged at 101 s. Reaction 10 s, link 2 s. */
const told = (ackedAtMs: number | null = 101_000): Ledger => ({
  ...unknownLedger(32_000),
  held: [
    { limitMa: 16_000, lapseMa: 16_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 0, ackedAtMs: 1000 },
    { limitMa: 10_000, lapseMa: 10_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 100_000, ackedAtMs },
  ],
});

const heldA = (ledger: Ledger) => ledger.held.map(each => each.limitMa / 1000);

/** A three-phase socket of 32 A. */
const SPEC = at(topologyOf({ bays: [{}] }).connectors, 0);

describe('a decrease is believed', () => {
  test.each<[string, number, number, number | null, number[]]>([
    ['by a sample taken after ack and reaction, at the limit', 10, 113_000, 101_000, [10]],
    ['with the tolerance of a tenth', 11, 113_000, 101_000, [10]],
    ['not above it', 11.1, 113_000, 101_000, [16, 10]],
    ['not by one that may have been taken before the car could react', 10, 112_999, 101_000, [16, 10]],
    ['not by a low one from before: a car that climbs may yet reach its old limit', 3, 105_000, 101_000, [16, 10]],
    ['not without an ack', 10, 113_000, null, [16, 10]],
  ])('%s', (_, amps, atMs, ackedAtMs, held) => {
    expect(heldA(afterSample(told(ackedAtMs), sample(amps, atMs), SPEC, PROVEN, null))).toEqual(held);
  });

  it('and what came before it is over even while a newer command is under way', () => {
    const newer = told();
    const open = {
      ...newer,
      held: [
        ...newer.held,
        { limitMa: 8_000, lapseMa: 8_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 112_000, ackedAtMs: null },
      ],
    };
    expect(heldA(afterSample(open, sample(10, 113_000), SPEC, PROVEN, null))).toEqual([10, 8]);
  });
});

describe('a charger that draws more than it may', () => {
  const settled: Ledger = {
    ...unknownLedger(32_000),
    held: [{ limitMa: 10_000, lapseMa: 10_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 0, ackedAtMs: 1000 }],
  };
  const judged = (...samples: readonly (readonly [amps: number, atMs: number])[]) =>
    samples.reduce((ledger, [amps, atMs]) => afterSample(ledger, sample(amps, atMs), SPEC, PROVEN, null), settled);

  test.each<[string, boolean, readonly (readonly [number, number])[]]>([
    ['once is not yet uncontrolled', false, [[16, 100_000]]],
    [
      'twice within seven seconds neither',
      false,
      [
        [16, 100_000],
        [16, 106_999],
      ],
    ],
    [
      'twice, seven seconds apart, is',
      true,
      [
        [16, 100_000],
        [16, 107_000],
      ],
    ],
    [
      'and obeys in between is not',
      false,
      [
        [16, 100_000],
        [10, 104_000],
        [16, 108_000],
      ],
    ],
    [
      'by less than the tolerance is not',
      false,
      [
        [11, 100_000],
        [11, 110_000],
      ],
    ],
  ])('%s', (_, uncontrolled, samples) => {
    expect(judged(...samples).uncontrolled).toBe(uncontrolled);
  });

  it('is not excused by being told again', () => {
    const once = judged([16, 100_000]);
    const again: Ledger = {
      ...once,
      held: [
        ...once.held,
        { limitMa: 8_000, lapseMa: 8_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 101_000, ackedAtMs: 102_000 },
      ],
    };
    expect(afterSample(again, sample(16, 108_000), SPEC, PROVEN, null).uncontrolled).toBe(true);
  });

  it('is allowed its old limit until it can have followed the new one', () => {
    const following = [103_000, 107_000, 111_000].reduce(
      (ledger, atMs) => afterSample(ledger, sample(16, atMs), SPEC, PROVEN, null),
      told(),
    );
    expect(following).toMatchObject({ uncontrolled: false, overSinceMs: null });
  });

  it('comes back after ten obeying samples in a row that follow a new decrease', () => {
    let ledger = judged([16, 100_000], [16, 110_000]);
    let atMs = 120_000;
    let before: DrawSample | null = null;
    const draws = (amps: number) => {
      atMs += 10_000;
      const now = sample(amps, atMs);
      ledger = afterSample(ledger, now, SPEC, PROVEN, before);
      before = now;
    };
    const obeys = (times: number) => {
      for (let i = 0; i < times; i++) draws(6);
    };
    obeys(20);
    expect(ledger.uncontrolled, 'that it draws less may be the car').toBe(true);
    ledger = withAck(withSent(ledger, { limitMa: 6_000, lapseMa: 6_000, ttlMs: null }, atMs), 6_000, atMs);
    atMs += 5_000;
    obeys(9);
    expect(ledger.uncontrolled).toBe(true);
    draws(16);
    obeys(9);
    expect(ledger.uncontrolled, 'the row was broken').toBe(true);
    obeys(1);
    expect(ledger).toMatchObject({ uncontrolled: false, obeyed: null, overSinceMs: null });
  });
});

describe('a charger that did not obey, told less', () => {
  type Draw = readonly [amps: number, atMs: number];
  const drawing = (ledger: Ledger, draws: readonly Draw[]): Ledger => {
    let before: DrawSample | null = null;
    return draws.reduce((was, [amps, atMs]) => {
      const now = sample(amps, atMs);
      const next = afterSample(was, now, SPEC, PROVEN, before);
      before = now;
      return next;
    }, ledger);
  };
  const tenTimes = (amps: number, fromMs: number): readonly Draw[] =>
    Array.from({ length: 10 }, (_, i): Draw => [amps, fromMs + i * 10_000]);
  const told6: Ledger = {
    ...told(),
    held: [
      { limitMa: 6_000, lapseMa: 6_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 120_000, ackedAtMs: 120_000 },
    ],
    uncontrolled: true,
    obeyed: 0,
    brokenMa: 6_000,
  };

  test.each<[string, boolean, readonly Draw[]]>([
    ['comes back where it follows within forty seconds', false, [[16, 150_000], [8, 155_000], ...tenTimes(6, 158_000)]],
    ['comes back later where it falls all at once', false, [[16, 300_000], ...tenTimes(6, 310_000)]],
    [
      'does not where its car comes down bit by bit, as a full battery does',
      true,
      [[16, 150_000], [13, 160_000], [10, 170_000], [8, 180_000], ...tenTimes(6, 190_000)],
    ],
    ['nor where nobody saw how it came down', true, [[16, 150_000], ...tenTimes(6, 200_000)]],
  ])('%s', (_, uncontrolled, draws) => {
    expect(drawing(told6, draws).uncontrolled).toBe(uncontrolled);
  });
});

describe('a command that failed', () => {
  test.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [5, 32],
    [6, 60],
    [40, 60],
  ])('%i times in a row is tried again after %i s', (failures, seconds) => {
    expect(retryAtMs({ ...told(), failures, failedAtMs: 1000 })).toBe(1000 + seconds * 1000);
  });
});

describe('a charger counts at what it may still hold', () => {
  const start = initialState(topologyOf({ bays: [{}] }), 0);
  const online: Charger = { ...start.chargers[0]!, link: 'online', booted: true };
  const connector = (ledger: Ledger, draw: DrawSample | null = null): Connector => ({
    ...start.connectors[0]!,
    ledger,
    draw,
  });
  const obeying: Ledger = {
    ...unknownLedger(32_000),
    held: [{ limitMa: 10_000, lapseMa: 10_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs: 0, ackedAtMs: 1000 }],
  };

  /** Told 8 A after the 10 A of `told`, acknowledged a second later. */
  const toldAgain = (sentAtMs: number): Ledger => ({
    ...told(),
    held: [
      ...told().held,
      { limitMa: 8_000, lapseMa: 8_000, lapsesAtMs: Number.POSITIVE_INFINITY, sentAtMs, ackedAtMs: sentAtMs + 1000 },
    ],
  });
  const unanswered: Ledger = {
    ...told(),
    held: toldAgain(120_000).held.map((held, i) => (i === 1 ? { ...held, ackedAtMs: null } : held)),
  };
  const shown = connector(toldAgain(120_000), sample(10, 119_000));
  const again150 = connector(toldAgain(150_000));

  test.each<[string, boolean, Connector, Partial<Charger>, number]>([
    ['not while it is under control', false, connector(obeying), {}, 200_000],
    ['when its link is gone', true, connector(obeying), { link: 'offline' }, 200_000],
    ['when it has not booted', true, connector(obeying), { booted: false }, 200_000],
    ['when two commands timed out', true, connector(obeying), { timeouts: 2 }, 200_000],
    ['not after a single one', false, connector(obeying), { timeouts: 1 }, 200_000],
    ['when it refused its last command', true, connector({ ...obeying, failures: 1 }), {}, 200_000],
    ['when it does not obey', true, connector({ ...obeying, uncontrolled: true }), {}, 200_000],
    ['when a command has been on its way for two seconds', true, connector(obeying), { callSinceMs: 198_000 }, 200_000],
    ['not before', false, connector(obeying), { callSinceMs: 198_001 }, 200_000],
    ['when no ack came in two seconds', true, connector(told(null)), {}, 102_000],
    ['not before that', false, connector(told(null)), {}, 101_999],
    [
      'when no sample showed the decrease in reaction time and the age of a sample',
      true,
      connector(told()),
      {},
      126_000,
    ],
    ['not before that either', false, connector(told()), {}, 125_999],
    ['not when a sample showed it', false, connector(told(), sample(10, 103_000)), {}, 140_000],
    ['not after the time in which a proven model is believed', false, connector(told()), {}, 161_000],
    ['though it has been told less since: that does not excuse it', true, connector(toldAgain(120_000)), {}, 126_000],
    ['not for one that was never answered, once a later one was', false, connector(unanswered), {}, 126_000],
    ['not where a sample has shown the first, and the next has its time', false, shown, {}, 140_000],
    ['but not for the next one for ever', true, shown, {}, 146_000],
    ['not a minute after what it was told first, and the next has its time', false, again150, {}, 161_000],
  ])('%s', (_, stuck, found, rest, atMs) => {
    expect(isStuck(found, { ...online, ...rest }, atMs)).toBe(stuck);
  });

  it('and nothing is overdue where the newest limit is the highest', () => {
    expect(overdueAtMs(connector(obeying), PROVEN)).toBe(Number.POSITIVE_INFINITY);
  });
});
