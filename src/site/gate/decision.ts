/** What a pass of allocator and gate comes to. */
import type { Target } from '#site/state.ts';

export type GateCommand =
  | {
      readonly type: 'set-limit';
      readonly connector: number;
      readonly charger: number;
      readonly limitMa: number;
      readonly change: 'decrease' | 'raise';
    }
  /** TriggerMessage(MeterValues). */
  | { readonly type: 'ask-sample'; readonly connector: number; readonly charger: number };

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
