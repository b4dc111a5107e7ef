/** Raises (rules 3, 21, 23): only what every row on the path carries, now, later, and after we are gone. */
import { at } from '#base/assert.ts';
import { isReachable } from '#site/gate/belief.ts';
import { LINK_MS, RAISE_GAP_MS, RAISE_MIN_MA, RAISE_SMALL_AFTER_MS } from '#site/gate/constants.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { keptClear, raiseDueMs } from '#site/gate/flash.ts';
import { canLease, endlessMa, leaseOf } from '#site/gate/lease.ts';
import { limitWithin, newest } from '#site/gate/ledger.ts';
import { sharersOf } from '#site/gate/mask.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import { type Booked, bookedOf, bookSent, lapseFor, reachMa, type Sums } from '#site/gate/sums.ts';
import { isFree, isRaise, pathRows, setLimit, type Wish } from '#site/gate/wish.ts';
import type { SiteState } from '#site/state.ts';

export type Raises = {
  readonly commands: readonly GateCommand[];
  /** Connectors whose raise waits for room, with the row that has none. */
  readonly waiting: ReadonlyMap<number, RowRoom>;
};

/** Lowest first, then in order of arrival. Adds what it grants to `sums`. */
export function sendRaises(
  state: SiteState,
  all: readonly Wish[],
  rooms: readonly RowRoom[],
  sums: Sums,
  busy: Set<number>,
  atMs: number,
): Raises {
  const commands: GateCommand[] = [];
  const waiting = new Map<number, RowRoom>();
  const { leaseTtlMs } = state.topology;
  const wishes = all
    .map(wish => keptClear(wish, leaseTtlMs, atMs))
    .filter(wish => isRaise(wish) && isDue(wish, leaseTtlMs, atMs));
  const byLevel = wishes.sort(
    (a, b) => newest(a.connector.ledger).limitMa - newest(b.connector.ledger).limitMa || arrival(a) - arrival(b),
  );
  for (const wish of byLevel) {
    if (!isReachable(wish.charger) || !isSetUp(wish.charger) || wish.connector.ledger.uncontrolled) continue;
    if (!isFree(wish, busy, atMs)) continue;
    const booked = bookedOf(state, wish, atMs);
    const fit = highestFit(wish, rooms, sums, booked, atMs);
    if (fit.limitMa < wish.targetMa && fit.tight !== null) waiting.set(wish.spec.index, fit.tight);
    if (fit.limitMa <= newest(wish.connector.ledger).limitMa || fit.limitMa < (wish.test?.atLeastMa ?? 0)) continue;
    const sent = leaseOf(
      fit.limitMa,
      lapseFor(wish, fit.limitMa, rooms, sums, booked),
      wish.charger,
      wish.spec,
      wish.test?.ttlMs ?? leaseTtlMs,
    );
    // Without a lease, what may stand for ever is all there is.
    if (sent.limitMa <= newest(wish.connector.ledger).limitMa) continue;
    bookSent(wish, sent, sums, booked, atMs);
    busy.add(wish.spec.charger);
    commands.push(setLimit(wish, sent, 'raise'));
  }
  return { commands, waiting };
}

const arrival = (wish: Wish): number => wish.connector.wantsSinceMs ?? Number.MAX_SAFE_INTEGER;

/** A dead-man test waits for room like any other raise, but not for its turn. */
function isDue(wish: Wish, ttlMs: number, atMs: number): boolean {
  if (wish.test !== null) return !wish.test.quiet && wish.targetMa >= wish.test.atLeastMa;
  return isWorthIt(wish, atMs) && atMs >= raiseDueMs(wish.connector, wish.charger.traits, ttlMs, atMs);
}

/** Raises are spaced and not petty; what the pilot cannot show is not worth a command. */
function isWorthIt(wish: Wish, atMs: number): boolean {
  const { limitMa } = newest(wish.connector.ledger);
  const { changedAtMs } = wish.connector.ledger;
  if (atMs < changedAtMs + RAISE_GAP_MS) return limitMa === 0 && atMs >= changedAtMs + LINK_MS;
  return wish.targetMa - limitMa >= RAISE_MIN_MA || limitMa === 0 || atMs >= changedAtMs + RAISE_SMALL_AFTER_MS;
}

/** The highest limit up to the target that every row on the path still carries (rule 3). */
function highestFit(wish: Wish, rooms: readonly RowRoom[], sums: Sums, booked: Booked, atMs: number) {
  let limitMa = canLease(wish.charger) ? wish.targetMa : Math.min(wish.targetMa, endlessMa(wish.spec));
  let tight: RowRoom | null = null;
  for (const row of pathRows(wish.spec, wish.phases)) {
    const room = at(rooms, row);
    const share = row % 4 === 3 ? wish.phases.length : 1;
    const reach = reachMa(room, sums, row, share, booked);
    const withinMa =
      reach < 0 ? 0 : limitWithin(reach, wish.spec, wish.charger.traits, sharersOf(wish.connector, atMs));
    if (withinMa < limitMa) {
      limitMa = withinMa;
      tight = room;
    }
  }
  return { limitMa: usable(wish, limitMa), tight };
}

/** A partial raise must be worth it too: a first admission at the minimum, else at least RAISE_MIN_MA. */
function usable(wish: Wish, limitMa: number): number {
  if (limitMa >= wish.targetMa) return wish.targetMa;
  const currentMa = newest(wish.connector.ledger).limitMa;
  const stepped = Math.floor(limitMa / wish.charger.traits.stepMa) * wish.charger.traits.stepMa;
  if (stepped < wish.spec.minMa) return 0;
  return currentMa === 0 || stepped - currentMa >= RAISE_MIN_MA ? stepped : 0;
}
