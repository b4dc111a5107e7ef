/**
 * Limits from outside as they are written down and read back. On disk a circuit has its id and every
 * instant is wall time, because indexes and the monotonic clock end with the process.
 */
import type { Moment } from '#base/clock.ts';
import { parsedJson } from '#base/json.ts';
import type { Triple } from '#base/units.ts';
import { BACK_OFFICE } from '#site/charging-profile/outlook.ts';
import type { OutsideLimit } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';

/** One limit on disk. Currents in mA per phase, power in W, instants in wall-clock milliseconds. */
type SavedLimit = {
  readonly source: string;
  readonly circuit: string;
  readonly limitMa: Triple;
  readonly limitW: number | null;
  readonly evOnly: boolean;
  readonly validUntilWallMs: number | null;
  readonly failSafeMa: Triple | null;
  readonly setAtWallMs: number;
};

export type Decoded = {
  readonly limits: readonly OutsideLimit[];
  /** Entries that could not be read, or whose circuit or source the configuration no longer has. */
  readonly skipped: number;
};

/** All limits that stand at a moment, as JSON. */
export function encodeLimits(limits: readonly OutsideLimit[], topology: Topology, moment: Moment): string {
  const saved = limits.flatMap((limit): SavedLimit[] => {
    const circuit = topology.circuits[limit.circuit];
    // The back office’s follows from its charging profiles, which are kept themselves.
    if (circuit === undefined || limit.source === BACK_OFFICE) return [];
    const { source, limitMa, limitW, evOnly, validUntilWallMs, failSafeMa } = limit;
    const setAtWallMs = moment.wallMs - (moment.nowMs - limit.setAtMs);
    return [{ source, circuit: circuit.id, limitMa, limitW, evOnly, validUntilWallMs, failSafeMa, setAtWallMs }];
  });
  return JSON.stringify(saved);
}

/**
 * Reads limits back, with their validity moved onto this process's clock.
 * A validity that ended meanwhile lies in the past then, so that its fail-safe value applies; it is left
 * out only where it has none. No validity grows: a wall clock that ran back gives no limit more time
 * than it had left when it was written.
 * @param writtenAtWallMs when the text was written.
 * @returns null when the text is not a list at all.
 */
export function decodeLimits(
  json: string,
  writtenAtWallMs: number,
  topology: Topology,
  moment: Moment,
): Decoded | null {
  const entries = parseList(json);
  if (entries === null) return null;
  const saved = entries.filter(isSavedLimit);
  const known = saved.flatMap(limit => {
    const circuit = topology.circuits.findIndex(candidate => candidate.id === limit.circuit);
    const mayLimit = circuit >= 0 && topology.limitSources.includes(limit.source);
    return mayLimit ? [restore(limit, circuit, writtenAtWallMs, moment)] : [];
  });
  const limits = known.filter(limit => limit.failSafeMa !== null || !ended(limit, moment));
  return { limits, skipped: entries.length - known.length };
}

function parseList(json: string): readonly unknown[] | null {
  const value = parsedJson(json);
  return Array.isArray(value) ? value : null;
}

const ended = (limit: OutsideLimit, moment: Moment): boolean =>
  limit.validUntilMs !== null && limit.validUntilMs <= moment.nowMs;

function restore(saved: SavedLimit, circuit: number, writtenAtWallMs: number, moment: Moment): OutsideLimit {
  // Time since the writing; a clock that ran back cannot tell, and counts as none.
  const passedMs = Math.max(0, moment.wallMs - writtenAtWallMs);
  const onOurClock = (wallMs: number) => moment.nowMs - passedMs + (wallMs - writtenAtWallMs);
  const { source, limitMa, limitW, evOnly, validUntilWallMs, failSafeMa } = saved;
  return {
    ...{ source, circuit, limitMa, limitW, evOnly, validUntilWallMs, failSafeMa },
    validUntilMs: validUntilWallMs === null ? null : onOurClock(validUntilWallMs),
    setAtMs: onOurClock(saved.setAtWallMs),
  };
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isInstant = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) && value.length === 3 && value.every(isAmount);
const orNull = (is: (value: unknown) => boolean, value: unknown): boolean => value === null || is(value);

function isSavedLimit(value: unknown): value is SavedLimit {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Record<string, unknown>;
  return (
    typeof entry.source === 'string' &&
    typeof entry.circuit === 'string' &&
    typeof entry.evOnly === 'boolean' &&
    isTriple(entry.limitMa) &&
    orNull(isAmount, entry.limitW) &&
    orNull(isInstant, entry.validUntilWallMs) &&
    orNull(isTriple, entry.failSafeMa) &&
    isInstant(entry.setAtWallMs)
  );
}
