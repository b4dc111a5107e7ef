/**
 * What is known of the site at an instant. Only `reduce` makes a new one. Chargers, connectors,
 * circuits and meters are dense arrays by the indexes of the topology: an event replaces one leaf
 * and slices one array.
 */
import type { PhaseIndex, Quad, Triple } from '#base/units.ts';
import type { ChargingProfilePurpose } from '#site/command.ts';
import type { DeadmanTest } from '#site/deadman/test.ts';
import type { Reason } from '#site/reason.ts';
import type { ChargerTraits, Topology } from '#site/topology.ts';

export type ConnectorStatus =
  | 'Unknown'
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEV'
  | 'SuspendedEVSE'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

export type Charger = {
  readonly link: 'offline' | 'online';
  /** Counts sockets; facts of an older generation are ignored. */
  readonly generation: number;
  readonly linkSinceMs: number;
  readonly booted: boolean;
  readonly traits: ChargerTraits;
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  /** As its boot told it. */
  readonly serial?: string;
  readonly ocppVersion: string;
  readonly lastHeardMs: number;
  /** A control CALL is in flight since then; null when the link is free (rule 6). */
  readonly callSinceMs: number | null;
  /** Consecutive timeouts; two mean unresponsive (rule 6). */
  readonly timeouts: number;
  readonly skew: Skew;
  /** What `skew.ms` was before it booted: what it queued until then is in that time. */
  readonly skewBeforeBootMs?: number;
  /** When a TriggerMessage(MeterValues) was last sent (rule 5: at most one a minute). */
  readonly askedAtMs: number;
  readonly setup: Setup;
  /** A person said that it has no power (rule 9); ends by itself when its link returns. */
  readonly switchedOff: boolean;
};

/**
 * What is known of a charger's clock (rule 21; reduce/skew.ts). Every value is a difference, time as chargers are
 * told at receipt − the charger's own timestamp, in ms.
 */
export type Skew = {
  /** The smallest of late: tells live samples from a backlog. Null until one came. */
  readonly ms: number | null;
  /** The smallest since `sinceMs`; it takes the place of `ms` in its turn, because clocks drift. */
  readonly window: { readonly lowMs: number; readonly sinceMs: number };
  /** Messages in a row that came late: a backlog, a slow link, or a clock that was set back. */
  readonly late: AlikeRow | null;
  /** After a jump: the messages since then. Null once enough of them agree. */
  readonly settling: AlikeRow | null;
};

/** Messages in a row with about the same difference. */
export type AlikeRow = {
  readonly lowMs: number;
  readonly highMs: number;
  readonly count: number;
  readonly sinceMs: number;
};

/** What a connector drew, on grid phases, when `atMs` (receipt, monotonic). */
export type DrawSample = { readonly atMs: number; readonly ma: Triple; readonly powerW: number };

/**
 * A schedule that the charger may still be obeying: `limitMa` until it lapses, `lapseMa` from then on, for
 * ever (rules 17 to 19). Newest last in the list.
 */
export type Held = {
  readonly limitMa: number;
  readonly lapseMa: number;
  /** By our clock; the charger's may be off by SKEW_MS. Infinity where the schedule has one period. */
  readonly lapsesAtMs: number;
  readonly sentAtMs: number;
  /** Null until acknowledged. */
  readonly ackedAtMs: number | null;
};

/** The gate's book on one connector (rules 1, 4, 5, 8). */
export type Ledger = {
  /** Never empty. An unknown past is one entry at the rating, never sent and never acknowledged. */
  readonly held: readonly Held[];
  /** Refused or unanswered commands in a row, and when the last one failed. */
  readonly failures: number;
  readonly failedAtMs: number;
  /** When the limit was last changed; a refresh changes nothing. */
  readonly changedAtMs: number;
  /**
   * The lowest limit that a raise has replaced, and until when: a sample from before does not vouch for more.
   * `isSeen`: a sample has come since.
   */
  readonly dip: { readonly limitMa: number; readonly untilMs: number; readonly isSeen: boolean };
  /** Rule 8: first of the two samples above the limit; null when the last sample obeyed. */
  readonly overSinceMs: number | null;
  readonly uncontrolled: boolean;
  /** The lowest limit it was told since it was found not to obey: only a lower one can show that it does. */
  readonly brokenMa: number;
  /** Obeying samples since the decrease that followed `uncontrolled`; 10 bring control back. Null before that decrease. */
  readonly obeyed: number | null;
  /** When the last of them came: a volley of answers is one look. */
  readonly obeyedAtMs: number;
  /** Profiles sent in the day that began at `dayMs` (rule 23). */
  readonly writes: { readonly dayMs: number; readonly count: number };
};

/** One step of a charger's set-up (rule 25). Connectors by index; null = the station as a whole. */
export type SetupStep =
  /** Reads its clock from a composite schedule, before anything is written in its time. */
  | { readonly kind: 'clock'; readonly connector: number }
  | { readonly kind: 'base'; readonly connector: number | null }
  | { readonly kind: 'hold'; readonly connector: number }
  | { readonly kind: 'maximum' }
  | { readonly kind: 'clear'; readonly purpose: ChargingProfilePurpose; readonly stackLevel: number | null }
  | { readonly kind: 'read-back'; readonly connector: number };

export type Setup = {
  /** What is still to do, in order; empty once the charger is set up. */
  readonly todo: readonly SetupStep[];
  /** Counts set-ups: an answer to a question of the one before settles nothing in this one. */
  readonly round: number;
  /** What GetCompositeSchedule said last: what we set, something else, or nothing that can be used. */
  readonly readBack: 'unknown' | 'agrees' | 'differs' | 'unsupported';
  /** It said something else once, and was set up again because of it. */
  readonly hasDiffered: boolean;
  /** Because of that its car once counted as one that does not obey. */
  readonly isDoubted: boolean;
  /** The most that its first socket says it holds, before anything is said to it in this set-up; null where it does not say. */
  readonly saysMa: number | null;
  /** Profiles that were not ours and were cleared, in words. */
  readonly cleared: readonly string[];
  readonly failures: number;
  readonly failedAtMs: number;
};

/** The phases a car draws on, as seen in its samples (rule 11). */
export type LearnedMask = {
  readonly phases: readonly PhaseIndex[];
  /** Since when every sample at 6 A or more showed just these, and the last one that did: silence proves nothing. */
  readonly sinceMs: number;
  readonly seenMs: number;
};

/** What the back office allows a connector at most. */
export type CsmsWish = {
  readonly limitMa: number | null;
  readonly limitW: number | null;
  /** The charging profile that says so, by the back office's own number. */
  readonly profileId?: number;
};

export type Transaction = {
  readonly id: number;
  readonly idToken: string;
  readonly startedAtMs: number;
  readonly startedAtWallMs: number;
  readonly meterStartWh: number;
};

export type Connector = {
  readonly status: ConnectorStatus;
  readonly statusAtMs: number;
  readonly errorCode: string;
  readonly transaction: Transaction | null;
  /** Newest sample, and up to `EARLIER_DRAWS` before it, newest first. */
  readonly draw: DrawSample | null;
  readonly earlierDraws: readonly DrawSample[];
  readonly registerWh: number | null;
  /** When the current car began to want power: the order of arrival. Null when nobody asks. */
  readonly wantsSinceMs: number | null;
  readonly ledger: Ledger;
  /** The base profile was acknowledged, and the charger has not had a chance to forget it since (rule 17). */
  readonly hasBase: boolean;
  readonly mask: LearnedMask | null;
  readonly wish: CsmsWish | null;
  /** When the probe of this session began (rule 12); null before it. */
  readonly probeAtMs: number | null;
};

export type MeterQuality = 'good' | 'stale' | 'implausible';

/** One reading of a site meter: grid phases, mA (signed), and total W. */
export type MeterReading = {
  readonly currentMa: Triple;
  readonly powerW: number;
  /** Mean phase voltage, or null where the meter has none. */
  readonly voltageV: number | null;
};

export type Meter = {
  readonly reading: MeterReading | null;
  readonly atMs: number;
  /** Measured, slowly averaged; the configured one until two samples came. */
  readonly intervalMs: number;
  /** Good samples in a row since the start or the last silence (rule 16: three before a raise). */
  readonly goodInARow: number;
  readonly quality: MeterQuality;
  readonly lastError: string;
};

/** The background of a metered circuit: what the building draws, on rows L1, L2, L3 and sum (rules 13–15). */
export type Background = {
  /** For targets; null until the third good sample. */
  readonly heldMa: Quad | null;
  /** The highest M − ΣEVlow since every car last vouched for its draw: only blocks raises. */
  readonly highMa: Quad;
  /** The meter's readings that `highMa` was taken from, oldest first. */
  readonly recent: readonly { readonly atMs: number; readonly ma: Quad }[];
  /** Since when M − (what the cars last reported) says the row cannot carry what was granted (see background.ts). */
  readonly suspectSinceMs: number | null;
  /** What `heldMa` was before a suspicion raised it: until then it may return there at once when samples explain the rise. */
  readonly before: { readonly ma: Quad; readonly untilMs: number } | null;
  /** The reading is over the row, and reductions not yet seen may or may not be in it: a sample would tell. */
  readonly unclear: boolean;
  /** Overload that `heldMa` has not absorbed; taken off the capacity for targets. */
  readonly excessMa: Quad;
};

/** A limit from outside the configuration: EMS, grid operator, property manager. Always live. */
export type OutsideLimit = {
  readonly source: string;
  readonly circuit: number;
  readonly limitMa: Triple;
  readonly limitW: number | null;
  readonly evOnly: boolean;
  /** Monotonic instant at which `failSafeMa` takes over, or the limit ends; null = for ever. */
  readonly validUntilMs: number | null;
  readonly validUntilWallMs: number | null;
  readonly failSafeMa: Triple | null;
  readonly setAtMs: number;
};

/** Counters that the certificate and the gate keep for people. */
export type LoopState = {
  readonly passes: number;
  readonly lastPassAtMs: number;
  /** Passes whose certificate or integer check failed (rule 28). */
  readonly failedChecks: number;
  /** Decreases wanted while their charger could not be commanded. */
  readonly blockedReductions: number;
  /** The last pass held back a raise until others have given way. */
  readonly raisesWaiting: boolean;
};

/** What the last pass wanted for a connector, and why. */
export type Target = { readonly targetMa: number; readonly reason: Reason };

/** Limits are kept, and no session begins or ends on paper: since when, and why, in words. */
export type LimitsOnly = { readonly sinceMs: number; readonly why: string };

export type SiteState = {
  readonly topology: Topology;
  readonly startedAtMs: number;
  readonly chargers: readonly Charger[];
  readonly connectors: readonly Connector[];
  readonly meters: readonly Meter[];
  /** By circuit index; null where no guard meter is. */
  readonly backgrounds: readonly (Background | null)[];
  readonly outsideLimits: readonly OutsideLimit[];
  /** By connector index: what the last pass wanted, and why. */
  readonly targets: readonly Target[];
  readonly loop: LoopState;
  /** End of the commissioning window; -Infinity where none is open. */
  readonly commissioningUntilMs: number;
  /** Null while what must not be lost can be written down. */
  readonly limitsOnly: LimitsOnly | null;
  /** Dead-man tests that run, and those that ended and were not yet recorded. */
  readonly tests: readonly DeadmanTest[];
};
