/** What one pass of the allocator costs: claims in, quantised targets out; then with its checks. */
import { allocate } from '#site/allocation/allocate.ts';
import { certificateHolds } from '#site/allocation/certificate.ts';
import type { Claim } from '#site/allocation/claim.ts';
import { rowsHold } from '#site/allocation/row-check.ts';
import { type BenchSite, benchClaim, benchSite, randomFrom } from './sites.ts';

export type BenchLine = { readonly name: string; readonly n: number; readonly p50Ms: number; readonly p99Ms: number };

/** Levels of the tree: grid, panel, sub-panel, feeder, charger. */
const LEVELS = 5;
/** Sites in one run, so that no single tree decides the figure. */
const SITES = 4;

type Pair = { readonly pass: BenchLine; readonly checked: BenchLine };
const measured = new Map<number, Pair>();

/** The pass alone on `n` claims. Milliseconds. */
export const benchPass = (n: number): BenchLine => pairFor(n).pass;

/** The pass with certificate and row check; measured in turn with the pass alone, on the same sites. */
export const benchPassChecks = (n: number): BenchLine => pairFor(n).checked;

function pairFor(n: number): Pair {
  const known = measured.get(n);
  if (known) return known;
  const pair = measure(n);
  measured.set(n, pair);
  return pair;
}

/** One car changes what it asks for, then one pass; with and without the checks in turn. */
function measure(n: number): Pair {
  const rounds = n >= 10_000 ? 250 : n >= 1000 ? 1200 : 3000;
  const warmUp = n >= 10_000 ? 60 : 600;
  const sites = Array.from({ length: SITES }, (_, k) => benchSite(n, LEVELS, 7 * n + k));
  const claims = sites.map(site => [...site.claims]);
  const random = randomFrom(n);
  const plain: number[] = [];
  const checked: number[] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    const site = sites[round % SITES]!;
    const list = claims[round % SITES]!;
    const changed = random.int(n);
    list[changed] = benchClaim(random, changed, list[changed]!.node);
    // Who goes first changes, so that neither always finds the caches warm.
    const first = Math.floor(round / SITES) % 2 === 0;
    const a = first ? timePass(site, list) : timeChecked(site, list);
    const b = first ? timeChecked(site, list) : timePass(site, list);
    if (round < warmUp) continue;
    plain.push(first ? a : b);
    checked.push(first ? b : a);
  }
  return { pass: lineOf('pass', n, plain), checked: lineOf('pass+checks', n, checked) };
}

function timePass(site: BenchSite, claims: readonly Claim[]): number {
  const start = performance.now();
  allocate(site.tree, site.capacityMa, claims);
  return performance.now() - start;
}

function timeChecked(site: BenchSite, claims: readonly Claim[]): number {
  const start = performance.now();
  const allocation = allocate(site.tree, site.capacityMa, claims);
  const holds =
    certificateHolds(site.tree, site.capacityMa, claims, allocation) &&
    rowsHold(site.tree, site.capacityMa, claims, allocation);
  const took = performance.now() - start;
  if (!holds) throw new Error(`the checks fail on a bench site of ${claims.length}`);
  return took;
}

function lineOf(name: string, n: number, times: number[]): BenchLine {
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.ceil(part * times.length) - 1)]!;
  return { name, n, p50Ms: at(0.5), p99Ms: at(0.99) };
}
