/** What the observer watches: circuits with their rows, and the sockets below them. */
import type { PhaseIndex, Triple } from '#base/units.ts';
import type { Grace } from './grace.ts';
import type { HeldConnector, Holdings } from './holdings.ts';
import type { Row, SimLimit } from './over-account.ts';

/** What the observer is told of a circuit beside the tree of `Truth`. */
export type ObservedCircuit = {
  readonly limits: readonly SimLimit[];
  readonly marginMa: number;
  /** Interval of its guard meter; null without one. */
  readonly guardIntervalMs: number | null;
};

/** One socket: where it hangs, and what the world can tell of it. */
export type ObservedConnector = HeldConnector & {
  readonly holdings: Holdings;
  readonly circuit: number;
  /** Grid phases of the car on it, null without a car. */
  carPhases(): readonly PhaseIndex[] | null;
  drawMa(): number;
};

/** One circuit under watch. */
export type Watch = {
  readonly rows: readonly Row[];
  readonly grace: Grace;
  readonly connectors: ObservedConnector[];
  brokenHolders: number;
};

export const onLine = (currents: Triple, line: 0 | 1 | 2 | 3): number =>
  line === 3 ? currents[0] + currents[1] + currents[2] : currents[line];
