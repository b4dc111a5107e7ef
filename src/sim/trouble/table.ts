/** Every trouble as data: what it does, when it has ended and well, and what is said of it. No number here is a result. */
import type { Action, Facts, Held, Reading } from './facts.ts';

/** One condition of the end: it is met once the value is there, and well when it is no more than `most`. */
export type Bound<F> = {
  readonly says: string;
  value(facts: F): number | null;
  most(facts: F): number;
};

export type Trouble<F> = {
  readonly title: string;
  /** What happens in the world, and what to watch. */
  readonly does: string;
  /** On the button that takes it back. */
  readonly undo: string;
  readonly ends: readonly Bound<F>[];
  /** Its sentence stands for so long, and what it shows can be looked at; then it is taken back by itself. */
  readonly standsMs: number;
  /** Without an end by then it has failed, ms. */
  giveUpMs(facts: F): number;
  /** What is true while it runs. */
  now(facts: F): string;
  /** The one sentence at the end. */
  sentence(facts: F): string;
};

/** Contract, "figures": the guard meter's interval and 10 s. */
export const STEP_WITHIN_MS = 11_000;
/** Contract, `brokenAssumptionMs`: a charger that breaks its class is found by a sample (every 10 s), and within 10 s of it. */
export const LIE_WITHIN_MS = 21_000;
/** A back-off that has to run out (it doubles with every cut that follows soon), and a backlog at five messages a second. */
export const DELIVERED_WITHIN_MS = 120_000;
/** So much longer than allowed is watched, so that a late end is told as what it is. */
const PATIENCE_MS = 20_000;
/** A car of a charger that lies climbs to its own limit first. */
const CLIMB_MS = 60_000;

const backWithin = (most: number): Bound<Held> => ({
  says: 'time above a limit, in a row',
  value: facts => (facts.backMs === null ? null : facts.longestOverMs),
  most: () => most,
});

export const TROUBLES: { readonly [A in Action]: Trouble<Facts[A]> } = {
  'building-step': {
    title: 'Switch on a large load',
    does: 'The building draws 30 A more, or what it takes, from one instant to the next. Watch the cars give way.',
    undo: 'Switch it off',
    standsMs: 20_000,
    ends: [backWithin(STEP_WITHIN_MS)],
    giveUpMs: () => STEP_WITHIN_MS + PATIENCE_MS,
    now: ({ worst }) => (worst === null ? '' : `worst so far ${readingWords(worst)}`),
    sentence: facts => `Building +${figure(facts.addedA)} A on ${facts.on}: ${stepWords(facts)}.`,
  },
  'silence-meter': {
    title: 'Silence the meter',
    does: 'The meter at the main fuse stops answering. Cars go down until the building at its worst fits beside them.',
    undo: 'Let it speak again',
    standsMs: 20_000,
    ends: [{ says: 'time until safe', value: facts => facts.safeMs, most: facts => facts.dueMs }],
    giveUpMs: facts => facts.dueMs + PATIENCE_MS,
    now: ({ tooMuch, unit }) =>
      tooMuch > 0 ? `${figure(tooMuch)} ${unit} more are allowed than a blind building permits` : 'everything fits',
    sentence: ({ safeMs, dueMs }) => {
      if (safeMs === null) return `Meter silent: not yet safe, due after ${seconds(dueMs)} s.`;
      return safeMs === 0
        ? 'Meter silent: safe from the first instant, there was room for the building at its worst.'
        : `Meter silent: safe after ${seconds(safeMs)} s.`;
    },
  },
  'lying-charger': {
    title: 'Let a charger lie',
    does: 'One charger draws all its car can take and says that it obeys. The others make room for it.',
    undo: 'Mend it',
    standsMs: 20_000,
    ends: [backWithin(LIE_WITHIN_MS)],
    giveUpMs: () => CLIMB_MS + LIE_WITHIN_MS + PATIENCE_MS,
    now: ({ tookA, saidA }) => `takes ${figure(tookA)} A, says ${figure(saidA)} A`,
    sentence: facts =>
      `${facts.bay} takes ${figure(facts.tookA)} A and says ${figure(facts.saidA)} A: ${roomWords(facts)}.`,
  },
  'cut-upstream': {
    title: 'Cut the back office',
    does: 'The line to the back office is cut while cars come and go; then it returns. Every session arrives there once.',
    undo: 'Join the line again',
    // The line has been back for a while.
    standsMs: 0,
    ends: [
      { says: 'time until all had arrived', value: facts => facts.deliveredMs, most: () => DELIVERED_WITHIN_MS },
      { says: 'sessions missing', value: facts => facts.missing, most: () => 0 },
      { says: 'sessions double', value: facts => facts.double, most: () => 0 },
      { says: 'sessions short of one', value: facts => 1 - Math.min(1, facts.here), most: () => 0 },
    ],
    giveUpMs: facts => facts.cutForMs + DELIVERED_WITHIN_MS + PATIENCE_MS,
    now: ({ here, there }) => `${here} ${plural(here, 'session')} here, ${there} there`,
    sentence: ({ here, there, missing, double }) =>
      `Back office cut: ${here} ${plural(here, 'session')} here, ${there} there, ${missing} missing, ${double} double.`,
  },
  'pull-charger': {
    title: 'Pull a network cable',
    does: 'A charging charger loses the network. Its current stays reserved until it has fallen back by itself.',
    undo: 'Plug it in again',
    standsMs: 10_000,
    ends: [{ says: 'time until it fell back', value: facts => facts.fellMs, most: facts => facts.dueMs }],
    giveUpMs: facts => facts.dueMs + PATIENCE_MS,
    now: ({ bay, toA, worst }) =>
      `${bay} still takes ${figure(toA)} A${worst === null ? '' : `; worst ${readingWords(worst)}`}`,
    sentence: ({ bay, fromA, toA, fellMs, dueMs }) =>
      fellMs === null
        ? `${bay} off the network: still takes ${figure(toA)} A, due after ${seconds(dueMs)} s.`
        : `${bay} off the network: fell from ${figure(fromA)} A to ${figure(toA)} A by itself after ${seconds(fellMs)} s.`,
  },
  kill: {
    title: 'Kill Busbar',
    does: 'As by kill -9, and nobody starts it again. Every car goes down to its fallback current by itself.',
    undo: 'Start it again',
    // Nobody waits longer than needed for Busbar.
    standsMs: 6_000,
    ends: [{ says: 'time until all are at their fallback', value: facts => facts.restMs, most: facts => facts.dueMs }],
    giveUpMs: facts => facts.dueMs + PATIENCE_MS,
    now: ({ cars, atRest }) => `${atRest} of ${cars} ${plural(cars, 'car')} at their fallback`,
    sentence: ({ cars, atRest, restMs, dueMs }) =>
      restMs === null
        ? `Busbar killed: ${atRest} of ${cars} cars at their fallback, due after ${seconds(dueMs)} s.`
        : `Busbar killed: all ${cars} cars at their fallback after ${seconds(restMs)} s.`,
  },
};

export type Verdict = 'running' | 'well' | 'badly';

/** What the end condition says of these facts. */
export function judge<A extends Action>(action: A, facts: Facts[A], elapsedMs: number): Verdict {
  const { ends, giveUpMs } = TROUBLES[action];
  const met = ends.map(bound => ({ value: bound.value(facts), most: bound.most(facts) }));
  const waiting = met.some(({ value }) => value === null);
  if (waiting) return elapsedMs < giveUpMs(facts) ? 'running' : 'badly';
  return met.every(({ value, most }) => (value ?? 0) <= most) ? 'well' : 'badly';
}

// --- words

const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const seconds = (ms: number): string => (ms < 20_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)));
const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`);

const readingWords = ({ value, limit, unit }: Reading): string => `${value.toFixed(1)} of ${figure(limit)} ${unit}`;

const worstWords = ({ worst }: Held): string => (worst === null ? '' : `, worst ${readingWords(worst)}`);

function stepWords(facts: Facts['building-step']): string {
  const { backMs, toldMs } = facts;
  const told = toldMs === null ? '' : `told after ${seconds(toldMs)} s, `;
  if (backMs === null) return `${told}still above a limit${worstWords(facts)}`;
  if (backMs > 0) return `${told}cars gave way in ${seconds(backMs)} s${worstWords(facts)}`;
  return `${told}no limit was passed${worstWords(facts)}`;
}

function roomWords(facts: Held): string {
  if (facts.backMs === null) return `still above a limit${worstWords(facts)}`;
  return facts.longestOverMs === 0
    ? `no limit was passed${worstWords(facts)}`
    : `the others made room, ${seconds(facts.longestOverMs)} s above a limit${worstWords(facts)}`;
}
