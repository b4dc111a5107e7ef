/** What an observed run comes to, in the columns of the contract. */
import type { Violation } from './over-account.ts';

/** The causes that the contract counts apart. */
export type BrokenCause = 'gateway' | 'link' | 'class' | 'limit' | 'meter';
export const BROKEN_CAUSES: readonly BrokenCause[] = ['gateway', 'link', 'class', 'limit', 'meter'];

export type Account = {
  readonly overLimitMs: number;
  readonly exogenousOverMs: number;
  readonly worstExogenousOverA: number;
  /** Time above a limit that a broken assumption excuses. */
  readonly brokenOverMs: number;
  /** Time in which an assumption was broken, whether or not anything exceeded. */
  readonly brokenAssumptionMs: number;
  readonly brokenBuckets: Readonly<Record<BrokenCause, number>>;
  readonly afterDeathOverMs: number;
  /** Levels that changed on connectors with a car. */
  readonly grantChanges: number;
  /** Time in which cars were plugged and not full, summed over cars. */
  readonly wantingCarMs: number;
  readonly violations: readonly Violation[];
};
