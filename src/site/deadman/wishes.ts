/** What running tests wish of the gate, by connector. */
import { type TestWish, wishOf } from '#site/deadman/test.ts';
import type { SetupStep, SiteState } from '#site/state.ts';

const NONE: ReadonlyMap<number, TestWish> = new Map();

/** Connectors under test only. */
export function testWishes({ tests }: SiteState): ReadonlyMap<number, TestWish> {
  if (tests.length === 0) return NONE;
  const out = new Map<number, TestWish>();
  for (const test of tests) {
    const wish = wishOf(test);
    if (wish !== null) out.set(test.connector, wish);
  }
  return out;
}

/** Steps of set-up that only ask: they change nothing of what a charger does by itself. */
export const onlyAsks = ({ kind }: SetupStep): boolean => kind === 'clock' || kind === 'read-back';

/** Whether a charger must hear nothing that sets a limit, for what it does by itself to be seen. */
export const isKeptQuiet = ({ tests }: SiteState, charger: number): boolean =>
  tests.some(test => test.charger === charger && wishOf(test)?.quiet === true);
