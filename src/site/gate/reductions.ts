/** Decreases (rules 4 and 6): at once and before any raise, the fewest commands first. */
import { wants } from '#site/allocation/claims.ts';
import { isLinked, isStuck } from '#site/gate/belief.ts';
import { NOISE_MA, RAISE_GAP_MS, RAISE_MIN_MA } from '#site/gate/constants.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { keptClear } from '#site/gate/flash.ts';
import {
  bookedMa,
  grantMa,
  highestHeldMa,
  isStored,
  isUnknown,
  levelMa,
  lowestHeldMa,
  newest,
} from '#site/gate/ledger.ts';
import { sharersOf } from '#site/gate/mask.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import type { Sent } from '#site/gate/told.ts';
import { isFree, isReduction, pathRows, reliefMa, setLimit, type Wish } from '#site/gate/wish.ts';

/** The reductions that are worth a command now: those that a row needs, and those that are fair. */
export function dueReductions(wishes: readonly Wish[], over: ReadonlySet<number>, atMs: number): readonly Wish[] {
  const reductions = wishes.filter(wish => isReduction(wish) && !awaitsSetUp(wish) && !isRefreshUnanswered(wish));
  if (reductions.length === 0) return reductions;
  const admitting = wishes.some(wish => wish.targetMa > 0 && newest(wish.connector.ledger).limitMa === 0);
  return reductions.filter(wish => {
    if (wish.test !== null) return !wish.test.quiet || isOver(wish, over);
    if (awaitsWord(wish, atMs)) return isOver(wish, over);
    return isNeeded(wish, over) || isFairNow(wish, admitting, atMs);
  });
}

/** Of a socket of which nothing is known the set-up says the first word: base, then hold. */
const awaitsSetUp = (wish: Wish): boolean => !isSetUp(wish.charger) && wish.connector.ledger.held.every(isUnknown);

/** A limit said again without an answer changes nothing that is booked; `refreshes.ts` says it once more. */
export function isRefreshUnanswered(wish: Wish): boolean {
  const { held } = wish.connector.ledger;
  const [before, last] = held.slice(-2);
  return last?.ackedAtMs === null && before?.limitMa === last.limitMa && wish.targetMa >= last.limitMa;
}

/** Rows that what the cars have been told would overload: a reduction there is safety, not fairness. */
export function rowsOver(wishes: readonly Wish[], rooms: readonly RowRoom[], atMs: number): ReadonlySet<number> {
  const told = new Float64Array(rooms.length);
  for (const { connector, spec, charger, phases } of wishes) {
    const stuck = isStuck(connector, charger, atMs);
    const ma = stuck
      ? bookedMa(connector, spec, charger.traits, atMs)
      : levelMa(newest(connector.ledger).limitMa, spec, charger.traits, sharersOf(connector, atMs));
    for (const row of pathRows(spec, phases)) told[row] = (told[row] ?? 0) + (row % 4 === 3 ? ma * phases.length : ma);
  }
  return new Set(rooms.flatMap((room, i) => ((told[i] ?? 0) > room.targetMa ? [i] : [])));
}

/** Needed: a row on its path is over, nobody asks any more, or the last command is not known to stand. */
const isNeeded = (wish: Wish, over: ReadonlySet<number>): boolean =>
  newest(wish.connector.ledger).ackedAtMs === null || !wants(wish.connector) || isOver(wish, over);

const isOver = (wish: Wish, over: ReadonlySet<number>): boolean =>
  pathRows(wish.spec, wish.phases).some(row => over.has(row));

/** A lease that an earlier process left runs on until a sample says what to hold (rule 26), as long as it may last. */
const awaitsWord = ({ connector: { draw, ledger }, charger }: Wish, atMs: number): boolean =>
  charger.traits.leaseClass === 'A' && draw === null && isStored(newest(ledger)) && atMs < newest(ledger).lapsesAtMs;

/** Only fair: worth a command when it is large, when it lets a waiting car in, or once in a while. */
function isFairNow(wish: Wish, admitting: boolean, atMs: number): boolean {
  if (reliefMa(wish) >= RAISE_MIN_MA || admitting) return true;
  return reliefMa(wish) >= NOISE_MA && atMs >= wish.connector.ledger.changedAtMs + RAISE_GAP_MS;
}

/** Largest first, so that the fewest commands relieve the most (rule 4). */
export function sendReductions(
  wishes: readonly Wish[],
  sentFor: SentFor,
  busy: Set<number>,
  ttlMs: number,
  atMs: number,
) {
  const commands: GateCommand[] = [];
  let blocked = 0;
  const bySize = [...wishes].sort((a, b) => reliefMa(b) - reliefMa(a) || a.spec.index - b.spec.index);
  for (const wish of bySize) {
    // One that does not answer is told again all the same: that is how it is found to be back.
    if (!isLinked(wish.charger) || !isFree(wish, busy, atMs)) {
      if (reliefMa(wish) > 0 && !isUnknown(newest(wish.connector.ledger))) blocked++;
      continue;
    }
    busy.add(wish.spec.charger);
    commands.push(setLimit(wish, sentFor(wish, reducedMa(keptClear(wish, ttlMs, atMs), atMs)), 'decrease'));
  }
  return { commands, blocked };
}

/** How a limit that is no raise is sent, with what it lapses to. */
export type SentFor = (wish: Wish, limitMa: number) => Sent;

/** Of a socket that never acknowledged anything: what it draws, where an earlier process left it a lease; else its fallback. */
function firstWordMa({ connector: { draw, ledger }, spec, charger }: Wish, atMs: number): number {
  if (draw === null || !isStored(newest(ledger))) return spec.fallbackMa;
  const { stepMa } = charger.traits;
  const heldMa = Math.min(highestHeldMa(ledger, atMs), Math.max(...draw.ma));
  return Math.max(spec.fallbackMa, Math.floor(heldMa / stepMa) * stepMa);
}

/**
 * An unanswered raise may never have arrived, so its repetition could be one now: the lowest that may be
 * held is none. Of a charger that may have forgotten everything, that is what it last acknowledged; of one
 * that never said anything, its fallback. More comes as a raise, checked like any other.
 */
function reducedMa(wish: Wish, atMs: number): number {
  const { ledger } = wish.connector;
  if (newest(ledger).ackedAtMs !== null) return wish.targetMa;
  const isNew = ledger.held.every(isUnknown) && grantMa(ledger) === null;
  return Math.min(wish.targetMa, isNew ? firstWordMa(wish, atMs) : lowestHeldMa(ledger.held, atMs));
}
