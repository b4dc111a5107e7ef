/**
 * A charging profile in time: the period that counts at an instant, and the next instant at which that changes.
 * Wall-clock milliseconds, always UTC: what recurs daily recurs every 24 hours from its start, so that it moves by
 * an hour on the clock of the wall when summer time begins (3.13.7 leaves that to the back office).
 */
import { at } from '#base/assert.ts';
import type { ChargingPeriod, ChargingProfile } from '#site/command.ts';

const DAY_MS = 86_400_000;

/**
 * @param startedWallMs when charging began, which relative schedules count from; null: as if it began now (K08)
 * @returns null where the profile says nothing then: not valid, not begun, over, or past its recurrence
 */
export function periodAt(
  profile: ChargingProfile,
  atWallMs: number,
  startedWallMs: number | null,
): ChargingPeriod | null {
  if (!isValid(profile, atWallMs)) return null;
  const { durationS, periods } = profile.schedule;
  const originMs = originOf(profile, atWallMs, startedWallMs);
  const elapsedMs = atWallMs - originMs;
  if (elapsedMs < 0 || (durationS !== null && elapsedMs >= durationS * 1000)) return null;
  return periods[begunBy(periods, elapsedMs)] ?? null;
}

/** The first instant after `atWallMs` at which `periodAt` may answer otherwise; Infinity where none comes. */
export function nextBoundary(profile: ChargingProfile, atWallMs: number, startedWallMs: number | null): number {
  const { validFromWallMs, validToWallMs } = profile;
  if (validFromWallMs !== null && atWallMs < validFromWallMs) return validFromWallMs;
  const endMs = validToWallMs ?? Number.POSITIVE_INFINITY;
  if (atWallMs >= endMs) return Number.POSITIVE_INFINITY;
  return Math.min(endMs, scheduleBoundary(profile, atWallMs, startedWallMs));
}

function scheduleBoundary(profile: ChargingProfile, atWallMs: number, startedWallMs: number | null): number {
  // As if it began now: that holds at every later instant, too.
  if (beginsWithCar(profile) && startedWallMs === null) return Number.POSITIVE_INFINITY;
  const originMs = originOf(profile, atWallMs, startedWallMs);
  const elapsedMs = atWallMs - originMs;
  if (elapsedMs < 0) return originMs;
  const everyMs = recurrenceMs(profile);
  const lastMs = Math.min(everyMs, (profile.schedule.durationS ?? Number.POSITIVE_INFINITY) * 1000);
  if (elapsedMs >= lastMs) return originMs + everyMs;
  const { periods } = profile.schedule;
  const next = periods[begunBy(periods, elapsedMs) + 1];
  return originMs + Math.min(lastMs, next === undefined ? Number.POSITIVE_INFINITY : next.startS * 1000);
}

/**
 * Index of the last period that has begun, -1 for none. By halving: there may be hundreds, and a composite schedule
 * asks for thousands of instants.
 */
function begunBy(periods: readonly ChargingPeriod[], elapsedMs: number): number {
  let low = -1;
  let high = periods.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(periods, middle).startS * 1000 <= elapsedMs) low = middle;
    else high = middle;
  }
  return low;
}

/** validFrom counts, validTo no longer does (K01.FR.36, FR.37). */
const isValid = ({ validFromWallMs, validToWallMs }: ChargingProfile, atWallMs: number): boolean =>
  (validFromWallMs === null || atWallMs >= validFromWallMs) && (validToWallMs === null || atWallMs < validToWallMs);

const beginsWithCar = ({ kind, schedule }: ChargingProfile): boolean =>
  kind === 'Relative' || schedule.startWallMs === null;

/** Where second 0 of the schedule lies: for a recurring one, of the turn that runs. */
function originOf(profile: ChargingProfile, atWallMs: number, startedWallMs: number | null): number {
  const { startWallMs } = profile.schedule;
  if (beginsWithCar(profile) || startWallMs === null) return startedWallMs ?? atWallMs;
  const everyMs = recurrenceMs(profile);
  if (atWallMs < startWallMs || everyMs === Number.POSITIVE_INFINITY) return startWallMs;
  return startWallMs + Math.floor((atWallMs - startWallMs) / everyMs) * everyMs;
}

/** What lies past the recurrence is not executed (5.16.4, errata 3.43 and 3.44). */
function recurrenceMs({ kind, recurrency }: ChargingProfile): number {
  if (kind !== 'Recurring') return Number.POSITIVE_INFINITY;
  return recurrency === 'Weekly' ? 7 * DAY_MS : DAY_MS;
}
