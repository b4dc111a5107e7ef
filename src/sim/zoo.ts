/**
 * The zoo: makes of simulated chargers, each with one bad habit, and how many of each a drawn site has.
 * Every make has its file profiles/chargers/sim-<vendor>.json with its true lease class.
 */
import { BRANDS, type Brand, HABITS, type Habit } from './habits.ts';
import type { Prng } from './prng.ts';

export type Make = {
  readonly brand: Brand;
  readonly habit: Habit;
  /** True: it may stand at its rating when it is alone, so a hard limit has to have room for that. */
  readonly unsafe: boolean;
};

const make = (vendor: string, model: string, habit: Habit, unsafe = false): Make => ({
  brand: { vendor, model, firmware: '1.0.0', stepMa: 100 },
  habit,
  unsafe,
});

export const TAME: readonly Make[] = BRANDS.map(brand => ({ brand, habit: HABITS.polite, unsafe: false }));

/** Class A: awkward, and safe when dead. */
export const AWKWARD: readonly Make[] = [
  make('Dogwood', 'Instant', HABITS.instant),
  make('Elm', 'Slow', HABITS.slow),
  make('Fir', 'Watts', HABITS.watts),
  make('Hazel', 'Power', HABITS['watts-on-car']),
  make('Juniper', 'No Clock', HABITS['no-clock']),
  make('Larch', 'One Level', HABITS['one-level']),
  make('Oak', 'Relative', HABITS.relative),
  make('Pine', 'Quiet', HABITS['samples-when-asked']),
  make('Quince', 'Silent', HABITS['samples-never']),
  make('Rowan', 'Radio', HABITS.flapping),
  make('Spruce', 'Flash', HABITS.persists),
];

/** Class C. */
export const UNSAFE: readonly Make[] = [
  make('Ivy', 'Forgetful', HABITS.forgetful, true),
  make('Maple', 'Ignorant', HABITS.ignores, true),
  make('Nutmeg', 'Liar', HABITS.liar, true),
  make('Thuja', 'Stubborn', HABITS.rejects, true),
];

export const MAKES: readonly Make[] = [...TAME, ...AWKWARD, ...UNSAFE];

/** A site stays usable: at most so many of its chargers are unsafe. */
export const UNSAFE_SHARE = 0.2;
/** Of the safe ones, so many are awkward. */
const AWKWARD_SHARE = 0.6;

/** The makes of a site's chargers, in the order of its bays. */
export function drawMakes(random: Prng, chargers: number): readonly Make[] {
  const unsafe = new Set<number>();
  const most = random.int(Math.floor(chargers * UNSAFE_SHARE) + 1);
  while (unsafe.size < most) unsafe.add(random.int(chargers));
  return Array.from({ length: chargers }, (_, index) => {
    if (unsafe.has(index)) return random.pick(UNSAFE);
    return random.pick(random.chance(AWKWARD_SHARE) ? AWKWARD : TAME);
  });
}
