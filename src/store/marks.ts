/** Marks of chargers as they are written down. */
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Marks } from '#site/marks.ts';

export const encodeMarks = (marks: Marks): string => JSON.stringify(marks);

/** @returns null when the text is nothing that we wrote */
export function decodeMarks(json: string): Marks | null {
  const { uncontrolled, switchedOff } = fieldsOf(parsedJson(json));
  if (!Array.isArray(uncontrolled) || !Array.isArray(switchedOff)) return null;
  if (!uncontrolled.every(isSocket) || !switchedOff.every(name => typeof name === 'string')) return null;
  return { uncontrolled, switchedOff };
}

const isSocket = (value: unknown): value is Marks['uncontrolled'][number] => {
  const { charger, connectorId, brokenMa } = fieldsOf(value);
  return typeof charger === 'string' && Number.isInteger(connectorId) && Number.isFinite(brokenMa);
};
