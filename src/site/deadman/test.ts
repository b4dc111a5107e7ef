/**
 * The dead-man test of one socket as data (safety rules, "Class"): the car is told 6 A, then 16 A with a
 * lease of 20 s that nobody refreshes, and is watched until it falls by itself. The legs `cut` and
 * `reboot` do the same with the socket cut and with a reset. Time arrives as `atMs`.
 */
import type { Trail } from '#site/deadman/trail.ts';
import type { Found } from '#site/deadman/wiring.ts';

/** The lease of a test: short enough for one plug in 90 s, long enough for a car to climb (up to 13 s) and stand still. */
export const TEST_TTL_MS = 20_000;

/** G of the safety rules: how far a charger's clock may drift within a lease (assumption A5). */
export const CLOCK_SLACK_MS = 10_000;

/** What the car is raised to, where its circuit and its socket allow it. */
export const RAISED_MA = 16_000;

/** A smaller step is lost in what cars and buildings do by themselves. */
export const LEAST_STEP_MA = 4_000;

/** One plug, one leg, from the first command to the verdict. */
export const LEG_MS = 90_000;

/** What both are made for; a model that reacts later (its profile says so) is given that time in each phase of a leg. */
export const USUAL_REACTION_MS = 10_000;

const slowerMs = (reactionMs: number): number => Math.max(0, reactionMs - USUAL_REACTION_MS);

/** The lease of a test of a model: 20 s, and what it reacts later than usual. */
export const ttlFor = (reactionMs: number): number => TEST_TTL_MS + slowerMs(reactionMs);

/** Down, up and down again: three reactions in one leg. */
const legMs = (reactionMs: number): number => LEG_MS + 3 * slowerMs(reactionMs);

/** After the fall the car and the meter are watched this much longer, for the second edge. */
export const LINGER_MS = 8_000;

/** A car is asked for a sample this often while it is watched. */
export const ASK_EVERY_MS = 2_000;

/** A charger that was cut or reset has this long to come back. */
export const RETURN_MS = 180_000;

/** What it says and draws after its return is awaited this long: a car may have to be authorised again. */
export const BACK_MS = 90_000;

/** The link stays cut this much longer than the slowest fall takes, so that the register shows it too. */
export const DOWN_LONGER_MS = 15_000;

/** A world action that has not shown by now was not done. */
export const ACTION_MS = 30_000;

export type Leg = 'lease' | 'cut' | 'reboot';
export const LEGS: readonly Leg[] = ['lease', 'cut', 'reboot'];

/** What a class is known of: a maker's model with one firmware. */
export type ModelKey = { readonly vendor: string; readonly model: string; readonly firmware: string };

/** How a fall was seen: in a sample, by the guard meter, in the energy register, or only in the first sample after the return. */
export type Evidence = 'sample' | 'meter' | 'register' | 'first-sample';

export type LegOutcome = {
  readonly leg: Leg;
  /** `held`: it did not fall in time. `unclear`: nothing was proven, in either direction. */
  readonly result: 'fell' | 'held' | 'unclear';
  readonly evidence: Evidence | null;
  /** From the raise to the fall; null where nothing tells. */
  readonly afterMs: number | null;
  /** What happened, in a sentence. */
  readonly words: string;
};

/**
 * `low`: told the minimum. `room`: the raise waits for the fuse. `high`: the lease runs. `falling`: it is over.
 * `cutting` and `resetting` wait for the gateway to act, `down` and `rebooting` for the charger's return,
 * `back` for what it draws then.
 */
export type Step =
  | 'low'
  | 'room'
  | 'high'
  | 'falling'
  | 'cutting'
  | 'down'
  | 'resetting'
  | 'rebooting'
  | 'back'
  | 'ended';

export type DeadmanTest = {
  readonly id: string;
  readonly charger: number;
  readonly connector: number;
  readonly model: ModelKey;
  /** Legs to do; the one at `done.length` runs. */
  readonly legs: readonly Leg[];
  readonly done: readonly LegOutcome[];
  /** Legs that this model and firmware passed or failed before. */
  readonly known: KnownLegs;
  readonly lowMa: number;
  readonly highMa: number;
  /** Command to car, worst case, of this model (assumption A3). */
  readonly reactionMs: number;
  readonly beganAtMs: number;
  readonly legSinceMs: number;
  readonly step: Step;
  readonly stepSinceMs: number;
  readonly trail: Trail;
  /** What the lease leg taught of phases, wiring and meter. */
  readonly found: Found | null;
  readonly askedAtMs: number;
};

export type KnownLegs = Readonly<Record<Leg, 'fell' | 'held' | null>>;

/** What the gate shall do for a socket under test. */
export type TestWish = {
  /** The most it is given; what the rows allow of it is the gate's to say. */
  readonly limitMa: number;
  /** A raise below this is not worth sending. */
  readonly atLeastMa: number;
  /** The lease of a raise; null = an ordinary one. */
  readonly ttlMs: number | null;
  readonly refresh: boolean;
  /** True: no raise, no refresh, no set-up, and only reductions that a row needs. */
  readonly quiet: boolean;
};

/** What the gate shall do for the test's socket now; null once the test is over. */
export function wishOf(test: DeadmanTest): TestWish | null {
  switch (test.step) {
    case 'low':
      return { limitMa: test.lowMa, atLeastMa: test.lowMa, ttlMs: null, refresh: true, quiet: false };
    case 'room':
      return { ...raised(test), quiet: false };
    case 'high':
    case 'falling':
    case 'cutting':
    case 'down':
    case 'resetting':
    case 'rebooting':
    case 'back':
      return { ...raised(test), quiet: true };
    case 'ended':
      return null;
  }
}

const raised = ({ highMa, lowMa, reactionMs }: DeadmanTest) => ({
  limitMa: highMa,
  atLeastMa: lowMa + LEAST_STEP_MA,
  ttlMs: ttlFor(reactionMs),
  refresh: false,
});

/** What the world shall do for a test; the gateway performs it. */
export type TestAction =
  | { readonly kind: 'ask-sample' }
  /** Cut the socket, and let the charger in again only after so long. */
  | { readonly kind: 'cut'; readonly forMs: number }
  | { readonly kind: 'reset' };

/** What is to be done in the world now. Each is done once and answered by the event `test-acted`. */
export function actionsOf(test: DeadmanTest, atMs: number): readonly TestAction[] {
  const { step, trail } = test;
  if (step === 'ended') return [];
  if (step === 'cutting') return trail.actedAtMs === null ? [{ kind: 'cut', forMs: cutUntilMs(test) - atMs }] : [];
  if (step === 'resetting') return trail.actedAtMs === null ? [{ kind: 'reset' }] : [];
  const isLinked = step !== 'down' && step !== 'rebooting';
  return isLinked && atMs >= test.askedAtMs + ASK_EVERY_MS ? [{ kind: 'ask-sample' }] : [];
}

/** The leg that runs; undefined once all are done. */
export const legOf = (test: DeadmanTest): Leg | undefined => test.legs[test.done.length];

/** When the lease of the raise ends, by our clock; null before it was sent. */
export const lapsesAtMs = ({ trail, reactionMs }: DeadmanTest): number | null =>
  trail.raise === null ? null : trail.raise.sentAtMs + ttlFor(reactionMs);

/** The latest fall that class A allows: lease, clock drift and reaction. */
export const fallenByMs = (test: DeadmanTest): number =>
  (lapsesAtMs(test) ?? Number.POSITIVE_INFINITY) + CLOCK_SLACK_MS + test.reactionMs;

/** The latest moment at which the raise may leave for the leg to end in time. */
export const roomUntilMs = (test: DeadmanTest): number =>
  test.legSinceMs + legMs(test.reactionMs) - ttlFor(test.reactionMs) - CLOCK_SLACK_MS - test.reactionMs - LINGER_MS;

export const cutUntilMs = (test: DeadmanTest): number => fallenByMs(test) + DOWN_LONGER_MS;

/** When time alone moves the test on, at the latest; the gateway looks at least then. */
export const TICK_MS = 500;
