/** The time that chargers are told, as it is written down: one difference and one instant, in wall-clock milliseconds. */
import type { SavedChargerTime } from '#base/charger-time.ts';

export const encodeChargerTime = ({ aheadMs, chargerMs }: SavedChargerTime): string =>
  JSON.stringify({ aheadMs: Math.round(aheadMs), chargerMs: Math.round(chargerMs) });

/** @returns null when the text is nothing that we wrote */
export function decodeChargerTime(json: string): SavedChargerTime | null {
  try {
    const { aheadMs, chargerMs } = JSON.parse(json) ?? {};
    return Number.isFinite(aheadMs) && Number.isFinite(chargerMs) ? { aheadMs, chargerMs } : null;
  } catch {
    return null;
  }
}
