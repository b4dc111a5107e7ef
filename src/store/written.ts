/** What was written to chargers today, as it is written down. */
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Written } from '#site/written.ts';

export const encodeWritten = (written: readonly Written[]): string => JSON.stringify(written);

/** @returns null when the text is nothing that we wrote */
export function decodeWritten(json: string): readonly Written[] | null {
  const read = parsedJson(json);
  return Array.isArray(read) && read.every(isWritten) ? read : null;
}

const isWritten = (value: unknown): value is Written => {
  const { charger, connectorId, sinceWallMs, count } = fieldsOf(value);
  return (
    typeof charger === 'string' &&
    Number.isInteger(connectorId) &&
    Number.isFinite(sinceWallMs) &&
    Number.isInteger(count)
  );
};
