/**
 * Targets → commands that are safe in transit (rules 3–6, 20, 24, 25). Decreases leave at once; a raise
 * leaves only if every exposure, with the raise, fits every row on its path. Nothing of ours is ever cleared:
 * a charger without a profile knows no limit.
 */
import { at } from '#base/assert.ts';
import type { Triple } from '#base/units.ts';
import { isKeptQuiet, onlyAsks } from '#site/deadman/wishes.ts';
import { asksFor } from '#site/gate/ask.ts';
import { isLinked } from '#site/gate/belief.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { leaseOf } from '#site/gate/lease.ts';
import { isUnknown, mayHaveLapsed, newest } from '#site/gate/ledger.ts';
import { sendRaises } from '#site/gate/raises.ts';
import { dueReductions, rowsOver, type SentFor, sendReductions } from '#site/gate/reductions.ts';
import { sendRefreshes } from '#site/gate/refreshes.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import { isSetUp, nextStep, setupRetryAtMs } from '#site/gate/set-up.ts';
import { bookedOf, bookLapse, lapseFor, type Sums, sumsOf } from '#site/gate/sums.ts';
import { isFree, setLimit, type Wish, wishesOf } from '#site/gate/wish.ts';
import type { SiteState, Target } from '#site/state.ts';

export type Sending = {
  readonly commands: readonly GateCommand[];
  readonly blockedReductions: number;
  /** Connectors whose raise waits for room, with the row that has none. */
  readonly waiting: ReadonlyMap<number, RowRoom>;
};

/**
 * The commands of one pass, decreases first.
 * @param exposures by connector, in the look-ahead of live rows
 */
export function commandsFor(
  state: SiteState,
  targets: readonly Target[],
  rooms: readonly RowRoom[],
  exposures: readonly Triple[],
  atMs: number,
): Sending {
  const wishes = wishesOf(state, targets, atMs);
  const sums = sumsOf(state, exposures, atMs);
  const busy = new Set<number>();
  const over = rowsOver(wishes, rooms, atMs);
  const ttlMs = state.topology.leaseTtlMs;
  const sentFor = sending(state, rooms, sums, atMs);
  const reductions = sendReductions(dueReductions(wishes, over, atMs), sentFor, busy, ttlMs, atMs);
  const steps = sendSteps(state, wishes, sentFor, busy, atMs);
  const refreshes = sendRefreshes(wishes, rooms, over, sentFor, busy, ttlMs, atMs);
  const raises = sendRaises(state, wishes, rooms, sums, busy, atMs);
  const asks = asksFor(state, wishes, raises.waiting, atMs);
  return {
    commands: [...reductions.commands, ...steps, ...refreshes, ...raises.commands, ...asks],
    blockedReductions: reductions.blocked,
    waiting: raises.waiting,
  };
}

/** How a limit that is no raise is sent. What it adds to row set 2 is booked, so that the next one finds it. */
const sending =
  (state: SiteState, rooms: readonly RowRoom[], sums: Sums, atMs: number): SentFor =>
  (wish, wantedMa) => {
    const limitMa = Math.min(wantedMa, lapsedToMa(wish, atMs));
    const booked = bookedOf(state, wish, atMs);
    const hopedMa = lapseFor(wish, limitMa, rooms, sums, booked);
    const last = newest(wish.connector.ledger);
    // What it lapses to rises with raises only: those wait for the disk (rule 27).
    const lapseMa = Math.min(hopedMa, Math.max(isUnknown(last) ? 0 : last.lapseMa, wish.spec.fallbackMa));
    const sent = leaseOf(limitMa, lapseMa, wish.charger, wish.spec, state.topology.leaseTtlMs);
    bookLapse(wish, sent, sums, booked);
    return sent;
  };

/** A lease that was not said again in time may have lapsed: then only what it lapsed to is certainly no raise. */
function lapsedToMa({ connector: { ledger } }: Wish, atMs: number): number {
  const last = newest(ledger);
  const isDown = last.limitMa > last.lapseMa && !isUnknown(last);
  return isDown && mayHaveLapsed(last, atMs) ? last.lapseMa : Number.POSITIVE_INFINITY;
}

/** The next step of every charger that is being set up (rule 25). */
function sendSteps(
  state: SiteState,
  wishes: readonly Wish[],
  sentFor: SentFor,
  busy: Set<number>,
  atMs: number,
): readonly GateCommand[] {
  const out: GateCommand[] = [];
  for (const spec of state.topology.chargers) {
    const charger = at(state.chargers, spec.index);
    if (isSetUp(charger) || !isLinked(charger) || charger.callSinceMs !== null || busy.has(spec.index)) continue;
    if (atMs < setupRetryAtMs(charger)) continue;
    const next = nextStep(state, charger, connector => at(wishes, connector).targetMa, atMs);
    if (next === null) continue;
    if (isKeptQuiet(state, spec.index) && !(next.kind === 'step' && onlyAsks(next.step))) continue;
    if (next.kind === 'step') {
      const connector = ('connector' in next.step ? next.step.connector : null) ?? at(spec.connectors, 0);
      out.push({ type: 'set-up', connector, charger: spec.index, step: next.step, round: charger.setup.round });
    } else {
      const wish = at(wishes, next.connector);
      if (!isFree(wish, busy, atMs)) continue;
      out.push(setLimit(wish, sentFor(wish, next.limitMa), 'decrease'));
    }
    busy.add(spec.index);
  }
  return out;
}
