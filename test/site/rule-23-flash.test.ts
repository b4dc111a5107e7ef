/** Rule 23: chargers that write every profile to flash are told less often before it wears out. */
import { describe, expect, it, test } from 'vitest';
import { at } from '#base/assert.ts';
import { flashAllows, writesToday } from '#site/gate/flash.ts';
import { withSent } from '#site/gate/told.ts';
import { wishesOf } from '#site/gate/wish.ts';
import { initialState } from '#site/initial.ts';
import { type Desk, PROVEN, settledDesk, topologyOf } from './site.ts';

const DAY_MS = 86_400_000;
const BUDGET = 500;

/** A socket granted 10 A `agoMs` ago that is to have `targetA`, after so many profiles today. */
function allows(count: number, targetA: number, agoMs: number): boolean {
  const atMs = 1_000_000;
  const start = initialState(topologyOf({ bays: [{ traits: { writesPerDay: BUDGET } }] }), 0);
  const granted = { limitMa: 10_000, lapseMa: 6_000, ttlMs: 300_000 };
  const ledger = withSent(at(start.connectors, 0).ledger, granted, atMs - agoMs);
  const connector = { ...at(start.connectors, 0), ledger: { ...ledger, writes: { dayMs: 0, count } } };
  const targets = [{ ...at(start.targets, 0), targetMa: targetA * 1000 }];
  return flashAllows(at(wishesOf({ ...start, connectors: [connector] }, targets, atMs), 0), atMs);
}

describe('a raise of a charger whose flash lasts for 500 profiles a day', () => {
  test.each<[string, number, number, number, boolean]>([
    ['is free below 400', 399, 10.1, 0, true],
    ['must be 2 A from 400 on', 400, 11.9, 60_000, false],
    ['and the last change a minute ago', 400, 12, 59_999, false],
    ['of 2 A after a minute is worth it', 400, 12, 60_000, true],
    ['is worth it up to the last one', 499, 12, 60_000, true],
    ['is none from 500 on', 500, 32, 3_600_000, false],
  ])('%s', (_, count, targetA, agoMs, expected) => {
    expect(allows(count, targetA, agoMs)).toBe(expected);
  });
});

it('the count begins anew a day after its first profile', () => {
  const start = at(initialState(topologyOf({ bays: [{}] }), 0).connectors, 0);
  const connector = { ...start, ledger: { ...start.ledger, writes: { dayMs: 5_000, count: 77 } } };
  expect([writesToday(connector, 5_000 + DAY_MS - 1), writesToday(connector, 5_000 + DAY_MS)]).toEqual([77, 0]);
  const sent = withSent(connector.ledger, { limitMa: 6_000, lapseMa: 6_000, ttlMs: null }, 5_000 + DAY_MS);
  expect(sent.writes).toEqual({ dayMs: 5_000 + DAY_MS, count: 1 });
});

/** One car at 29 A in a building of 10 A, its budget used up. */
function wornOut(): Desk {
  const bays = [{ fallbackA: 6, traits: { ...PROVEN, writesPerDay: 10 } }];
  const desk = settledDesk({ bays, limits: [{ limitA: 40 }], designLoadA: 20, ttlMs: 60_000 }, 10);
  expect(desk.limitsA()).toEqual([29]);
  const connectors = desk.state.connectors.map(found => ({
    ...found,
    ledger: { ...found.ledger, writes: { dayMs: 0, count: 10 } },
  }));
  desk.state = { ...desk.state, connectors };
  return desk;
}

/** What is sent in so many seconds of a building that draws `buildingA`. */
function changes(desk: Desk, buildingA: number, seconds: number): readonly string[] {
  const out: string[] = [];
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    const grantA = desk.limitsA()[0] ?? 0;
    if (second % 10 === 0) desk.draws(0, grantA);
    desk.meter(buildingA + grantA);
    const commands = desk.pass().commands;
    out.push(...commands.flatMap(command => (command.type === 'set-limit' ? [command.change] : [])));
    desk.settleAndAnswer(commands);
  }
  return out;
}

it('a budget that is used up holds back neither refreshes nor decreases, only raises', () => {
  const desk = wornOut();
  expect(changes(desk, 10, 60)).toContain('refresh');
  expect(changes(desk, 20, 10)).toContain('decrease');
  const lowered = desk.limitsA()[0];
  const later = changes(desk, 5, 300);
  expect(new Set(later)).toEqual(new Set(['refresh']));
  expect(desk.limitsA()[0]).toBe(lowered);
});
