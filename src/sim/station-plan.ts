/** What a simulated station is made of, before it has power. */
import type { DialOptions } from '#world.ts';
import type { ConnectorPlan } from './connector.ts';
import type { Brand, Habit } from './habits.ts';

export type StationPlan = {
  readonly identity: string;
  readonly brand: Brand;
  readonly habit: Habit;
  readonly dial: DialOptions;
  readonly connectors: readonly ConnectorPlan[];
  /** Its clock minus the true one. */
  readonly clockErrorMs: number;
  /** After a reboot with a car on it: goes on by itself, or waits until it is connected. */
  readonly resumesAlone: boolean;
};
