/** Transaction messages of a simulated station: kept while offline, sent in order, tried again until answered (1.6 clause 4.2). */

import type { Clock } from '#base/clock.ts';
import type { StationSocket } from './station-socket.ts';

type Message = {
  readonly action: string;
  /** Made when it is sent: a stop needs the number that the answer to its start brought. */
  payload(): object;
  answered(answer: Record<string, unknown>): void;
};

/** TransactionMessageRetryInterval of 1.6, here without growth. */
const RETRY_MS = 10_000;

export class TransactionQueue {
  private readonly messages: Message[] = [];
  private sending = false;
  private readonly clock: Clock;
  private readonly socket: () => StationSocket | null;

  constructor(clock: Clock, socket: () => StationSocket | null) {
    this.clock = clock;
    this.socket = socket;
  }

  add(action: string, payload: () => object, answered: (answer: Record<string, unknown>) => void): void {
    this.messages.push({ action, payload, answered });
    this.push();
  }

  /** Sends the oldest one if there is a way. */
  push(): void {
    const message = this.messages[0];
    const socket = this.socket();
    if (this.sending || !message || !socket) return;
    this.sending = true;
    socket.call(message.action, message.payload(), answer => {
      this.sending = false;
      if (answer.ok) {
        this.messages.shift();
        message.answered(answer.payload);
        this.push();
      } else this.clock.after('transaction again', RETRY_MS, () => this.push());
    });
  }

  waiting(): number {
    return this.messages.length;
  }
}
