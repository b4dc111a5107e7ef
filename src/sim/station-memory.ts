/** The charging profiles of a simulated station: what it takes, what it keeps, what it said it would obey. */
import type { Habit } from './habits.ts';
import {
  type ClearCriteria,
  emptyStack,
  type Stack,
  type WireProfile,
  withoutProfiles,
  withoutTransaction,
  withProfile,
} from './profile-engine.ts';

/** Whether a station with this habit takes a profile at all; the rest of its judgement needs its connectors. */
export function takes(habit: Habit, profile: WireProfile): boolean {
  const { chargingRateUnit, chargingSchedulePeriod } = profile.chargingSchedule;
  return (
    habit.profiles !== 'rejected' &&
    habit.units.includes(chargingRateUnit) &&
    habit.kinds.includes(profile.chargingProfileKind) &&
    profile.stackLevel < habit.stackLevels &&
    chargingSchedulePeriod.length <= habit.maxPeriods
  );
}

export class StationMemory {
  /** Profiles written since it was made, by connector; 0 is the station as a whole. */
  readonly writes = new Map<number, number>();
  private readonly habit: () => Habit;
  private kept: Stack = emptyStack;
  /** Another stack than `kept` only where a habit says so. */
  private told: Stack = emptyStack;

  constructor(habit: () => Habit) {
    this.habit = habit;
  }

  /** What it obeys. */
  inForce(): Stack {
    return this.kept;
  }

  /** What it said it would obey. */
  promised(): Stack {
    return this.told;
  }

  set(connectorId: number, profile: WireProfile): void {
    this.writes.set(connectorId, (this.writes.get(connectorId) ?? 0) + 1);
    this.replace(withProfile(this.told, connectorId, profile));
  }

  /** False when nothing matched. */
  clear(criteria: ClearCriteria): boolean {
    const left = withoutProfiles(this.told, criteria);
    if (left.length === this.told.length) return false;
    this.replace(left);
    return true;
  }

  transactionOver(connectorId: number): void {
    this.told = withoutTransaction(this.told, connectorId);
    this.kept = withoutTransaction(this.kept, connectorId);
  }

  /** Power lost. */
  powerLost(): void {
    if (this.habit().forgetsAtReboot) this.replace(emptyStack);
  }

  /** It obeys nothing of what it said it would. */
  forget(): void {
    this.kept = emptyStack;
  }

  replace(stack: Stack): void {
    this.told = stack;
    if (this.habit().profiles !== 'accepted-and-forgotten') this.kept = stack;
  }
}
