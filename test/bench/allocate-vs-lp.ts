/** The exact fill beside the same shares by linear programming (npm `highs`), site by site in turn. */
import { allocate } from '#site/allocation/allocate.ts';
import { openReference } from '../site/allocation/reference.ts';
import { admittedIn, exactOf } from '../site/allocation/small-sites.ts';
import { type BenchLine, quantile } from './line.ts';
import { benchSite } from './sites.ts';

const LEVELS = 3;
const PEER = 'highs';
/** Ours takes microseconds: so many in a row are timed together. */
const REPEATS = 50;

/** Median milliseconds of one allocation of `n` claims, quantised and explained, and how many times longer the programmes take. */
export async function benchAllocateVsLp(n: number): Promise<readonly BenchLine[]> {
  const sites = n >= 100 ? 2 : 30;
  const reference = await openReference();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let seed = 1; seed <= sites; seed++) {
    const site = benchSite(n, LEVELS, seed);
    const allocation = allocate(site.tree, site.capacityMa, site.claims);
    const admitted = admittedIn(site, allocation);
    const start = performance.now();
    for (let i = 0; i < REPEATS; i++) allocate(site.tree, site.capacityMa, site.claims);
    const between = performance.now();
    const shares = reference.shares(site, admitted);
    theirs.push(performance.now() - between);
    ours.push((between - start) / REPEATS);
    const apartMa = Math.max(...exactOf(allocation).map((ma, c) => Math.abs(ma - shares[c]!)));
    if (apartMa > 1) throw new Error(`fill and programmes differ by ${apartMa} mA on bench site ${seed}`);
  }
  const value = quantile(ours, 0.5);
  const total = theirs.reduce((sum, ms) => sum + ms, 0);
  const perSite = Math.round(reference.solved() / sites);
  const line = { name: 'allocate-vs-lp', n, value, unit: 'ms' };
  return [
    {
      ...line,
      peer: PEER,
      ratio: quantile(theirs, 0.5) / value,
      note: `the definition of max-min fairness as ${perSite} programmes a site`,
    },
    {
      ...line,
      peer: `${PEER}, one programme`,
      ratio: total / reference.solved() / value,
      note: 'a single programme of that size',
    },
  ];
}
