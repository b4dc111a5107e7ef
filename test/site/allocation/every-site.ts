/** Runs a check on many small sites; the error names the seed. */
import { expect } from 'vitest';
import { allocate } from '#site/allocation/allocate.ts';
import type { Allocation } from '#site/allocation/claim.ts';
import { type Shape, type Site, smallSite } from './small-sites.ts';

const SEEDS = 1500;

export const allocateSite = (site: Site): Allocation => allocate(site.tree, site.capacityMa, site.claims);

export function forSites(shape: Shape, check: (site: Site, allocation: Allocation, seed: number) => void): void {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const site = smallSite(seed + 50_000, shape);
    try {
      check(site, allocateSite(site), seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

export const withCapacity = (site: Site, row: number, ma: number): Site => ({
  ...site,
  capacityMa: site.capacityMa.map((old, k) => (k === row ? ma : old)),
});

export function expectSame(found: readonly number[], expected: readonly number[], toleranceMa: number): void {
  for (const [k, ma] of expected.entries()) expect(Math.abs(found[k]! - ma)).toBeLessThanOrEqual(toleranceMa);
}
