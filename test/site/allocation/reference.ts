/**
 * Max-min fair shares by linear programming alone, as the definition reads: raise everyone's common
 * level as far as it goes, fix those who cannot rise above it by themselves, go on with the rest.
 */
import highsModule from 'highs';
import { usableCapacityMa, usableCeilingMa, usableMinimumMa } from '#site/allocation/clean.ts';
import { rowsOf, type Site } from './small-sites.ts';

/** Below this a rise counts as none; whole capacities keep true rises of twelve claims far above it. */
const NO_RISE_MA = 1e-4;

// Its types describe the CommonJS build, where the loader is `default`; Node gives the ES build, where it is itself.
const loadHighs = highsModule as unknown as typeof highsModule.default;

export type Reference = {
  /** Shares in mA of the given claims, by claim index; the others count as 0. */
  shares(site: Site, admitted: readonly number[]): readonly number[];
  solved(): number;
};

export async function openReference(): Promise<Reference> {
  const highs = await loadHighs();
  let solved = 0;
  const solve = (text: string): ReadonlyMap<string, number> => {
    solved++;
    const solution = highs.solve(text, { output_flag: false });
    if (solution.Status !== 'Optimal') throw new Error(`${solution.Status}:\n${text}`);
    return new Map(
      Object.entries(solution.Columns).map(([name, column]) => [name, (column as { Primal: number }).Primal]),
    );
  };
  return { shares: (site, admitted) => maxMin(site, admitted, solve), solved: () => solved };
}

function maxMin(
  site: Site,
  admitted: readonly number[],
  solve: (text: string) => ReadonlyMap<string, number>,
): readonly number[] {
  const rows = rowLines(site, admitted);
  const fixed = new Map<number, number>();
  while (fixed.size < admitted.length) {
    const open = admitted.filter(c => !fixed.has(c));
    const solution = solve(
      programme(
        site,
        admitted,
        fixed,
        't',
        rows,
        open.map(c => ` x${c} - t >= 0`),
        () => 0,
      ),
    );
    const floorOf = (c: number) => Math.max(solution.get('t')!, usableMinimumMa(site.claims[c]!));
    const canRise = new Set(open.filter(c => solution.get(`x${c}`)! > floorOf(c) + NO_RISE_MA));
    for (const c of open) {
      if (canRise.has(c)) continue;
      const alone = solve(programme(site, admitted, fixed, `x${c}`, rows, [], floorOf));
      for (const d of open) if (alone.get(`x${d}`)! > floorOf(d) + NO_RISE_MA) canRise.add(d);
      if (!canRise.has(c)) fixed.set(c, floorOf(c));
    }
  }
  return site.claims.map((_, c) => fixed.get(c) ?? 0);
}

function rowLines(site: Site, admitted: readonly number[]): readonly string[] {
  const terms = new Map<number, string[]>();
  for (const c of admitted) {
    for (const { row, times } of rowsOf(site.tree, site.claims[c]!)) {
      terms.set(row, [...(terms.get(row) ?? []), `${times} x${c}`]);
    }
  }
  return [...terms].map(([row, list]) => ` ${list.join(' + ')} <= ${usableCapacityMa(site.capacityMa[row])}`);
}

function programme(
  site: Site,
  admitted: readonly number[],
  fixed: ReadonlyMap<number, number>,
  goal: string,
  rows: readonly string[],
  more: readonly string[],
  floorOf: (c: number) => number,
): string {
  const bounds = admitted.map(c => {
    const claim = site.claims[c]!;
    const value = fixed.get(c);
    if (value !== undefined) return ` x${c} = ${value}`;
    // A level found by a solver may lie a hair above the ceiling; a bound must not.
    const floor = Math.min(Math.max(usableMinimumMa(claim), floorOf(c)), usableCeilingMa(claim));
    return ` ${floor} <= x${c} <= ${usableCeilingMa(claim)}`;
  });
  return [
    'Maximize',
    ` goal: ${goal}`,
    'Subject To',
    ...rows,
    ...more,
    'Bounds',
    ...bounds,
    ' 0 <= t <= 1e6',
    'End',
  ].join('\n');
}
