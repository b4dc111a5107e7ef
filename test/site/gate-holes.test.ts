/** Holes that were once open in the gate, one story each: none may come back. */
import { describe, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import { Desk, PROVEN, settledDesk } from './site.ts';

const unproven = { traits: { ...PROVEN, leaseClass: 'unknown' as const } };
const setLimits = (desk: Desk) => desk.pass().commands.filter(command => command.type === 'set-limit');

describe('a charger that comes back', () => {
  it('is told no more than it last acknowledged, however much it may be meant to get', () => {
    const desk = settledDesk({ bays: [{}, unproven], limits: [{ limitA: 40 }] }, 0);
    expect(desk.limitsA()).toEqual([19.5, 19.5]);
    desk.atMs += 1_000;
    desk.status(1, 'Available');
    desk.pass();
    desk.lose(1);
    desk.atMs += 300;
    desk.connect(1);
    desk.start(1);
    for (const command of setLimits(desk))
      if (command.connector === 1) expect(command.limitMa).toBeLessThanOrEqual(19_500);
  });

  it('of which nothing is known is told its fallback, and more only as a raise that fits', () => {
    const desk = new Desk({ bays: [{}, {}], limits: [{ limitA: 60 }] });
    desk.connect(0);
    desk.start(0);
    desk.meter(32);
    expect(setLimits(desk)).toMatchObject([{ connector: 0, change: 'decrease', limitMa: 0 }]);
  });

  it('is not believed to be free on a status from before: a car may have come meanwhile', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 0);
    const grantedMa = Number(desk.limitsA()[0]) * 1000;
    desk.atMs += 1_000;
    desk.status(0, 'Available');
    desk.lose(0);
    desk.atMs += 60_000;
    desk.connect(0);
    const command = {
      type: 'set-limit',
      connector: 0,
      charger: 0,
      limitMa: 0,
      lapseMa: 0,
      ttlMs: null,
      change: 'decrease',
    } as const;
    desk.feed({ type: 'commands-sent', commands: [command], atMs: desk.atMs });
    desk.settle(command);
    expect(desk.state.connectors[0]?.ledger.held.map(held => held.limitMa)).toEqual([grantedMa, 0]);
    desk.status(0, 'Available');
    expect(desk.state.connectors[0]?.ledger.held.map(held => held.limitMa)).toEqual([0]);
  });
});

it('an answer that nobody can read leaves open whether the limit was taken', () => {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 0);
  desk.atMs += 1_000;
  desk.meter(58);
  const [command] = setLimits(desk);
  if (command === undefined) return expect.fail('no command');
  const generation = desk.state.chargers[0]?.generation ?? 0;
  const outcome = { ok: false, why: 'malformed' } as const;
  desk.feed({ type: 'command-settled', command, generation, outcome, atMs: desk.atMs, atChargerMs: 0 });
  expect(desk.state.connectors[0]?.ledger.held.map(held => held.limitMa)).toContain(command.limitMa);
});

it('a limit of 0 from outside counts idle sockets too', () => {
  const desk = settledDesk({ bays: [{ fallbackA: 6 }, { fallbackA: 6 }], limits: [{ limitA: 40 }] }, 0);
  for (const bay of [0, 1]) desk.status(bay, 'Available');
  desk.atMs += 1_000;
  desk.settleAll(desk.pass().commands);
  expect(desk.limitsA()).toEqual([6, 6]);
  const none = [0, 0, 0] as const;
  const limit = { source: 'cap', circuit: 0, limitMa: none, limitW: null, evOnly: true, validUntilMs: null };
  const outside = { ...limit, validUntilWallMs: null, failSafeMa: null, setAtMs: desk.atMs };
  desk.feed({ type: 'limits-set', source: 'cap', limits: [outside], atMs: desk.atMs });
  desk.settleAll(setLimits(desk));
  expect(desk.limitsA()).toEqual([0, 0]);
  desk.feed({ type: 'limits-set', source: 'cap', limits: [], atMs: desk.atMs });
  expect(desk.state.outsideLimits, 'an empty PUT wants nothing more').toEqual([]);
});

it('phases that come in separate elements are one look at the car', () => {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 0);
  desk.atMs += 20_000;
  const element = (phase: 'L1' | 'L2' | 'L3', value: number) => ({
    atWallMs: 1_800_000_000_000 + desk.atMs,
    context: 'Sample.Periodic',
    values: [{ measurand: 'Current.Import' as const, phase, value, location: 'Outlet' }],
  });
  desk.feed({
    type: 'charger-reported',
    charger: 0,
    report: {
      kind: 'meter-values',
      connectorId: 1,
      transactionId: 1,
      samples: [element('L1', 30), element('L2', 0), element('L3', 0)],
    },
    atMs: desk.atMs,
    atWallMs: 1_800_000_000_000 + desk.atMs,
    atChargerMs: 1_800_000_000_000 + desk.atMs,
    freshId: 0,
    traits: null,
  });
  expect(desk.state.connectors[0]?.draw?.ma).toEqual([30_000, 0, 0]);
});

it('a current that no socket can give is nobody’s draw', () => {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 0);
  const before = desk.state.connectors[0]?.draw;
  desk.atMs += 10_000;
  desk.draws(0, 16_000);
  desk.draws(0, 1e308);
  expect(desk.state.connectors[0]?.draw).toEqual(before);
});

it('a charger that drew too much counts at its rating when its car has left, too, until a person says otherwise', () => {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 20 }] }, 0);
  for (const later of [20_000, 8_000]) {
    desk.atMs += later;
    desk.draws(0, 31);
  }
  expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(true);
  desk.status(0, 'Available');
  expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(true);
  expect(exposuresOf(desk.state, desk.atMs)[0]).toEqual([32_000, 32_000, 32_000]);
  desk.feed({ type: 'charger-marked', charger: 0, mark: 'trusted', atMs: desk.atMs });
  expect(desk.state.connectors[0]?.ledger.uncontrolled).toBe(false);
});

it('a charger with two sockets that is away is booked at its feed, not at twice that', () => {
  const limitMa = [32_000, 32_000, 32_000] as const;
  const { topology, ...rest } = new Desk({ bays: [{}, {}], limits: [{ limitA: 100 }] }).state;
  const main = at(topology.circuits, 0);
  const feed = { source: 'charger', kind: 'hard' as const, limitMa, limitW: null, evOnly: true };
  const own = { ...main, index: 1, id: 'CP1', parent: 0, meter: -1, limits: [feed] };
  const chargers = [{ ...at(topology.chargers, 0), connectors: [0, 1] }];
  const connectors = topology.connectors.map(spec => ({ ...spec, charger: 0, path: [1, 0] }));
  const state = { ...rest, topology: { ...topology, circuits: [main, own], chargers, connectors } };
  expect(exposuresOf(state, 0)).toEqual([limitMa, [0, 0, 0]]);
});
