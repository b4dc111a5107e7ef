/** What a pass of allocator and gate comes to. */
import type { SetupStep, Target } from '#site/state.ts';

export type GateCommand =
  | {
      readonly type: 'set-limit';
      readonly connector: number;
      readonly charger: number;
      readonly limitMa: number;
      /** What it falls or rises to by itself once `ttlMs` has passed. */
      readonly lapseMa: number;
      /** Null: the limit has no end. */
      readonly ttlMs: number | null;
      /** A refresh says the same limit again, for longer (rule 20). */
      readonly change: 'decrease' | 'raise' | 'refresh';
    }
  /** One step of a charger's set-up (rule 25); a hold goes as a `set-limit`. `connector`: the one it concerns, else the first. */
  | {
      readonly type: 'set-up';
      readonly connector: number;
      readonly charger: number;
      readonly step: WiredStep;
      readonly round: number;
    }
  /** TriggerMessage(MeterValues). */
  | { readonly type: 'ask-sample'; readonly connector: number; readonly charger: number };

/** A step that has a message of its own. */
export type WiredStep = Exclude<SetupStep, { kind: 'hold' }>;

export type PassResult = {
  /** By connector index. */
  readonly targets: readonly Target[];
  /** Decreases first. */
  readonly commands: readonly GateCommand[];
  /** The next instant at which a deadline in the state falls; Infinity when none does. */
  readonly wakeAtMs: number;
  /** False: certificate or integer check failed and rule 28 was applied. */
  readonly checksHeld: boolean;
  readonly blockedReductions: number;
  readonly raisesWaiting: boolean;
};
