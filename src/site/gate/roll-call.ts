/**
 * The roll call (rule 13): where a raise waits and a car's word is too old to free anything for it (some chargers send
 * a sample a minute), all that draw there are asked in one pass. Asked one by one, each vouches for another moment, and
 * of no moment is known what all of them drew together.
 *
 * One word is not enough: a car may have stopped between it and the next reading. So once all have answered, and a
 * reading has surely fallen in between, they are asked once more: what a car said before a reading and after it, it
 * drew when the meter was read (`high.ts`).
 */
import { at } from '#base/assert.ts';
import { isDrawing, isReachable } from '#site/gate/belief.ts';
import { ASK_EVERY_MS, LINK_MS, REPORT_RECENT_MS, SAMPLE_FRESH_MS } from '#site/gate/constants.ts';
import { guardMeter } from '#site/gate/limits.ts';
import type { Wish } from '#site/gate/wish.ts';
import type { DrawSample, SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** A question and its answer: the link takes its time twice. */
const ANSWER_MS = 2 * LINK_MS;

export type RollCall = {
  /** Connectors that are asked now, once a minute at most. */
  readonly first: ReadonlySet<number>;
  /** Connectors that have just answered alone, and are asked again: so a charger is asked twice a minute at most. */
  readonly second: ReadonlySet<number>;
};

/** @param tight circuits that a raise waits for */
export function rollCall(
  state: SiteState,
  wishes: readonly Wish[],
  tight: ReadonlySet<number>,
  atMs: number,
): RollCall {
  const first = new Set<number>();
  const second = new Set<number>();
  for (const circuit of tight) {
    // One that says nothing at all vouches for nothing, whoever waits for it.
    const drawing = wishes.filter(
      wish => wish.spec.path.includes(circuit) && isDrawingOnLink(wish) && ageMs(wish, atMs) <= REPORT_RECENT_MS,
    );
    const stale = drawing.filter(wish => ageMs(wish, atMs) > SAMPLE_FRESH_MS);
    if (stale.length === 0) addAll(second, mayVouch(state, drawing, atMs));
    else if (drawing.every(({ charger }) => atMs - charger.askedAtMs >= ASK_EVERY_MS))
      addAll(
        first,
        drawing.filter(wish => ageMs(wish, atMs) > LINK_MS),
      );
  }
  return { first, second };
}

/** When a car that has just spoken alone is asked again: a reading lies between its two answers, whatever the link takes. */
export const secondWordDueMs = (state: SiteState, spec: ConnectorSpec, draw: DrawSample): number =>
  draw.atMs + slowestMeterMs(state, spec) + LINK_MS;

function slowestMeterMs(state: SiteState, { path }: ConnectorSpec): number {
  return path.reduce(
    (most, circuit) => Math.max(most, guardMeter(state, at(state.topology.circuits, circuit))?.intervalMs ?? 0),
    0,
  );
}

/** Those of cars with a fresh word each whose word stands alone, once all of these are due. */
function mayVouch(state: SiteState, drawing: readonly Wish[], atMs: number): readonly Wish[] {
  const alone = drawing.filter(wish => isAlone(wish.connector) && isPrompt(wish, atMs));
  return alone.every(
    ({ spec, connector }) => connector.draw !== null && atMs >= secondWordDueMs(state, spec, connector.draw),
  )
    ? alone
    : [];
}

type Spoken = Wish['connector'];

/** No sample before it is near enough to vouch for the time between the two. */
function isAlone({ draw, earlierDraws }: Spoken): boolean {
  const [before] = earlierDraws;
  return draw !== null && (before === undefined || draw.atMs - before.atMs > SAMPLE_FRESH_MS);
}

/** It answered our question at once, or spoke by itself long after one: an answer that came late begins no second round. */
function isPrompt({ connector, charger: { askedAtMs } }: Wish, atMs: number): boolean {
  const afterMs = drawnAtMs(connector) - askedAtMs;
  return afterMs > 0 && (afterMs <= ANSWER_MS || atMs - askedAtMs >= ASK_EVERY_MS);
}

const drawnAtMs = ({ draw }: Spoken): number => draw?.atMs ?? Number.NEGATIVE_INFINITY;
const isDrawingOnLink = ({ connector, charger }: Wish): boolean => isDrawing(connector.draw) && isReachable(charger);
const ageMs = ({ connector }: Wish, atMs: number): number => atMs - drawnAtMs(connector);
const addAll = (to: Set<number>, wishes: readonly Wish[]): void => {
  for (const { spec } of wishes) to.add(spec.index);
};
