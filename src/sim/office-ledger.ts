/** What a back office has written down: starts and stops, each message once however often it came. */

export type Payload = Record<string, unknown>;

/** What a start says. */
export type StartWords = {
  readonly connectorId: number;
  readonly idTag: string;
  readonly meterStart: number;
  readonly wallMs: number;
};

export const startWords = (payload: Payload): StartWords => ({
  connectorId: Number(payload.connectorId),
  idTag: String(payload.idTag),
  meterStart: Number(payload.meterStart),
  wallMs: Date.parse(String(payload.timestamp)),
});

export type LedgerStart = StartWords & { readonly messageId: string; readonly transactionId: number };

/** What a stop says of its session. */
export type StopWords = { readonly transactionId: number; readonly meterStop: number; readonly wallMs: number };

export const stopWords = (payload: Payload): StopWords => ({
  transactionId: Number(payload.transactionId),
  meterStop: Number(payload.meterStop),
  wallMs: Date.parse(String(payload.timestamp)),
});

export type LedgerStop = StopWords & { readonly messageId: string; readonly reason: string };

/** A message that was answered with an error, and how often. */
export type Refused = { readonly action: string; readonly payload: Payload; readonly times: number };

export class Ledger {
  readonly starts: LedgerStart[] = [];
  readonly stops: LedgerStop[] = [];
  readonly refused = new Map<string, Refused>();
  private readonly words = new Map<string, string>();
  private readonly nextId: (count: number) => number;

  constructor(nextId: (count: number) => number) {
    this.nextId = nextId;
  }

  /** @returns the transaction id, the same for a message that comes again */
  start(messageId: string, payload: Payload, complaints: string[]): number {
    if (this.isKnown(messageId, payload, complaints))
      return this.starts.find(start => start.messageId === messageId)?.transactionId ?? -1;
    const transactionId = this.nextId(this.starts.length);
    this.starts.push({ messageId, transactionId, ...startWords(payload) });
    return transactionId;
  }

  stop(messageId: string, payload: Payload, complaints: string[]): void {
    if (this.isKnown(messageId, payload, complaints)) return;
    this.stops.push({ messageId, ...stopWords(payload), reason: String(payload.reason ?? 'Local') });
  }

  /** It will not have this message, now. */
  refuse(messageId: string, action: string, payload: Payload): void {
    this.refused.set(messageId, { action, payload, times: (this.refused.get(messageId)?.times ?? 0) + 1 });
  }

  /** A repeated message is the same in every byte. */
  private isKnown(messageId: string, payload: Payload, complaints: string[]): boolean {
    const words = JSON.stringify(payload);
    const before = this.words.get(messageId);
    this.words.set(messageId, words);
    if (before !== undefined && before !== words) complaints.push(`${messageId} came again with other words`);
    return before !== undefined;
  }
}
