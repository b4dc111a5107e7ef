/** The ledger after a command: handed over, acknowledged, refused, unanswered. Exposure never shrinks by forgetting. */
import { HELD_MAX } from '#site/gate/constants.ts';
import { isUnknown, lowestHeldMa, mayHaveLapsed, newest } from '#site/gate/ledger.ts';
import type { Held, Ledger } from '#site/state.ts';

/** What a command makes a charger hold, by our clock. */
export type Sent = { readonly limitMa: number; readonly lapseMa: number; readonly ttlMs: number | null };

/** The ledger after a limit has been handed to the link. */
export function withSent(ledger: Ledger, sent: Sent, atMs: number): Ledger {
  const { limitMa, lapseMa } = sent;
  const lapsesAtMs = sent.ttlMs === null ? Number.POSITIVE_INFINITY : atMs + sent.ttlMs;
  const isProof = ledger.uncontrolled && limitMa < ledger.brokenMa;
  return {
    ...ledger,
    held: bounded([...ledger.held, { limitMa, lapseMa, lapsesAtMs, sentAtMs: atMs, ackedAtMs: null }]),
    changedAtMs: limitMa === newest(ledger).limitMa ? ledger.changedAtMs : atMs,
    obeyed: isProof ? 0 : ledger.obeyed,
    brokenMa: isProof ? limitMa : ledger.brokenMa,
    writes: oneMore(ledger.writes, atMs),
  };
}

const DAY_MS = 86_400_000;

/** The ledger after a profile that is no limit of ours on the socket: base, or the maximum of its station (rule 23). */
export const withWrite = (ledger: Ledger, atMs: number): Ledger => ({
  ...ledger,
  writes: oneMore(ledger.writes, atMs),
});

/** Rule 23 counts in days of our own clock. */
const oneMore = ({ dayMs, count }: Ledger['writes'], atMs: number): Ledger['writes'] =>
  atMs - dayMs >= DAY_MS ? { dayMs: atMs, count: 1 } : { dayMs, count: count + 1 };

/** Merges the two oldest entries at their maximum: exposure never shrinks by forgetting. */
function bounded(held: readonly Held[]): readonly Held[] {
  const [first, second, ...rest] = held;
  if (held.length <= HELD_MAX || first === undefined || second === undefined) return held;
  const mostMa = Math.max(first.limitMa, first.lapseMa, second.limitMa, second.lapseMa);
  return [{ ...first, limitMa: mostMa, lapseMa: mostMa, lapsesAtMs: Number.POSITIVE_INFINITY }, ...rest];
}

/**
 * The ledger after the charger acknowledged `limitMa`, sent at `sentAtMs`. A raise replaces all below
 * it; a decrease leaves the older limits standing until it is believed (rule 4).
 */
export function withAck(ledger: Ledger, limitMa: number, atMs: number): Ledger {
  const index = findUnacked(ledger.held, limitMa);
  const found = ledger.held[index];
  if (found === undefined) return { ...ledger, failures: 0 };
  const before = ledger.held.slice(0, index);
  const acked: Held = { ...found, ackedAtMs: inForceSinceMs(before.at(-1), found) ?? atMs };
  const older = before.filter(held => held.limitMa > limitMa);
  const held = [...older, acked, ...ledger.held.slice(index + 1)];
  return { ...ledger, held, dip: dipAfter(ledger, before, limitMa, atMs), failures: 0 };
}

/**
 * A refresh says nothing new: its limit has been in force since it was first acknowledged, and what waits for that
 * (belief, a deadline, the proof that a charger obeys again) waits no longer for it. Null where it may have lapsed.
 */
function inForceSinceMs(before: Held | undefined, refresh: Held): number | null {
  if (before === undefined || isUnknown(before) || before.limitMa !== refresh.limitMa) return null;
  const isUnbroken = before.lapseMa === before.limitMa || !mayHaveLapsed(before, refresh.sentAtMs);
  return isUnbroken ? before.ackedAtMs : null;
}

/** A raise ends every lower limit before it, a refresh what a lease has fallen to. */
function dipAfter({ dip }: Ledger, before: readonly Held[], limitMa: number, atMs: number): Ledger['dip'] {
  const lowest = lowestHeldMa(before, atMs);
  if (lowest >= limitMa) return dip;
  return { limitMa: dip.isSeen ? lowest : Math.min(dip.limitMa, lowest), untilMs: atMs, isSeen: false };
}

/** The ledger after the charger refused `limitMa`: it certainly does not hold it. */
export function withRefusal(ledger: Ledger, limitMa: number, atMs: number): Ledger {
  const index = findUnacked(ledger.held, limitMa);
  const held = index < 0 || ledger.held.length === 1 ? ledger.held : ledger.held.filter((_, i) => i !== index);
  return { ...ledger, held, failures: ledger.failures + 1, failedAtMs: atMs };
}

/** The ledger without a limit that never left after all. */
export function withoutSent(ledger: Ledger, limitMa: number): Ledger {
  const index = findUnacked(ledger.held, limitMa);
  return index <= 0 ? ledger : { ...ledger, held: ledger.held.filter((_, i) => i !== index) };
}

/** The ledger after no answer came: the charger may hold it or not, so both stand. */
export const withSilence = (ledger: Ledger, atMs: number): Ledger => ({
  ...ledger,
  failures: ledger.failures + 1,
  failedAtMs: atMs,
});

function findUnacked(held: readonly Held[], limitMa: number): number {
  for (let i = held.length - 1; i >= 0; i--) {
    const entry = held[i];
    if (entry !== undefined && entry.limitMa === limitMa && entry.ackedAtMs === null && !isUnknown(entry)) return i;
  }
  return -1;
}
