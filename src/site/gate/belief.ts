/**
 * When a decrease is believed (rule 5), when it is overdue (rule 4), and when a charger no longer
 * obeys at all (rule 8). Pure functions of one connector and an instant.
 */
import { at } from '#base/assert.ts';
import {
  FAST_MS,
  LINK_MS,
  NOISE_MA,
  OBEYED_TO_RETURN,
  OVER_CONFIRM_MS,
  RETRY_FIRST_MS,
  RETRY_MAX_MS,
  SAMPLE_FRESH_MS,
  SAMPLE_USABLE_MS,
  TIMEOUTS_OFFLINE,
  toleranceMa,
} from '#site/gate/constants.ts';
import {
  believed,
  believedByTime,
  broken,
  highestHeldMa,
  isBeforeDip,
  isUnknown,
  levelMa,
  mayHaveLapsed,
  newest,
} from '#site/gate/ledger.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import type { Charger, Connector, DrawSample, Held, Ledger } from '#site/state.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';

/** A fall from above this many times the limit is a step, not a battery that fills. */
const STEEP = 1.5;

/** More than noise flows, as its sample says. */
export const isDrawing = (sample: DrawSample | null): sample is DrawSample =>
  sample !== null && highestPhaseMa(sample) > NOISE_MA;

const highestPhaseMa = (sample: DrawSample): number => Math.max(sample.ma[0], sample.ma[1], sample.ma[2]);

/** A sample that arrived at `atMs` was taken at most LINK_MS before (assumption A5). */
const takenAfter = (sample: DrawSample, instantMs: number): boolean => sample.atMs - LINK_MS >= instantMs;

/** True where this sample shows that the newest limit is obeyed (rule 5). */
export const showsObeyed = (ledger: Ledger, sample: DrawSample, spec: ConnectorSpec, traits: ChargerTraits): boolean =>
  isShown(newest(ledger), sample, spec, traits);

/**
 * The ledger after a sample: belief, suspicion, return (rules 5 and 8).
 * @param before the sample before it
 */
export function afterSample(
  known: Ledger,
  sample: DrawSample,
  spec: ConnectorSpec,
  traits: ChargerTraits,
  before: DrawSample | null,
): Ledger {
  const ledger = withDipSeen(known, sample);
  if (ledger.uncontrolled) return afterSampleWhileUncontrolled(ledger, sample, spec, traits, before);
  const ceilingMa = levelMa(reachableMa(ledger, sample, traits), spec, traits);
  if (highestPhaseMa(sample) <= ceilingMa + toleranceMa(ceilingMa)) return afterObeying(ledger, sample, spec, traits);
  if (ledger.overSinceMs === null) return { ...ledger, overSinceMs: sample.atMs };
  if (sample.atMs - ledger.overSinceMs < OVER_CONFIRM_MS) return ledger;
  return broken(ledger);
}

/** A dip that this sample came after is behind the car. */
const withDipSeen = (ledger: Ledger, { atMs }: DrawSample): Ledger =>
  ledger.dip.isSeen || isBeforeDip(ledger, atMs) ? ledger : { ...ledger, dip: { ...ledger.dip, isSeen: true } };

function afterObeying(ledger: Ledger, sample: DrawSample, spec: ConnectorSpec, traits: ChargerTraits): Ledger {
  // As a rule one limit is held, and obeyed.
  if (ledger.held.length === 1 && ledger.overSinceMs === null) return ledger;
  const shown = Math.max(
    0,
    ledger.held.findLastIndex(held => isShown(held, sample, spec, traits)),
  );
  if (shown === 0 && ledger.overSinceMs === null) return ledger;
  return { ...ledger, held: ledger.held.slice(shown), overSinceMs: null };
}

/**
 * Whether a sample shows that this limit is obeyed. What was held before the newest such limit is not obeyed
 * any more, even while a still newer one is under way: a garage in which cars keep arriving would otherwise
 * never see a decrease done.
 */
function isShown(held: Held, sample: DrawSample, spec: ConnectorSpec, traits: ChargerTraits): boolean {
  if (held.ackedAtMs === null || !takenAfter(sample, held.ackedAtMs + traits.reactionMs)) return false;
  const level = levelMa(mostOf(held, sample.atMs), spec, traits);
  return highestPhaseMa(sample) <= level + toleranceMa(level);
}

/** The highest that one schedule allows at an instant; it may have lapsed up already. */
const mostOf = (held: Held, atMs: number): number =>
  mayHaveLapsed(held, atMs) ? Math.max(held.limitMa, held.lapseMa) : held.limitMa;

/**
 * The most that obeying would allow when the sample was taken: the newest limit whose reaction time was
 * over by then, and any sent after it. Telling an ignoring charger again must not excuse it.
 */
function reachableMa(ledger: Ledger, sample: DrawSample, traits: ChargerTraits): number {
  const settled = ledger.held.findLastIndex(
    held => held.ackedAtMs !== null && takenAfter(sample, held.ackedAtMs + traits.reactionMs),
  );
  let mostMa = 0;
  for (let i = Math.max(0, settled); i < ledger.held.length; i++)
    mostMa = Math.max(mostMa, mostOf(at(ledger.held, i), sample.atMs));
  return mostMa;
}

function afterSampleWhileUncontrolled(
  ledger: Ledger,
  sample: DrawSample,
  spec: ConnectorSpec,
  traits: ChargerTraits,
  before: DrawSample | null,
): Ledger {
  // A car that takes nothing shows nothing of its charger.
  if (ledger.obeyed === null || !isDrawing(sample)) return ledger;
  const isProof = newest(ledger).limitMa <= ledger.brokenMa && showsObeyed(ledger, sample, spec, traits);
  const isRow = isProof && (ledger.obeyed > 0 || hasFollowed(ledger, sample, spec, traits, before));
  if (!isRow) return ledger.obeyed === 0 ? ledger : { ...ledger, obeyed: 0 };
  if (sample.atMs - ledger.obeyedAtMs < OVER_CONFIRM_MS) return ledger;
  const obeyed = ledger.obeyed + 1;
  if (obeyed < OBEYED_TO_RETURN) return { ...ledger, obeyed, obeyedAtMs: sample.atMs };
  return { ...believed(ledger), uncontrolled: false, overSinceMs: null, obeyed: null };
}

/**
 * Whether a car came down because it was told to: soon after the command, or all at once. A full battery takes less
 * and less by itself, and passes the limit slowly.
 */
function hasFollowed(
  ledger: Ledger,
  sample: DrawSample,
  spec: ConnectorSpec,
  traits: ChargerTraits,
  before: DrawSample | null,
): boolean {
  const { ackedAtMs, limitMa } = newest(ledger);
  if (ackedAtMs !== null && sample.atMs < ackedAtMs + traits.reactionMs + SAMPLE_USABLE_MS) return true;
  if (before === null || sample.atMs - before.atMs > SAMPLE_USABLE_MS) return false;
  return highestPhaseMa(before) > STEEP * levelMa(limitMa, spec, traits);
}

/** Whether a command can be handed over at all. */
export const isLinked = (charger: Charger): boolean => charger.link === 'online' && charger.booted;

/** Whether the charger takes commands (rule 6): one that let two time out counts as offline until it answers again. */
export const isReachable = (charger: Charger): boolean => isLinked(charger) && charger.timeouts < TIMEOUTS_OFFLINE;

/** When the next try of a failed command is due. */
export function retryAtMs(ledger: Ledger): number {
  if (ledger.failures === 0) return Number.NEGATIVE_INFINITY;
  return ledger.failedAtMs + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (ledger.failures - 1));
}

/**
 * When a decrease stops counting at its new value for targets (rule 4): two seconds without an ack, or the
 * reaction time without a sample that shows it. Of several the first that is not shown: telling a charger again
 * must not excuse it. Infinity where no decrease is open.
 * The sample itself is allowed the time in which samples count as fresh; a real overload meanwhile
 * is seen by the meter (rule 14's excess).
 */
export function overdueAtMs(connector: Connector, traits: ChargerTraits): number {
  const { held } = connector.ledger;
  if (isUnknown(newest(connector.ledger))) return Number.POSITIVE_INFINITY;
  if (highestHeldMa(connector.ledger, Number.NEGATIVE_INFINITY) <= newest(connector.ledger).limitMa)
    return Number.POSITIVE_INFINITY;
  const open = held.find(
    (entry, i) => isDecrease(held, i) && !isSuperseded(held, i) && !isShownToTargets(connector, entry),
  );
  if (open === undefined) return Number.POSITIVE_INFINITY;
  return open.ackedAtMs === null ? open.sentAtMs + LINK_MS : open.ackedAtMs + traits.reactionMs + SAMPLE_FRESH_MS;
}

/** A later one was answered: on a link that keeps the order (A2) nobody waits for the answer to this one any more. */
const isSuperseded = (held: readonly Held[], index: number): boolean =>
  at(held, index).ackedAtMs === null && held.slice(index + 1).some(({ ackedAtMs }) => ackedAtMs !== null);

const isDecrease = (held: readonly Held[], index: number): boolean =>
  held.slice(0, index).some(({ limitMa }) => limitMa > at(held, index).limitMa);

/** A sample taken after the ack that lies within the limit shows the decrease to targets, though not yet to raises. */
const isShownToTargets = ({ draw }: Connector, { ackedAtMs, limitMa }: Held): boolean =>
  ackedAtMs !== null &&
  draw !== null &&
  takenAfter(draw, ackedAtMs) &&
  highestPhaseMa(draw) <= limitMa + toleranceMa(limitMa);

/**
 * Whether a connector counts at what it may still hold instead of at what it was told (rule 4, 6, 8):
 * it cannot be commanded, refused, is overdue, or does not obey.
 */
export function isStuck(connector: Connector, charger: Charger, atMs: number): boolean {
  if (connector.ledger.uncontrolled || !isReachable(charger) || !isSetUp(charger)) return true;
  // A first sample above its limit: what it draws is booked, and the others give way before a second one says more.
  if (connector.ledger.overSinceMs !== null) return true;
  if (connector.ledger.failures > 0) return true;
  if (charger.callSinceMs !== null && atMs >= charger.callSinceMs + LINK_MS) return true;
  const ledger = believedByTime(connector.ledger, charger.traits, atMs);
  const dueMs = overdueAtMs({ ...connector, ledger }, charger.traits);
  // A slow model is not waited for: those that are faster give way until it is seen to follow.
  return charger.traits.reactionMs > FAST_MS ? dueMs !== Number.POSITIVE_INFINITY : atMs >= dueMs;
}
