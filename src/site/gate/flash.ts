/**
 * Flash memory (rule 23): many chargers write every profile to it, and it wears out. What is left of a day's budget
 * and is not needed by refreshes alone until the day is over is spare. While there is plenty, nothing is held back. As
 * it runs out leases are said again later (lease.ts), raises come ever more seldom, and what is sent keeps clear of
 * the edge of its row, so that the next small step of the building asks for no command. No decrease waits for this.
 */
import { longestWaitMs } from '#site/gate/lease.ts';
import { newest } from '#site/gate/ledger.ts';
import type { Wish } from '#site/gate/wish.ts';
import type { Connector } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';

const DAY_MS = 86_400_000;
/** Of the budget: kept for decreases, which nobody can hold back. */
const KEPT_SHARE = 0.05;
/** Of the budget: when so much is spare beside that, nothing is held back. */
const PLENTY_SHARE = 0.12;
/** The least gap between raises once writes are spared, and how much longer it gets until nothing is spare. */
const GAP_MS = 60_000;
const GAP_GROWS = 16;
/** Room to the edge of its row. */
const CLEAR_MA = 1_000;

/** Profiles sent to a connector in the day that runs now. */
export const writesToday = ({ ledger: { writes } }: Connector, atMs: number): number =>
  atMs - writes.dayMs >= DAY_MS ? 0 : writes.count;

/** Refreshes alone, as far apart as they may be, until the day that runs is over. */
export function refreshesLeft({ ledger: { writes } }: Connector, ttlMs: number, atMs: number): number {
  const goneMs = atMs - writes.dayMs;
  return (DAY_MS - (goneMs >= DAY_MS ? 0 : goneMs)) / longestWaitMs(ttlMs);
}

/** A budget that a day of refreshes would use up by itself is spent as it comes: nothing could be kept for the evening. */
const isTooSmall = (writesPerDay: number, ttlMs: number): boolean =>
  DAY_MS / longestWaitMs(ttlMs) > (1 - KEPT_SHARE - PLENTY_SHARE) * writesPerDay;

/** Four hours between raises: beyond it the day is as good as over. */
const PRESSURE_MAX = 2;

/** How hard writes are pressed: 0 not at all, 1 where nothing is spare, more where refreshes alone are too many. */
function pressure(connector: Connector, writesPerDay: number, ttlMs: number, atMs: number): number {
  const keptFor = isTooSmall(writesPerDay, ttlMs) ? 0 : refreshesLeft(connector, ttlMs, atMs);
  const left = writesPerDay - writesToday(connector, atMs) - keptFor;
  return Math.min(PRESSURE_MAX, Math.max(0, 1 - (left / writesPerDay - KEPT_SHARE) / PLENTY_SHARE));
}

/** How far refreshes are put off: 0 not at all, 1 as far as a lease allows. */
export const putOff = (connector: Connector, { writesPerDay }: ChargerTraits, ttlMs: number, atMs: number): number =>
  writesPerDay === null ? 0 : Math.min(1, pressure(connector, writesPerDay, ttlMs, atMs));

/** Whether writes to a connector are being spared. */
export const isSpared = (connector: Connector, traits: ChargerTraits, ttlMs: number, atMs: number): boolean =>
  putOff(connector, traits, ttlMs, atMs) > 0;

/** When the next raise is worth its wear; a car that came after the last change has its first at once. */
export function raiseDueMs(connector: Connector, { writesPerDay }: ChargerTraits, ttlMs: number, atMs: number): number {
  if (writesPerDay === null) return Number.NEGATIVE_INFINITY;
  if (writesToday(connector, atMs) >= writesPerDay) return Number.POSITIVE_INFINITY;
  const { wantsSinceMs, ledger } = connector;
  const pressed = pressure(connector, writesPerDay, ttlMs, atMs);
  if (pressed === 0 || (wantsSinceMs ?? 0) > ledger.changedAtMs) return Number.NEGATIVE_INFINITY;
  return ledger.changedAtMs + GAP_MS * GAP_GROWS ** pressed;
}

/**
 * A wish as it is worth a write: clear of the edge of its row where writes are spared. Never a pause instead, nor less
 * than the fallback: that one stands without an end, what is below it has to be said again for as long as it holds.
 */
export function keptClear(wish: Wish, ttlMs: number, atMs: number): Wish {
  const { connector, spec, charger, targetMa, isAtCeiling } = wish;
  const isAtEdge = !isAtCeiling && targetMa > spec.minMa && targetMa < spec.maxMa && !connector.ledger.uncontrolled;
  if (!isAtEdge || wish.test !== null || !isSpared(connector, charger.traits, ttlMs, atMs)) return wish;
  const { stepMa } = charger.traits;
  const leastMa = targetMa < spec.fallbackMa ? spec.minMa : Math.max(spec.minMa, spec.fallbackMa);
  const clearMa = Math.max(leastMa, Math.floor((targetMa - CLEAR_MA) / stepMa) * stepMa);
  // What is no decrease stays none.
  return { ...wish, targetMa: targetMa < newest(connector.ledger).limitMa ? clearMa : Math.max(clearMa, held(wish)) };
}

const held = ({ connector, targetMa }: Wish): number => Math.min(targetMa, newest(connector.ledger).limitMa);
