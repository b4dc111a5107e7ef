import { describe, expect, it } from 'vitest';
import { certificateHolds } from '#site/allocation/certificate.ts';
import type { Claim } from '#site/allocation/claim.ts';
import { usableCapacityMa, usableMinimumMa } from '#site/allocation/clean.ts';
import { rowsHold } from '#site/allocation/row-check.ts';
import { benchSite, randomFrom } from '../../bench/sites.ts';
import { allocateSite, expectSame, forSites, withCapacity } from './every-site.ts';
import { admittedIn, exactOf, fitsAll, loadsOf, rowsOf, type Site, targetsOf } from './small-sites.ts';

/** From a target to the next one allowed. */
const stepFrom = (claim: Claim, targetMa: number) =>
  (Math.floor(targetMa / claim.stepMa) + 1) * claim.stepMa - targetMa;

describe('what holds on every site', () => {
  it('no row ever carries more than it has (1)', () => {
    forSites({}, (site, allocation) => {
      expect(fitsAll(site, targetsOf(allocation))).toBe(true);
      expect(rowsHold(site.tree, site.capacityMa, site.claims, allocation)).toBe(true);
    });
  });

  it('a car gets nothing, or its minimum, or whole steps up to its ceiling (4)', () => {
    forSites({}, (site, allocation) => {
      for (const [c, claim] of site.claims.entries()) {
        const target = allocation.shares[c]!.targetMa;
        if (target === 0) continue;
        expect(target).toBeGreaterThanOrEqual(claim.minMa);
        expect(target).toBeLessThanOrEqual(claim.ceilingMa);
        if (target > claim.minMa) expect(target % claim.stepMa).toBe(0);
      }
    });
  });

  it('turning all phases of the site around turns the answer around with it (5)', () => {
    const turn = (mask: number) => ((mask << 1) & 7) | (mask >> 2);
    forSites({}, (site, allocation) => {
      const turned: Site = {
        tree: site.tree,
        capacityMa: site.capacityMa.map((ma, row) =>
          row % 4 === 3 ? ma : site.capacityMa[row - (row % 4) + (((row % 4) + 2) % 3)]!,
        ),
        claims: site.claims.map(claim => ({ ...claim, phaseMask: turn(claim.phaseMask) })),
      };
      for (const [row] of site.capacityMa.entries()) {
        if (row % 4 < 3) expect(turned.capacityMa[row - (row % 4) + (((row % 4) + 1) % 3)]).toBe(site.capacityMa[row]);
      }
      expectSame(exactOf(allocateSite(turned)), exactOf(allocation), 1e-6);
      expect(targetsOf(allocateSite(turned))).toEqual(targetsOf(allocation));
    });
  });

  it('the exact shares carry their proof of max-min fairness (6)', () => {
    forSites({}, (site, allocation) => {
      expect(certificateHolds(site.tree, site.capacityMa, site.claims, allocation)).toBe(true);
    });
  });

  it('nobody admitted can take one more step (8)', () => {
    forSites({}, (site, allocation) => {
      const targets = targetsOf(allocation);
      for (const c of admittedIn(site, allocation)) {
        const claim = site.claims[c]!;
        const raised = targets.map((ma, k) => (k === c ? ma + stepFrom(claim, ma) : ma));
        expect(raised[c]! > claim.ceilingMa || !fitsAll(site, raised)).toBe(true);
      }
    });
  });

  it('the minimum of whoever was left out does not fit beside the minimums admitted, on the row that is named (10)', () => {
    forSites({}, (site, allocation) => {
      const admitted = new Set(admittedIn(site, allocation));
      const minimums = site.claims.map((claim, c) => (admitted.has(c) ? usableMinimumMa(claim) : 0));
      for (const [c, { bound }] of allocation.shares.entries()) {
        if (bound.kind !== 'not-admitted') continue;
        const loads = loadsOf(
          site.tree,
          site.claims,
          minimums.map((ma, k) => (k === c ? usableMinimumMa(site.claims[c]!) : ma)),
        );
        const row = 4 * bound.node + bound.row;
        expect(loads[row]).toBeGreaterThan(usableCapacityMa(site.capacityMa[row]));
        expect(rowsOf(site.tree, site.claims[c]!).some(touched => touched.row === row)).toBe(true);
      }
    });
  });

  it('with one minimum and one phase set, as many cars charge as can at all (11)', () => {
    for (const mask of [1, 6, 7]) {
      forSites({ minimums: [6000], masks: [mask], maxClaims: 8 }, (site, allocation) => {
        expect(admittedIn(site, allocation).length).toBe(mostThatFit(site));
      });
    }
  });

  it('the same input gives the same bytes, whatever was asked in between, and is left as it was (19)', () => {
    const large = benchSite(300, 5, 1);
    forSites({}, (site, allocation, seed) => {
      const before = JSON.stringify(site);
      const answer = JSON.stringify(allocation);
      if (seed % 50 === 0) allocateSite(large);
      expect(JSON.stringify(allocateSite(site))).toBe(answer);
      expect(JSON.stringify(allocation)).toBe(answer);
      expect(JSON.stringify(site)).toBe(before);
    });
  });

  it('a capacity that is no number, negative or endless counts as nothing at all (24)', () => {
    forSites({}, (site, _, seed) => {
      const row = randomFrom(seed).int(site.capacityMa.length);
      const nothing = allocateSite(withCapacity(site, row, 0));
      for (const ma of [Number.NaN, -1, -1e12, Infinity, -Infinity]) {
        const broken = withCapacity(site, row, ma);
        const allocation = allocateSite(broken);
        expect(allocation).toEqual(nothing);
        expect(certificateHolds(broken.tree, broken.capacityMa, broken.claims, allocation)).toBe(true);
        expect(rowsHold(broken.tree, broken.capacityMa, broken.claims, allocation)).toBe(true);
      }
    });
  });

  it('a claim whose numbers are none gets nothing and takes nothing from the others (24)', () => {
    forSites({}, (site, _, seed) => {
      const c = randomFrom(seed).int(site.claims.length);
      const spoil = (part: Partial<Claim>) =>
        allocateSite({ ...site, claims: site.claims.map((claim, k) => (k === c ? { ...claim, ...part } : claim)) });
      const absent = targetsOf(spoil({ ceilingMa: 0, minMa: 1 }));
      expect(absent[c]).toBe(0);
      for (const part of [
        { ceilingMa: Number.NaN, minMa: 1 },
        { ceilingMa: -5, minMa: 1 },
        { minMa: Number.NaN },
        { minMa: Infinity },
      ]) {
        expect(targetsOf(spoil(part))).toEqual(absent);
      }
    });
  });

  it('the row that is named is full to within one step, or the car has all its ceiling allows (25)', () => {
    forSites({}, (site, allocation) => {
      const loads = loadsOf(site.tree, site.claims, targetsOf(allocation));
      for (const [c, { bound, targetMa }] of allocation.shares.entries()) {
        const claim = site.claims[c]!;
        const more = stepFrom(claim, targetMa);
        if (bound.kind === 'ceiling')
          expect(targetMa + more > claim.ceilingMa || claim.ceilingMa < claim.minMa).toBe(true);
        if (bound.kind !== 'row') continue;
        const row = 4 * bound.node + bound.row;
        const times = rowsOf(site.tree, claim).find(touched => touched.row === row)?.times ?? Number.NaN;
        expect(loads[row]! + times * more).toBeGreaterThan(usableCapacityMa(site.capacityMa[row]));
      }
    });
  });

  it('holds its proof and its rows on a large site where every minimum differs and fine steps meet coarse ones', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = randomFrom(seed);
      const site = benchSite(1000, 5, seed);
      const claims = site.claims.map(claim => ({
        ...claim,
        minMa: 2000 + random.int(9000),
        stepMa: random.pick([1, 1, 5000]),
      }));
      const allocation = allocateSite({ ...site, claims });
      expect(certificateHolds(site.tree, site.capacityMa, claims, allocation)).toBe(true);
      expect(rowsHold(site.tree, site.capacityMa, claims, allocation)).toBe(true);
    }
  });

  it('holds its proof and its rows on large sites of every depth', () => {
    for (const [n, levels] of [
      [100, 1],
      [100, 3],
      [400, 4],
      [1000, 5],
      [1000, 6],
      [3000, 5],
    ] as const) {
      for (let seed = 1; seed <= 5; seed++) {
        const site = benchSite(n, levels, seed);
        const allocation = allocateSite(site);
        expect(certificateHolds(site.tree, site.capacityMa, site.claims, allocation)).toBe(true);
        expect(rowsHold(site.tree, site.capacityMa, site.claims, allocation)).toBe(true);
      }
    }
  });
});

/** The size of the largest set of cars whose minimums fit, by trying all sets. */
function mostThatFit(site: Site): number {
  const able = site.claims.flatMap((claim, c) => (claim.minMa <= claim.ceilingMa ? [c] : []));
  let most = 0;
  for (let set = 0; set < 1 << able.length; set++) {
    const chosen = able.filter((_, k) => set & (1 << k));
    if (chosen.length <= most) continue;
    if (
      fitsAll(
        site,
        site.claims.map((claim, c) => (chosen.includes(c) ? claim.minMa : 0)),
      )
    )
      most = chosen.length;
  }
  return most;
}
