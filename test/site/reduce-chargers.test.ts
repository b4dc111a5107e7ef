/** Facts of links, boots, transactions and commands, as they change what is known. */
import { describe, expect, it } from 'vitest';
import type { ConnectorStatus } from '#site/state.ts';
import { Desk, settledDesk } from './site.ts';

const ledgerOf = (desk: Desk, bay = 0) => desk.state.connectors[bay]!.ledger;
const heldA = (desk: Desk, bay = 0) => ledgerOf(desk, bay).held.map(each => each.limitMa / 1000);

describe('a link that comes back', () => {
  const lostAndBack = (leaseClass: 'A' | 'B') => {
    const desk = settledDesk({ bays: [{ traits: { leaseClass } }], limits: [{ limitA: 30 }], commissioning: true }, 5);
    desk.atMs += 1000;
    desk.lose(0);
    desk.atMs += 5000;
    desk.connect(0);
    return desk;
  };

  it('finds a proven charger with what it was told', () => {
    expect(heldA(lostAndBack('A'))).toEqual([24]);
  });

  it('finds any other with nothing known but what it last acknowledged: it counts at its rating', () => {
    expect(heldA(lostAndBack('B'))).toEqual([24, 32]);
  });

  it('is not undone by the end of the socket before it', () => {
    const desk = new Desk({ bays: [{}] });
    desk.connect(0);
    const oldGeneration = desk.state.chargers[0]!.generation;
    desk.connect(0);
    desk.feed({ type: 'charger-lost', charger: 0, generation: oldGeneration, detail: 'late', atMs: desk.atMs });
    expect(desk.state.chargers[0]?.link).toBe('online');
  });

  it('lets no late answer of the old socket settle a command', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 30 }] }, 5);
    desk.atMs += 1000;
    desk.meter(34);
    const [command] = desk.pass().commands;
    const { generation } = desk.state.chargers[0]!;
    desk.lose(0);
    desk.connect(0);
    const before = desk.state;
    desk.feed({
      type: 'command-settled',
      command: command!,
      generation,
      outcome: { ok: true },
      atMs: desk.atMs,
      atChargerMs: 0,
    });
    expect(desk.state).toBe(before);
  });
});

describe('the order of arrival', () => {
  it.each<[ConnectorStatus, boolean]>([
    ['Available', false],
    ['Preparing', false],
    ['Charging', true],
    ['SuspendedEV', true],
    ['SuspendedEVSE', true],
    ['Finishing', false],
    ['Faulted', false],
  ])('a connector that says %s asks for current: %s', (status, asks) => {
    const desk = new Desk({ bays: [{}] });
    desk.connect(0);
    desk.atMs = 7000;
    desk.status(0, status);
    expect(desk.state.connectors[0]?.wantsSinceMs).toBe(asks ? 7000 : null);
  });

  it('is kept through a pause, and begins anew with the next car', () => {
    const desk = new Desk({ bays: [{}] });
    desk.connect(0);
    desk.atMs = 1000;
    desk.start(0);
    desk.atMs = 2000;
    desk.status(0, 'SuspendedEV');
    expect(desk.state.connectors[0]?.wantsSinceMs).toBe(1000);
    desk.status(0, 'Available');
    expect(desk.state.connectors[0]).toMatchObject({ wantsSinceMs: null, transaction: null, draw: { ma: [0, 0, 0] } });
    desk.atMs = 9000;
    desk.start(0);
    expect(desk.state.connectors[0]?.wantsSinceMs).toBe(9000);
  });
});

describe('a connector that becomes free', () => {
  it('holds what was acknowledged, and nothing older', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 30 }] }, 5);
    desk.atMs += 1000;
    desk.meter(36);
    desk.settleAll(desk.pass().commands);
    expect(heldA(desk).length).toBe(2);
    desk.status(0, 'Available');
    expect(heldA(desk)).toEqual([17]);
  });

  it('still holds what it was not seen to take', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 30 }] }, 5);
    desk.atMs += 1000;
    desk.meter(36);
    desk.pass();
    desk.status(0, 'Available');
    expect(heldA(desk)).toEqual([24, 17]);
  });
});

describe('a command without an answer', () => {
  it('counts against its charger, and any answer ends the count', () => {
    const desk = settledDesk({ bays: [{}], limits: [{ limitA: 30 }] }, 5);
    desk.atMs += 1000;
    desk.meter(36);
    const [command] = desk.pass().commands;
    expect(desk.state.chargers[0]?.callSinceMs).toBe(desk.atMs);
    desk.settle(command!, { ok: false, why: 'timeout' });
    expect(desk.state.chargers[0]).toMatchObject({ callSinceMs: null, timeouts: 1 });
    desk.atMs += 2000;
    const [again] = desk.pass().commands;
    desk.settle(again!, { ok: false, why: 'rejected' });
    expect(desk.state.chargers[0]).toMatchObject({ callSinceMs: null, timeouts: 0 });
    expect(ledgerOf(desk).failures).toBe(2);
  });
});
