import { describe, expect, it } from 'vitest';
import { allocate } from '#site/allocation/allocate.ts';
import { certificateHolds } from '#site/allocation/certificate.ts';
import type { Allocation, Claim, Share } from '#site/allocation/claim.ts';
import { rowsHold } from '#site/allocation/row-check.ts';

const tree = { parent: Int32Array.of(-1, 0) };
const capacityMa = Float64Array.of(32_000, 32_000, 32_000, 1e9, 20_000, 20_000, 20_000, 1e9);
const car = (connector: number, node: number, minMa = 6000): Claim => ({
  connector,
  node,
  phaseMask: 7,
  minMa,
  ceilingMa: 32_000,
  stepMa: 1000,
  arrival: connector,
});
/** 10 and 10 behind the 20 A row, 12 at the 32 A fuse, and one that does not fit behind the row. */
const claims = [car(0, 1), car(1, 1), car(2, 0), car(3, 1, 13_000)];
const good = allocate(tree, capacityMa, claims);

const with_ = (c: number, part: Partial<Share>, exactMa = good.exactMa[c]!): Allocation => ({
  shares: good.shares.map((share, k) => (k === c ? { ...share, ...part } : share)),
  exactMa: good.exactMa.with(c, exactMa),
});
const exactly = (c: number, exactMa: number): Allocation => with_(c, {}, exactMa);
const short: Allocation = { ...good, shares: good.shares.slice(1) };
const proves = (allocation: Allocation) => certificateHolds(tree, capacityMa, claims, allocation);
const holds = (allocation: Allocation) => rowsHold(tree, capacityMa, claims, allocation);

describe('the checks do not take the allocator at its word', () => {
  it('both hold on a right answer', () => {
    expect(good.shares.map(share => share.targetMa)).toEqual([10_000, 10_000, 12_000, 0]);
    expect(proves(good) && holds(good)).toBe(true);
  });

  it.each([
    ['a share that could have been larger', exactly(2, 11_999)],
    ['a share that overfills a row', exactly(2, 12_001)],
    ['an unfair split of a full row', { ...good, exactMa: good.exactMa.with(0, 11_000).with(1, 9000) }],
    ['a share below the minimum', exactly(0, 5000)],
    ['a share that is no number', exactly(0, Number.NaN)],
    ['a car left out although it fits', with_(0, { bound: { kind: 'not-admitted', node: 0, row: 0 } }, 0)],
    ['a car left out by a row that has room', with_(3, { bound: { kind: 'not-admitted', node: 1, row: 3 } })],
    ['the share of another connector', with_(0, { connector: 9 })],
    ['a missing share', short],
    ['a missing exact share', { ...good, exactMa: good.exactMa.slice(1) }],
  ])('the certificate fails on %s', (_, wrong) => {
    expect(proves(wrong)).toBe(false);
  });

  it.each([
    ['a target 1 mA over a row', with_(2, { targetMa: 12_001 })],
    ['a target between 0 and the minimum', with_(0, { targetMa: 5999 })],
    ['a target above the ceiling', with_(0, { targetMa: 33_000 })],
    ['a fraction of a milliampere', with_(2, { targetMa: 11_999.5 })],
    ['a negative target', with_(2, { targetMa: -1000 })],
    ['a target that is no number', with_(2, { targetMa: Number.NaN })],
    ['a missing share', short],
  ])('the row check fails on %s', (_, wrong) => {
    expect(holds(wrong)).toBe(false);
  });
});
