/** Rule 15: a building that gives away current gives none of it to the cars beyond a limit. */
import { expect, it } from 'vitest';
import { settledDesk } from './site.ts';

it('cars get no more than the limit less its margin while the building exports 10 A', () => {
  const desk = settledDesk({ bays: [{}], limits: [{ limitA: 20 }] }, -10);
  // 20 − 1, not 20 − 1 + 10: the sun may go before the next reading.
  expect(desk.limitsA()).toEqual([19]);
  expect(desk.state.backgrounds[0]?.heldMa).toEqual([0, 0, 0, 0]);
});
