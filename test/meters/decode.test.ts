import { describe, expect, it } from 'vitest';
import { decodeReading } from '#meters/decode.ts';
import type { MeterProfile } from '#meters/profile.ts';
import { polledQuantities } from '#meters/profile.ts';
import type { Quantity } from '#meters/quantity.ts';

/** A meter of int16 holding registers in tenths: currents 0 to 2, powers 10 to 12, total 13. */
const tenths = (address: number): Quantity => ({
  table: 'holding',
  address,
  type: 'int16',
  order: 'ABCD',
  scale: 0.1,
  sign: 1,
  sentinels: [0x8000n],
});

const profile = (rest: Partial<MeterProfile> = {}): MeterProfile => ({
  id: 'tenths',
  vendor: 'V',
  model: 'M',
  source: { document: 'd', revision: 'r', section: 's' },
  origin: 'data-sheet',
  currentSign: 'own',
  maxCurrentA: 100,
  device: { maxRegistersPerRead: 125, maxGap: 124, holes: [], minPauseMs: 0 },
  quantities: {
    currentA: { l1: tenths(0), l2: tenths(1), l3: tenths(2) },
    voltageV: null,
    powerW: { l1: tenths(10), l2: tenths(11), l3: tenths(12) },
    totalPowerW: tenths(13),
    importWh: null,
    exportWh: null,
    frequencyHz: null,
  },
  ...rest,
});

const word = (value: number): number => value & 0xffff;

const blocks = (currents: readonly number[], powers: readonly number[]) => [
  { table: 'holding' as const, address: 0, words: currents.map(word) },
  { table: 'holding' as const, address: 10, words: powers.map(word) },
];

const decoded = (meter: MeterProfile, currents: readonly number[], powers: readonly number[]): unknown => {
  const result = decodeReading(meter, blocks(currents, powers));
  return result.kind === 'reading' ? result.reading : result.detail;
};

describe('the direction of a current', () => {
  it.each<[string, MeterProfile['currentSign'], readonly number[]]>([
    ["is the register's own sign", 'own', [10_000, -2000, 0]],
    ["is the sign of the phase's power, whatever the register's", 'from-power', [-10_000, 2000, 0]],
    ['counts as import where the meter does not tell', 'none', [10_000, 2000, 0]],
  ])('%s', (_, currentSign, currentMa) => {
    expect(decoded(profile({ currentSign }), [100, -20, 0], [-500, 0, -1, 700])).toEqual({
      currentMa,
      powerW: 70,
      voltageV: null,
    });
  });
});

describe('the total power', () => {
  it('is the sum of the phases where the meter has no total', () => {
    const { quantities } = profile();
    const meter = profile({ quantities: { ...quantities, totalPowerW: null } });
    expect(decoded(meter, [1, 1, 1], [100, -50, 200, 9999])).toMatchObject({ powerW: 25 });
  });

  it('needs no phase powers where signs do not: they are not even read', () => {
    expect(polledQuantities(profile()).map(each => each.address)).toEqual([0, 1, 2, 13]);
    expect(decoded(profile(), [1, 1, 1], [-32_768, -32_768, -32_768, 300])).toMatchObject({ powerW: 30 });
  });
});

describe('a reading that cannot be believed', () => {
  it.each<[string, readonly number[], readonly number[], string]>([
    ['a missing phase', [10, -32_768, 10], [0, 0, 0, 0], 'current of L2 is marked as not available'],
    [
      'a current beyond the meter',
      [10, 10, -1001],
      [0, 0, 0, 0],
      'current of L3 is -100.1 A, beyond what this meter can show (100 A)',
    ],
    ['a total without a value', [10, 10, 10], [0, 0, 0, -32_768], 'total power is marked as not available'],
    ['a short answer', [10, 10], [0, 0, 0, 0], 'current of L3 is missing from the answer'],
  ])('%s', (_, currents, powers, detail) => {
    expect(decoded(profile(), currents, powers)).toBe(detail);
  });

  it('is not one at the very bound', () => {
    expect(decoded(profile(), [1000, -1000, 0], [0, 0, 0, 0])).toMatchObject({ currentMa: [100_000, -100_000, 0] });
  });

  it('is not one that is all zero, where the meter shows no voltage that must be there', () => {
    expect(decoded(profile(), [0, 0, 0], [0, 0, 0, 0])).toEqual({ currentMa: [0, 0, 0], powerW: 0, voltageV: null });
  });
});
