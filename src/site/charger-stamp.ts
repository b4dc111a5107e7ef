/**
 * When something happened that a charger tells with a timestamp of its own. A right clock is believed to the
 * millisecond, however late its words come; what a wrong one says is told by ours. Pure.
 */
import type { MeterSample } from '#site/report.ts';
import type { Charger } from '#site/state.ts';

/** Less than a minute apart is transit, whole seconds and drift; a tariff knows nothing finer. */
export const CLOCK_OFF_MS = 60_000;
/** No charger keeps its messages for a year: an older stamp is of a clock that was never set (1970, a build date). */
const NEVER_SET_MS = 365 * 86_400_000;
/** What waited while a link was down comes within minutes of the new one. */
const QUEUE_SENT_MS = 5 * 60_000;

/** How a message came, in wall-clock milliseconds of ours. */
export type Heard = {
  readonly atWallMs: number;
  /** Our wall clock − the charger's, as measured; null where it never was. */
  readonly offsetMs: number | null;
  /** Its link has stood for so long that nothing can have waited for it. */
  readonly isLive: boolean;
};

export type TrueTime = { readonly atWallMs: number; readonly isCorrected: boolean };

/**
 * @param now both clocks of ours at receipt, and the time that chargers are told, which its skew is measured against
 */
export function heardFrom(
  charger: Pick<Charger, 'skew' | 'skewBeforeBootMs' | 'linkSinceMs'>,
  now: { readonly atMs: number; readonly atWallMs: number; readonly atChargerMs: number },
): Heard {
  const skewMs = charger.skew.ms ?? charger.skewBeforeBootMs ?? null;
  return {
    atWallMs: now.atWallMs,
    offsetMs: skewMs === null ? null : skewMs + now.atWallMs - now.atChargerMs,
    isLive: now.atMs - charger.linkSinceMs > QUEUE_SENT_MS,
  };
}

/** @param stampMs what the charger says, by its own clock */
export function trueTime(stampMs: number, { atWallMs, offsetMs, isLive }: Heard): TrueTime {
  const asSaid = { atWallMs: stampMs, isCorrected: false };
  const received = { atWallMs, isCorrected: true };
  const lateMs = atWallMs - stampMs;
  if (Math.abs(lateMs) <= CLOCK_OFF_MS) return asSaid;
  const isRight = offsetMs !== null && Math.abs(offsetMs) <= CLOCK_OFF_MS;
  const shiftedMs = offsetMs === null || isRight ? null : stampMs + offsetMs;
  // Else it is of another clock than the one that was measured: the answer to a boot sets one anew.
  if (shiftedMs !== null && mayBe(atWallMs - shiftedMs))
    return atWallMs - shiftedMs <= CLOCK_OFF_MS ? received : { atWallMs: shiftedMs, isCorrected: true };
  return !mayBe(lateMs) || (isLive && !isRight) ? received : asSaid;
}

/** Not in our future, and not before any queue began. */
const mayBe = (lateMs: number): boolean => lateMs >= -CLOCK_OFF_MS && lateMs <= NEVER_SET_MS;

/** The same samples at their true times. */
export const atTrueTimes = (samples: readonly MeterSample[], heard: Heard): readonly MeterSample[] =>
  samples.map(sample => {
    const { atWallMs, isCorrected } = trueTime(sample.atWallMs, heard);
    return isCorrected ? { ...sample, atWallMs } : sample;
  });
