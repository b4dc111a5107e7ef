/** What a back office has written down: starts and stops, each message once however often it came. */

type Payload = Record<string, unknown>;

export type LedgerStart = {
  readonly messageId: string;
  readonly transactionId: number;
  readonly connectorId: number;
  readonly idTag: string;
  readonly meterStart: number;
  readonly wallMs: number;
};

export type LedgerStop = {
  readonly messageId: string;
  readonly transactionId: number;
  readonly meterStop: number;
  readonly wallMs: number;
  readonly reason: string;
};

export class Ledger {
  readonly starts: LedgerStart[] = [];
  readonly stops: LedgerStop[] = [];
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
    this.starts.push({
      messageId,
      transactionId,
      connectorId: Number(payload.connectorId),
      idTag: String(payload.idTag),
      meterStart: Number(payload.meterStart),
      wallMs: Date.parse(String(payload.timestamp)),
    });
    return transactionId;
  }

  stop(messageId: string, payload: Payload, complaints: string[]): void {
    if (this.isKnown(messageId, payload, complaints)) return;
    this.stops.push({
      messageId,
      transactionId: Number(payload.transactionId),
      meterStop: Number(payload.meterStop),
      wallMs: Date.parse(String(payload.timestamp)),
      reason: String(payload.reason ?? 'Local'),
    });
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
