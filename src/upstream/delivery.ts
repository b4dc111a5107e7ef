/** Starts, stops and samples on their way up: whose turn it is, what a refusal means, when it is tried again. */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { AuthorizationStatus, Reply } from '#site/report.ts';
import type { Session } from '#site/session.ts';
import type { StoreChange } from '#world.ts';
import type { Parcel } from './courier.ts';
import type { Outbox, Turn } from './outbox.ts';
import { type Row, reportOf } from './row.ts';

/** TransactionMessageAttempts and TransactionMessageRetryInterval: three tries, 60 s and 120 s apart (1.6 clause 9.1). */
const ATTEMPTS = 3;
const RETRY_MS = 60_000;

export type DeliveryDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly outbox: Outbox;
  /** Written down without anyone waiting for it. */
  store(changes: readonly StoreChange[]): void;
  /** The back office answered a start. */
  started(session: Session, status: AuthorizationStatus): void;
  wake(): void;
};

export class Delivery {
  readonly #deps: DeliveryDeps;
  #failed: { readonly key: string; readonly times: number; readonly untilMs: number } | null = null;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** The message whose turn it is; null while there is none, or while it waits to be tried again. */
  next(): { readonly what: Row['what']; take(): Parcel } | null {
    const turn = this.#deps.outbox.next();
    if (turn === null) return null;
    const failed = this.#failed;
    if (failed?.key === turn.row.key && this.#deps.clock.nowMs() < failed.untilMs) return null;
    return { what: turn.row.what, take: () => this.#take(turn) };
  }

  #take(turn: Turn): Parcel {
    const { row, session } = turn;
    this.#deps.outbox.sending(row);
    const report = reportOf(row, session, session.upstream?.number ?? 0);
    return { report, id: row.messageId, settled: outcome => this.#settled(turn, outcome) };
  }

  #settled(turn: Turn, outcome: Outcome<Reply>): void {
    const { outbox, store } = this.#deps;
    const { row, session } = turn;
    if (outcome.ok) {
      this.#failed = null;
      const reply = outcome.value;
      store(outbox.delivered(turn, reply.kind === 'transaction-started' ? reply.transactionId : null));
      if (reply.kind === 'transaction-started') this.#deps.started(session, reply.status);
    } else if (outcome.why === 'call-error' || outcome.why === 'not-supported' || outcome.why === 'malformed')
      this.#refused(row, outcome.detail);
    // A lost link is no refusal (1.6 clause 4.2 errata): it goes again, the same bytes, when there is a link.
  }

  #refused(row: Row, detail: string): void {
    const { clock, log, outbox, store, wake } = this.#deps;
    const times = this.#failed?.key === row.key ? this.#failed.times + 1 : 1;
    if (times < ATTEMPTS) {
      const waitMs = times * RETRY_MS;
      this.#failed = { key: row.key, times, untilMs: clock.nowMs() + waitMs };
      clock.after('message upwards again', waitMs, wake);
      return;
    }
    this.#failed = null;
    log.error('the back office refuses a message; it is set aside', { what: row.what, session: row.session, detail });
    store(outbox.setAside(row, `refused ${ATTEMPTS} times: ${detail}`));
  }
}
