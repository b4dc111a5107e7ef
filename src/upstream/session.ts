/** A charging session as it must outlive everything: document `session`, keyed by the id that the charger was told. */

/** Where a session belongs at the back office. It never goes to another one. */
export type Bound = {
  /** URL and identity: who we were to whom. */
  readonly station: string;
  readonly number: number;
  /** Null until the answer to its start arrived. 0 and repeated ones are legal (1.6 names no range). */
  readonly transactionId: number | null;
};

export type Session = {
  /** Minted here, told to the charger, never sent upwards. */
  readonly id: number;
  readonly charger: string;
  readonly connectorId: number;
  readonly idToken: string;
  /** By the charger's clock. */
  readonly startedAtWallMs: number;
  readonly meterStartWh: number;
  /** Null until a boot was first accepted. */
  readonly upstream: Bound | null;
  readonly endedAtWallMs: number | null;
  readonly meterStopWh: number | null;
  readonly reason: string | null;
  /** The back office did not let this card charge after the charger had begun. */
  readonly refused?: boolean;
};

export const SESSION_KIND = 'session';

/** What makes two starts one: a charger repeats what it got no answer to, word for word (1.6 clause 4.8). */
export type StartWords = {
  readonly connectorId: number;
  readonly idToken: string;
  readonly meterStartWh: number;
  readonly atWallMs: number;
};

export const isSameStart = (session: Session, charger: string, start: StartWords): boolean =>
  session.charger === charger &&
  session.connectorId === start.connectorId &&
  session.idToken === start.idToken &&
  session.meterStartWh === start.meterStartWh &&
  session.startedAtWallMs === start.atWallMs;

/** Null where the text is nothing that we wrote. */
export function decodeSession(json: string): Session | null {
  try {
    const found = JSON.parse(json) as Partial<Session> | null;
    const isOurs =
      typeof found?.id === 'number' && typeof found.charger === 'string' && typeof found.connectorId === 'number';
    return isOurs ? (found as Session) : null;
  } catch {
    return null;
  }
}
