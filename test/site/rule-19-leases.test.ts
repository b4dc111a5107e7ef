/** Rules 1, 19, 20 and 21: how long a charger keeps a limit by itself, when it is said again, and what lies ahead. */
import { describe, expect, it, test } from 'vitest';
import { at } from '#base/assert.ts';
import { LOOK_AHEAD_MS, SKEW_MS } from '#site/gate/constants.ts';
import { leaseOf, refreshDueMs } from '#site/gate/lease.ts';
import { bookedLevelMa, unknownLedger } from '#site/gate/ledger.ts';
import { hardAheadMs } from '#site/gate/sums.ts';
import { initialState } from '#site/initial.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { Charger, Held, Skew } from '#site/state.ts';
import { type Desk, PROVEN, settledDesk, topologyOf } from './site.ts';

const TTL_MS = 60_000;
const site = initialState(topologyOf({ bays: [{ fallbackA: 6 }], ttlMs: TTL_MS }), 0);
const spec = at(site.topology.connectors, 0);
const known: Skew = { ...UNKNOWN_SKEW, ms: 0 };
const online: Charger = { ...at(site.chargers, 0), link: 'online', booted: true, skew: known, traits: PROVEN };

/** Acknowledged at once, at 0. */
const held = (limitA: number, lapseA: number, lapsesAtMs: number): Held => ({
  limitMa: limitA * 1000,
  lapseMa: lapseA * 1000,
  lapsesAtMs,
  sentAtMs: 0,
  ackedAtMs: 0,
});

describe('a limit is sent', () => {
  test.each<[string, number, number, number | null]>([
    ['above its fallback for one TTL, and falls to its fallback then', 16, 6, TTL_MS],
    ['below its fallback for three TTL, and rises to its fallback then', 0, 6, 3 * TTL_MS],
    ['at its fallback without an end', 6, 6, null],
  ])('%s', (_, limitA, lapseA, ttlMs) => {
    const sent = leaseOf(limitA * 1000, spec.fallbackMa, online, spec, TTL_MS);
    expect(sent).toEqual({ limitMa: limitA * 1000, lapseMa: lapseA * 1000, ttlMs });
  });

  test.each<[string, Partial<Charger>]>([
    ['whose clock is not known', { skew: UNKNOWN_SKEW }],
    ['that knows Relative schedules only', { traits: { ...PROVEN, absolute: false } }],
    ['with one level and two periods', { traits: { ...PROVEN, stackLevels: 1, maxPeriods: 2 } }],
  ])('to a charger %s without an end, at the fallback and no more', (_, change) => {
    const sent = leaseOf(16_000, spec.fallbackMa, { ...online, ...change }, spec, TTL_MS);
    expect(sent).toEqual({ limitMa: 6_000, lapseMa: 6_000, ttlMs: null });
  });
});

describe('a paused car that comes back by itself after three TTL', () => {
  const bookedA = (atMs: number, aheadMs: number) => {
    const ledger = { ...unknownLedger(32_000), held: [held(0, 6, 3 * TTL_MS)] };
    return bookedLevelMa({ ...at(site.connectors, 0), ledger }, spec, online, atMs, aheadMs) / 1000;
  };

  it('is booked on live rows 15 s and the error of its clock before that', () => {
    expect(bookedA(154_999, LOOK_AHEAD_MS)).toBe(0);
    expect(bookedA(155_000, LOOK_AHEAD_MS)).toBe(6);
  });

  it('is booked on hard rows one TTL and twice the error of its clock before that, so that a dead gateway need lower nobody', () => {
    expect(hardAheadMs(site)).toBe(TTL_MS + SKEW_MS);
    expect(bookedA(99_999, hardAheadMs(site))).toBe(0);
    expect(bookedA(100_000, hardAheadMs(site))).toBe(6);
  });
});

describe('a limit is due to be said again', () => {
  test.each<[string, Held, number, number]>([
    ['above its fallback after half a TTL', held(16, 6, TTL_MS), 0, 30_000],
    ['below its fallback after a whole one', held(0, 6, 3 * TTL_MS), 0, 60_000],
    ['later by its place in an eighth of a TTL', held(16, 6, TTL_MS), 1, 34_575],
    ['never where it has no end', held(6, 6, Number.POSITIVE_INFINITY), 0, Number.POSITIVE_INFINITY],
    ['not before it was answered', { ...held(16, 6, TTL_MS), ackedAtMs: null }, 0, Number.POSITIVE_INFINITY],
  ])('%s', (_, last, index, dueMs) => {
    expect(refreshDueMs(last, index, TTL_MS)).toBe(dueMs);
  });
});

/** One car at 29 A, or paused by an energy manager; whatever was due is said, and the next refresh is not yet. */
function justRefreshed(limitA: number | null = null): Desk {
  const desk = settledDesk({ bays: [{ fallbackA: 6 }], limits: [{ limitA: 40 }], designLoadA: 20, ttlMs: TTL_MS }, 10);
  if (limitA !== null) cap(desk, limitA);
  for (let second = 0; second < 100; second++) {
    const commands = aSecond(desk);
    if (second > 20 && commands.some(command => command.change === 'refresh')) return desk;
  }
  throw new Error('no refresh came');
}

const cap = (desk: Desk, limitA: number) =>
  desk.feed({
    type: 'limits-set',
    source: 'ems',
    limits: [
      {
        source: 'ems',
        circuit: 0,
        limitMa: [limitA * 1000, limitA * 1000, limitA * 1000],
        limitW: null,
        evOnly: false,
        validUntilMs: null,
        validUntilWallMs: null,
        failSafeMa: null,
        setAtMs: desk.atMs,
      },
    ],
    atMs: desk.atMs,
  });

/** One second: the car draws what it may, the building 10 A. @param metered false while the meter says nothing */
function aSecond(desk: Desk, metered = true) {
  desk.atMs += 1_000;
  const grantA = desk.limitsA()[0] ?? 0;
  if ((desk.atMs / 1_000) % 10 === 0) desk.draws(0, grantA);
  if (metered) desk.meter(10 + grantA);
  const commands = desk.pass().commands;
  desk.settleAndAnswer(commands);
  return commands.flatMap(command => (command.type === 'set-limit' ? [command] : []));
}

/** What is sent to the car in the next seconds. */
const next = (desk: Desk, seconds: number, metered = true) =>
  Array.from({ length: seconds }, () => aSecond(desk, metered)).flat();

describe('a lease above its fallback', () => {
  it('is said again after half a TTL while everything is well, and nothing else is sent', () => {
    const sent = next(justRefreshed(), 59);
    expect(sent).toMatchObject([{ change: 'refresh', limitMa: 29_000, lapseMa: 6_000, ttlMs: TTL_MS }]);
  });

  it('is not said again while the meter of a circuit on its path is stale', () => {
    const desk = justRefreshed();
    next(desk, 25);
    // Stale after 3 s, due after 30 s, fail-safe after 10 s.
    expect(next(desk, 9, false)).toEqual([]);
  });

  it('is said again within the fail-safe budget once the meter has been silent for 10 s', () => {
    const desk = justRefreshed();
    const sent = next(desk, 50, false);
    // 40 − 1 − 20 = 19 A.
    expect(sent.map(({ change, limitMa }) => [change, limitMa])).toEqual([
      ['decrease', 19_000],
      ['refresh', 19_000],
    ]);
  });
});

it('a lease at or below its fallback is said again whatever the meter does: silence would let it rise', () => {
  const desk = justRefreshed(14);
  expect(desk.limitsA()).toEqual([0]);
  const sent = next(desk, 119, false);
  expect(sent).toMatchObject([{ change: 'refresh', limitMa: 0, lapseMa: 6_000, ttlMs: 3 * TTL_MS }]);
});
