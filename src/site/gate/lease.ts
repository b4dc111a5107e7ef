/**
 * Leases (rules 17 to 23): for how long a charger keeps a limit by itself, what it falls or rises to then, when
 * the limit is said again, and what time alone does to the ledger.
 */
import { at } from '#base/assert.ts';
import { PAUSE_TTLS, SKEW_MS } from '#site/gate/constants.ts';
import { mayHaveLapsed } from '#site/gate/ledger.ts';
import type { Sent } from '#site/gate/told.ts';
import { skewOf } from '#site/reduce/skew.ts';
import type { Charger, Connector, Held, SiteState } from '#site/state.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';

/**
 * Whether a schedule that ends can be written for this charger (rules 18, 21): it must take Absolute ones, its
 * clock must be known, and there must be a base to fall to, on a level of its own or in the same schedule.
 */
export const canLease = ({ traits, skew }: Charger): boolean =>
  traits.absolute && isSetClock(skewOf({ skew })) && traits.maxPeriods >= (hasOwnLevel(traits) ? 2 : 3);

/** A clock that stands in 1970 was never set, and will be at any moment. */
const NEVER_SET_MS = 20 * 365 * 86_400_000;
const isSetClock = (skewMs: number | null): boolean => skewMs !== null && skewMs < NEVER_SET_MS;

/** The lease has a stack level of its own, above the base. */
export const hasOwnLevel = (traits: ChargerTraits): boolean => traits.stackLevels >= 2;

/** The most that may be granted without a lease: what it may also stand at for ever (rules 21, 22). */
export const endlessMa = (spec: ConnectorSpec): number => Math.max(spec.fallbackMa, spec.minMa);

/**
 * How a limit is sent. Without a lease nothing is granted beyond what may stand for ever.
 * @param lapseMa what it may fall to (`lapseFor` in sums.ts)
 */
export function leaseOf(wantedMa: number, lapseMa: number, charger: Charger, spec: ConnectorSpec, ttlMs: number): Sent {
  if (!canLease(charger)) {
    const limitMa = Math.min(wantedMa, Math.max(lapseMa, spec.fallbackMa));
    return { limitMa, lapseMa: limitMa, ttlMs: null };
  }
  if (wantedMa > lapseMa) return { limitMa: wantedMa, lapseMa, ttlMs };
  // Paused below its fallback: it comes back by itself, but only after a long silence (rule 19).
  if (wantedMa < spec.fallbackMa) return { limitMa: wantedMa, lapseMa: spec.fallbackMa, ttlMs: PAUSE_TTLS * ttlMs };
  return { limitMa: wantedMa, lapseMa: wantedMa, ttlMs: null };
}

/** Refreshes of a garage that came home together leave spread over this share of the lease time. */
const SPREAD = 1 / 8;
/** A whole number without a common factor with sites of any usual size. */
const SPREAD_STRIDE = 61;
const SPREAD_SLOTS = 100;

const spreadMs = (index: number, ttlMs: number): number =>
  (((index * SPREAD_STRIDE) % SPREAD_SLOTS) / SPREAD_SLOTS) * SPREAD * ttlMs;

/** A refresh is never put off for longer than this share of the lease time. */
const LONGEST_SHARE = 3 / 4;
/**
 * Nor into these last seconds before the charger may take its lease for over: a meter that is stale for 10 s, a
 * refresh that is lost, its repetition (5 s and 2 s later) that is lost, too, and one more fit in.
 */
const FAILURES_MS = 30_000;

/** The longest that a lease above its lapse value is left alone, where writes are to be spared (rule 23). */
export const longestWaitMs = (ttlMs: number): number =>
  Math.max(ttlMs / 2, Math.min(LONGEST_SHARE * ttlMs, ttlMs - SKEW_MS - FAILURES_MS));

/**
 * When a held lease is due to be said again (rule 20); Infinity where it has no end.
 * @param putOff from 0, at its usual time, to 1, as late as it may be (rule 23)
 */
export function refreshDueMs(held: Held, index: number, ttlMs: number, putOff = 0): number {
  if (held.lapsesAtMs === Number.POSITIVE_INFINITY || held.ackedAtMs === null) return Number.POSITIVE_INFINITY;
  if (held.limitMa <= held.lapseMa) return held.sentAtMs + ttlMs + spreadMs(index, ttlMs);
  const usualMs = ttlMs / 2 + spreadMs(index, ttlMs);
  return held.sentAtMs + usualMs + putOff * Math.max(0, longestWaitMs(ttlMs) - usualMs);
}

/** A lease that lapsed down and was certainly followed by the car. Only class A obeys its schedule alone. */
const isOver = (held: Held, traits: ChargerTraits, atMs: number): boolean =>
  traits.leaseClass === 'A' && atMs >= overAtMs(held, traits);

const overAtMs = (held: Held, traits: ChargerTraits): number => held.lapsesAtMs + SKEW_MS + traits.reactionMs;

/** The state with every lease that has run out replaced by what is left of it. */
export function afterLapses(state: SiteState, atMs: number): SiteState {
  let connectors: Connector[] | null = null;
  for (const spec of state.topology.connectors) {
    const connector = at(state.connectors, spec.index);
    const { held } = connector.ledger;
    const { traits } = at(state.chargers, spec.charger);
    if (!held.some(one => isSpent(one, traits, atMs))) continue;
    connectors ??= state.connectors.slice();
    const left = held.map(one => (isSpent(one, traits, atMs) ? remains(one) : one));
    connectors[spec.index] = { ...connector, ledger: { ...connector.ledger, held: left } };
  }
  return connectors === null ? state : { ...state, connectors };
}

/** Down: only when it is certain. Up: as soon as it is possible. */
const isSpent = (held: Held, traits: ChargerTraits, atMs: number): boolean =>
  held.lapsesAtMs !== Number.POSITIVE_INFINITY &&
  (held.limitMa > held.lapseMa ? isOver(held, traits, atMs) : mayHaveLapsed(held, atMs));

const remains = (held: Held): Held => ({ ...held, limitMa: held.lapseMa, lapsesAtMs: Number.POSITIVE_INFINITY });

/** The instants at which time alone changes what a connector may be obeying. */
export function lapseDeadlinesMs(connector: Connector, traits: ChargerTraits, aheadMs: readonly number[]): number[] {
  const out: number[] = [];
  for (const held of connector.ledger.held) {
    if (held.lapsesAtMs === Number.POSITIVE_INFINITY) continue;
    if (held.limitMa > held.lapseMa) out.push(overAtMs(held, traits));
    else for (const ms of [0, ...aheadMs]) out.push(held.lapsesAtMs - SKEW_MS - ms);
  }
  return out;
}
