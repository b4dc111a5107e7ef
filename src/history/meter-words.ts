/** How a meter stands, in one word, and when that word changes. Silence is a matter of time, so the loop's own turns tell it. */
import { at } from '#base/assert.ts';
import { freshness } from '#site/gate/freshness.ts';
import type { Meter, SiteState } from '#site/state.ts';

/** `stale` stops raises below the meter, `fail-safe` takes the chargers below it to their fail-safe current (rule 16). */
export type MeterWord = 'good' | 'stale' | 'fail-safe' | 'implausible';

export type MeterChange =
  | { readonly what: 'meter-good'; readonly meter: string }
  | { readonly what: `meter-${Exclude<MeterWord, 'good'>}`; readonly meter: string; readonly detail: string };

/** One word for each meter of the site, in the order of the topology, at a monotonic instant. */
export const meterWords = (state: SiteState, atMs: number): readonly MeterWord[] =>
  state.meters.map(meter => meterWord(meter, atMs));

function meterWord(meter: Meter, atMs: number): MeterWord {
  const found = freshness(meter, atMs);
  if (found === 'stale' || found === 'fail-safe') return found;
  return meter.quality === 'implausible' ? 'implausible' : 'good';
}

/** What changed between two sets of words. */
export function meterChanges(
  before: readonly MeterWord[],
  after: readonly MeterWord[],
  state: SiteState,
): readonly MeterChange[] {
  return after.flatMap((word, index): readonly MeterChange[] => {
    if (word === before[index]) return [];
    const meter = at(state.topology.meters, index).id;
    if (word === 'good') return [{ what: 'meter-good', meter }];
    return [{ what: `meter-${word}`, meter, detail: at(state.meters, index).lastError }];
  });
}
