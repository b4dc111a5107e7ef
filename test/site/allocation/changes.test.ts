import { describe, expect, it } from 'vitest';
import { NO_LIMIT_MA } from '#base/units.ts';
import type { Allocation, Claim } from '#site/allocation/claim.ts';
import { usableCeilingMa } from '#site/allocation/clean.ts';
import { randomFrom } from '../../bench/sites.ts';
import { allocateSite, expectSame, forSites, withCapacity } from './every-site.ts';
import { admittedIn, exactOf, loadsOf, type Shape, type Site, smallSite, targetsOf } from './small-sites.ts';

/** Nobody has to be left out: what is promised for a fixed set of cars can be seen undisturbed. */
const NO_MINIMUM: Shape = { minimums: [0] };

describe('what a change may do to the others', () => {
  it('a wider row never lowers the lowest share (12)', () => {
    forSites(NO_MINIMUM, (site, allocation, seed) => {
      const row = randomFrom(seed).int(site.capacityMa.length);
      const wider = allocateSite(withCapacity(site, row, site.capacityMa[row]! + 1 + randomFrom(seed).int(20_000)));
      expect(Math.min(...exactOf(wider))).toBeGreaterThanOrEqual(Math.min(...exactOf(allocation)) - 1e-6);
    });
  });

  it('a car that asks for less never leaves the others worse off, from the lowest up (13)', () => {
    forSites(NO_MINIMUM, (site, allocation, seed) => {
      const content = site.claims.flatMap((claim, c) =>
        allocation.exactMa[c]! === claim.ceilingMa && claim.ceilingMa > 0 ? [c] : [],
      );
      if (content.length === 0) return;
      const chosen = randomFrom(seed).pick(content);
      const ceilingMa = randomFrom(seed).int(site.claims[chosen]!.ceilingMa);
      const modest = allocateSite({
        ...site,
        claims: site.claims.map((claim, c) => (c === chosen ? { ...claim, ceilingMa } : claim)),
      });
      const others = (a: Allocation) =>
        exactOf(a)
          .filter((_, c) => c !== chosen)
          .sort((x, y) => x - y);
      expect(isNotBelow(others(modest), others(allocation))).toBe(true);
    });
  });

  it('equal cars get equal shares, in whatever order they are listed (14)', () => {
    forSites({}, (site, allocation) => {
      const admitted = admittedIn(site, allocation);
      for (const a of admitted) {
        for (const b of admitted) {
          if (a >= b || !areAlike(site.claims[a]!, site.claims[b]!)) continue;
          expect(Math.abs(allocation.exactMa[a]! - allocation.exactMa[b]!)).toBeLessThanOrEqual(1e-6);
        }
      }
      const order = site.claims.map((_, c) => c).reverse();
      const reversed = allocateSite({ ...site, claims: order.map(c => site.claims[c]!) });
      expectSame(exactOf(reversed).reverse(), exactOf(allocation), 1e-6);
      expect(targetsOf(reversed).reverse()).toEqual(targetsOf(allocation));
    });
  });

  it('equal cars with equal steps on one circuit end at most one step apart, the earlier one ahead (14)', () => {
    forSites({ steps: [100], minimums: [6000] }, (site, allocation) => {
      const admitted = admittedIn(site, allocation);
      for (const a of admitted) {
        for (const b of admitted) {
          const [one, other] = [site.claims[a]!, site.claims[b]!];
          if (!areAlike(one, other) || one.arrival >= other.arrival) continue;
          const ahead = allocation.shares[a]!.targetMa - allocation.shares[b]!.targetMa;
          expect(ahead === 0 || ahead === 100).toBe(true);
        }
      }
    });
  });

  it('a site three times as large gives everyone three times as much (15)', () => {
    forSites({}, (site, allocation) => {
      const times = (ma: number) => 3 * ma;
      const large: Site = {
        tree: site.tree,
        capacityMa: site.capacityMa.map(times),
        claims: site.claims.map(claim => ({
          ...claim,
          minMa: 3 * claim.minMa,
          ceilingMa: 3 * claim.ceilingMa,
          stepMa: 3 * claim.stepMa,
        })),
      };
      expectSame(exactOf(allocateSite(large)), exactOf(allocation).map(times), 1e-5);
      expect(targetsOf(allocateSite(large))).toEqual(targetsOf(allocation).map(times));
    });
  });

  it('a row that cannot bind, or a circuit put in series, changes nothing (16)', () => {
    forSites({}, (site, allocation, seed) => {
      const ceilings = loadsOf(site.tree, site.claims, site.claims.map(usableCeilingMa));
      const row = site.capacityMa.findIndex((ma, k) => ma >= ceilings[k]!);
      if (row >= 0)
        expect(numbersOf(allocateSite(withCapacity(site, row, NO_LIMIT_MA)))).toEqual(numbersOf(allocation));
      expect(numbersOf(allocateSite(inSeries(site, randomFrom(seed).int(site.tree.parent.length))))).toEqual(
        numbersOf(allocation),
      );
    });
  });

  it('what happens in one building leaves the other as it is, to the last bit (17)', () => {
    forSites({}, (site, allocation, seed) => {
      const neighbour = smallSite(90_000 + seed);
      const both = allocateSite(sideBySide(site, neighbour));
      expect(numbersOf(both).slice(0, site.claims.length)).toEqual(numbersOf(allocation));
    });
  });

  it('asking for exactly what was given gives exactly that again (18)', () => {
    forSites({}, (site, allocation) => {
      const settled: Site = {
        ...site,
        claims: site.claims.map((claim, c) => {
          const { targetMa, bound } = allocation.shares[c]!;
          return bound.kind === 'not-admitted' ? claim : { ...claim, ceilingMa: Math.min(claim.ceilingMa, targetMa) };
        }),
      };
      expect(targetsOf(allocateSite(settled))).toEqual(targetsOf(allocation));
    });
  });
});

const numbersOf = (allocation: Allocation) =>
  allocation.shares.map((share, c) => [allocation.exactMa[c], share.targetMa]);

const areAlike = (a: Claim, b: Claim): boolean =>
  a.node === b.node &&
  a.phaseMask === b.phaseMask &&
  a.minMa === b.minMa &&
  a.ceilingMa === b.ceilingMa &&
  a.stepMa === b.stepMa;

/** Sorted levels compared from the lowest up: the first that differs must be higher. */
function isNotBelow(levels: readonly number[], than: readonly number[]): boolean {
  for (const [k, ma] of levels.entries()) {
    if (ma > than[k]! + 1e-6) return true;
    if (ma < than[k]! - 1e-6) return false;
  }
  return true;
}

/** Puts a second circuit with the same limits between a circuit and its parent. */
function inSeries(site: Site, node: number): Site {
  const moved = (k: number) => (k >= node ? k + 1 : k);
  const parent: number[] = [];
  const capacity: number[] = [];
  for (const [k, above] of site.tree.parent.entries()) {
    const own = [...site.capacityMa.slice(4 * k, 4 * k + 4)];
    if (k === node) {
      parent.push(above);
      capacity.push(...own);
    }
    parent.push(k === node ? k : above < 0 ? -1 : moved(above));
    capacity.push(...own);
  }
  return {
    tree: { parent: Int32Array.from(parent) },
    capacityMa: Float64Array.from(capacity),
    claims: site.claims.map(claim => ({ ...claim, node: moved(claim.node) })),
  };
}

/** Two sites in one problem that share nothing. */
function sideBySide(one: Site, other: Site): Site {
  const nodes = one.tree.parent.length;
  return {
    tree: {
      parent: Int32Array.from([
        ...one.tree.parent,
        ...other.tree.parent.map(above => (above < 0 ? -1 : above + nodes)),
      ]),
    },
    capacityMa: Float64Array.from([...one.capacityMa, ...other.capacityMa]),
    claims: [
      ...one.claims,
      ...other.claims.map(claim => ({ ...claim, node: claim.node + nodes, connector: claim.connector + 1000 })),
    ],
  };
}
