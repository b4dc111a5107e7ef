/**
 * Targets → commands that are safe in transit (rules 3–6, 24). Decreases leave at once; a raise
 * leaves only if every exposure, with the raise, fits every row on its path. Nothing is ever cleared:
 * a charger without a profile knows no limit.
 */
import { at } from '#base/assert.ts';
import { wants } from '#site/allocation/claims.ts';
import { isLinked, isReachable, isStuck, retryAtMs } from '#site/gate/belief.ts';
import {
  ASK_EVERY_MS,
  ASK_URGENT_EVERY_MS,
  LINK_MS,
  NOISE_MA,
  RAISE_GAP_MS,
  RAISE_MIN_MA,
  RAISE_SMALL_AFTER_MS,
} from '#site/gate/constants.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { bookedMa, grantMa, isUnknown, levelMa, limitWithin, lowestHeldMa, newest } from '#site/gate/ledger.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import type { Background, Charger, Connector, SiteState, Target } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

export type Sending = {
  readonly commands: readonly GateCommand[];
  readonly blockedReductions: number;
  /** Connectors whose raise waits for room, with the row that has none. */
  readonly waiting: ReadonlyMap<number, RowRoom>;
};

type Wish = {
  readonly connector: Connector;
  readonly spec: ConnectorSpec;
  readonly charger: Charger;
  readonly targetMa: number;
};

/**
 * The commands of one pass.
 * @param usedMa exposures on each row, by 4 × circuit + row; raises that are granted are added to it
 */
export function commandsFor(
  state: SiteState,
  targets: readonly Target[],
  rooms: readonly RowRoom[],
  usedMa: number[],
  atMs: number,
): Sending {
  const wishes = wishesOf(state, targets);
  const busy = new Set<number>();
  const decreases = sendDecreases(dueReductions(wishes, rooms, atMs), busy, atMs);
  const raises = sendRaises(
    wishes.filter(wish => isRaise(wish) && isWorthIt(wish, atMs)),
    rooms,
    usedMa,
    busy,
    atMs,
  );
  const asks = asksFor(state, wishes, raises.waiting, atMs);
  return {
    commands: [...decreases.commands, ...raises.commands, ...asks],
    blockedReductions: decreases.blocked,
    waiting: raises.waiting,
  };
}

function wishesOf(state: SiteState, targets: readonly Target[]): readonly Wish[] {
  return state.topology.connectors.map(spec => ({
    connector: at(state.connectors, spec.index),
    spec,
    charger: at(state.chargers, spec.charger),
    targetMa: at(targets, spec.index).targetMa,
  }));
}

/** Lower than the newest limit; or the newest was never answered: then it is said again, at what is certainly no raise. */
const isReduction = (wish: Wish): boolean =>
  newest(wish.connector.ledger).ackedAtMs === null || wish.targetMa < newest(wish.connector.ledger).limitMa;

/**
 * An unanswered raise may never have arrived, so its repetition could be one now: the lowest that may be
 * held is none. Of a charger that may have forgotten everything, that is what it last acknowledged; of one
 * that never said anything, its fallback. More comes as a raise, checked like any other.
 */
function reducedMa(wish: Wish): number {
  const { ledger } = wish.connector;
  if (newest(ledger).ackedAtMs !== null) return wish.targetMa;
  const lowestMa =
    ledger.held.every(isUnknown) && grantMa(ledger) === null ? wish.spec.fallbackMa : lowestHeldMa(ledger);
  return Math.min(wish.targetMa, lowestMa);
}

const isRaise = (wish: Wish): boolean => !isReduction(wish) && wish.targetMa > newest(wish.connector.ledger).limitMa;

/** The reductions that are worth a command now: those that a row needs, and those that are fair. */
function dueReductions(wishes: readonly Wish[], rooms: readonly RowRoom[], atMs: number): readonly Wish[] {
  const reductions = wishes.filter(isReduction);
  if (reductions.length === 0) return reductions;
  const over = rowsOver(wishes, rooms, atMs);
  const admitting = wishes.some(wish => wish.targetMa > 0 && newest(wish.connector.ledger).limitMa === 0);
  return reductions.filter(wish => isNeeded(wish, over) || isFairNow(wish, admitting, atMs));
}

/** Rows that what the cars have been told would overload: a reduction there is safety, not fairness. */
function rowsOver(wishes: readonly Wish[], rooms: readonly RowRoom[], atMs: number): ReadonlySet<number> {
  const told = new Float64Array(rooms.length);
  for (const { connector, spec, charger } of wishes) {
    const stuck = isStuck(connector, charger, atMs);
    const ma = stuck
      ? bookedMa(connector, spec, charger.traits, atMs)
      : levelMa(newest(connector.ledger).limitMa, spec, charger.traits);
    for (const circuit of spec.path) {
      for (const phase of spec.phases) told[circuit * 4 + phase] = (told[circuit * 4 + phase] ?? 0) + ma;
      told[circuit * 4 + 3] = (told[circuit * 4 + 3] ?? 0) + ma * spec.phases.length;
    }
  }
  return new Set(rooms.flatMap((room, i) => ((told[i] ?? 0) > room.targetMa ? [i] : [])));
}

/** Needed: a row on its path is over, nobody asks any more, or the last command is not known to stand. */
const isNeeded = (wish: Wish, over: ReadonlySet<number>): boolean =>
  newest(wish.connector.ledger).ackedAtMs === null ||
  !wants(wish.connector) ||
  wish.spec.path.some(circuit => rowsOf(wish.spec).some(row => over.has(circuit * 4 + row)));

/** Only fair: worth a command when it is large, when it lets a waiting car in, or once in a while. */
function isFairNow(wish: Wish, admitting: boolean, atMs: number): boolean {
  if (reliefMa(wish) >= RAISE_MIN_MA || admitting) return true;
  return reliefMa(wish) >= NOISE_MA && atMs >= newest(wish.connector.ledger).sentAtMs + RAISE_GAP_MS;
}

/** One control CALL in flight for each charger (rule 6), and no hammering on one that fails. */
const isFree = (wish: Wish, busy: ReadonlySet<number>, atMs: number): boolean =>
  wish.charger.callSinceMs === null && !busy.has(wish.spec.charger) && atMs >= retryAtMs(wish.connector.ledger);

/** Largest first, so that the fewest commands relieve the most (rule 4). */
function sendDecreases(wishes: readonly Wish[], busy: Set<number>, atMs: number) {
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
    commands.push(setLimit(wish, reducedMa(wish), 'decrease'));
  }
  return { commands, blocked };
}

const reliefMa = (wish: Wish): number => newest(wish.connector.ledger).limitMa - wish.targetMa;

function sendRaises(
  wishes: readonly Wish[],
  rooms: readonly RowRoom[],
  usedMa: number[],
  busy: Set<number>,
  atMs: number,
) {
  const commands: GateCommand[] = [];
  const waiting = new Map<number, RowRoom>();
  const byLevel = [...wishes].sort(
    (a, b) => newest(a.connector.ledger).limitMa - newest(b.connector.ledger).limitMa || arrival(a) - arrival(b),
  );
  for (const wish of byLevel) {
    if (!isReachable(wish.charger) || wish.connector.ledger.uncontrolled) continue;
    if (!isFree(wish, busy, atMs)) continue;
    const fit = highestFit(wish, rooms, usedMa, atMs);
    if (fit.limitMa < wish.targetMa && fit.tight !== null) waiting.set(wish.spec.index, fit.tight);
    if (fit.limitMa <= newest(wish.connector.ledger).limitMa) continue;
    book(wish, fit.limitMa, usedMa, atMs);
    busy.add(wish.spec.charger);
    commands.push(setLimit(wish, fit.limitMa, 'raise'));
  }
  return { commands, waiting };
}

const arrival = (wish: Wish): number => wish.connector.wantsSinceMs ?? Number.MAX_SAFE_INTEGER;

const setLimit = (wish: Wish, limitMa: number, change: 'decrease' | 'raise'): GateCommand => ({
  type: 'set-limit',
  connector: wish.spec.index,
  charger: wish.spec.charger,
  limitMa,
  lapseMa: limitMa,
  ttlMs: null,
  change,
});

/** Raises are spaced and not petty; what the pilot cannot show is not worth a command. */
function isWorthIt(wish: Wish, atMs: number): boolean {
  const last = newest(wish.connector.ledger);
  if (atMs < last.sentAtMs + RAISE_GAP_MS) return last.limitMa === 0 && atMs >= last.sentAtMs + LINK_MS;
  const gainMa = wish.targetMa - last.limitMa;
  return gainMa >= RAISE_MIN_MA || last.limitMa === 0 || atMs >= last.sentAtMs + RAISE_SMALL_AFTER_MS;
}

/** The highest limit up to the target that every row on the path still carries (rule 3). */
function highestFit(wish: Wish, rooms: readonly RowRoom[], usedMa: readonly number[], atMs: number) {
  const bookedNow = bookedMa(wish.connector, wish.spec, wish.charger.traits, atMs);
  let limitMa = wish.targetMa;
  let tight: RowRoom | null = null;
  for (const circuit of wish.spec.path) {
    for (const row of rowsOf(wish.spec)) {
      const room = at(rooms, circuit * 4 + row);
      const share = row === 3 ? wish.spec.phases.length : 1;
      const freeMa = room.raiseMa - (usedMa[circuit * 4 + row] ?? 0);
      const reachMa = freeMa < 0 ? 0 : bookedNow + Math.floor(freeMa / share);
      const withinMa = limitWithin(reachMa, wish.spec, wish.charger.traits);
      if (withinMa < limitMa) {
        limitMa = withinMa;
        tight = room;
      }
    }
  }
  return { limitMa: usable(wish, limitMa), tight };
}

const rowsOf = (spec: ConnectorSpec): readonly number[] => [...spec.phases, 3];

/** A partial raise must be worth it too: a first admission at the minimum, else at least RAISE_MIN_MA. */
function usable(wish: Wish, limitMa: number): number {
  if (limitMa >= wish.targetMa) return wish.targetMa;
  const currentMa = newest(wish.connector.ledger).limitMa;
  const stepped = Math.floor(limitMa / wish.charger.traits.stepMa) * wish.charger.traits.stepMa;
  if (stepped < wish.spec.minMa) return 0;
  return currentMa === 0 || stepped - currentMa >= RAISE_MIN_MA ? stepped : 0;
}

function book(wish: Wish, limitMa: number, usedMa: number[], atMs: number): void {
  const { connector, spec, charger } = wish;
  const addedMa = Math.max(0, levelMa(limitMa, spec, charger.traits) - bookedMa(connector, spec, charger.traits, atMs));
  for (const circuit of wish.spec.path) {
    for (const phase of wish.spec.phases) usedMa[circuit * 4 + phase] = (usedMa[circuit * 4 + phase] ?? 0) + addedMa;
    usedMa[circuit * 4 + 3] = (usedMa[circuit * 4 + 3] ?? 0) + addedMa * wish.spec.phases.length;
  }
}

/**
 * Samples worth asking for: from a car whose decrease holds up a raise (rule 5), and from cars that may
 * explain a suspect reading (background.ts): at most one a minute for each charger, more often only while
 * a row is measured over its limit.
 */
function asksFor(
  state: SiteState,
  wishes: readonly Wish[],
  waiting: ReadonlyMap<number, RowRoom>,
  atMs: number,
): readonly GateCommand[] {
  const tight = new Set([...waiting.values()].map(room => room.circuit));
  const suspect = circuitsWhere(state, background => background.suspectSinceMs !== null);
  const over = circuitsWhere(state, background => background.unclear);
  if (tight.size + suspect.size + over.size === 0) return [];
  const asked = new Set<number>();
  const out: GateCommand[] = [];
  for (const wish of wishes) {
    if (!isReachable(wish.charger) || asked.has(wish.spec.charger)) continue;
    const isOn = (circuits: ReadonlySet<number>) => wish.spec.path.some(circuit => circuits.has(circuit));
    const urgent = isOn(over) && mayDrawOtherwise(wish, atMs);
    const useful = (isOn(tight) && isDecreaseDue(wish, atMs)) || (isOn(suspect) && mayDrawOtherwise(wish, atMs));
    const gapMs = urgent ? ASK_URGENT_EVERY_MS : ASK_EVERY_MS;
    if (!(urgent || useful) || atMs - wish.charger.askedAtMs < gapMs) continue;
    asked.add(wish.spec.charger);
    out.push({ type: 'ask-sample', connector: wish.spec.index, charger: wish.spec.charger });
  }
  return out;
}

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

export const askDueMs = (ackedAtMs: number, charger: Charger): number =>
  ackedAtMs + charger.traits.reactionMs + LINK_MS;

/** A car that may be drawing something else by now than it last said: still rising to its limit, or following a lower one. */
function mayDrawOtherwise(wish: Wish, atMs: number): boolean {
  const { draw, ledger } = wish.connector;
  const drawnMa = draw === null ? 0 : Math.max(...draw.ma);
  const isOld = draw === null || atMs - draw.atMs > LINK_MS / 2;
  return isOld && Math.abs(newest(ledger).limitMa - drawnMa) > NOISE_MA;
}
