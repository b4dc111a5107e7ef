/** Rules 21, 22 and 23: a socket that may get nothing is not told so again and again. */
import { expect, it } from 'vitest';
import { Desk } from './site.ts';

it('a car that may keep nothing for ever on a charger without leases is not told 0 A in every pass', () => {
  const relative = { traits: { absolute: false } };
  // Three fallbacks of 0 A; 40 − 27 = 13 A in row set 2 carry two minimums for ever.
  const desk = new Desk({ bays: [relative, relative, relative], limits: [{ limitA: 40 }], designLoadA: 27 });
  for (const bay of [0, 1, 2]) {
    desk.connect(bay);
    desk.status(bay, 'Available');
  }
  for (let second = 0; second < 60; second++) {
    desk.atMs += 1_000;
    if (second === 5) for (const bay of [0, 1, 2]) desk.start(bay);
    if (second % 10 === 9) for (const [bay, limit] of desk.limitsA().entries()) desk.draws(bay, limit ?? 0);
    desk.meter(desk.limitsA().reduce<number>((sum, limit) => sum + (limit ?? 0), 0));
    desk.settleAll(desk.pass().commands);
  }
  expect(desk.limitsA()).toEqual([6, 6, 0]);
  // The first word, and at most one more.
  expect(desk.sent.filter(({ connector }) => connector === 2).length).toBeLessThanOrEqual(2);
});
