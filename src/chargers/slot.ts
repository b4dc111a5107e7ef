/** A charger's place at the door: it stays while links come and go. */
import type { FramePipe } from '#world.ts';
import type { Link, Memory } from './link.ts';
import type { ChargerDoorOptions } from './options.ts';

/** For a charger that was not told an interval in this process. */
const DEFAULT_HEARTBEAT_MS = 300_000;

/** What is kept of a charger from the configuration, linked or not. */
export type Slot = {
  readonly options: ChargerDoorOptions;
  readonly memory: Memory;
  /** Counts links; the newest one's facts count. */
  generation: number;
  link: Link | null;
  /** Where it last came in from: its password is looked at even when others fail there. */
  address: string | null;
  /** Nobody of this identity is let in before (a dead-man test keeps its socket cut); monotonic. */
  cutUntilMs: number;
  /** Newcomers that wait for the probe of the present link. */
  waiting: number;
  /** A newcomer that was let in while another was: it is upgraded, but not yet heard. */
  held: FramePipe | null;
};

export const newSlot = (options: ChargerDoorOptions): Slot => ({
  options,
  memory: { booted: false, sampling: false, heartbeatMs: DEFAULT_HEARTBEAT_MS },
  generation: 0,
  link: null,
  address: null,
  cutUntilMs: Number.NEGATIVE_INFINITY,
  waiting: 0,
  held: null,
});

/** In words, for the list of those turned away. */
export const twinCause = (identity: string): string => `two devices call themselves ${identity}`;
