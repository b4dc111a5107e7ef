/** The profile of a session that was started from above and has not begun. */
import { expect, it } from 'vitest';
import { virtualClock } from '#sim/virtual-clock.ts';
import type { ChargingProfile } from '#site/command.ts';
import { Expected } from '#upstream/expected.ts';

const PROFILE: ChargingProfile = {
  ...{ id: 1, stackLevel: 0, purpose: 'TxProfile', kind: 'Absolute', recurrency: null, transactionId: null },
  ...{ validFromWallMs: null, validToWallMs: null },
  schedule: { unit: 'A', startWallMs: null, durationS: null, minRate: null, periods: [] },
};

it('is taken once, by the card that was named, in capitals or not', () => {
  const expected = new Expected(virtualClock(0));
  expected.set(0, 'Anna', PROFILE);
  expect(expected.take(0, 'ANNA')).toBe(PROFILE);
  expect(expected.take(0, 'ANNA')).toBeNull();
  expected.set(0, 'Anna', PROFILE);
  expect(expected.take(0, 'Bert')).toBeNull();
});

it('does not outlive a second start from above that has none', () => {
  const expected = new Expected(virtualClock(0));
  expected.set(0, 'Anna', PROFILE);
  expected.set(0, 'Anna', null);
  expect(expected.take(0, 'Anna')).toBeNull();
});
