/** Rule 11: the phases that a car uses free the others only once they are known, and only as long as they are. */
import { describe, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import type { Triple } from '#base/units.ts';
import { LOOK_AHEAD_MS } from '#site/gate/constants.ts';
import { exposureMa } from '#site/gate/ledger.ts';
import { maskAfter, phasesOf } from '#site/gate/mask.ts';
import type { Connector, LearnedMask } from '#site/state.ts';
import { type Desk, settledDesk } from './site.ts';

const ONE_PHASE: Triple = [16, 0, 0];

/** A three-phase socket granted 32 A, with a car whose samples come every 10 s. */
function charging(): Desk {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 40 }] }, 0);
  desk.status(0, 'Available');
  desk.atMs += 1_000;
  desk.start(0);
  return desk;
}

const sees = (desk: Desk, amps: Triple, seconds: number): void => {
  for (let second = 10; second <= seconds; second += 10) {
    desk.atMs += 10_000;
    desk.draws(0, amps);
  }
};

const connectorOf = (desk: Desk): Connector => at(desk.state.connectors, 0);
const specOf = (desk: Desk) => at(desk.state.topology.connectors, 0);
const phases = (desk: Desk) => phasesOf(connectorOf(desk), specOf(desk), desk.atMs).length;
const exposedA = (desk: Desk) =>
  exposureMa(connectorOf(desk), specOf(desk), at(desk.state.chargers, 0), desk.atMs, LOOK_AHEAD_MS).map(
    ma => ma / 1000,
  );

describe('a car on one phase of a three-phase socket', () => {
  it('books all three until thirty seconds of samples have shown the one', () => {
    const desk = charging();
    sees(desk, ONE_PHASE, 30);
    expect([phases(desk), exposedA(desk)]).toEqual([3, [32, 32, 32]]);
    sees(desk, ONE_PHASE, 10);
    expect([phases(desk), exposedA(desk)]).toEqual([1, [32, 0, 0]]);
  });

  it('books all three again at the first sample with more than 1 A beside it', () => {
    const desk = charging();
    sees(desk, ONE_PHASE, 40);
    sees(desk, [16, 1, 0], 10);
    expect(phases(desk), '1 A is noise').toBe(1);
    sees(desk, [16, 1.1, 0], 10);
    expect([phases(desk), exposedA(desk)]).toEqual([3, [32, 32, 32]]);
  });

  it.each<[string, (desk: Desk) => void]>([
    ['paused', desk => sees(desk, [0, 0, 0], 10)],
    ['gone', desk => desk.status(0, 'Available')],
  ])('is not known any more once it has %s', (_, happens) => {
    const desk = charging();
    sees(desk, ONE_PHASE, 40);
    happens(desk);
    expect(phases(desk)).toBe(3);
    desk.start(0);
    sees(desk, ONE_PHASE, 30);
    expect(phases(desk), 'it is learned anew').toBe(3);
  });
});

describe('a mask is not learned', () => {
  const spec = specOf(charging());
  const seen = (amps: Triple, atMs: number, before: LearnedMask | null = null) =>
    maskAfter(before, { atMs, ma: [amps[0] * 1000, amps[1] * 1000, amps[2] * 1000], powerW: 0 }, spec, true);

  it('from a car that draws less than its minimum, or nothing', () => {
    expect(seen([5.7, 0, 0], 0)).toBeNull();
    expect(seen([0, 0, 0], 0)).toBeNull();
    expect(seen([5.8, 0, 0], 0)).toEqual({ phases: [0], sinceMs: 0, seenMs: 0 });
  });

  it('while one sample says otherwise: the thirty seconds begin anew', () => {
    const first = seen([16, 0, 0], 0);
    const other = seen([16, 16, 16], 20_000, first);
    expect(other).toEqual({ phases: [0, 1, 2], sinceMs: 20_000, seenMs: 20_000 });
    expect(seen([16, 0, 0], 25_000, other)).toEqual({ phases: [0], sinceMs: 25_000, seenMs: 25_000 });
  });
});
