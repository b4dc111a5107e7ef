/** Why the gate books what it books for a connector, as one word of a closed list (rules 1, 4, 8, 9, 19, 27). */
import type { Triple } from '#base/units.ts';
import { LOOK_AHEAD_MS, SAMPLE_USABLE_MS } from '#site/gate/constants.ts';
import { grantMa, highestHeldMa, isUnknown, levelMa, newest } from '#site/gate/ledger.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import type { Charger, Connector, Held } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

export const EXPOSURE_WORDS = [
  /** What it was told. */
  'grant',
  /** A higher limit may still be obeyed, until a sample shows the lower one. */
  'decrease-unseen',
  /** It may obey a higher limit already, though it has not said so. */
  'raise-unanswered',
  /** What it rises to by itself where it hears nothing more. */
  'lapse',
  /** It draws more than it was told. */
  'draw',
  /** Nothing is known of what it was told before: its rating. */
  'unknown-past',
  /** Offline, and nobody has proven that it falls back by itself: its rating. */
  'offline-unproven',
  /** Offline: its stored schedule until it lapses, then its fallback. */
  'offline-lease',
  /** Does not obey: its rating. */
  'uncontrolled',
  /** Being set up, until when nothing is known of what it holds. */
  'set-up',
  /** A free socket books nothing; what a car takes on plugging in is kept free elsewhere. */
  'idle',
  /** A person said that it has no power. */
  'switched-off',
] as const;

export type ExposureBy = (typeof EXPOSURE_WORDS)[number];

export type ExposureCase = {
  readonly connector: Connector;
  readonly charger: Charger;
  readonly spec: ConnectorSpec;
  /** What is booked on each grid phase. */
  readonly exposureMa: Triple;
  readonly atMs: number;
};

/** The word for one booking. */
export function exposureBy(booking: ExposureCase): ExposureBy {
  const { connector, charger } = booking;
  if (charger.switchedOff) return 'switched-off';
  if (connector.ledger.uncontrolled) return 'uncontrolled';
  if (charger.link === 'offline') return offlineBy(booking);
  const by = connectedBy(booking);
  return by === 'unknown-past' && !isSetUp(charger) ? 'set-up' : by;
}

function offlineBy({ connector: { ledger }, charger }: ExposureCase): ExposureBy {
  if (isUnknown(newest(ledger))) return 'unknown-past';
  if (charger.traits.leaseClass !== 'A') return 'offline-unproven';
  return ledger.held.some(isUnknown) ? 'unknown-past' : 'offline-lease';
}

function connectedBy({ connector, charger, spec, exposureMa, atMs }: ExposureCase): ExposureBy {
  const { ledger, status } = connector;
  const last = newest(ledger);
  const bookedMa = Math.max(...exposureMa);
  const heldMa = levelMa(highestHeldMa(ledger, atMs + LOOK_AHEAD_MS), spec, charger.traits);
  if (bookedMa > heldMa && isDrawn(connector, bookedMa, atMs)) return 'draw';
  if (bookedMa === 0 && status === 'Available') return 'idle';
  if (isUnknown(last)) return 'unknown-past';
  if (bookedMa > levelMa(last.limitMa, spec, charger.traits)) return olderBy(ledger.held, last);
  const isAnswered = last.ackedAtMs !== null || (grantMa(ledger) ?? 0) >= last.limitMa;
  return isAnswered ? 'grant' : 'raise-unanswered';
}

const isDrawn = ({ draw }: Connector, bookedMa: number, atMs: number): boolean =>
  draw !== null && atMs - draw.atMs <= SAMPLE_USABLE_MS && Math.max(...draw.ma) >= bookedMa;

/** More is booked than the newest limit says: an older one stands beside it, or one of them ends above itself. */
function olderBy(held: readonly Held[], last: Held): ExposureBy {
  const higher = held.filter(entry => entry.limitMa > last.limitMa);
  if (higher.length === 0) return 'lapse';
  return higher.every(isUnknown) ? 'unknown-past' : 'decrease-unseen';
}
