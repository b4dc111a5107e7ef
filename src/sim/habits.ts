/** How a charger misbehaves, as data. One entry for each way seen in the field; `polite` does what the standard says. */
export type Habit = {
  readonly name: string;
  /** What becomes of a charging profile it is sent. */
  readonly profiles: 'obeyed' | 'rejected' | 'accepted-and-forgotten';
};

export const HABITS = {
  polite: { name: 'polite', profiles: 'obeyed' },
  rejects: { name: 'rejects', profiles: 'rejected' },
  ignores: { name: 'ignores', profiles: 'accepted-and-forgotten' },
} as const satisfies Readonly<Record<string, Habit>>;

export type HabitName = keyof typeof HABITS;

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
