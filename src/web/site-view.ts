/**
 * The JSON of `GET /api/v1/site`, which the page and scripts read. Currents in A, power in W, times in
 * ISO 8601; a phase that the supply does not have, and a limit that does not stand, are null.
 */
import type { ClockQuality } from '#base/clock.ts';
import type { PhaseAmps } from '#base/units.ts';
import type { ExposureBy } from '#site/gate/exposure-words.ts';
import type { Control } from '#site/gate/view.ts';
import type { ReasonSource } from '#site/reason.ts';
import type { ConnectorStatus, MeterQuality } from '#site/state.ts';
import type { ChargerTraits, LimitKind } from '#site/topology.ts';

export type Phase = 'l1' | 'l2' | 'l3';
export const PHASES: readonly [Phase, Phase, Phase] = ['l1', 'l2', 'l3'];

/** Who set the lowest limit, on each phase. */
export type PhaseSources = Readonly<Record<Phase, string | null>>;

export type CircuitView = {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly hardLimitA: PhaseAmps;
  readonly limitA: PhaseAmps;
  readonly limitBy: PhaseSources;
  readonly limitW: number | null;
  readonly limitWBy: string | null;
  readonly loadA: PhaseAmps;
  readonly loadW: number;
  readonly loadSource: 'meter' | 'sum';
  /** The meter that guards it. */
  readonly meter: string | null;
  /** limit − margin − building − everything the cars might still obey; may be negative. */
  readonly headroomA: PhaseAmps;
  readonly headroomW: number | null;
  readonly buildingA: PhaseAmps;
  /** Σ of the building's currents at nominal voltage. */
  readonly buildingW: number;
  /** `assumed`: no meter is believed here, the design load stands in. */
  readonly buildingSource: 'meter' | 'assumed';
  readonly carsA: PhaseAmps;
  /** Σ of the cars' currents at nominal voltage. */
  readonly carsW: number;
};

export type ReasonView = {
  readonly source: ReasonSource;
  readonly id: string;
  readonly phase: Phase | null;
  readonly text: string;
  /** With `minimum` and `transit`: whose limit leaves no room. */
  readonly limit?: ReasonSource;
};

/** How far the charger's set-up is (safety rule 25). */
export type SetUpView = {
  readonly state: 'done' | 'running' | 'waiting';
  /** The same as sentences, with what of others was cleared. */
  readonly words: string;
  /** Profiles that were not ours and were cleared. */
  readonly cleared: readonly string[];
};

/** What happens when Busbar falls silent, what is booked meanwhile, and why. */
export type SafetyView = {
  /** A: falls back by itself; B: obeys only while connected; C: never; unknown: nobody has tested it. */
  readonly leaseClass: ChargerTraits['leaseClass'];
  /** How long the charger still keeps its grant by itself; null where the grant has no end, 0 once it has lapsed. */
  readonly leaseMs: number | null;
  /** The same as an instant, which stands still while the time runs. */
  readonly leaseUntil: string | null;
  /** What the grant falls or rises to by itself then; null before the first. */
  readonly lapseA: number | null;
  /** What counts for it on fuses once Busbar is dead and every charger has fallen back, or has not. */
  readonly lapsedA: number;
  readonly exposureBy: ExposureBy;
  /** Why the booking is what it is, as one sentence for people. */
  readonly exposureWhy: string;
  /** A person said that the charger has no power. */
  readonly switchedOff: boolean;
  readonly setUp: SetUpView;
  /** Profiles sent in the day that runs (safety rule 23). */
  readonly writesToday: number;
  /** What its memory is made for; null where it does not wear. */
  readonly writesPerDay: number | null;
  /** By the end of the day at today's pace, as far as the budget lets it go on; null while the day is too young to tell. */
  readonly writesProjected: number | null;
  /** Limits are said again later and raises are spaced out, so that the day's writes last. */
  readonly writesSpared: boolean;
};

export type ConnectorView = SafetyView & {
  readonly charger: string;
  readonly evseId: number;
  readonly connectorId: number;
  /** Its number at the back office; null until it has one. */
  readonly upstreamId: number | null;
  readonly name: string;
  /** The circuit that feeds it. */
  readonly circuit: string;
  readonly status: ConnectorStatus;
  readonly errorCode: string;
  readonly control: Control;
  /** Grid phases 1..3 in the charger's own order. */
  readonly phases: readonly number[];
  readonly targetA: number;
  readonly grantA: number | null;
  readonly fallbackA: number;
  readonly maxA: number;
  readonly exposureA: number;
  /** Newest sample; null on every phase before the first. */
  readonly drawA: PhaseAmps;
  readonly powerW: number;
  readonly drawAt: string | null;
  readonly sessionWh: number;
  /** Start of the session. */
  readonly since: string | null;
  readonly reason: ReasonView;
  /** The reason as one sentence for people. */
  readonly why: string;
};

export type MeterView = {
  readonly id: string;
  readonly role: 'guard' | 'info';
  readonly circuit: string;
  /** Null before the first reading. */
  readonly ageMs: number | null;
  readonly quality: MeterQuality;
  readonly error: string;
};

export type LimitView = {
  readonly source: string;
  readonly circuit: string;
  readonly kind: LimitKind;
  /** One number where all phases share it. */
  readonly limitA: number | PhaseAmps | null;
  readonly limitW: number | null;
  readonly evOnly: boolean;
  readonly validUntil: string | null;
  readonly failSafeA: number | PhaseAmps | null;
  /** True once its end has passed and the fail-safe value stands in for it. */
  readonly failSafe: boolean;
};

export type UpstreamView = {
  readonly identity: string;
  readonly state: 'connected' | 'offline' | 'pending' | 'none';
  readonly queued: number;
  readonly oldestMs: number;
  /** How long what waits takes at the pace in force, once the line stands; null where nothing waits. */
  readonly etaMs: number | null;
  readonly setAside: number;
  /** Since when it is so. */
  readonly since: string;
  /** Why it is not connected, in one word for scripts; empty when it is. */
  readonly cause: string;
  /** The same in words. */
  readonly why: string;
  /** Whole sentences; empty where waiting is all there is to do. */
  readonly whatToDo: string;
};

export type LoopView = {
  readonly passes: number;
  readonly lastPassMs: number;
  readonly p99PassMs: number;
  /** Over the last 15 minutes; null when nothing had to be reduced. */
  readonly p99ReactionMs: number | null;
  readonly blockedReductions: number;
  readonly failedChecks: number;
};

/** A charger that knocked and was not let in. */
export type RefusedView = {
  readonly identity: string;
  readonly remoteAddress: string;
  /** In words. */
  readonly cause: string;
  /** What that means for the site, in words. */
  readonly meaning: string;
  /** When it last tried. */
  readonly at: string;
};

export type LimitsOnlyView = {
  readonly since: string;
  /** What the disk or the store said. */
  readonly why: string;
  /** The same as a sentence for people. */
  readonly words: string;
};

/** A charger that stands in no file and waits to be adopted. */
export type WaitingView = {
  readonly identity: string;
  readonly remoteAddress: string;
  readonly since: string;
  readonly ocppVersion: string;
  /** It came with a password, which is its own once it is adopted; else it is bound to its address. */
  readonly hasPassword: boolean;
  /** What it said of itself; null until then. */
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  /** How many it says it has; null where it did not. */
  readonly sockets: number | null;
  readonly keys: readonly { readonly key: string; readonly value: string | null }[];
  /** What a person may begin with: what is not known stands at its worst. */
  readonly proposal: {
    readonly name: string;
    /** Null where there is a choice. */
    readonly circuit: string | null;
    readonly ratingA: number;
    readonly phases: 1 | 3;
    readonly rotation: string;
  };
};

export type AdoptionView = {
  /** When the window closes by itself; null while it is closed. */
  readonly until: string | null;
  readonly waiting: readonly WaitingView[];
  /** Chargers that people adopted. `removed`: taken out again, it gets nothing and keeps its booking. */
  readonly adopted: readonly { readonly charger: string; readonly since: string; readonly removed: boolean }[];
  /** Adopted once, but the site file has no place for it any more, or names it itself. */
  readonly leftOut: readonly { readonly charger: string; readonly problems: readonly string[] }[];
};

export type StatusView = {
  /** calm: nothing to do; attention: something is missing; alarm: a limit or a charger does not hold. */
  readonly level: 'calm' | 'attention' | 'alarm';
  /** "All 12 chargers under control." */
  readonly control: string;
  /** "Main fuse 63 A: 41 A used." */
  readonly load: string;
};

export type SiteView = {
  readonly at: string;
  readonly clock: ClockQuality;
  readonly ready: boolean;
  /** Why not; empty when ready. */
  readonly notReady: readonly string[];
  /** Limits are kept, but sessions cannot be written down; null while they can. */
  readonly limitsOnly: LimitsOnlyView | null;
  readonly site: {
    readonly name: string;
    readonly phases: 1 | 3;
    readonly nominalV: number;
    /** `strict`: chargers fall back within a minute once nobody commands them (UK G100, UL power control systems). */
    readonly preset: 'standard' | 'strict';
    /** How long a charger keeps a grant by itself. */
    readonly leaseTtlMs: number;
    /** Names that may set limits from outside. */
    readonly limitSources: readonly string[];
  };
  /** Where the world around a demo's gateway answers; null everywhere else. */
  readonly demo: { readonly worldPort: number } | null;
  /** Open while chargers that are not proven yet count at their fallback current (safety rule 3). */
  readonly commissioning: { readonly until: string } | null;
  readonly status: StatusView;
  readonly circuits: readonly CircuitView[];
  readonly connectors: readonly ConnectorView[];
  readonly meters: readonly MeterView[];
  readonly limits: readonly LimitView[];
  readonly upstream: readonly UpstreamView[];
  readonly loop: LoopView;
  readonly refused: readonly RefusedView[];
  readonly adoption: AdoptionView;
};
