/** How a charger misbehaves, as data. One entry for each way seen in the field; `polite` does what the standard says. */
import type { WattsRead } from './profile-engine.ts';

export type Habit = {
  readonly name: string;
  /** What becomes of a charging profile it is sent. */
  readonly profiles: 'obeyed' | 'rejected' | 'accepted-and-forgotten';
  /** What GetCompositeSchedule answers: what is in force, or what it was told, obeyed or not. */
  readonly composite: 'in-force' | 'as-told';
  /** From a new limit to the pilot that signals it, from and to. The slowest car adds 7.5 s. */
  readonly pilotDelayMs: readonly [number, number];
  /** Units of schedules that it takes; it rejects the others. */
  readonly units: readonly ('A' | 'W')[];
  /** Over how many phases it spreads a limit in watts. */
  readonly watts: WattsRead;
  /** It rejects a profile at this stack level or above it. */
  readonly stackLevels: number;
  readonly maxPeriods: number;
  readonly kinds: readonly ('Absolute' | 'Recurring' | 'Relative')[];
  /** Its profiles are in volatile memory. */
  readonly forgetsAtReboot: boolean;
  /** `told`: it has no clock of its own and stands at 1970 from each power-on until the CSMS tells the time. */
  readonly clock: 'own' | 'told';
  /** Whether it sends MeterValues by itself, only to a TriggerMessage, or not at all. */
  readonly samples: 'periodic' | 'when-asked' | 'never';
  /** Mean time between short drops of its link; null for a link as good as its wire. */
  readonly dropsEveryMs: number | null;
};

const polite: Habit = {
  name: 'polite',
  profiles: 'obeyed',
  composite: 'in-force',
  pilotDelayMs: [100, 500],
  units: ['A', 'W'],
  watts: 'number-phases',
  stackLevels: 9,
  maxPeriods: 24,
  kinds: ['Absolute', 'Recurring', 'Relative'],
  forgetsAtReboot: false,
  clock: 'own',
  samples: 'periodic',
  dropsEveryMs: null,
};

/** The one of `profiles/chargers/sim-elm.json`: with the slowest car 29.5 s. */
const SLOW_MS: readonly [number, number] = [15_000, 22_000];

export const HABITS = {
  polite,
  rejects: { ...polite, name: 'rejects', profiles: 'rejected' },
  ignores: { ...polite, name: 'ignores', profiles: 'accepted-and-forgotten' },
  /** As `ignores`, and when it is asked it says that it obeys. Its samples are true, or nobody could know. */
  liar: { ...polite, name: 'liar', profiles: 'accepted-and-forgotten', composite: 'as-told' },
  instant: { ...polite, name: 'instant', pilotDelayMs: [0, 20] },
  slow: { ...polite, name: 'slow', pilotDelayMs: SLOW_MS },
  watts: { ...polite, name: 'watts', units: ['W'] },
  /** Measures watts and steers by them: a car on one phase takes them all on that phase. */
  'watts-on-car': { ...polite, name: 'watts-on-car', units: ['W'], watts: 'car-phases' },
  forgetful: { ...polite, name: 'forgetful', forgetsAtReboot: true },
  'no-clock': { ...polite, name: 'no-clock', clock: 'told' },
  'one-level': { ...polite, name: 'one-level', stackLevels: 1, maxPeriods: 3 },
  relative: { ...polite, name: 'relative', kinds: ['Relative'] },
  'samples-when-asked': { ...polite, name: 'samples-when-asked', samples: 'when-asked' },
  'samples-never': { ...polite, name: 'samples-never', samples: 'never' },
  flapping: { ...polite, name: 'flapping', dropsEveryMs: 10 * 60_000 },
  /** Writes every profile to flash; what it does is polite, what matters is how often. */
  persists: { ...polite, name: 'persists' },
} as const satisfies Readonly<Record<string, Habit>>;

export type HabitName = keyof typeof HABITS;

/** The slowest car's own part of it (car.ts). */
const SLOWEST_CAR_MS = 7500;
/** Assumption A3, where a model does not say otherwise. */
const REACTION_MS = 10_000;

/** From a command to the car at worst. */
export const slowestReactionMs = (habit: Habit): number =>
  Math.max(REACTION_MS, habit.pilotDelayMs[1] + SLOWEST_CAR_MS);

/** A make of simulated charger; vendor strings as in profiles/chargers/sim-*.json. */
export type Brand = {
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  /** Currents it can signal are multiples of this; it rounds down. */
  readonly stepMa: number;
};

export const BRANDS: readonly Brand[] = [
  { vendor: 'Alder', model: 'Wall 22', firmware: '1.4.0', stepMa: 1000 },
  { vendor: 'Birch', model: 'Post 22', firmware: '1.2.7', stepMa: 100 },
  { vendor: 'Cedar', model: 'Mini 7', firmware: '1.0.3', stepMa: 100 },
];
