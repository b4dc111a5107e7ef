import { describe, expect, it } from 'vitest';
import { allocate } from '#site/allocation/allocate.ts';
import { certificateHolds } from '#site/allocation/certificate.ts';
import { openReference } from './reference.ts';
import { admittedIn, exactOf, smallSite } from './small-sites.ts';

const SITES = 2000;

describe('the exact fill, against linear programming', () => {
  it('gives every car of 2,000 random sites what the definition of max-min fairness gives it, to 1e-6 A', async () => {
    const reference = await openReference();
    let worstA = 0;
    let worstSeed = -1;
    let shares = 0;
    for (let seed = 1; seed <= SITES; seed++) {
      const site = smallSite(seed);
      const allocation = allocate(site.tree, site.capacityMa, site.claims);
      const admitted = admittedIn(site, allocation);
      const expected = reference.shares(site, admitted);
      for (const [c, exactMa] of exactOf(allocation).entries()) {
        const apartA = Math.abs(exactMa - expected[c]!) / 1000;
        if (apartA > worstA) [worstA, worstSeed] = [apartA, seed];
      }
      shares += admitted.length;
      expect(certificateHolds(site.tree, site.capacityMa, site.claims, allocation), `certificate of seed ${seed}`).toBe(
        true,
      );
    }
    console.log(
      `fill against LP: ${SITES} sites, ${shares} shares, ${reference.solved()} programmes, largest difference ${worstA.toExponential(1)} A (seed ${worstSeed})`,
    );
    expect(shares).toBeGreaterThan(2 * SITES);
    expect(worstA, `seed ${worstSeed}`).toBeLessThanOrEqual(1e-6);
  }, 120_000);
});
