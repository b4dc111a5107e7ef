/** Models whose flash cannot last: refreshes alone write more a day than it is made for (rule 23). */
import { longestWaitMs } from '#site/gate/lease.ts';
import type { Topology } from '#site/topology.ts';
import { TTL_MAX_S, TTL_MIN_S } from './lease.ts';
import { named } from './text-table.ts';

const DAY_MS = 86_400_000;

/** Refreshes of a car that charges around the clock, as far apart as a lease allows. */
const refreshesADay = (ttlMs: number): number => Math.ceil(DAY_MS / longestWaitMs(ttlMs));

/** What `busbar check` says of them, and what to do; empty where there are none. */
export function flashText({ chargers, leaseTtlMs }: Topology): string {
  const needed = refreshesADay(leaseTtlMs);
  const worn = chargers.filter(({ traits }) => traits.writesPerDay !== null && traits.writesPerDay < needed);
  const budgets = [...new Set(worn.map(({ traits }) => traits.writesPerDay ?? 0))].toSorted((a, b) => a - b);
  if (budgets.length === 0) return '';
  const lines = budgets.map(budget => {
    const names = worn.filter(({ traits }) => traits.writesPerDay === budget).map(({ identity }) => identity);
    return `  ${named(names)}: made for ${budget} a day, and not raised any more that day once they are used up`;
  });
  const title = `A lease of ${leaseTtlMs / 1000} s is written ${needed} times a day to a charger that charges around the clock`;
  return [title, ...lines, ...longer(budgets), REMEDY].join('\n');
}

const REMEDY =
  '  For any other set writesPerDay to what the maker allows: unlimited, where profiles are kept in volatile memory.';

/** The budgets that a longer lease would do for. */
function longer(budgets: readonly number[]): readonly string[] {
  const budget = budgets.find(one => refreshesADay(1000 * TTL_MAX_S) <= one);
  if (budget === undefined) return [];
  let ttlS = TTL_MIN_S;
  while (refreshesADay(1000 * ttlS) > budget) ttlS++;
  return [
    `  Those made for ${budget} and more a day bear leases of ${ttlS} s and more (lease.ttlS), where no rule wants preset: strict.`,
  ];
}
