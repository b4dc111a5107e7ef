/**
 * What the numbers of a problem count as: whole milliamperes, rounded to the safe side. What is no
 * number counts as nothing, so that a fault upstream can only shrink a capacity, never grow one.
 */
import { NO_LIMIT_MA } from '#base/units.ts';
import type { Claim } from './claim.ts';

/** A row's capacity: floored; negative, NaN and infinite count as 0 (NO_LIMIT_MA is how to say "no limit"). */
export const usableCapacityMa = (ma: number | undefined): number =>
  ma !== undefined && ma > 0 && ma < Infinity ? Math.floor(ma) : 0;

/** A claim's ceiling: floored, NO_LIMIT_MA at most; negative, NaN and infinite count as 0. */
export const usableCeilingMa = (claim: Claim): number => Math.min(usableCapacityMa(claim.ceilingMa), NO_LIMIT_MA);

/** A claim's minimum: rounded up; NaN and infinite can never be met. */
export const usableMinimumMa = (claim: Claim): number =>
  claim.minMa < Infinity ? Math.ceil(Math.max(0, claim.minMa)) : Infinity;

/** How many grid phases a mask of bits 1, 2, 4 names. */
export const phaseCount = (mask: number): number => (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1);
