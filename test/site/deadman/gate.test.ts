/** What the gate does for a socket under test: a raise like any other, then nothing but what a row needs. */
import { describe, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { beginTest } from '#site/deadman/begin.ts';
import { NO_RESULTS } from '#site/deadman/results.ts';
import type { DeadmanTest, Step } from '#site/deadman/test.ts';
import { EMPTY_TRAIL } from '#site/deadman/trail.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { type Desk, type SiteOptions, settledDesk } from '../site.ts';

const TWO_BAYS: SiteOptions = {
  limits: [{ limitA: 63 }],
  bays: [{ fallbackA: 6 }, { fallbackA: 6 }],
  ttlMs: 60_000,
};

/** A garage with a building of 5 A, and a test on the first bay at some step. */
function tested(step: Step, limitMa?: number): Desk {
  const desk = settledDesk(TWO_BAYS, 5);
  const begun = beginTest(
    desk.state,
    { id: 't', identity: 'CP1', connectorId: null, legs: null },
    NO_RESULTS,
    desk.atMs,
  );
  if (!begun.ok) throw new Error(begun.problems.map(({ message }) => message).join());
  desk.feed({ type: 'test-begun', test: begun.value, atMs: desk.atMs });
  if (step !== 'low') settleLow(desk);
  put(desk, { step, ...(limitMa === undefined ? {} : { highMa: limitMa }) });
  return desk;
}

function settleLow(desk: Desk): void {
  desk.settleAll(desk.pass().commands);
  desk.atMs += 1_000;
}

/** The test is set by hand: how it comes there is told elsewhere. */
function put(desk: Desk, change: Partial<DeadmanTest>): void {
  desk.state = { ...desk.state, tests: [{ ...at(desk.state.tests, 0), ...change }] };
}

const forBay = (commands: readonly GateCommand[], bay: number) =>
  commands.filter(command => command.charger === bay && command.type !== 'ask-sample');

/** Passes for so long, everybody drawing what was last granted; what was sent to a bay meanwhile. */
function watch(desk: Desk, bay: number, seconds: number, buildingA = 5): readonly GateCommand[] {
  const out: GateCommand[] = [];
  for (let second = 0; second < seconds; second++) {
    desk.atMs += 1_000;
    const grants = desk.limitsA().map(limit => limit ?? 0);
    if (second % 10 === 0) for (const [index, limit] of grants.entries()) desk.draws(index, limit);
    desk.meter(buildingA + grants.reduce((sum, limit) => sum + limit, 0));
    const { commands } = desk.pass();
    out.push(...forBay(commands, bay));
    desk.settleAndAnswer(commands);
  }
  return out;
}

/** The raise has left, and its lease runs. */
function raisedDesk(): Desk {
  const desk = tested('room');
  const isRaised = () => desk.sent.some(({ connector, ttlMs }) => connector === 0 && ttlMs === 20_000);
  for (let seconds = 0; !isRaised() && seconds < 30; seconds++) watch(desk, 0, 1);
  if (!isRaised()) throw new Error('never raised');
  return desk;
}

describe('a socket under test', () => {
  it('is told its minimum at once', () => {
    const desk = tested('low');
    expect(forBay(desk.pass().commands, 0)).toMatchObject([{ type: 'set-limit', limitMa: 6_000, change: 'decrease' }]);
  });

  it('is raised without waiting for its turn, for 20 s, as soon as there is room', () => {
    const desk = tested('room');
    const raises = watch(desk, 0, 20).filter(command => command.type === 'set-limit');
    expect(raises.length).toBeGreaterThan(0);
    expect(raises[0]).toMatchObject({ change: 'raise', limitMa: 16_000, lapseMa: 6_000, ttlMs: 20_000 });
  });

  it('is not raised by a step that would show nothing', () => {
    const desk = tested('room');
    desk.feed({
      type: 'limits-set',
      source: 'ems',
      limits: [
        {
          source: 'ems',
          circuit: 0,
          limitMa: [20_000, 20_000, 20_000],
          limitW: null,
          evOnly: true,
          validUntilMs: null,
          validUntilWallMs: null,
          failSafeMa: null,
          setAtMs: desk.atMs,
        },
      ],
      atMs: desk.atMs,
    });
    // The other car has 14 A of the 20 A, and would have to give way to 10 A for a fair share of less than a step.
    put(desk, { highMa: 9_000 });
    expect(watch(desk, 0, 30)).toEqual([]);
  });

  it('is left alone while it shall fall, and the other one is refreshed meanwhile', () => {
    const desk = raisedDesk();
    put(desk, { step: 'falling' });
    const sent: GateCommand[] = [];
    const other: GateCommand[] = [];
    for (let second = 0; second < 38; second++) {
      sent.push(...watch(desk, 0, 1));
      put(desk, { step: 'falling', stepSinceMs: desk.atMs });
      other.push(...forBay(desk.last?.commands ?? [], 1));
    }
    expect(sent).toEqual([]);
    expect(other).toContainEqual(expect.objectContaining({ type: 'set-limit', change: 'refresh' }));
  });

  it('is reduced all the same when a row needs it', () => {
    const desk = raisedDesk();
    put(desk, { step: 'high' });
    expect(watch(desk, 0, 10, 60)).toContainEqual(expect.objectContaining({ type: 'set-limit', change: 'decrease' }));
  });

  it('is not set up after its reset before it has shown what it does by itself', () => {
    const desk = tested('back');
    const boot = { kind: 'boot', vendor: 'V', model: 'M', serial: '', firmware: '1' } as const;
    const { traits } = at(desk.state.chargers, 0);
    desk.feed({
      type: 'charger-reported',
      charger: 0,
      report: boot,
      atMs: desk.atMs,
      atWallMs: 0,
      atChargerMs: 0,
      freshId: 0,
      traits,
    });
    put(desk, { step: 'back', stepSinceMs: desk.atMs, legs: ['reboot'], trail: EMPTY_TRAIL });
    expect(desk.state.chargers[0]?.setup.todo.length).toBeGreaterThan(3);
    const asked = forBay(desk.pass().commands, 0);
    expect(asked).toMatchObject([{ type: 'set-up', step: { kind: 'clock' } }]);
    for (const command of asked) desk.settle(command);
    expect(forBay(desk.pass().commands, 0)).toEqual([]);
    put(desk, { step: 'ended' });
    expect(forBay(desk.pass().commands, 0)).toMatchObject([{ type: 'set-up', step: { kind: 'base' } }]);
  });
});
