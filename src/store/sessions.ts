/** Sessions as they are written down and read back: one document each, its id the key. */
import { parsedJson } from '#base/json.ts';
import type { Session } from '#site/session.ts';
import type { StoreChange } from '#world.ts';

export const SESSION_KIND = 'session';

export const sessionDocument = (session: Session): StoreChange => ({
  type: 'put',
  document: { kind: SESSION_KIND, key: String(session.id), json: JSON.stringify(session) },
});

/** Null where the text is nothing that we wrote. */
export function decodeSession(json: string): Session | null {
  const found = parsedJson(json);
  return isSession(found) ? { ...asItWasSaid(found), ...found } : null;
}

/** What every version wrote. */
type Told = Pick<
  Session,
  | 'id'
  | 'charger'
  | 'connectorId'
  | 'idToken'
  | 'startedAtWallMs'
  | 'meterStartWh'
  | 'upstream'
  | 'endedAtWallMs'
  | 'meterStopWh'
  | 'reason'
>;

/** Versions before billed sessions as their chargers told them. */
function asItWasSaid(told: Told): Omit<Session, keyof Told> {
  const { startedAtWallMs, meterStartWh, endedAtWallMs, meterStopWh, reason } = told;
  const isOver = endedAtWallMs !== null && meterStopWh !== null;
  return {
    beganWallMs: startedAtWallMs,
    billed: isOver ? { atWallMs: endedAtWallMs, meterWh: meterStopWh, reason: reason ?? 'Local' } : null,
    register: { wh: meterStartWh, stampWallMs: startedAtWallMs, heardWallMs: startedAtWallMs },
    ...{ flags: [], stopAsked: null, missingSinceWallMs: null, correction: null },
  };
}

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);

function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false;
  const { id, charger, connectorId, idToken, startedAtWallMs, meterStartWh, ...rest } = value as Record<
    string,
    unknown
  >;
  return (
    Number.isSafeInteger(id) &&
    typeof charger === 'string' &&
    Number.isInteger(connectorId) &&
    typeof idToken === 'string' &&
    isNumber(startedAtWallMs) &&
    isNumber(meterStartWh) &&
    isUpstream(rest.upstream) &&
    isNumberOrNull(rest.endedAtWallMs) &&
    isNumberOrNull(rest.meterStopWh) &&
    (rest.reason === null || typeof rest.reason === 'string')
  );
}

function isUpstream(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const { station, number, transactionId } = value as Record<string, unknown>;
  return typeof station === 'string' && isNumber(number) && isNumberOrNull(transactionId);
}
