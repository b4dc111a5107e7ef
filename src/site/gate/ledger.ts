/**
 * The exposure ledger of one connector (safety rules 1, 3, 4, 5): every limit that its charger may
 * still be obeying, from the first moment it might until it certainly no longer does.
 */
import { assert } from '#base/assert.ts';
import { type PhaseIndex, type Triple, ZERO_TRIPLE } from '#base/units.ts';
import { LINK_MS, LOOK_AHEAD_MS, NOISE_MA, SAMPLE_USABLE_MS, SKEW_MS } from '#site/gate/constants.ts';
import { phasesOf, sharersOf } from '#site/gate/mask.ts';
import type { Charger, Connector, Held, Ledger } from '#site/state.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';

/** No raise has replaced a lower limit since the last sample. */
export const NO_DIP: Ledger['dip'] = {
  limitMa: Number.POSITIVE_INFINITY,
  untilMs: Number.NEGATIVE_INFINITY,
  isSeen: true,
};

/** A connector of which nothing is known: it may draw its rating (rule 27). */
export const unknownLedger = (ratingMa: number): Ledger => ({
  held: [unknownHeld(ratingMa)],
  failures: 0,
  failedAtMs: Number.NEGATIVE_INFINITY,
  changedAtMs: Number.NEGATIVE_INFINITY,
  dip: NO_DIP,
  overSinceMs: null,
  uncontrolled: false,
  brokenMa: Number.POSITIVE_INFINITY,
  obeyed: null,
  obeyedAtMs: Number.NEGATIVE_INFINITY,
  writes: { dayMs: Number.NEGATIVE_INFINITY, count: 0 },
});

export const unknownHeld = (ratingMa: number): Held => ({
  limitMa: ratingMa,
  lapseMa: ratingMa,
  lapsesAtMs: Number.POSITIVE_INFINITY,
  sentAtMs: Number.NEGATIVE_INFINITY,
  ackedAtMs: null,
});

/**
 * What is left of a ledger when its charger may have forgotten everything: the rating is booked, and the
 * last acknowledged limit is remembered as the most that may be said again without asking for room.
 */
export function forgotten(ledger: Ledger, ratingMa: number): Ledger {
  const lastMa = grantMa(ledger);
  const unknown = unknownHeld(ratingMa);
  const limitMa = Math.min(lastMa ?? ratingMa, ratingMa);
  const remembered = { ...unknown, limitMa, lapseMa: limitMa, ackedAtMs: unknown.sentAtMs };
  return { ...ledger, held: lastMa === null ? [unknown] : [remembered, unknown], failures: 0 };
}

/** True for the entry that stands for an unknown past. */
export const isUnknown = (held: Held): boolean => held.sentAtMs === Number.NEGATIVE_INFINITY;

/** True for what an earlier process left: unknown, but with an end (rule 27). */
export const isStored = (held: Held): boolean => isUnknown(held) && held.lapsesAtMs !== Number.POSITIVE_INFINITY;

export function newest(ledger: Ledger): Held {
  const last = ledger.held[ledger.held.length - 1];
  assert(last !== undefined, 'a ledger is never empty');
  return last;
}

/** The highest limit that may be obeyed until `untilMs`, whatever has been acknowledged (rule 1). */
export function highestHeldMa(ledger: Ledger, untilMs: number): number {
  let highest = 0;
  for (const held of ledger.held) {
    if (held.limitMa > highest) highest = held.limitMa;
    if (held.lapseMa > highest && mayHaveLapsed(held, untilMs)) highest = held.lapseMa;
  }
  return highest;
}

/** The lowest limit that may be in force: a car that was just told less may already draw less. */
export const lowestHeldMa = (held: readonly Held[], atMs: number): number =>
  held.reduce(
    (low, held) => Math.min(low, held.limitMa, mayHaveLapsed(held, atMs) ? held.lapseMa : held.limitMa),
    Number.POSITIVE_INFINITY,
  );

/** What the charger falls or rises to by itself, at most, once every lease it may hold has lapsed (row set 2). */
export const lapsedHeldMa = (ledger: Ledger): number =>
  ledger.held.reduce((most, held) => Math.max(most, held.lapseMa), 0);

/** The charger's clock may be ahead of what we know of it. */
export const mayHaveLapsed = (held: Held, atMs: number): boolean => atMs >= held.lapsesAtMs - SKEW_MS;

/**
 * What caps the least that a car may be drawing: the lowest limit it may obey. One that obeys none draws
 * what its sample says: its limit would make the rest of its draw look like the building's. Nor is a limit in
 * watts a current: a car on one phase draws three times as much, and what it was seen to draw under it stands.
 * A car that was told less since it was seen, and then more again, may not have come up yet.
 * @param seenAtMs when its sample came
 */
export function lowestObeyedMa(ledger: Ledger, traits: ChargerTraits, seenAtMs: number, atMs: number): number {
  const last = newest(ledger);
  const isFollowed = last.ackedAtMs !== null && seenAtMs >= last.ackedAtMs + traits.reactionMs;
  const isAlone = ledger.held.length === 1 && isFollowed && !mayHaveLapsed(last, atMs);
  if (ledger.uncontrolled || (traits.rateUnit === 'W' && isAlone)) return Number.POSITIVE_INFINITY;
  return Math.min(lowestHeldMa(ledger.held, atMs), dipBeforeMa(ledger, seenAtMs));
}

/** A sample that came then may have been taken while a lower limit was in force that a raise has replaced. */
export const isBeforeDip = ({ dip }: Ledger, seenAtMs: number): boolean => seenAtMs - LINK_MS <= dip.untilMs;

/** What a sample that came then can vouch for at most; Infinity where no lower limit came after it. */
export const dipBeforeMa = (ledger: Ledger, seenAtMs: number): number =>
  isBeforeDip(ledger, seenAtMs) ? ledger.dip.limitMa : Number.POSITIVE_INFINITY;

/** The last acknowledged limit, or null. */
export function grantMa(ledger: Ledger): number | null {
  for (let i = ledger.held.length - 1; i >= 0; i--) {
    const held = ledger.held[i];
    if (held !== undefined && held.ackedAtMs !== null) return held.limitMa;
  }
  return null;
}

/** Mains may sag to this share of nominal: a limit in watts then means more amperes (rule 10). */
const LOWEST_VOLTAGE = 0.9;

/**
 * What a limit books on each phase (rule 10). A limit in amperes is itself. One in watts may be drawn
 * on a single phase at low voltage, unless the model is proven to divide it by the phases; never more
 * than the rating. A model that cannot pause draws its minimum when told less. Direct current is counted in
 * what the grid sees (`DcSpec`), and its charger stands by when told nothing.
 * @param sharers phases that are known to share a limit in watts
 */
export function levelMa(limitMa: number, spec: ConnectorSpec, traits: ChargerTraits, sharers: number = 1): number {
  const obeyed = !traits.canPause && limitMa < spec.minMa ? spec.minMa : limitMa;
  const level = Math.min(spec.maxMa, Math.ceil(obeyed * levelFactor(spec, traits, sharers)));
  return spec.dc === null ? level : Math.max(level, spec.dc.standbyMa);
}

/** The highest limit whose level is within `levelMa`: the inverse of the above. */
export const limitWithin = (level: number, spec: ConnectorSpec, traits: ChargerTraits, sharers: number = 1): number =>
  level >= spec.maxMa ? spec.maxMa : Math.floor(level / levelFactor(spec, traits, sharers));

/** Its limits are no currents: how many amperes they are depends on the car. Direct current is counted in the grid's. */
export const isInWatts = ({ dc }: ConnectorSpec, { rateUnit }: ChargerTraits): boolean =>
  rateUnit === 'W' && dc === null;

function levelFactor(spec: ConnectorSpec, traits: ChargerTraits, sharers: number): number {
  if (!isInWatts(spec, traits)) return 1;
  return (traits.dividesByPhases ? 1 : spec.phases.length / sharers) / LOWEST_VOLTAGE;
}

/**
 * The level that is booked for a connector at `atMs` (rules 1 and 8): the highest limit it may hold in the
 * look-ahead. A decrease of a class A charger counts as done `believeMs` after its ack, seen or not (rule 5).
 */
export function bookedMa(
  connector: Connector,
  spec: ConnectorSpec,
  traits: ChargerTraits,
  atMs: number,
  aheadMs: number = LOOK_AHEAD_MS,
): number {
  const { ledger } = connector;
  if (ledger.uncontrolled) return spec.maxMa;
  const obeyed = believedByTime(ledger, traits, atMs);
  return levelMa(highestHeldMa(obeyed, atMs + aheadMs), spec, traits, sharersOf(connector, atMs));
}

/**
 * The ledger of a proven charger without what came before a limit that it acknowledged `believeMs` ago (rule 5): one
 * that is told something new every few seconds has obeyed what it was told a minute ago all the same.
 */
export function believedByTime(ledger: Ledger, traits: ChargerTraits, atMs: number): Ledger {
  if (traits.leaseClass !== 'A' || ledger.held.length === 1) return ledger;
  const first = ledger.held.findLastIndex(
    ({ ackedAtMs }) => ackedAtMs !== null && atMs >= ackedAtMs + traits.believeMs,
  );
  return first <= 0 ? ledger : { ...ledger, held: ledger.held.slice(first) };
}

/** True where nothing but class A stands behind a schedule once the link is gone (rule 9, promise 2). */
export const bookedAtRating = (charger: Charger): boolean =>
  charger.link === 'offline' && charger.traits.leaseClass !== 'A';

/** Nobody is plugged in, as its charger said on the link that stands. */
export const isSaidFree = ({ transaction, status, statusAtMs }: Connector, { linkSinceMs }: Charger): boolean =>
  transaction === null && status === 'Available' && statusAtMs >= linkSinceMs;

/** It does not obey the newest limit (rule 8): from now on it counts at its rating. */
export const broken = (ledger: Ledger): Ledger => ({
  ...ledger,
  uncontrolled: true,
  obeyed: null,
  brokenMa: newest(ledger).limitMa,
});

/**
 * Nobody is plugged in, the link says so, and whoever comes finds the fallback at most (rule 2): it books
 * nothing, the plug-in reserve of its rows stands for it.
 */
export function isFreeSocket(connector: Connector, spec: ConnectorSpec, charger: Charger, atMs: number): boolean {
  if (!isSaidFree(connector, charger)) return false;
  if (charger.link === 'offline' || connector.ledger.uncontrolled) return false;
  return highestHeldMa(connector.ledger, atMs + LOOK_AHEAD_MS) <= spec.fallbackMa;
}

/** The level that is booked whatever is measured: nothing for a free or dead socket, the rating where nothing is proven. */
export function bookedLevelMa(
  connector: Connector,
  spec: ConnectorSpec,
  charger: Charger,
  atMs: number,
  aheadMs: number,
) {
  if (charger.switchedOff) return 0;
  if (isFreeSocket(connector, spec, charger, atMs)) return spec.dc?.standbyMa ?? 0;
  if (bookedAtRating(charger) || isRisingAbove(connector)) return spec.maxMa;
  return bookedMa(connector, spec, charger.traits, atMs, aheadMs);
}

/** A car seen above its limit for the first time, and rising: nobody knows where it ends before its next sample (rule 8). */
function isRisingAbove({ ledger, draw, earlierDraws }: Connector): boolean {
  const [before] = earlierDraws;
  if (ledger.overSinceMs === null || draw === null || before === undefined) return false;
  return draw.ma.some((ma, phase) => ma > (before.ma[phase] ?? 0) + NOISE_MA);
}

/**
 * Exposure on the grid's phases (rules 1, 11): the booked level on every phase the connector can
 * reach, or the measured draw where that is more, off-mask phases included.
 * @param aheadMs how far schedules are looked ahead: LOOK_AHEAD_MS for live rows, longer for hard ones
 */
export function exposureMa(
  connector: Connector,
  spec: ConnectorSpec,
  charger: Charger,
  atMs: number,
  aheadMs: number = LOOK_AHEAD_MS,
): Triple {
  const level = bookedLevelMa(connector, spec, charger, atMs, aheadMs);
  const draw = connector.draw;
  const drawn = draw !== null && atMs - draw.atMs <= SAMPLE_USABLE_MS ? draw.ma : ZERO_TRIPLE;
  const phases = phasesOf(connector, spec, atMs);
  const on = (phase: PhaseIndex) => Math.max(phases.includes(phase) ? level : 0, drawn[phase]);
  return [on(0), on(1), on(2)];
}

/** The ledger once the newest limit is believed: nothing older is obeyed any more. */
export function believed(ledger: Ledger): Ledger {
  return ledger.held.length === 1 ? ledger : { ...ledger, held: [newest(ledger)] };
}
