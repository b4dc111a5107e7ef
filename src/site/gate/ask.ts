/** Samples worth asking for (rule 5): from cars whose decrease holds up a raise, or that may explain a suspect reading. */
import { wants } from '#site/allocation/claims.ts';
import { isDrawing, isReachable, overdueAtMs } from '#site/gate/belief.ts';
import {
  ASK_AGAIN_MS,
  ASK_EVERY_MS,
  ASK_URGENT_EVERY_MS,
  FALL_MA,
  LINK_MS,
  SAMPLE_FRESH_MS,
} from '#site/gate/constants.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { newest } from '#site/gate/ledger.ts';
import { rollCall } from '#site/gate/roll-call.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import type { Wish } from '#site/gate/wish.ts';
import { skewOf } from '#site/reduce/skew.ts';
import type { Background, Charger, SiteState } from '#site/state.ts';

/**
 * Samples worth asking for: from a car whose decrease holds up a raise (rule 5), and from cars that may
 * explain a suspect reading (background.ts): at most one a minute for each charger, two at a roll call
 * (roll-call.ts), more often only while a row is measured over its limit, or the car itself was.
 */
export function asksFor(
  state: SiteState,
  wishes: readonly Wish[],
  waiting: ReadonlyMap<number, RowRoom>,
  atMs: number,
): readonly GateCommand[] {
  const tight = new Set([...waiting.values()].map(room => room.circuit));
  const suspect = circuitsWhere(state, background => background.suspectSinceMs !== null);
  const over = circuitsWhere(state, background => background.unclear);
  const called = rollCall(state, wishes, tight, atMs);
  const fallen = circuitsWhere(state, hasFallen);
  const asked = new Set<number>();
  const out: GateCommand[] = [];
  for (const wish of wishes) {
    // At a roll call each socket speaks for itself.
    const isCalled = called.first.has(wish.spec.index) || called.second.has(wish.spec.index);
    if (!isReachable(wish.charger) || (asked.has(wish.spec.charger) && !isCalled)) continue;
    const { draw } = wish.connector;
    const isOn = (circuits: ReadonlySet<number>) => wish.spec.path.some(circuit => circuits.has(circuit));
    const urgent = isAboveItsLimit(wish) || ((isOn(over) || isOn(suspect)) && mayDrawOtherwise(wish, atMs));
    const useful =
      needsClock(wish) ||
      (isOn(tight) && isDecreaseDue(wish, atMs)) ||
      isOverdue(wish, atMs) ||
      (isOn(suspect) && mayDrawOtherwise(wish, atMs)) ||
      isCalled ||
      (isOn(fallen) && isDrawing(draw) && atMs - draw.atMs > SAMPLE_FRESH_MS);
    const gapMs = urgent ? urgentGapMs(wish) : called.second.has(wish.spec.index) ? ASK_AGAIN_MS : ASK_EVERY_MS;
    if (!(urgent || useful) || atMs - wish.charger.askedAtMs < gapMs) continue;
    asked.add(wish.spec.charger);
    out.push({ type: 'ask-sample', connector: wish.spec.index, charger: wish.spec.charger });
  }
  return out;
}

/** It was seen above its limit once (rule 8): it may be rising still, and its second sample decides. */
const isAboveItsLimit = ({ connector: { ledger } }: Wish): boolean =>
  !ledger.uncontrolled && ledger.overSinceMs !== null;

/** One that answered the last question may be asked again at once: it is seconds that count, and it keeps up. */
const urgentGapMs = ({ connector: { draw }, charger }: Wish): number =>
  draw !== null && draw.atMs > charger.askedAtMs ? ASK_AGAIN_MS : ASK_URGENT_EVERY_MS;

/** Any sample tells the clock; without it no lease can be written (rule 21). */
const needsClock = ({ charger, connector }: Wish): boolean =>
  charger.traits.absolute && isSetUp(charger) && wants(connector) && skewOf(charger) === null;

const circuitsWhere = (state: SiteState, test: (background: Background) => boolean): ReadonlySet<number> =>
  new Set(
    state.backgrounds.flatMap((background, circuit) => (background !== null && test(background) ? [circuit] : [])),
  );

/** Two LINK_MS after ack + reaction a sample must show it: one that is asked for then is late enough to count. */
function isDecreaseDue(wish: Wish, atMs: number): boolean {
  const { ledger } = wish.connector;
  const last = newest(ledger);
  return ledger.held.length > 1 && last.ackedAtMs !== null && atMs >= askDueMs(last.ackedAtMs, wish.charger);
}

/** The plan counts it at its old limit, so that nobody waits for it any more; what it says would set that free. */
const isOverdue = ({ connector, charger: { traits } }: Wish, atMs: number): boolean =>
  atMs >= overdueAtMs(connector, traits);

export const askDueMs = (ackedAtMs: number, charger: Charger): number =>
  ackedAtMs + charger.traits.reactionMs + LINK_MS;

/**
 * The newest reading lies well below the one before: a car may have stopped. One that says so only when it is asked
 * would be taken at its old word, and a building that rises meanwhile for that car.
 */
function hasFallen({ recent }: Background): boolean {
  const [before, last] = recent.slice(-2);
  if (before === undefined || last === undefined) return false;
  return ([0, 1, 2] as const).some(phase => before.ma[phase] - last.ma[phase] > FALL_MA);
}

/** Several cars that each rise by less than a meter's noise are more than noise together. */
const TELLING_MA = 100;

/** A car that may be drawing something else by now than it last said: still rising to its limit, or following a lower one. */
function mayDrawOtherwise(wish: Wish, atMs: number): boolean {
  const { draw, ledger } = wish.connector;
  const drawnMa = draw === null ? 0 : Math.max(...draw.ma);
  const isOld = draw === null || atMs - draw.atMs > LINK_MS / 2;
  return isOld && Math.abs(newest(ledger).limitMa - drawnMa) > TELLING_MA;
}
