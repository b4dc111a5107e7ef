/**
 * What a leg came to. Nothing is taken for proven that could have another cause: a car that stopped, a
 * limit that was sent after all, a building that moved.
 */
import type { Triple } from '#base/units.ts';
import {
  type DeadmanTest,
  type Evidence,
  fallenByMs,
  type Leg,
  type LegOutcome,
  lapsesAtMs,
  ttlFor,
} from '#site/deadman/test.ts';
import { highestMa, isWithin, lastPlateau, less, quietMa, type TrailSample } from '#site/deadman/trail.ts';
import { edgesOf } from '#site/deadman/wiring.ts';
import { LINK_MS, OVER_CONFIRM_MS } from '#site/gate/constants.ts';

/** Less than this is no charging: standby, fans, a cable that is merely in. */
const FLOWING_MA = 1_000;

/** A car that moved by less did not follow the raise. */
const FOLLOWED_MA = 3_000;

/** The meter saw the car fall when it fell by this share of what the car had climbed, and see it stand below the other. */
const FELL_SHARE = 0.7;
const STOOD_SHARE = 0.3;

/** Readings at the end of the time without a link that must agree. */
const END_OF_DOWN_MS = 5_000;

/** Energy used while the link was down, of what the raised current would have used. */
const REGISTER_FELL_SHARE = 0.85;
const REGISTER_HELD_SHARE = 0.95;

/** A register of whole watt-hours says nothing over less. */
const REGISTER_LEAST_WH = 40;

export const unclear = (leg: Leg, words: string): LegOutcome => ({
  leg,
  result: 'unclear',
  evidence: null,
  afterMs: null,
  words,
});

const held = (leg: Leg, evidence: Evidence, words: string): LegOutcome => ({
  leg,
  result: 'held',
  evidence,
  afterMs: null,
  words,
});

export const amps = (ma: number): string => `${Math.round(ma / 100) / 10} A`;
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** A sample that arrived at `atMs` was taken at most LINK_MS before (assumption A5). */
const takenAfter = (sample: TrailSample, instantMs: number): boolean => sample.atMs - LINK_MS >= instantMs;

/** Two samples above the low limit, long after it was acknowledged: the charger follows no limit at all (as rule 8). */
export function ignoresLow(test: DeadmanTest, ackedAtMs: number | null): LegOutcome | null {
  if (ackedAtMs === null) return null;
  const late = test.trail.samples.filter(sample => takenAfter(sample, ackedAtMs + test.reactionMs));
  const firstObeying = late.findLastIndex(({ ma }) => isWithin(ma, test.lowMa));
  const over = late.slice(firstObeying + 1);
  const first = over[0];
  const last = over.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < OVER_CONFIRM_MS) return null;
  const drawn = amps(highestMa(last.ma));
  return held('lease', 'sample', `Draws ${drawn} though it was told ${amps(test.lowMa)}: it follows no limit.`);
}

/** A meter that is not quiet by then will not be: the test goes on without a ratio. */
const QUIET_WITHIN_MS = 6_000;

/** The car draws about the low limit and stands still, and so does its meter where it has one. */
export function standsLow(test: DeadmanTest, ackedAtMs: number | null): boolean {
  if (ackedAtMs === null) return false;
  const sinceMs = Math.max(ackedAtMs, test.legSinceMs);
  const stood = lastPlateau(test.trail, sinceMs, Number.POSITIVE_INFINITY, ({ ma }) => {
    return isWithin(ma, test.lowMa) && highestMa(ma) >= test.lowMa / 2;
  });
  if (stood === null) return false;
  const hasMeter = test.trail.readings.length > 0;
  return !hasMeter || stood.meterMa !== null || stood.toMs - stood.fromMs >= QUIET_WITHIN_MS;
}

/** What the car drew before the raise. */
const lowDrawMa = ({ trail }: DeadmanTest): number => {
  const before = trail.samples.findLast(({ atMs }) => atMs <= (trail.raise?.sentAtMs ?? 0));
  return before === undefined ? 0 : highestMa(before.ma);
};

/** Whether the car was seen to follow the raise. */
export const isSeenHigh = (test: DeadmanTest): boolean => {
  const { raise, samples } = test.trail;
  const sentAtMs = raise?.sentAtMs ?? Number.POSITIVE_INFINITY;
  return samples.some(({ atMs, ma }) => atMs > sentAtMs && highestMa(ma) >= lowDrawMa(test) + FOLLOWED_MA);
};

/** The first sample after the last raised one that is at or below the lapse value; null while none is. */
function firstFallen(test: DeadmanTest): TrailSample | null {
  const { raise, samples } = test.trail;
  if (raise === null) return null;
  const lastHigh = samples.findLastIndex(({ ma }) => !isWithin(ma, raise.lapseMa));
  const fallen = samples[lastHigh + 1];
  return lastHigh >= 0 && fallen !== undefined && fallen.atMs > raise.sentAtMs ? fallen : null;
}

/** When it fell: by the first reading that shows half the fall, else by the first sample. */
export function fellAtMs(test: DeadmanTest): number | null {
  const fallen = firstFallen(test);
  const edges = edgesOf(test);
  if (fallen === null || edges?.high.meterMa == null) return fallen?.atMs ?? null;
  const highMa = edges.high.meterMa;
  const half = highestMa(less(edges.high.evMa, fallen.ma)) / 2;
  const shown = test.trail.readings.find(
    ({ atMs, ma }) => atMs > edges.high.toMs && atMs <= fallen.atMs && highestMa(less(highMa, ma)) >= half,
  );
  return shown?.atMs ?? fallen.atMs;
}

/** The lease leg once the fall, or the time for it, is over. */
export function judgeLease(test: DeadmanTest): LegOutcome {
  const { raise } = test.trail;
  const lapseMs = lapsesAtMs(test);
  if (raise === null || lapseMs === null) return unclear('lease', 'No raise was sent.');
  if (!isSeenHigh(test)) {
    return unclear('lease', `The car did not follow to ${amps(raise.limitMa)}, so its fall would show nothing.`);
  }
  const fellMs = fellAtMs(test);
  const fallen = firstFallen(test);
  if (fellMs === null || fallen === null || fallen.atMs > fallenByMs(test) + LINK_MS) {
    const last = test.trail.samples.at(-1);
    if (last === undefined || last.atMs < fallenByMs(test) - LINK_MS) {
      return unclear('lease', 'The charger sent no samples when it should have fallen.');
    }
    const words = `Still at ${amps(highestMa(last.ma))} ${seconds(last.atMs - raise.sentAtMs)} after it was raised for ${seconds(ttlFor(test.reactionMs))}.`;
    return held('lease', 'sample', words);
  }
  const odd = oddFall(fallen, fellMs, lapseMs, raise.lapseMa);
  if (odd !== null) return unclear('lease', odd);
  const afterMs = fellMs - raise.sentAtMs;
  const words = `Fell to ${amps(highestMa(fallen.ma))} by itself after ${seconds(afterMs)}.`;
  return { leg: 'lease', result: 'fell', evidence: 'sample', afterMs, words };
}

/** A fall that the lease does not explain. A charger's clock may be off, so two seconds early are early enough. */
function oddFall(fallen: TrailSample, fellMs: number, lapseMs: number, lapseMa: number): string | null {
  if (fellMs < lapseMs - LINK_MS) return 'The car fell before its lease was over: for a reason of its own.';
  if (lapseMa > 0 && highestMa(fallen.ma) < FLOWING_MA)
    return `The car stopped instead of going on at ${amps(lapseMa)}.`;
  return null;
}

/** The socket-cut leg, once the charger is back and has said what its car draws, or has not in time. */
export function judgeCut(test: DeadmanTest): LegOutcome {
  const { raise, lostAtMs, backAtMs, samples } = test.trail;
  if (raise === null || lostAtMs === null || !isSeenHigh(test))
    return unclear('cut', 'Nothing was raised when it was cut.');
  const first = backAtMs === null ? undefined : samples.find(({ atMs }) => atMs > backAtMs);
  const meter = byMeter(test, lostAtMs, backAtMs);
  if (first !== undefined && !isWithin(first.ma, raise.lapseMa)) {
    const words = `Still at ${amps(highestMa(first.ma))} when its connection came back: it keeps a limit that it cannot hear refreshed.`;
    return held('cut', 'first-sample', words);
  }
  if (meter === 'stood') return held('cut', 'meter', 'The guard meter saw no fall while the connection was cut.');
  const stopped = first !== undefined && raise.lapseMa > 0 && highestMa(first.ma) < FLOWING_MA;
  if (stopped) return unclear('cut', 'The car had stopped when the charger came back.');
  if (meter !== null) return fellWhileCut('meter', meter.atMs - raise.sentAtMs, 'seen by the guard meter');
  if (first === undefined) return unclear('cut', 'After it came back, the charger sent no sample in time.');
  const register = byRegister(test, lostAtMs, first);
  if (register === 'stood') return held('cut', 'register', 'The energy register shows that the car went on as raised.');
  if (register === 'fell') return fellWhileCut('register', null, 'the energy register shows it');
  return fellWhileCut('first-sample', null, 'the first sample after its return shows it');
}

const fellWhileCut = (evidence: Evidence, afterMs: number | null, how: string): LegOutcome => {
  const when = afterMs === null ? '' : ` after ${seconds(afterMs)}`;
  return {
    leg: 'cut',
    result: 'fell',
    evidence,
    afterMs,
    words: `Fell by itself${when} while its connection was cut: ${how}.`,
  };
};

/** What the guard meter saw between the cut and the return; null where the building makes it unclear or none is there. */
function byMeter(test: DeadmanTest, lostAtMs: number, backAtMs: number | null): { atMs: number } | 'stood' | null {
  const { raise, readings } = test.trail;
  const edges = edgesOf(test);
  if (raise === null || edges === null || edges.high.meterMa === null || edges.low.meterMa === null) return null;
  const untilMs = backAtMs ?? readings.at(-1)?.atMs ?? lostAtMs;
  const endMa = quietMa(test.trail, untilMs - END_OF_DOWN_MS, untilMs);
  if (endMa === null) return null;
  const climbedMa = less(edges.high.evMa, edges.low.evMa);
  const expectedMa = climbedMa.map(ma => Math.min(ma, highestMa(edges.high.evMa) - raise.lapseMa));
  const dropMa = less(edges.high.meterMa, endMa);
  const share = shareOf(dropMa, expectedMa);
  if (share === null) return null;
  if (share.high <= STOOD_SHARE) return 'stood';
  if (share.low < FELL_SHARE || share.high > 2 - FELL_SHARE) return null;
  const highMa = edges.high.meterMa;
  const half = highestMa(dropMa) / 2;
  const shown = readings.find(({ atMs, ma }) => atMs > lostAtMs && highestMa(less(highMa, ma)) >= half);
  return shown === undefined ? null : { atMs: shown.atMs };
}

/** Least and largest share of the expected drop over the phases that the car uses. */
function shareOf(dropMa: Triple, expectedMa: readonly number[]): { low: number; high: number } | null {
  const shares = expectedMa.flatMap((ma, phase) => (ma >= FOLLOWED_MA ? [(dropMa[phase] ?? 0) / ma] : []));
  return shares.length === 0 ? null : { low: Math.min(...shares), high: Math.max(...shares) };
}

/** What the register counted from the last sample before the cut to the first after it, against the raised current. */
function byRegister(test: DeadmanTest, lostAtMs: number, first: TrailSample): 'fell' | 'stood' | null {
  const before = test.trail.samples.findLast(({ atMs }) => atMs <= lostAtMs);
  if (before?.registerWh == null || first.registerWh === null) return null;
  const sumA = (before.ma[0] + before.ma[1] + before.ma[2]) / 1000;
  const raisedWh = (sumA * NOMINAL_V * (first.atMs - before.atMs)) / 3_600_000;
  if (raisedWh < REGISTER_LEAST_WH) return null;
  const share = (first.registerWh - before.registerWh) / raisedWh;
  if (share <= REGISTER_FELL_SHARE) return 'fell';
  return share >= REGISTER_HELD_SHARE ? 'stood' : null;
}

/** Only the ratio of two energies at the same voltage counts. */
const NOMINAL_V = 230;

/** The reboot leg, once the car draws again after the lease is over, or has not in time. */
export function judgeReboot(test: DeadmanTest): LegOutcome {
  const { raise } = test.trail;
  const first = firstFlowingAfterReboot(test);
  if (raise === null || !isSeenHigh(test)) return unclear('reboot', 'Nothing was raised when it was reset.');
  if (first === null) return unclear('reboot', 'No car charged after the reset, so nothing was shown.');
  const drawn = amps(highestMa(first.ma));
  if (!isWithin(first.ma, raise.lapseMa)) {
    return held(
      'reboot',
      'first-sample',
      `Came back at ${drawn}, above its fallback current of ${amps(raise.lapseMa)}.`,
    );
  }
  const words = `Came back at ${drawn} before anything was sent to it.`;
  return { leg: 'reboot', result: 'fell', evidence: 'first-sample', afterMs: null, words };
}

/** A current that rises through the fallback is not yet the answer: the sample must come a reaction after the first. */
export function firstFlowingAfterReboot(test: DeadmanTest): TrailSample | null {
  const { backAtMs, samples } = test.trail;
  if (backAtMs === null) return null;
  const flowing = samples.filter(({ atMs, ma }) => atMs > backAtMs && highestMa(ma) >= FLOWING_MA);
  const first = flowing[0];
  if (first === undefined) return null;
  const settledMs = Math.max(fallenByMs(test), first.atMs + test.reactionMs);
  return flowing.find(({ atMs }) => atMs >= settledMs) ?? null;
}
