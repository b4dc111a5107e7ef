/** Rule 23: chargers that write every profile to flash are told less often before it wears out. */
import { describe, expect, it, test } from 'vitest';
import { assert, at } from '#base/assert.ts';
import { SKEW_MS } from '#site/gate/constants.ts';
import { isSpared, keptClear, putOff, raiseDueMs, writesToday } from '#site/gate/flash.ts';
import { longestWaitMs, refreshDueMs } from '#site/gate/lease.ts';
import { newest } from '#site/gate/ledger.ts';
import { withSent } from '#site/gate/told.ts';
import { wishesOf } from '#site/gate/wish.ts';
import { initialState } from '#site/initial.ts';
import { reduce } from '#site/reduce.ts';
import type { Connector } from '#site/state.ts';
import { withWritten, writtenOf } from '#site/written.ts';
import { decodeWritten, encodeWritten } from '#store/written.ts';
import { type Desk, PROVEN, settledDesk, topologyOf } from './site.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TTL_MS = 300_000;
const BUDGET = 500;
const TRAITS = { ...PROVEN, writesPerDay: BUDGET };
const start = initialState(topologyOf({ bays: [{ traits: TRAITS }] }), 0);
const spec = at(start.topology.connectors, 0);

/** A socket granted 10 A at 0 of the clock that its day began so many hours before, after so many profiles. */
function writtenTo(count: number, hoursGone: number, changed: Partial<Connector> = {}): Connector {
  const connector = at(start.connectors, 0);
  const granted = { limitMa: 10_000, lapseMa: 6_000, ttlMs: TTL_MS };
  const ledger = withSent(connector.ledger, granted, 0);
  return { ...connector, ...changed, ledger: { ...ledger, writes: { dayMs: -hoursGone * HOUR_MS, count } } };
}

const dueAfterS = (count: number, hoursGone: number, changed: Partial<Connector> = {}) =>
  Math.round(raiseDueMs(writtenTo(count, hoursGone, changed), TRAITS, TTL_MS, 0) / 1000);

describe('a raise of a charger whose flash lasts for 500 profiles a day', () => {
  test.each<[string, number, number, number]>([
    // What is left, less 16 refreshes for each hour of the rest of the day, and 25 that are kept for decreases.
    ['is free at the beginning of a day', 0, 0, Number.NEGATIVE_INFINITY],
    ['is free while 60 are spare', 223, 12, Number.NEGATIVE_INFINITY],
    ['waits four minutes after the last change where half of that is spare', 253, 12, 240],
    ['waits sixteen minutes where nothing is', 283, 12, 960],
    ['waits longer still where refreshes alone are too many', 298, 12, 1920],
    ['is free at the end of a day that was quiet, however few are left', 399, 23, Number.NEGATIVE_INFINITY],
    ['is none from 500 on', 500, 23, Number.POSITIVE_INFINITY],
  ])('%s', (_, count, hoursGone, seconds) => {
    expect(dueAfterS(count, hoursGone)).toBe(seconds);
  });

  it('is the first of a car that came after the last change, and goes at once', () => {
    expect(dueAfterS(283, 12, { wantsSinceMs: 1 })).toBe(Number.NEGATIVE_INFINITY);
    expect(dueAfterS(283, 12, { wantsSinceMs: -1 })).toBe(960);
  });
});

it('a budget that refreshes alone use up before the day is over is spent as it comes', () => {
  const dueS = (count: number) => raiseDueMs(writtenTo(count, 0), TRAITS, 60_000, 0) / 1000;
  expect([0, 415, 475, 500].map(dueS).map(Math.round)).toEqual([-Infinity, -Infinity, 960, Infinity]);
});

describe('where writes are spared', () => {
  const wished = (targetA: number, count: number) => {
    const targets = [{ ...at(start.targets, 0), targetMa: targetA * 1000 }];
    const wish = at(wishesOf({ ...start, connectors: [writtenTo(count, 12)] }, targets, 0), 0);
    return keptClear(wish, TTL_MS, 0).targetMa / 1000;
  };

  test.each<[string, number, number]>([
    ['a decrease goes an ampere further, so that the next small step asks for none', 9, 8],
    ['it never becomes a pause by that', 6.4, 6],
    ['what is a pause stays one', 0, 0],
    ['a raise keeps an ampere clear of the edge of its row', 14, 13],
    ['a raise by less becomes no decrease', 10.5, 10],
    ['nobody keeps clear of the rating', 32, 32],
  ])('%s', (_, targetA, sentA) => {
    expect(wished(targetA, 253)).toBe(sentA);
    expect(wished(targetA, 100)).toBe(targetA);
  });

  test.each<[string, number, number]>([
    ['nobody is told less than the fallback for it: that would need refreshes, and the fallback none', 10.5, 10],
    ['a socket that nobody uses stands at its fallback', 10, 10],
    ['what a row holds below the fallback keeps clear as ever', 9, 8],
  ])('%s', (_, targetA, sentA) => {
    const targets = [{ ...at(start.targets, 0), targetMa: targetA * 1000 }];
    const connector = writtenTo(253, 12);
    const ledger = withSent(connector.ledger, { limitMa: 16_000, lapseMa: 10_000, ttlMs: TTL_MS }, 0);
    const writes = connector.ledger.writes;
    const [found] = wishesOf({ ...start, connectors: [{ ...connector, ledger: { ...ledger, writes } }] }, targets, 0);
    assert(found !== undefined, 'one socket');
    const wish = { ...found, spec: { ...spec, fallbackMa: 10_000 } };
    expect(keptClear(wish, TTL_MS, 0).targetMa / 1000).toBe(sentA);
  });

  it('nobody keeps clear of what the back office allows: no step of the building reaches it', () => {
    const reason = { source: 'csms', id: 'CP1', row: null, text: '' } as const;
    const targets = [{ targetMa: 16_000, reason }];
    const wish = at(wishesOf({ ...start, connectors: [writtenTo(253, 12)] }, targets, 0), 0);
    expect(keptClear(wish, TTL_MS, 0).targetMa).toBe(16_000);
    // The same limit over all sockets is a row like any other.
    const overAll = at(
      wishesOf({ ...start, connectors: [wish.connector] }, [{ ...at(targets, 0), reason: { ...reason, row: 0 } }], 0),
      0,
    );
    expect(keptClear(overAll, TTL_MS, 0).targetMa).toBe(15_000);
  });

  it('refreshes are put off bit by bit, to three quarters of the lease time at most', () => {
    const due = (count: number) => {
      const connector = writtenTo(count, 12);
      const last = { ...newest(connector.ledger), ackedAtMs: 0 };
      return refreshDueMs(last, 0, TTL_MS, putOff(connector, TRAITS, TTL_MS, 0)) / 1000;
    };
    expect([100, 223, 253, 283, 499].map(due)).toEqual([150, 150, 187.5, 225, 225]);
    expect(isSpared(writtenTo(499, 12), { ...TRAITS, writesPerDay: null }, TTL_MS, 0)).toBe(false);
  });

  it('a refresh is put off only as far as a silent meter, two lost refreshes and a third leave time', () => {
    for (const ttlMs of [30_000, 60_000, 90_000, 120_000, 300_000]) {
      const leftMs = ttlMs - SKEW_MS - longestWaitMs(ttlMs);
      if (longestWaitMs(ttlMs) > ttlMs / 2) expect(leftMs).toBeGreaterThanOrEqual(30_000);
    }
    // A lease of a minute has no such time: it is said again as ever.
    expect(longestWaitMs(60_000)).toBe(30_000);
  });
});

it('the count begins anew a day after its first profile', () => {
  const connector = { ...at(start.connectors, 0) };
  const written = { ...connector, ledger: { ...connector.ledger, writes: { dayMs: 5_000, count: 77 } } };
  expect([writesToday(written, 5_000 + DAY_MS - 1), writesToday(written, 5_000 + DAY_MS)]).toEqual([77, 0]);
  const sent = withSent(written.ledger, { limitMa: 6_000, lapseMa: 6_000, ttlMs: null }, 5_000 + DAY_MS);
  expect(sent.writes).toEqual({ dayMs: 5_000 + DAY_MS, count: 1 });
});

it('what set-up writes is counted: the base, and what is meant for the whole station', () => {
  const { charger, index: connector } = spec;
  const steps = [
    { kind: 'base', connector: null },
    { kind: 'base', connector },
    { kind: 'maximum' },
    { kind: 'read-back', connector },
    { kind: 'clear', purpose: 'TxProfile', stackLevel: null },
  ] as const;
  const commands = steps.map(step => ({ type: 'set-up' as const, connector, charger, step, round: 1 }));
  const after = reduce(start, { type: 'commands-sent', commands, atMs: 7 });
  expect(writesToday(at(after.connectors, 0), 8)).toBe(3);
});

it('what was written outlives the process', () => {
  const state = { ...start, connectors: [writtenTo(77, 3)] };
  const written = writtenOf(state, { nowMs: 0, wallMs: 10 * DAY_MS });
  const read = decodeWritten(encodeWritten(written));
  const later = { nowMs: 5_000, wallMs: 10 * DAY_MS + HOUR_MS };
  const next = at(withWritten(start, read ?? [], later).connectors, 0);
  expect(next.ledger.writes).toEqual({ dayMs: 5_000 - 4 * HOUR_MS, count: 77 });
  const setBack = at(withWritten(start, read ?? [], { nowMs: 5_000, wallMs: 0 }).connectors, 0);
  expect(setBack.ledger.writes).toEqual({ dayMs: 5_000, count: 77 });
  expect(decodeWritten('[{"charger":"CP1"}]')).toBeNull();
});

/** One car at 29 A in a building of 10 A, after so many of its 500 profiles. */
function wornOut(count: number): Desk {
  const bays = [{ fallbackA: 6, traits: { ...PROVEN, writesPerDay: BUDGET } }];
  const site = { bays, limits: [{ limitA: 40 }], designLoadA: 20, ttlMs: TTL_MS };
  const desk = settledDesk({ ...site, bays: [{ fallbackA: 6, traits: PROVEN }] }, 10);
  expect(desk.limitsA()).toEqual([29]);
  const chargers = desk.state.chargers.map(found => ({ ...found, traits: TRAITS }));
  const connectors = desk.state.connectors.map(found => ({
    ...found,
    ledger: { ...found.ledger, writes: { dayMs: desk.atMs, count } },
  }));
  desk.state = { ...desk.state, chargers, connectors };
  return desk;
}

/** What is sent in so many seconds of a building that draws `buildingA`. @param answers false: nothing is answered in time */
function sentIn(desk: Desk, buildingA: number, seconds: number, loses: () => boolean = () => false) {
  const out: { readonly atMs: number; readonly change: string }[] = [];
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    const grantA = desk.limitsA()[0] ?? 0;
    if (second % 10 === 0) desk.draws(0, grantA);
    desk.meter(buildingA + grantA);
    const commands = desk.pass().commands;
    const set = commands.flatMap(command => (command.type === 'set-limit' ? [command] : []));
    out.push(...set.map(({ change }) => ({ atMs: desk.atMs, change })));
    if (set.length > 0 && loses()) {
      desk.atMs += 5_000;
      for (const command of set) desk.settle(command, { ok: false, why: 'timeout' });
    } else desk.settleAndAnswer(commands);
  }
  return out;
}

it('a budget that is used up holds back neither refreshes nor decreases, only raises', () => {
  const desk = wornOut(BUDGET);
  const changes = (buildingA: number, seconds: number) => sentIn(desk, buildingA, seconds).map(({ change }) => change);
  expect(changes(10, 300)).toContain('refresh');
  expect(changes(20, 10)).toContain('decrease');
  const lowered = desk.limitsA()[0];
  expect(new Set(changes(5, 600))).toEqual(new Set(['refresh']));
  expect(desk.limitsA()[0]).toBe(lowered);
});

it('one failed refresh costs nothing, though it was put off: its repetition comes before the lease is over', () => {
  const desk = wornOut(BUDGET);
  sentIn(desk, 10, 300);
  const grantedA = desk.limitsA()[0];
  let lost = 0;
  const sent = sentIn(desk, 10, 200, () => lost++ === 0);
  expect(sent.map(({ change }) => change)).toEqual(['refresh', 'refresh']);
  // It timed out after 5 s, and was said again 2 s later.
  expect(sent.map(({ atMs }) => atMs - at(sent, 0).atMs)).toEqual([0, 7_000]);
  expect(desk.limitsA()[0]).toBe(grantedA);
});
