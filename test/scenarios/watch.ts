/** Looking on while a story runs: the highest true currents, what the page would say, and limits from outside told to the world too. */
import { expect } from 'vitest';
import type { SimLimit } from '#sim/over-account.ts';
import type { Story } from '#sim/story.ts';
import { gateView } from '#site/gate/view.ts';
import { notReady } from '#site/readiness.ts';
import type { SiteView } from '#web/site-view.ts';
import { siteView } from '#web/view.ts';

export const highest = (currents: readonly number[]): number => Math.max(...currents);

export type Peak = {
  /** The highest current on any phase of the circuit since the watch began, A. */
  highestA(): number;
  /** The highest sum of the three, A. */
  highestSumA(): number;
};

/** Watches a circuit from now on, at every change of a current. */
export function watchPeak(story: Story, circuit: string): Peak {
  let phaseA = 0;
  let sumA = 0;
  const look = () => {
    const flow = story.flowA(circuit);
    phaseA = Math.max(phaseA, highest(flow));
    sumA = Math.max(sumA, flow[0] + flow[1] + flow[2]);
  };
  look();
  story.site.truth.listen({ afterChange: look });
  return { highestA: () => phaseA, highestSumA: () => sumA };
}

/** What `GET /api/v1/site` would answer now. */
export function pageOf({ gateway, site }: Story): SiteView {
  const nowMs = site.clock.nowMs();
  const state = gateway.state();
  return siteView({
    state,
    gate: gateView(state, nowMs),
    loop: { lastPassMs: 0, p99PassMs: 0, p99ReactionMs: null },
    notReady: notReady(state, nowMs),
    refused: [],
    adoption: { untilMs: null, waiting: [], adopted: [], leftOut: [] },
    upstream: [],
    preset: 'standard',
    clock: 'unknown',
    nowMs,
    nowWallMs: site.clock.wallMs(),
    wallOffsetMs: site.clock.wallMs() - nowMs,
  });
}

export function connectorOf(story: Story, identity: string) {
  const found = pageOf(story).connectors.find(connector => connector.charger === identity);
  if (found === undefined) throw new Error(`no ${identity} on the page`);
  return found;
}

/** The energy manager writes a limit for the only circuit, and the observer judges by it from now on. */
export function putLimit(story: Story, limitA: number, rest: Readonly<Record<string, unknown>> = {}): void {
  judgeBy(story, limitA);
  const written = story.gateway.putLimits('ems', [{ circuit: 'main', limitA, ...rest }]);
  expect(written).toMatchObject({ ok: true });
}

/** The observer judges the only circuit by its fuse and by a live limit of so many amperes. */
export function judgeBy(story: Story, limitA: number): void {
  const fuses = (story.site.plan.circuits[0]?.limits ?? []).flatMap(
    ({ limitA: fuseA, limitW, source, kind, evOnly }) => [
      simLimit(source, kind === 'hard', evOnly, fuseA ?? Number.POSITIVE_INFINITY, limitW),
    ],
  );
  story.site.observer.limitLowered(0, [...fuses, simLimit('ems', false, false, limitA, null)]);
}

function simLimit(source: string, hard: boolean, evOnly: boolean, limitA: number, limitW: number | null): SimLimit {
  const ma = limitA * 1000;
  return { source, hard, evOnly, limitMa: [ma, ma, ma], limitW };
}
