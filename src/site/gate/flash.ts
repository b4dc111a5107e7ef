/**
 * Flash memory (rule 23): many chargers write every profile to it, and it wears out. From 80 % of a day's budget
 * raises are large and rare, from 100 % there are none. Refreshes and decreases are never held back.
 */
import { RAISE_MIN_MA } from '#site/gate/constants.ts';
import { newest } from '#site/gate/ledger.ts';
import type { Wish } from '#site/gate/wish.ts';
import type { Connector } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';

const SPARING_FROM = 0.8;
const SPARING_GAP_MS = 60_000;
const DAY_MS = 86_400_000;

/** Profiles sent to a connector in the day that runs now. */
export const writesToday = ({ ledger: { writes } }: Connector, atMs: number): number =>
  atMs - writes.dayMs >= DAY_MS ? 0 : writes.count;

/** The share of its budget that a connector has used today; 0 where it has no budget. */
export const flashUsed = (connector: Connector, { writesPerDay }: ChargerTraits, atMs: number): number =>
  writesPerDay === null ? 0 : writesToday(connector, atMs) / writesPerDay;

/** Whether a raise is worth the wear. */
export function flashAllows({ connector, charger, targetMa }: Wish, atMs: number): boolean {
  const used = flashUsed(connector, charger.traits, atMs);
  if (used < SPARING_FROM) return true;
  const gainMa = targetMa - newest(connector.ledger).limitMa;
  return used < 1 && gainMa >= RAISE_MIN_MA && atMs >= connector.ledger.changedAtMs + SPARING_GAP_MS;
}
