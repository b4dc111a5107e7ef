/** What dead-man tests have shown, as it is written down and read back: one record with all results. */
import { type Fields, fieldsOf, parsedJson } from '#base/json.ts';
import type { DeadmanResults, ModelResult, SocketResult } from '#site/deadman/results.ts';

export const encodeResults = ({ models, sockets }: DeadmanResults): string => JSON.stringify({ models, sockets });

/** Entries that cannot be read are left out and counted; null where the text is nothing of ours. */
export function decodeResults(json: string): { readonly value: DeadmanResults; readonly skipped: number } | null {
  const { models, sockets } = fieldsOf(parsedJson(json));
  if (!Array.isArray(models) || !Array.isArray(sockets)) return null;
  const value = { models: models.filter(isModelResult), sockets: sockets.filter(isSocketResult) };
  const skipped = models.length + sockets.length - value.models.length - value.sockets.length;
  return { value, skipped };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);
const isLeg = (value: unknown): boolean => value === null || value === 'fell' || value === 'held';

const isKeyed = ({ vendor, model, firmware, identity, atWallMs }: Fields): boolean =>
  [vendor, model, firmware, identity].every(isText) && isNumber(atWallMs);

function isModelResult(value: unknown): value is ModelResult {
  const fields = fieldsOf(value);
  const legs = fieldsOf(fields.legs);
  const isClass = fields.leaseClass === null || ['A', 'B', 'C'].includes(String(fields.leaseClass));
  return isKeyed(fields) && isClass && [legs.lease, legs.cut, legs.reboot].every(isLeg);
}

function isSocketResult(value: unknown): value is SocketResult {
  const fields = fieldsOf(value);
  return isKeyed(fields) && isNumber(fields.connectorId) && isNumberOrNull(fields.fellAfterMs) && isFound(fields.found);
}

function isFound(value: unknown): boolean {
  if (value === null) return true;
  const { own, meter, wiring, raiseReactionMs, fallReactionMs } = fieldsOf(value);
  const isWired = wiring === null || (isNumbers(fieldsOf(wiring).grid) && Array.isArray(fieldsOf(wiring).known));
  return (
    isNumbers(own) && isMeter(fieldsOf(meter)) && isWired && [raiseReactionMs, fallReactionMs].every(isNumberOrNull)
  );
}

const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.every(isNumber);

function isMeter({ kind, why, ratio, byPhase, direction, good }: Fields): boolean {
  if (kind === 'no-meter') return true;
  if (kind === 'unclear') return isText(why);
  const isByPhase = Array.isArray(byPhase) && byPhase.every(isNumberOrNull);
  return kind === 'measured' && isNumber(ratio) && isByPhase && isText(direction) && typeof good === 'boolean';
}
