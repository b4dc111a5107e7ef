/** Every fact that can change the site. `atMs` is monotonic and never runs back. */
import type { Failure } from '#base/outcome.ts';
import type { DeadmanTest, ModelKey, TestAction } from '#site/deadman/test.ts';
import type { GateCommand, PassResult } from '#site/gate/decision.ts';
import type { Report } from '#site/report.ts';
import type { Session, SessionFlag } from '#site/session.ts';
import type { CsmsWish, LimitsOnly, MeterReading, OutsideLimit } from '#site/state.ts';
import type { ChargerTraits, Topology } from '#site/topology.ts';

/** What an answer said beside yes, where the gate goes on with it. */
export type Said =
  | { readonly kind: 'cleared'; readonly found: boolean }
  /** The highest limit of the composite schedule, mA per phase, and its start in the charger's own clock. */
  | { readonly kind: 'composite'; readonly highestMa: number; readonly startWallMs: number | null };

export type SiteEvent =
  | {
      readonly type: 'charger-connected';
      readonly charger: number;
      readonly generation: number;
      readonly ocppVersion: string;
      readonly atMs: number;
    }
  | {
      readonly type: 'charger-lost';
      readonly charger: number;
      readonly generation: number;
      readonly atMs: number;
      readonly detail: string;
    }
  | {
      readonly type: 'charger-reported';
      readonly charger: number;
      readonly report: Report;
      readonly atMs: number;
      /** For records. */
      readonly atWallMs: number;
      /** Time as chargers are told: what their own timestamps are compared with (rule 21). */
      readonly atChargerMs: number;
      /** For transactions minted by this report. */
      readonly freshId: number;
      /** The same start was heard before: its answer was lost, and nothing is new. */
      readonly isAgain?: boolean;
      /** With a boot: what profiles/chargers says of the model. */
      readonly traits: ChargerTraits | null;
    }
  | { readonly type: 'commands-sent'; readonly commands: readonly GateCommand[]; readonly atMs: number }
  | {
      readonly type: 'command-settled';
      readonly command: GateCommand;
      readonly generation: number;
      readonly outcome: { readonly ok: true; readonly said?: Said } | { readonly ok: false; readonly why: Failure };
      readonly atMs: number;
      readonly atChargerMs: number;
    }
  | { readonly type: 'meter-sampled'; readonly meter: number; readonly reading: MeterReading; readonly atMs: number }
  | {
      readonly type: 'meter-failed';
      readonly meter: number;
      readonly detail: string;
      readonly implausible: boolean;
      readonly atMs: number;
    }
  | {
      readonly type: 'limits-set';
      readonly limits: readonly OutsideLimit[];
      readonly source: string;
      readonly atMs: number;
    }
  | { readonly type: 'limits-cleared'; readonly source: string; readonly atMs: number }
  /** The installer opened or closed the commissioning window. */
  | { readonly type: 'commissioning'; readonly untilMs: number; readonly atMs: number }
  /** A person said so: it has no power; it has power again; it may be trusted again (rules 8 and 9). */
  | {
      readonly type: 'charger-marked';
      readonly charger: number;
      readonly mark: 'switched-off' | 'switched-on' | 'trusted';
      readonly atMs: number;
    }
  /** A person adopted a charger that was in no file, took one out again, or took that back. */
  | {
      readonly type: 'topology-changed';
      /** The one before with more at its ends, or with a charger marked; nothing in it moves. */
      readonly topology: Topology;
      readonly charger: number;
      readonly change: 'adopted' | 'removed' | 'restored';
      readonly atMs: number;
    }
  | {
      readonly type: 'wish-set';
      readonly connector: number;
      readonly wish: CsmsWish | null;
      readonly atMs: number;
    }
  | { readonly type: 'test-begun'; readonly test: DeadmanTest; readonly atMs: number }
  /** Recorded, or cancelled by a person: the socket is like any other again. */
  | { readonly type: 'test-ended'; readonly id: string; readonly atMs: number }
  /** The gateway does in the world what a test asks for. */
  | { readonly type: 'test-acted'; readonly id: string; readonly action: TestAction; readonly atMs: number }
  /** Time went by while a test runs. */
  | { readonly type: 'test-clock'; readonly atMs: number }
  /** A test here showed the class of a model and firmware. */
  | {
      readonly type: 'class-found';
      readonly model: ModelKey;
      readonly leaseClass: ChargerTraits['leaseClass'];
      readonly atMs: number;
    }
  /** A session is not billed as its charger told it, or a person should know of it otherwise. */
  | {
      readonly type: 'session-flagged';
      readonly session: Session;
      readonly flags: readonly SessionFlag[];
      readonly atMs: number;
    }
  /** What must not be lost cannot be written down (limits-only mode), or can again (null). */
  | { readonly type: 'durability'; readonly limitsOnly: LimitsOnly | null; readonly atMs: number }
  | { readonly type: 'passed'; readonly result: PassResult; readonly atMs: number };
