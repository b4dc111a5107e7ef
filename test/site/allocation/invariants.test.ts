import { describe, expect, it } from 'vitest';
import { NO_LIMIT_MA } from '#base/units.ts';
import { allocate } from '#site/allocation/allocate.ts';
import { certificateHolds } from '#site/allocation/certificate.ts';
import type { Allocation, Claim } from '#site/allocation/claim.ts';
import { usableCapacityMa, usableCeilingMa, usableMinimumMa } from '#site/allocation/clean.ts';
import { rowsHold } from '#site/allocation/row-check.ts';
import { benchSite, randomFrom } from '../../bench/sites.ts';
import {
  admittedIn,
  exactOf,
  fitsAll,
  loadsOf,
  rowsOf,
  type Shape,
  type Site,
  smallSite,
  targetsOf,
} from './small-sites.ts';

const SEEDS = 1500;
/** Nobody has to be left out: what is promised for a fixed set of cars can be seen undisturbed. */
const NO_MINIMUM: Shape = { minimums: [0] };

const allocateSite = (site: Site): Allocation => allocate(site.tree, site.capacityMa, site.claims);

function forSites(shape: Shape, check: (site: Site, allocation: Allocation, seed: number) => void): void {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const site = smallSite(seed + 50_000, shape);
    try {
      check(site, allocateSite(site), seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** From a target to the next one allowed. */
const stepFrom = (claim: Claim, targetMa: number) =>
  (Math.floor(targetMa / claim.stepMa) + 1) * claim.stepMa - targetMa;

const withCapacity = (site: Site, row: number, ma: number): Site => ({
  ...site,
  capacityMa: site.capacityMa.map((old, k) => (k === row ? ma : old)),
});

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
        allocation.shares[c]!.exactMa === claim.ceilingMa && claim.ceilingMa > 0 ? [c] : [],
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

  it('equal cars get equal shares, and targets a step apart at most (14)', () => {
    forSites({}, (site, allocation) => {
      const admitted = admittedIn(site, allocation);
      for (const a of admitted) {
        for (const b of admitted) {
          if (a >= b || !areAlike(site.claims[a]!, site.claims[b]!)) continue;
          expect(Math.abs(allocation.shares[a]!.exactMa - allocation.shares[b]!.exactMa)).toBeLessThanOrEqual(1e-6);
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

  it('the same input gives the same bytes, whatever was asked in between, and is left as it was (19)', () => {
    const large = benchSite(300, 5, 1);
    forSites({}, (site, allocation, seed) => {
      const before = JSON.stringify(site);
      const answer = JSON.stringify(allocation);
      if (seed % 50 === 0) allocate(large.tree, large.capacityMa, large.claims);
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

const numbersOf = (allocation: Allocation) => allocation.shares.map(share => [share.exactMa, share.targetMa]);

function expectSame(found: readonly number[], expected: readonly number[], toleranceMa: number): void {
  for (const [k, ma] of expected.entries()) expect(Math.abs(found[k]! - ma)).toBeLessThanOrEqual(toleranceMa);
}

const areAlike = (a: Claim, b: Claim): boolean =>
  a.node === b.node &&
  a.phaseMask === b.phaseMask &&
  a.minMa === b.minMa &&
  a.ceilingMa === b.ceilingMa &&
  a.stepMa === b.stepMa;

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
