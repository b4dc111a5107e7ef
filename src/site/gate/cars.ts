/** What the cars below a circuit draw, in bounds: from their samples and the limits they were given (rule 13). */
import { at } from '#base/assert.ts';
import { minTriple, type Quad, type Triple, triple, ZERO_TRIPLE } from '#base/units.ts';
import { isStuck } from '#site/gate/belief.ts';
import { LINK_MS, REPORT_RECENT_MS, SAMPLE_FRESH_MS } from '#site/gate/constants.ts';
import { exposureMa, isStored, levelMa, lowestObeyedMa, newest } from '#site/gate/ledger.ts';
import { phasesOf, sharersOf } from '#site/gate/mask.ts';
import type { Charger, Connector, DrawSample, SiteState } from '#site/state.ts';
import type { Circuit } from '#site/topology.ts';

/** What the cars below a circuit draw: bounds, last word, and what they were told. Rows L1, L2, L3, sum. */
export type CarBounds = {
  readonly low: Quad;
  readonly high: Quad;
  readonly reported: Quad;
  /** The last word, but what it was told for a car that was told less since and has not been heard for long. */
  readonly unseenFollowed: Quad;
  /** The last word, but what it was told for every car that was told less since. */
  readonly allFollowed: Quad;
  /** What will be obeyed once every command in flight has taken effect. */
  readonly told: Quad;
  /** Reductions that were sent and are not seen yet. */
  readonly inFlight: Quad;
  /** The oldest of the samples that `low` rests on. */
  readonly vouchedMs: number;
};

export const mapRows = (value: (row: 0 | 1 | 2 | 3) => number): Quad => [value(0), value(1), value(2), value(3)];

export function carBounds(state: SiteState, circuit: Circuit, intervalMs: number, atMs: number): CarBounds {
  let vouchedMs = atMs;
  const low = zeros();
  const high = zeros();
  const reported = zeros();
  const unseenFollowed = zeros();
  const allFollowed = zeros();
  const told = zeros();
  const inFlight = zeros();
  for (const index of circuit.connectors) {
    const connector = at(state.connectors, index);
    const spec = at(state.topology.connectors, index);
    const charger = at(state.chargers, spec.charger);
    const exposed = exposureMa(connector, spec, charger, atMs);
    const phases = phasesOf(connector, spec, atMs);
    const unheard = isUnheard(connector, charger, atMs);
    const stuck = isStuck(connector, charger, atMs);
    const reacting = !stuck && isReacting(connector, charger, atMs);
    const bounds = connectorBounds(connector, charger, intervalMs, atMs);
    const isSeen = bounds.restsOnMs !== null;
    const mayFollow = isToldSince(connector, charger);
    const newestLevelMa = levelMa(newest(connector.ledger).limitMa, spec, charger.traits, sharersOf(connector, atMs));
    if (bounds.restsOnMs !== null) vouchedMs = Math.min(vouchedMs, bounds.restsOnMs);
    for (let p = 0; p < 3; p++) {
      const exposedMa = exposed[p] ?? 0;
      const onMask = phases.includes(p as 0 | 1 | 2);
      const toldMa = stuck ? exposedMa : onMask ? Math.min(newestLevelMa, exposedMa) : 0;
      const drawnMa = bounds.sample?.ma[p] ?? 0;
      const wordMa = unheard ? exposedMa : drawnMa;
      add(low, p, Math.min(bounds.low[p] ?? 0, exposedMa));
      add(high, p, Math.max(exposedMa, drawnMa));
      add(reported, p, wordMa);
      const followedMa = mayFollow ? Math.min(wordMa, toldMa) : wordMa;
      add(unseenFollowed, p, isSeen ? wordMa : followedMa);
      add(allFollowed, p, followedMa);
      add(told, p, toldMa);
      add(inFlight, p, reacting ? Math.max(0, Math.min(drawnMa, exposedMa) - toldMa) : 0);
    }
  }
  return {
    low: quadOf(low),
    high: quadOf(high),
    reported: quadOf(reported),
    unseenFollowed: quadOf(unseenFollowed),
    allFollowed: quadOf(allFollowed),
    told: quadOf(told),
    inFlight: quadOf(inFlight),
    vouchedMs,
  };
}

/** Whether the newest limit is a decrease that its car may still be following: until ack + reaction it counts as under way. */
function isReacting({ ledger }: Connector, charger: Charger, atMs: number): boolean {
  const last = newest(ledger);
  if (ledger.held.length === 1) return false;
  return atMs < (last.ackedAtMs === null ? last.sentAtMs + LINK_MS : last.ackedAtMs + charger.traits.reactionMs);
}

/** It may have followed a newer limit since its last word: a word that came after that stands, within tolerance or not. */
function isToldSince({ draw, ledger }: Connector, { traits }: Charger): boolean {
  const { ackedAtMs } = newest(ledger);
  if (ledger.held.length === 1 && ackedAtMs !== null) return false;
  return draw === null || ackedAtMs === null || draw.atMs - LINK_MS < ackedAtMs + traits.reactionMs;
}

/** EVlow and the last word of one connector in the skew window of meter interval + 2 s (rule 13). */
function connectorBounds(connector: Connector, charger: Charger, intervalMs: number, atMs: number) {
  const { draw, earlierDraws, ledger } = connector;
  const fresh = freshDraw(connector, charger, atMs);
  const sample = isLastWord(draw, connector, charger, atMs) ? draw : null;
  if (fresh === null) return { sample, low: ZERO_TRIPLE, restsOnMs: null };
  const inWindow = earlierDraws.filter(earlier => atMs - earlier.atMs <= intervalMs + 2_000);
  const now = minTriple(fresh.ma, triple(lowestObeyedMa(ledger, charger.traits, fresh.atMs, atMs)));
  const restsOnMs = Math.max(fresh.ma[0], fresh.ma[1], fresh.ma[2]) > 0 ? fresh.atMs - LINK_MS : null;
  return { sample, low: inWindow.reduce<Triple>((low, { ma }) => minTriple(low, ma), now), restsOnMs };
}

/**
 * A proven charger that has said nothing to this process: what an earlier one left to it is booked (rule 27), and
 * as long as that may run it is not the building's, too.
 */
const isUnheard = ({ draw, ledger }: Connector, { traits }: Charger, atMs: number): boolean =>
  draw === null && traits.leaseClass === 'A' && isStored(newest(ledger)) && atMs < newest(ledger).lapsesAtMs;

/**
 * Whether a car is still taken at its last word. A proven charger that is lost keeps its lease, so that its car goes
 * on by it, and what it draws is booked there: it is not the building's, too.
 */
function isLastWord(
  draw: DrawSample | null,
  { ledger }: Connector,
  charger: Charger,
  atMs: number,
): draw is DrawSample {
  if (!isOfThisLink(draw, charger)) return false;
  if (charger.link === 'online') return atMs - draw.atMs <= REPORT_RECENT_MS;
  return charger.traits.leaseClass === 'A' && atMs < newest(ledger).lapsesAtMs;
}

/**
 * The newest sample while it may still free current for raises (rule 13): not too old, and of the link
 * that stands. A charger that was lost may have rebooted, and its car stopped, unseen.
 */
export const freshDraw = ({ draw }: Connector, charger: Charger, atMs: number): DrawSample | null =>
  isOfThisLink(draw, charger) && charger.link === 'online' && atMs - draw.atMs <= SAMPLE_FRESH_MS ? draw : null;

const isOfThisLink = (draw: DrawSample | null, charger: Charger): draw is DrawSample =>
  draw !== null && draw.atMs >= charger.linkSinceMs;

const zeros = (): [number, number, number] => [0, 0, 0];
const quadOf = (t: readonly [number, number, number]): Quad => [t[0], t[1], t[2], t[0] + t[1] + t[2]];
function add(sum: [number, number, number], p: number, ma: number): void {
  sum[p] = (sum[p] ?? 0) + ma;
}
