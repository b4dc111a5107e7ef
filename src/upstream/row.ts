/** One message that must reach the back office: document `outbox`, keyed by a growing number. */
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { MeterSample, Report } from '#site/report.ts';
import type { Ended, Session } from '#site/session.ts';

/** Facts in neutral words; numbers of the back office are put in when it is sent (design §5). */
export type RowWords =
  | { readonly what: 'start'; readonly reservationId: number | null }
  | {
      readonly what: 'stop';
      readonly idToken: string | null;
      readonly meterStopWh: number;
      readonly atWallMs: number;
      readonly reason: string;
      readonly samples: readonly MeterSample[];
    }
  | { readonly what: 'samples'; readonly samples: readonly MeterSample[] };

export type Row = RowWords & {
  readonly key: string;
  /** A repeated message carries it again, so that the back office knows it (1.6-J clause 4.1.4 errata). */
  readonly messageId: string;
  /** Our transaction id. */
  readonly session: number;
  /** When it was put here; for people. */
  readonly sinceWallMs: number;
  /** Refused too often: it waits for a person. */
  readonly setAside?: string;
};

/** How far a message is. `none`: nobody is to be told. `sent`: its answer has not come, or an earlier process sent it. */
export type Delivered = 'none' | 'waiting' | 'sent' | 'acknowledged' | 'set aside';
/** Of a session that runs there is no stop. */
export type SessionDelivery = { readonly start: Delivered; readonly stop: Delivered | null };

export const startWords = (reservationId: number | null): RowWords => ({ what: 'start', reservationId });

/** Its end as it is billed, which may differ from what its charger said. */
export function stopWords({ billed }: Session, { idToken, meterStopWh, atWallMs, reason, samples }: Ended): RowWords {
  const told = billed ?? { meterWh: meterStopWh, atWallMs, reason };
  return { what: 'stop', idToken, meterStopWh: told.meterWh, atWallMs: told.atWallMs, reason: told.reason, samples };
}

export const OUTBOX_KIND = 'outbox';

/** Keys sort as text in the order of their making. */
const KEY_DIGITS = 16;

export const keyOf = (sequence: number): string => String(sequence).padStart(KEY_DIGITS, '0');

/** 1.6 errata: what belongs to a transaction whose start brought no id is sent with this one. */
const NO_TRANSACTION = -1;

/** The message as 1.6 knows it. The same row and session give the same bytes. */
export function reportOf(row: Row, session: Session, number: number): Report {
  const transactionId = session.upstream?.transactionId ?? NO_TRANSACTION;
  switch (row.what) {
    case 'start':
      return {
        kind: 'transaction-started',
        connectorId: number,
        idToken: session.idToken,
        meterStartWh: session.meterStartWh,
        atWallMs: session.beganWallMs,
        reservationId: row.reservationId,
      };
    case 'stop': {
      const { idToken, meterStopWh, atWallMs, reason } = row;
      const samples = row.samples.filter(isSayable);
      return { kind: 'transaction-ended', transactionId, idToken, meterStopWh, atWallMs, reason, samples };
    }
    case 'samples':
      return { kind: 'meter-values', connectorId: number, transactionId, samples: row.samples.filter(isSayable) };
  }
}

/** 1.6 has words for these; a sample without any value would be an empty list, which it forbids (1.6-J clause 4.1.1). */
export const isSayable = ({ values, signed }: MeterSample): boolean =>
  signed !== undefined || values.some(({ measurand }) => measurand !== 'other');

/** Null where the text is nothing that we wrote. */
export function decodeRow(key: string, json: string): Row | null {
  const found = fieldsOf(parsedJson(json));
  const { messageId, what, session } = found;
  const isOurs = typeof messageId === 'string' && typeof what === 'string' && typeof session === 'number';
  return isOurs ? ({ ...found, key } as Row) : null;
}
