import { describe, expect, test } from 'vitest';
import { NO_LIMIT_MA } from '#base/units.ts';
import { gridPhases, tripleOf } from '#config/phases.ts';

describe('rotation says which grid phase each of the charger’s own phases sits on', () => {
  test.each([
    ['RST', [0, 1, 2]],
    ['RTS', [0, 2, 1]],
    ['SRT', [1, 0, 2]],
    ['STR', [1, 2, 0]],
    ['TRS', [2, 0, 1]],
    ['TSR', [2, 1, 0]],
  ])('a three-phase charger wired %s', (rotation, phases) => {
    expect(gridPhases(3, 3, rotation)).toEqual(phases);
  });

  test.each([
    ['R', [0]],
    ['S', [1]],
    ['T', [2]],
    ['STR', [1]],
    ['TRS', [2]],
  ])('a one-phase charger wired %s', (rotation, phases) => {
    expect(gridPhases(3, 1, rotation)).toEqual(phases);
  });

  test('on a one-phase supply everything sits on the one phase', () => {
    expect(gridPhases(1, 1, 'T')).toEqual([0]);
    expect(gridPhases(1, 3, 'RST')).toEqual([0]);
  });
});

test('amperes are milliamperes on each phase the supply has', () => {
  expect(tripleOf(16.05, 3, 0)).toEqual([16_050, 16_050, 16_050]);
  expect(tripleOf({ l1: 1, l2: 2, l3: 3 }, 3, 0)).toEqual([1000, 2000, 3000]);
  expect(tripleOf(63, 1, NO_LIMIT_MA)).toEqual([63_000, NO_LIMIT_MA, NO_LIMIT_MA]);
  expect(tripleOf({ l1: 5 }, 1, 0)).toEqual([5000, 0, 0]);
});
