/** The time that chargers are told, as it is written down: one difference and one instant, in wall-clock milliseconds. */
import type { SavedChargerTime } from '#base/charger-time.ts';
import { fieldsOf, parsedJson } from '#base/json.ts';

export const encodeChargerTime = ({ aheadMs, chargerMs }: SavedChargerTime): string =>
  JSON.stringify({ aheadMs: Math.round(aheadMs), chargerMs: Math.round(chargerMs) });

/** @returns null when the text is nothing that we wrote */
export function decodeChargerTime(json: string): SavedChargerTime | null {
  const { aheadMs, chargerMs } = fieldsOf(parsedJson(json));
  return isInstant(aheadMs) && isInstant(chargerMs) ? { aheadMs, chargerMs } : null;
}

const isInstant = (value: unknown): value is number => Number.isFinite(value);
