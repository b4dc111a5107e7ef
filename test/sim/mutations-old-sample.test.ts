/** A gate that trusts an old sample is found out: by the seeds where it judges the building, by the interleavings where it believes a decrease. */
import { expect, it, vi } from 'vitest';
import { type Quad, quad } from '#base/units.ts';
import type * as Belief from '#site/gate/belief.ts';
import { toleranceMa } from '#site/gate/constants.ts';
import type * as High from '#site/gate/high.ts';
import type { DrawSample, SiteState } from '#site/state.ts';
import type { Circuit } from '#site/topology.ts';
import { settled, walk } from '../site/interleavings.ts';
import { CLEAN, firstFailing, sameSeed, TIMEOUT_MS } from './mutation/first-failing.ts';

/** A seed that is known to find it; the others of the fifty follow. */
const FOUND_BY = 7;

const wrong = vi.hoisted(() => ({ building: false, belief: false }));

/** Wrong: the building is the newest reading less what each car last said, however long ago (rule 13 broken). */
vi.mock('#site/gate/high.ts', async importOriginal => {
  const right = await importOriginal<typeof High>();
  const highestOf: typeof right.highestOf = (state, circuit, recent, atMs) =>
    wrong.building
      ? withoutLastWords(state, circuit, recent.at(-1)?.ma ?? [0, 0, 0, 0])
      : right.highestOf(state, circuit, recent, atMs);
  return { ...right, highestOf };
});

function withoutLastWords(state: SiteState, circuit: Circuit, readingMa: Quad): Quad {
  const said: [number, number, number] = [0, 0, 0];
  for (const index of circuit.connectors) {
    const ma = state.connectors[index]?.draw?.ma ?? [0, 0, 0];
    for (const phase of [0, 1, 2] as const) said[phase] += ma[phase];
  }
  const sums = quad(said);
  return [readingMa[0] - sums[0], readingMa[1] - sums[1], readingMa[2] - sums[2], readingMa[3] - sums[3]];
}

/** Wrong: any sample at or below the newest limit shows that it is obeyed, also one from before its ack or from before the car could follow it (rule 5 broken). */
vi.mock('#site/gate/belief.ts', async importOriginal => {
  const right = await importOriginal<typeof Belief>();
  const ledgerRules = await import('#site/gate/ledger.ts');
  const highest = (sample: DrawSample) => Math.max(...sample.ma);
  const afterSample: typeof right.afterSample = (ledger, sample, spec, traits, before) => {
    const { limitMa } = ledgerRules.newest(ledger);
    const isLow = highest(sample) <= limitMa + toleranceMa(limitMa);
    return wrong.belief && isLow && !ledger.uncontrolled
      ? ledgerRules.believed(ledger)
      : right.afterSample(ledger, sample, spec, traits, before);
  };
  return { ...right, afterSample };
});

it(
  'trust an old sample: a building reckoned with what cars said long ago exceeds a limit within fifty seeds',
  async () => {
    wrong.building = true;
    const found = await firstFailing('trust an old sample', 'overLimitMs', FOUND_BY);
    wrong.building = false;
    expect(found).not.toBeNull();
    const clean = await sameSeed(found?.seed ?? 0);
    expect(clean.account, 'the same seed with the gate as it is').toMatchObject(CLEAN);
  },
  TIMEOUT_MS,
);

/** As many as the test of the gate as it is takes. */
const WALKS = 100_000;

/** A car must be told less while it climbs, be sampled in those seconds, and another be raised in them: rare, so walks and not seeds. */
it(
  'trust an old sample: a decrease believed by a sample from before the car could follow lets a raise leave too early',
  () => {
    const from = settled();
    wrong.belief = true;
    let found = 0;
    for (let seed = 1; seed <= WALKS && found === 0; seed++) if (walk(from, seed, 40).violation !== null) found = seed;
    wrong.belief = false;
    console.info(`trust an old sample, for belief: walk ${found} fails`);
    expect(found).toBeGreaterThan(0);
    expect(walk(from, found, 40).violation, 'the same walk with the gate as it is').toBeNull();
  },
  TIMEOUT_MS,
);
