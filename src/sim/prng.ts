/**
 * Seeded randomness for the simulated world: sfc32 (Chris Doty-Humphrey's small fast counter
 * generator), seeded through a string hash. Streams are split by name, so that one more draw in one
 * subsystem shifts no other.
 */
import { at } from '#base/assert.ts';

export type Prng = {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Whole number in [0, below). */
  int(below: number): number;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  /** Whole number in [from, to], both included. */
  whole(from: number, to: number): number;
  chance(probability: number): boolean;
  /** Exponential with this mean: the gap to the next event of a Poisson process. */
  gap(mean: number): number;
  pick<T>(list: readonly T[]): T;
  /** An independent stream; the same name gives the same stream, whatever was drawn before. */
  split(name: string): Prng;
};

/** 32-bit FNV-1a with a final avalanche; `basis` gives the independent words of one seed. */
function hash32(text: string, basis: number): number {
  let h = (0x811c9dc5 ^ basis) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Rounds thrown away after seeding, so that close seeds have parted. */
const WARM_UP = 12;

function sfc32(seed: string): () => number {
  let a = hash32(seed, 1);
  let b = hash32(seed, 2);
  let c = hash32(seed, 3);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < WARM_UP; i++) next();
  return next;
}

/** A stream for a seed. Equal seeds give equal streams on every machine. */
export function prng(seed: string): Prng {
  const unit = sfc32(seed);
  const int = (below: number) => Math.floor(unit() * below);
  return {
    unit,
    int,
    between: (from, to) => from + unit() * (to - from),
    whole: (from, to) => from + int(to - from + 1),
    chance: probability => unit() < probability,
    gap: mean => -Math.log(1 - unit()) * mean,
    pick: list => at(list, int(list.length)),
    split: name => prng(`${seed}/${name}`),
  };
}
