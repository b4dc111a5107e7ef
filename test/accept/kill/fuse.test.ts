/** What the kills are judged by finds a limit that goes up too far. */
import { describe, expect, it } from 'vitest';
import { FuseWatch, type Holder } from './fuse.ts';
import { ROOM_A } from './site.ts';

/** A charger that was told `beforeA` and then something else. */
function garage(beforeA: number, othersA: number) {
  const held = { a: beforeA };
  const charger: Holder = { name: 'K1', highestA: () => held.a };
  const fuse = new FuseWatch();
  fuse.watch([charger, { name: 'K2', highestA: () => othersA }]);
  const tell = (limitA: number) => {
    const lastA = held.a;
    held.a = limitA;
    fuse.told(charger, lastA);
  };
  return { fuse, tell };
}

describe('limits in force beside the building', () => {
  it('may come to all that there is room for', () => {
    const { fuse, tell } = garage(0, ROOM_A - 10);
    tell(10);
    expect(fuse).toMatchObject({ faults: [], raises: 1 });
  });

  it('are a fault when one goes up by a tenth of an ampere more', () => {
    const { fuse, tell } = garage(0, ROOM_A - 10);
    tell(10.1);
    expect(fuse.faults).toEqual([expect.stringMatching(/^K1 was told 10.1 A, after 0 A: limits in force are 42.1 A/)]);
  });

  it('may be too much while they come down for the first time, and not afterwards', () => {
    const { fuse, tell } = garage(32, ROOM_A);
    tell(10);
    expect(fuse.faults).toEqual([]);
    fuse.arm();
    tell(6);
    fuse.look('after the kill of round 1');
    expect(fuse.faults).toHaveLength(2);
  });
});
