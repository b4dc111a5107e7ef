/**
 * The time that chargers are told (safety rule 21). It runs with the monotonic clock and follows the wall
 * clock only slowly, because every lease in a charger ends by the clock that we set: a step of the wall
 * clock must not end one early nor keep one alive. Pure; `charger-clock.ts` owns one.
 */
import type { Moment } from './clock.ts';

/** It was `chargerMs` (wall-clock milliseconds as chargers are told) when the monotonic clock stood at `atMs`. */
export type ChargerTime = { readonly atMs: number; readonly chargerMs: number };

/** What of it outlives the process: how far it was ahead of the wall clock, and what it was. */
export type SavedChargerTime = { readonly aheadMs: number; readonly chargerMs: number };

/** Rule 21: 0.5 s a minute, so that even the longest lease (300 s) ends at most 2.5 s off, within G. */
const SLEW_MS_PER_MS = 0.5 / 60;

/** What a silence of the gateway may make up for at once: nobody shall be told a jump that grew in an hour of quiet. */
const SLEW_AT_MOST_OVER_MS = 60_000;

/**
 * A larger difference is not slewed but waits for an idle site. The longest lease: whoever is set back by more
 * finds its lease not yet begun and stands on its base, where a smaller step would let it run on for too long.
 * Slewing off just this much takes ten hours, a night.
 */
export const STEP_MS = 300_000;

/**
 * The time where a process begins. After an orderly clock that is the wall clock with the difference known
 * before; one that ran back over the restart (no battery) is not believed: time goes on from where it was.
 */
export function beganAt(saved: SavedChargerTime | null, { nowMs, wallMs }: Moment): ChargerTime {
  if (saved === null) return { atMs: nowMs, chargerMs: wallMs };
  return { atMs: nowMs, chargerMs: Math.max(wallMs + saved.aheadMs, saved.chargerMs) };
}

/**
 * The time at a later moment.
 * @param isIdle asked only where the difference is too large to be slewed: true where a step harms nobody
 */
export function advanced(time: ChargerTime, { nowMs, wallMs }: Moment, isIdle: () => boolean): ChargerTime {
  const passedMs = nowMs - time.atMs;
  const chargerMs = chargerMsAt(time, nowMs);
  const behindMs = wallMs - chargerMs;
  if (Math.abs(behindMs) > STEP_MS) return { atMs: nowMs, chargerMs: isIdle() ? wallMs : chargerMs };
  const mostMs = Math.min(passedMs, SLEW_AT_MOST_OVER_MS) * SLEW_MS_PER_MS;
  return { atMs: nowMs, chargerMs: chargerMs + Math.max(-mostMs, Math.min(mostMs, behindMs)) };
}

/** What it is at a later moment, as long as nobody looked at the wall clock. */
export const chargerMsAt = (time: ChargerTime, nowMs: number): number => time.chargerMs + (nowMs - time.atMs);
