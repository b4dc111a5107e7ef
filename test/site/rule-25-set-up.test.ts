/** Rules 17, 24, 25 and 26: how a charger comes under control, and what it is never told. */
import { describe, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { triple } from '#base/units.ts';
import type { Said } from '#site/event.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { highestHeldMa } from '#site/gate/ledger.ts';
import type { Charger } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';
import { Desk, settledDesk } from './site.ts';

type Answer = { readonly ok: true; readonly said?: Said } | { readonly ok: false; readonly why: 'rejected' };
const ACCEPTED: Answer = { ok: true };
const REJECTED: Answer = { ok: false, why: 'rejected' };

/** One word for each command of a set-up. */
function wordOf(command: GateCommand): string {
  if (command.type === 'set-limit') return `hold ${command.limitMa / 1000} A`;
  if (command.type === 'ask-sample') return 'ask';
  const { step } = command;
  if (step.kind === 'base') return step.connector === null ? 'base of all' : 'base';
  return step.kind === 'clear' ? `clear ${step.purpose} ${step.stackLevel ?? 'all levels'}` : step.kind;
}

/** What is said to charger 0 until it is set up, each answered at once. */
function setUp(desk: Desk, answer: (word: string) => Answer = () => ACCEPTED): readonly string[] {
  const words: string[] = [];
  for (let i = 0; i < 200 && chargerOf(desk).setup.todo.length > 0; i++) {
    desk.atMs += 100;
    for (const command of desk.pass().commands) {
      words.push(wordOf(command));
      desk.feed({
        type: 'command-settled',
        command,
        generation: chargerOf(desk).generation,
        outcome: answer(wordOf(command)),
        atMs: desk.atMs,
        atChargerMs: desk.atMs,
      });
    }
  }
  return words;
}

const chargerOf = (desk: Desk): Charger => at(desk.state.chargers, 0);
const contacted = (traits: Partial<ChargerTraits> = {}): Desk => {
  const desk = new Desk({ bays: [{ fallbackA: 6, traits }], limits: [{ limitA: 40 }], metered: false });
  desk.contact(0);
  desk.status(0, 'Available');
  return desk;
};
const without = (words: readonly string[]) => words.filter(word => !word.startsWith('clear'));
const clears = (words: readonly string[]) => words.filter(word => word.startsWith('clear'));
const says = (highestA: number): Answer => ({
  ...{ ok: true, said: { kind: 'composite', highestMa: highestA * 1000, startWallMs: null } },
});

describe('the set-up of a charger at its first contact', () => {
  it('reads the clock, sets the base, holds, sets the maximum, clears what is not ours, and reads back, in this order', () => {
    const words = setUp(contacted());
    expect(without(words)).toEqual(['clock', 'base of all', 'base', 'hold 6 A', 'maximum', 'read-back']);
    const first = words.findIndex(word => word.startsWith('clear'));
    expect([words[first - 1], words.at(-1)]).toEqual(['maximum', 'read-back']);
  });

  it('sets no base of its own where there is one stack level: the hold carries it, and a base after it would take its place', () => {
    const words = without(setUp(contacted({ stackLevels: 1, maxPeriods: 3 })));
    expect(words).toEqual(['clock', 'hold 6 A', 'maximum', 'read-back']);
  });

  it('clears by purpose and stack level, and never a level of ours', () => {
    const found = clears(setUp(contacted()));
    expect(found).toContain('clear TxProfile all levels');
    for (const level of [2, 3, 4, 5, 6, 7, 8]) expect(found).toContain(`clear TxDefaultProfile ${level}`);
    for (const ours of [0, 1]) expect(found).not.toContain(`clear TxDefaultProfile ${ours}`);
    expect(found).not.toContain('clear ChargingStationMaxProfile 0');
    expect(found).toContain('clear ChargingStationMaxProfile 1');
  });

  it('clears nothing at all on a model that would clear everything', () => {
    expect(clears(setUp(contacted({ clearsByCriteria: false })))).toEqual([]);
  });

  it('goes on past a charger that knows no station maximum and no base on connector 0', () => {
    const desk = contacted();
    setUp(desk, word => (word === 'maximum' || word === 'base of all' ? REJECTED : ACCEPTED));
    expect(chargerOf(desk).setup.todo).toEqual([]);
    expect(at(desk.state.connectors, 0).hasBase).toBe(true);
  });

  it('goes no further without a base, and tries a Relative one after three refusals', () => {
    const desk = contacted();
    const words: string[] = [];
    for (let second = 0; second < 60; second++) {
      desk.atMs += 1_000;
      words.push(...setUpOnce(desk));
    }
    expect(new Set(words.slice(2))).toEqual(new Set(['base']));
    expect(chargerOf(desk).traits.absolute).toBe(false);
  });
});

/** One pass, every base of a socket refused. */
function setUpOnce(desk: Desk): readonly string[] {
  const { commands } = desk.pass();
  for (const command of commands) {
    const outcome = wordOf(command) === 'base' ? REJECTED : ACCEPTED;
    const { generation } = chargerOf(desk);
    desk.feed({ type: 'command-settled', command, generation, outcome, atMs: desk.atMs, atChargerMs: desk.atMs });
  }
  return commands.map(wordOf);
}

it('a charger that boots with a car at it is told its base, though a decrease is acknowledged before', () => {
  const desk = settledDesk({ bays: [{ fallbackA: 6 }], limits: [{ limitA: 40 }], designLoadA: 20 }, 10);
  desk.lose(0);
  desk.atMs += 5_000;
  desk.contact(0);
  desk.status(0, 'Charging');
  desk.meter(10);
  const cap = { source: 'ems', circuit: 0, limitMa: triple(18_000), limitW: null, evOnly: false };
  const rest = { validUntilMs: null, validUntilWallMs: null, failSafeMa: null, setAtMs: desk.atMs };
  desk.feed({ type: 'limits-set', source: 'ems', limits: [{ ...cap, ...rest }], atMs: desk.atMs });
  // 7 A are left; its clock is not known, so that it gets no more than it may keep for ever: that is said first.
  expect(without(setUp(desk)).slice(0, 4)).toEqual(['hold 6 A', 'clock', 'base of all', 'base']);
  expect(at(desk.state.connectors, 0).hasBase).toBe(true);
});

describe('the read-back', () => {
  it('is all that a mere reconnect asks for: writing costs flash', () => {
    const desk = contacted();
    setUp(desk, word => (word === 'read-back' ? says(6) : ACCEPTED));
    desk.lose(0);
    desk.atMs += 1_000;
    desk.feed({ type: 'charger-connected', charger: 0, generation: 9, ocppVersion: '1.6', atMs: desk.atMs });
    desk.status(0, 'Available');
    expect(setUp(desk)).toEqual(['read-back']);
  });

  it('that shows more than we set starts the set-up once more; after a second one the class is not believed', () => {
    const desk = contacted();
    const words = without(setUp(desk, word => (word === 'read-back' ? says(32) : ACCEPTED)));
    expect(words.filter(word => word === 'base')).toHaveLength(2);
    expect(chargerOf(desk)).toMatchObject({ traits: { leaseClass: 'unknown' }, setup: { readBack: 'differs' } });
  });

  it('that shows more while a car draws has it counted as one that does not obey, once, until its samples show otherwise', () => {
    const desk = contacted();
    const tooMuch = (word: string) => (word === 'read-back' ? says(32) : ACCEPTED);
    desk.status(0, 'Charging');
    desk.draws(0, 9);
    setUp(desk, tooMuch);
    expect(at(desk.state.connectors, 0).ledger).toMatchObject({ uncontrolled: true, brokenMa: 9_000 });
    desk.feed({ type: 'charger-marked', charger: 0, mark: 'trusted', atMs: desk.atMs });
    desk.lose(0);
    desk.atMs += 1_000;
    desk.feed({ type: 'charger-connected', charger: 0, generation: 9, ocppVersion: '1.6', atMs: desk.atMs });
    desk.status(0, 'Charging');
    desk.draws(0, 9);
    setUp(desk, tooMuch);
    expect(at(desk.state.connectors, 0).ledger.uncontrolled).toBe(false);
  });

  it('that shows no more than we set leaves the class as it is', () => {
    const desk = contacted();
    setUp(desk, word => (word === 'read-back' ? says(6) : ACCEPTED));
    expect(chargerOf(desk)).toMatchObject({ traits: { leaseClass: 'A' }, setup: { readBack: 'agrees' } });
  });
});

describe('the hold of a car that charges while its charger is set up', () => {
  /** Settled at 29 A, then booted anew: its schedules are set again. */
  function booted(drawA: number | null, traits: Partial<ChargerTraits> = {}): Desk {
    const desk = settledDesk({ bays: [{ fallbackA: 6, traits }], limits: [{ limitA: 40 }], designLoadA: 20 }, 10);
    expect(desk.limitsA()).toEqual([29]);
    desk.lose(0);
    desk.atMs += 5_000;
    desk.contact(0);
    tellsItsClock(desk);
    desk.meter(10);
    if (drawA !== null) desk.draws(0, drawA);
    return desk;
  }
  const tellsItsClock = (desk: Desk) =>
    desk.feed({
      type: 'charger-reported',
      charger: 0,
      report: {
        ...{ kind: 'connector-status', connectorId: 1, status: 'Charging', errorCode: 'NoError', info: '' },
        atWallMs: desk.atMs,
      },
      ...{ atMs: desk.atMs, atWallMs: 0, atChargerMs: desk.atMs, freshId: 0, traits: null },
    });
  const holds = (words: readonly string[]) => words.filter(word => word.startsWith('hold'));

  it('is what it draws, where it may hold and shall have more', () => {
    expect(holds(setUp(booted(12)))).toEqual(['hold 12 A']);
  });

  it('is never above what it may hold, whatever it draws', () => {
    const desk = booted(31);
    expect(highestHeldMa(at(desk.state.connectors, 0).ledger, desk.atMs)).toBe(29_000);
    const [hold = ''] = holds(setUp(desk));
    expect(Number(hold.split(' ')[1])).toBeLessThanOrEqual(29);
  });

  it('is never above what its charger says it holds: a decrease may have been forgotten by a restart of ours', () => {
    expect(holds(setUp(booted(12), word => (word === 'clock' ? says(8) : ACCEPTED)))).toEqual(['hold 8 A']);
    expect(holds(setUp(booted(12), word => (word === 'clock' ? says(32) : ACCEPTED)))).toEqual(['hold 12 A']);
  });

  it('is none where nobody knows what it draws: the last lease runs on', () => {
    expect(holds(setUp(booted(null)))).toEqual([]);
  });

  it('is none there with one stack level, either: the base takes the place of the lease, and the car goes to its fallback', () => {
    const desk = booted(null, { stackLevels: 1, maxPeriods: 3 });
    expect(without(setUp(desk))).toEqual(['clock', 'base', 'maximum', 'read-back']);
    const { held } = at(desk.state.connectors, 0).ledger;
    expect(held.map(({ limitMa }) => limitMa)).toEqual([29_000, 6_000]);
  });
});
