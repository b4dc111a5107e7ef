/** The exposure ledger: which limits a charger may still obey, and what they book (rules 1, 3, 4, 5, 10). */
import { describe, expect, it, test } from 'vitest';
import { HELD_MAX } from '#site/gate/constants.ts';
import {
  believed,
  bookedMa,
  exposureMa,
  grantMa,
  highestHeldMa,
  levelMa,
  limitWithin,
  lowestHeldMa,
  lowestObeyedMa,
  unknownLedger,
} from '#site/gate/ledger.ts';
import { withAck, withRefusal, withSent, withSilence } from '#site/gate/told.ts';
import { initialState } from '#site/initial.ts';
import type { Ledger } from '#site/state.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';
import { type Bay, PROVEN, topologyOf } from './site.ts';

const specOf = (bay: Bay = {}): ConnectorSpec => topologyOf({ bays: [bay] }).connectors[0]!;

/** Limits in A with the instants of their sending and their ack; newest last. */
const ledger = (...held: readonly (readonly [amps: number, sentAtMs: number, ackedAtMs: number | null])[]): Ledger => ({
  ...unknownLedger(32_000),
  held: held.map(([amps, sentAtMs, ackedAtMs]) => ({
    limitMa: amps * 1000,
    lapseMa: amps * 1000,
    lapsesAtMs: Number.POSITIVE_INFINITY,
    sentAtMs,
    ackedAtMs,
  })),
});

const heldA = ({ held }: Ledger) => held.map(each => each.limitMa / 1000);

const endless = (limitMa: number) => ({ limitMa, lapseMa: limitMa, ttlMs: null });

describe('what a limit books on each phase', () => {
  const watts = { rateUnit: 'W' } as const;
  test.each<[string, number, number, Partial<ChargerTraits>, Bay]>([
    ['in amperes is itself', 10, 10, {}, {}],
    ['in amperes is never more than the rating', 40, 32, {}, {}],
    ['of 0 is 0', 0, 0, {}, {}],
    ['of 0 is the minimum where the model cannot pause', 0, 6, { canPause: false }, {}],
    ['below the minimum is the minimum where the model cannot pause', 4, 6, { canPause: false }, {}],
    ['in watts may be drawn on a single phase at 90 % of nominal', 3, 10, watts, {}],
    ['in watts is never more than the rating either', 10, 32, watts, {}],
    ['in watts on one phase is only raised by the low voltage', 9, 10, watts, { phases: [1] }],
    ['in watts of a model that divides by the phases too', 9, 10, { ...watts, dividesByPhases: true }, {}],
    [
      'in watts of a model that cannot pause is its minimum on a single phase',
      0,
      20,
      { ...watts, canPause: false },
      {},
    ],
  ])('a limit %s', (_, limitA, bookedA, traits, bay) => {
    expect(levelMa(limitA * 1000, specOf(bay), { ...PROVEN, ...traits })).toBe(bookedA * 1000);
  });

  it('the highest limit within a level books no more than it, and one more would', () => {
    for (const traits of [PROVEN, { ...PROVEN, ...watts }, { ...PROVEN, ...watts, dividesByPhases: true }]) {
      for (const bay of [{}, { phases: [2] as const }, { maxA: 16 }]) {
        const spec = specOf(bay);
        for (let level = 0; level <= 40_000; level += 37) {
          const limit = limitWithin(level, spec, traits);
          expect(levelMa(limit, spec, traits)).toBeLessThanOrEqual(Math.max(level, 0));
          if (level < spec.maxMa) expect(levelMa(limit + 1, spec, traits)).toBeGreaterThan(level);
        }
      }
    }
  });
});

describe('a limit that was sent', () => {
  it('stands beside those before it: the charger may obey any of them', () => {
    const sent = withSent(withSent(ledger([16, 0, 100]), endless(10_000), 1000), endless(20_000), 2000);
    expect(heldA(sent)).toEqual([16, 10, 20]);
    expect([highestHeldMa(sent, 0), lowestHeldMa(sent.held, 0), grantMa(sent)]).toEqual([20_000, 10_000, 16_000]);
    expect(sent.changedAtMs).toBe(2000);
  });

  it('never makes the highest smaller by being one too many: the oldest are merged at their maximum', () => {
    for (const first of [
      [31, 7],
      [7, 31],
    ] as const) {
      let book = ledger([first[0], 0, 1], [first[1], 2, 3]);
      for (let i = 0; i < 2 * HELD_MAX; i++) book = withSent(book, endless(6_000 + i), 1000 * i);
      expect(book.held).toHaveLength(HELD_MAX);
      expect(highestHeldMa(book, 0)).toBe(31_000);
    }
  });
});

describe('an answer of the charger', () => {
  test.each<[string, Ledger, number[]]>([
    ['yes to a raise: all below is over', withAck(ledger([10, 0, 1], [16, 5, null]), 16_000, 9), [16]],
    [
      'yes to a decrease: the higher one stands until it is believed',
      withAck(ledger([16, 0, 1], [10, 5, null]), 10_000, 9),
      [16, 10],
    ],
    [
      'yes to the first of two: the second stays open',
      withAck(ledger([16, 0, 1], [10, 5, null], [12, 6, null]), 10_000, 9),
      [16, 10, 12],
    ],
    ['yes to what was never sent changes nothing', withAck(ledger([16, 0, 1], [10, 5, null]), 13_000, 9), [16, 10]],
    ['no: it certainly does not hold it', withRefusal(ledger([16, 0, 1], [10, 5, null]), 10_000, 9), [16]],
    ['no to all that is known of it: the unknown stands', withRefusal(unknownLedger(32_000), 10_000, 9), [32]],
    ['none: both stand', withSilence(ledger([16, 0, 1], [10, 5, null]), 9), [16, 10]],
  ])('%s', (_, after, held) => {
    expect(heldA(after)).toEqual(held);
  });

  it('yes to the same limit again: it has been in force since the first yes', () => {
    const again = (book: Ledger, atMs: number) => withAck(withSent(book, endless(10_000), atMs), 10_000, atMs + 1);
    expect(again(ledger([16, 0, 1], [10, 5, 7]), 90_000).held.map(held => held.ackedAtMs)).toEqual([1, 7]);
    const lapsing = ledger([10, 5, 7]);
    const lapsed = { ...lapsing, held: lapsing.held.map(held => ({ ...held, lapseMa: 6_000, lapsesAtMs: 95_000 })) };
    expect(again(lapsed, 84_999).held.map(held => held.ackedAtMs)).toEqual([7]);
    expect(
      again(lapsed, 85_000).held.map(held => held.ackedAtMs),
      'it may have lapsed meanwhile',
    ).toEqual([85_001]);
  });

  it('counts what failed in a row, and an ack ends the count', () => {
    const open = ledger([16, 0, 1], [10, 5, null]);
    const failed = withSilence(withRefusal(open, 9_999, 7), 9);
    expect([failed.failures, failed.failedAtMs]).toEqual([2, 9]);
    expect(withAck(failed, 10_000, 11).failures).toBe(0);
  });
});

describe('what a car that was seen draws at least', () => {
  const told = (book: Ledger, limitMa: number, atMs: number) =>
    withAck(withSent(book, endless(limitMa), atMs), limitMa, atMs);
  const paused = told(ledger([10, 0, 1]), 0, 10_000);
  const resumed = told(paused, 8_000, 20_000);
  const leased = withAck(
    withSent(ledger([16, 0, 1]), { limitMa: 16_000, lapseMa: 6_000, ttlMs: 300_000 }, 10_000),
    16_000,
    10_000,
  );
  const renewed = told(leased, 16_000, 348_000);

  test.each<[string, Ledger, number, number]>([
    ['is nothing once it has been told to stop', paused, 9_000, 0],
    ['is nothing on a sample from before that, though it has been told more since', resumed, 9_000, 0],
    ['is nothing on a sample that may have been taken while it stood', resumed, 22_000, 0],
    ['is what a later sample says, at its limit', resumed, 22_001, 8_000],
    ['is what its lease had fallen to, on a sample from before it was said again', renewed, 340_000, 6_000],
    ['and all of it on a later one', renewed, 350_002, 16_000],
  ])('%s', (_, book, seenAtMs, leastMa) => {
    expect(lowestObeyedMa(book, PROVEN, seenAtMs, 30_000)).toBe(leastMa);
  });
});

describe('what a connector is booked at', () => {
  const connector = initialState(topologyOf({ bays: [{}] }), 0).connectors[0]!;
  const charger = { ...initialState(topologyOf({ bays: [{}] }), 0).chargers[0]!, link: 'online' as const };
  const decrease = ledger([16, 0, 1], [10, 1000, 2000]);

  test.each<[string, Ledger, Partial<ChargerTraits>, number, number]>([
    ['the rating while nothing is known', unknownLedger(32_000), {}, 0, 32],
    ['the old limit while a decrease is not believed', decrease, {}, 61_999, 16],
    ['the new one a minute after the ack, on a proven model', decrease, {}, 62_000, 10],
    [
      'the first of several a minute after its ack',
      ledger([16, 0, 1], [10, 1000, 2000], [8, 50_000, 51_000]),
      {},
      62_000,
      10,
    ],
    ['the old one for ever on any other', decrease, { leaseClass: 'B' }, 9e9, 16],
    ['the rating where it does not obey', { ...decrease, uncontrolled: true }, {}, 62_000, 32],
  ])('%s', (_, book, traits, atMs, bookedA) => {
    expect(bookedMa({ ...connector, ledger: book }, specOf(), { ...PROVEN, ...traits }, atMs)).toBe(bookedA * 1000);
  });

  it('its measured draw where that is more, on phases that it should not use too, for half a minute', () => {
    const seen = {
      ...connector,
      ledger: ledger([10, 0, 1]),
      draw: { atMs: 0, ma: [12_000, 3_000, 0] as const, powerW: 0 },
    };
    const onL1 = specOf({ phases: [0] });
    expect(exposureMa(seen, onL1, charger, 30_000)).toEqual([12_000, 3_000, 0]);
    expect(exposureMa(seen, onL1, charger, 30_001)).toEqual([10_000, 0, 0]);
  });

  it('its rating when the link is gone and the model is not proven to obey alone', () => {
    const held = { ...connector, ledger: ledger([10, 0, 1]) };
    const lost = { ...charger, link: 'offline' as const };
    expect(exposureMa(held, specOf(), lost, 0)).toEqual([10_000, 10_000, 10_000]);
    const unproven = { ...lost, traits: { ...PROVEN, leaseClass: 'unknown' as const } };
    expect(exposureMa(held, specOf(), unproven, 0)).toEqual([32_000, 32_000, 32_000]);
  });

  it('nothing older than what is believed', () => {
    expect(heldA(believed(decrease))).toEqual([10]);
  });
});
