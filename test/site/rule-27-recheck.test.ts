/** Rule 27: a raise waits for the disk, and what it was granted on may be gone by then. */
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { triple } from '#base/units.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { mayLeave, standingOf } from '#site/gate/recheck.ts';
import { Desk } from './site.ts';

let desk: Desk;
let raise: GateCommand;

/** A car is granted 29 A of a 40 A fuse beside a building of 10 A; the command is booked and waits for the disk. */
beforeEach(() => {
  desk = new Desk({ bays: [{}], limits: [{ limitA: 40 }], designLoadA: 20 });
  desk.connect(0);
  desk.status(0, 'Available');
  for (let second = 0; second < 5; second++) {
    desk.atMs += 1_000;
    desk.meter(10);
    desk.settleAll(desk.pass().commands);
  }
  desk.start(0);
  raise = at(desk.pass().commands, 0);
  expect(raise).toMatchObject({ change: 'raise', limitMa: 29_000 });
});

const leaves = () => mayLeave(desk.state, standingOf(desk.state, desk.atMs), raise, desk.atMs);

describe('a raise that is on disk at last', () => {
  it('leaves where nothing has changed', () => expect(leaves()).toBe(true));

  it('does not leave where the building has risen meanwhile', () => {
    desk.atMs += 1_000;
    desk.meter(11);
    expect(leaves()).toBe(false);
  });

  it('does not leave where the energy manager has lowered its limit meanwhile', () => {
    const limit = { source: 'ems', circuit: 0, limitMa: triple(30_000), limitW: null, evOnly: false };
    const rest = { validUntilMs: null, validUntilWallMs: null, failSafeMa: null, setAtMs: desk.atMs };
    desk.feed({ type: 'limits-set', source: 'ems', limits: [{ ...limit, ...rest }], atMs: desk.atMs });
    expect(leaves()).toBe(false);
  });

  it('does not leave where the plan gives less by now', () => {
    desk.feed({ type: 'wish-set', connector: 0, wish: { limitMa: 10_000, limitW: null }, atMs: desk.atMs });
    desk.pass();
    expect(leaves()).toBe(false);
  });
});

it('a raise that was withdrawn books nothing any more, for it certainly never left', () => {
  const { generation } = at(desk.state.chargers, 0);
  const outcome = { ok: false, why: 'withdrawn' } as const;
  desk.feed({ type: 'command-settled', command: raise, generation, outcome, atMs: desk.atMs, atChargerMs: desk.atMs });
  expect(at(desk.state.connectors, 0).ledger).toMatchObject({ held: [{ limitMa: 0 }], failures: 0 });
});
