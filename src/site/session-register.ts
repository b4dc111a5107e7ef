/**
 * Registers of a session, Wh. One that runs back (a meter replaced, an overflow, another unit) is held at the last one
 * that can be true, so that nothing negative is ever billed; one that leaps is told and left as it is. Pure.
 */
import { isRegister, registerOf } from '#site/reduce/draw.ts';
import type { MeterSample, SampledValue } from '#site/report.ts';
import { type ConnectorSpec, socketW, type Topology } from '#site/topology.ts';

/** The highest register of a session that can be true, and when: by the charger's clock and by ours. */
export type Register = { readonly wh: number; readonly stampWallMs: number; readonly heardWallMs: number };

/** Voltage, tolerance of the meter, and a current that overshoots. */
const OVER_RATING = 1.25;
/** Meters that count whole kilowatt-hours. */
const STEP_WH = 1_000;
const HOUR_MS = 3_600_000;

/** The most that a socket can give a car, W. */
export const ratedW = (spec: ConnectorSpec, topology: Topology): number => socketW(spec, topology) * OVER_RATING;

/** More than the socket can have given since then, by whichever clock saw more time pass. @param mostW null = not known */
export function isLeap(before: Register, now: Register, mostW: number | null): boolean {
  const passedMs = Math.max(now.stampWallMs - before.stampWallMs, now.heardWallMs - before.heardWallMs, 0);
  return mostW !== null && now.wh - before.wh > (mostW * passedMs) / HOUR_MS + STEP_WH;
}

/** What runs back or leaps changes nothing. */
const registerAfter = (before: Register, now: Register, mostW: number | null): Register =>
  now.wh < before.wh || isLeap(before, now, mostW) ? before : now;

/** The same after all samples of a message. @param heardWallMs when it came */
export const registerAfterAll = (
  register: Register,
  samples: readonly MeterSample[],
  heardWallMs: number,
  mostW: number | null,
): Register =>
  samples.reduce((before, sample) => {
    const wh = registerOf(sample);
    return wh === null ? before : registerAfter(before, { wh, stampWallMs: sample.atWallMs, heardWallMs }, mostW);
  }, register);

/** Samples in which no register is below the one of their instant. @param floorAt by the charger's clock */
export const heldUp = (
  samples: readonly MeterSample[],
  floorAt: (stampWallMs: number) => number,
): readonly MeterSample[] =>
  samples.map(sample => {
    const floorWh = floorAt(sample.atWallMs);
    const isLow = (value: SampledValue) => isRegister(value) && value.value < floorWh;
    if (!sample.values.some(isLow)) return sample;
    return { ...sample, values: sample.values.map(value => (isLow(value) ? { ...value, value: floorWh } : value)) };
  });
