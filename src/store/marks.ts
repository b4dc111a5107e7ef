/** Marks of chargers as they are written down. */
import type { Marks } from '#site/marks.ts';

export const encodeMarks = (marks: Marks): string => JSON.stringify(marks);

/** @returns null when the text is nothing that we wrote */
export function decodeMarks(json: string): Marks | null {
  try {
    const { uncontrolled, switchedOff } = JSON.parse(json) ?? {};
    const isMarks = Array.isArray(uncontrolled) && Array.isArray(switchedOff);
    if (!isMarks || !uncontrolled.every(isSocket) || !switchedOff.every(name => typeof name === 'string')) return null;
    return { uncontrolled, switchedOff };
  } catch {
    return null;
  }
}

const isSocket = (value: unknown): value is Marks['uncontrolled'][number] => {
  const { charger, connectorId, brokenMa } = (value ?? {}) as Record<string, unknown>;
  return typeof charger === 'string' && Number.isInteger(connectorId) && Number.isFinite(brokenMa);
};
