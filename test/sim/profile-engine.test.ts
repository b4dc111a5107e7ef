import { describe, expect, it } from 'vitest';
import {
  type Asking,
  emptyStack,
  highestLimit,
  limitAt,
  nextChange,
  type Stack,
  type WireProfile,
  withoutProfiles,
  withoutTransaction,
  withProfile,
} from '#sim/profile-engine.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const asking: Asking = {
  connectorId: 1,
  atWallMs: NOW,
  startedWallMs: NOW - 60_000,
  ratingA: 32,
  phases: 3,
  nominalV: 230,
};

/** Periods are [start in s after `from`, A]; `from` is seconds before now. */
const profile = (
  periods: readonly (readonly [number, number])[],
  rest: Partial<WireProfile> & { from?: number; duration?: number; unit?: 'A' | 'W' } = {},
): WireProfile => {
  const { from = 3600, duration, unit = 'A', ...wire } = rest;
  return {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    ...wire,
    chargingSchedule: {
      chargingRateUnit: unit,
      startSchedule: new Date(NOW - from * 1000).toISOString(),
      ...(duration === undefined ? {} : { duration }),
      chargingSchedulePeriod: periods.map(([startPeriod, limit]) => ({ startPeriod, limit })),
    },
  };
};
const stack = (...entries: readonly (readonly [number, WireProfile])[]): Stack =>
  entries.reduce((held, [connectorId, wire]) => withProfile(held, connectorId, wire), emptyStack);

const max = (limit: number) =>
  profile([[0, limit]], { chargingProfileId: 9, chargingProfilePurpose: 'ChargePointMaxProfile' });
const tx = (limit: number) => profile([[0, limit]], { chargingProfileId: 8, chargingProfilePurpose: 'TxProfile' });

const limits: readonly (readonly [string, Stack, Partial<Asking>, number])[] = [
  ['without a profile a connector may take its rating', emptyStack, {}, 32],
  ['a default for connector 0 holds on every connector', stack([0, profile([[0, 10]])]), {}, 10],
  [
    'a default of its own replaces the one of connector 0',
    stack([0, profile([[0, 10]])], [1, profile([[0, 14]], { chargingProfileId: 2 })]),
    {},
    14,
  ],
  ['a transaction profile replaces the default', stack([0, profile([[0, 10]])], [1, tx(20)]), {}, 20],
  [
    'a transaction profile says nothing without a transaction',
    stack([0, profile([[0, 10]])], [1, tx(20)]),
    { startedWallMs: null },
    10,
  ],
  ['the station maximum caps both', stack([0, max(8)], [1, tx(20)]), {}, 8],
  ['nothing lifts a connector above its rating', stack([1, profile([[0, 80]])]), {}, 32],
  [
    'the higher level leads',
    stack([1, profile([[0, 10]])], [1, profile([[0, 20]], { chargingProfileId: 2, stackLevel: 3 })]),
    {},
    20,
  ],
  [
    'a higher level whose time is over leads no more',
    stack([1, profile([[0, 10]])], [1, profile([[0, 20]], { chargingProfileId: 2, stackLevel: 3, duration: 600 })]),
    {},
    10,
  ],
  [
    'a higher level that has not begun does not lead yet',
    stack([1, profile([[0, 10]])], [1, profile([[0, 20]], { chargingProfileId: 2, stackLevel: 3, from: -60 })]),
    {},
    10,
  ],
  [
    'the newest period that has begun counts',
    stack([
      1,
      profile([
        [0, 10],
        [3000, 12],
        [4000, 16],
      ]),
    ]),
    {},
    12,
  ],
  ['watts are shared by the phases in use', stack([1, profile([[0, 6900]], { unit: 'W' })]), {}, 10],
  ['watts on one phase are one share', stack([1, profile([[0, 2300]], { unit: 'W' })]), { phases: 1 }, 10],
  [
    'a profile outside its validity is silent',
    stack([1, profile([[0, 10]], { validTo: new Date(NOW - 1).toISOString() })]),
    {},
    32,
  ],
  [
    'a relative profile counts from the start of the transaction',
    stack([
      1,
      profile(
        [
          [0, 10],
          [30, 16],
        ],
        { chargingProfileKind: 'Relative' },
      ),
    ]),
    {},
    16,
  ],
  [
    'a daily profile returns every day',
    stack([
      1,
      profile(
        [
          [0, 10],
          [43_200, 20],
        ],
        { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily', from: 3 * 86_400 + 43_300 },
      ),
    ]),
    {},
    20,
  ],
];

describe('the profiles a simulated charger holds', () => {
  for (const [title, held, over, expected] of limits)
    it(title, () => expect(limitAt(held, { ...asking, ...over })).toBeCloseTo(expected, 6));

  it('gives up the old profile for a new one with its id, or with its level, purpose and connector', () => {
    const first = stack([1, profile([[0, 10]])]);
    expect(withProfile(first, 2, profile([[0, 11]]))).toHaveLength(1);
    expect(withProfile(first, 1, profile([[0, 11]], { chargingProfileId: 5 }))).toHaveLength(1);
    expect(withProfile(first, 1, profile([[0, 11]], { chargingProfileId: 5, stackLevel: 1 }))).toHaveLength(2);
  });

  it('clears by id alone, or by every criterion that is named', () => {
    const held = stack([0, max(20)], [1, profile([[0, 10]])], [2, profile([[0, 11]], { chargingProfileId: 2 })]);
    expect(withoutProfiles(held, { id: 2, connectorId: 1 })).toHaveLength(2);
    expect(withoutProfiles(held, { chargingProfilePurpose: 'TxDefaultProfile' })).toHaveLength(1);
    expect(withoutProfiles(held, { connectorId: 1, stackLevel: 4 })).toHaveLength(3);
    expect(withoutProfiles(held, {})).toHaveLength(0);
  });

  it('loses transaction profiles with their transaction', () => {
    expect(withoutTransaction(stack([1, tx(20)], [1, profile([[0, 10]])]), 1)).toHaveLength(1);
  });

  it('sees ahead: the highest level within a time, and the next change', () => {
    const lease = stack([
      1,
      profile([
        [0, 16],
        [3610, 6],
        [3700, 20],
      ]),
    ]);
    expect(limitAt(lease, asking)).toBe(16);
    expect(nextChange(lease, asking)).toBe(NOW + 10_000);
    expect(highestLimit(lease, asking, 15_000)).toBe(16);
    expect(highestLimit(lease, { ...asking, atWallMs: NOW + 20_000 }, 15_000)).toBe(6);
    expect(highestLimit(lease, { ...asking, atWallMs: NOW + 20_000 }, 100_000)).toBe(20);
  });
});
