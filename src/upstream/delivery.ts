/** Starts, stops and samples on their way up: whose turn it is, and when one that was refused or not answered goes again. */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { CardWord, Reply } from '#site/report.ts';
import type { Session } from '#site/session.ts';
import type { StoreChange } from '#world.ts';
import type { Parcel } from './courier.ts';
import type { Outbox, Turn } from './outbox.ts';
import { type Row, reportOf } from './row.ts';
import { Silences } from './silences.ts';

/** Whether the back office answers at all, before a message is tried again that it left without an answer. */
const PROBE: Parcel = { report: { kind: 'heartbeat' }, settled() {} };

export type DeliveryDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly outbox: Outbox;
  /** TransactionMessageAttempts and TransactionMessageRetryInterval: as it stands three tries, 60 s and 120 s apart. */
  retries(): { readonly attempts: number; readonly waitMs: number };
  /** Anything was answered since the link stands. */
  isHeard(): boolean;
  /** Written down without anyone waiting for it. */
  store(changes: readonly StoreChange[]): void;
  /** The back office answered a start. */
  started(session: Session, word: CardWord): void;
  wake(): void;
};

export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #refusals = new Map<string, { readonly times: number; readonly untilMs: number }>();
  readonly #silences: Silences;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    this.#silences = new Silences(deps);
  }

  /** A new link: nothing was answered on it yet. */
  linked(): void {
    this.#silences.linked();
  }

  /** The message whose turn it is; null while there is none, or while it waits to be tried again. */
  next(): { readonly what: Row['what']; take(): Parcel } | null {
    const turn = this.#deps.outbox.next(this.#silences.heldBack());
    if (turn === null) return null;
    const { key, what } = turn.row;
    if (this.#deps.clock.nowMs() < (this.#refusals.get(key)?.untilMs ?? 0)) return null;
    const isProbed = !this.#silences.has(key) || this.#deps.isHeard();
    return { what, take: () => (isProbed ? this.#take(turn) : PROBE) };
  }

  #take(turn: Turn): Parcel {
    const { row, session } = turn;
    this.#deps.outbox.sending(row);
    const report = reportOf(row, session, session.upstream?.number ?? 0);
    return { report, id: row.messageId, settled: outcome => this.#settled(turn, outcome) };
  }

  #settled(turn: Turn, outcome: Outcome<Reply>): void {
    const { row } = turn;
    if (outcome.ok) this.#delivered(turn, outcome.value);
    else if (outcome.why === 'call-error' || outcome.why === 'not-supported' || outcome.why === 'malformed')
      this.#refused(row, outcome.detail);
    else if (outcome.why === 'timeout' && this.#silences.unanswered(row))
      this.#setAside(row, 'never answered, while others were');
    // A lost link is no refusal (1.6 clause 4.2 errata): it goes again, the same bytes, when there is a link.
  }

  #delivered(turn: Turn, reply: Reply): void {
    const { outbox, store, started } = this.#deps;
    this.#refusals.delete(turn.row.key);
    this.#silences.answered(turn.row);
    store(outbox.delivered(turn, reply.kind === 'transaction-started' ? reply.transactionId : null));
    if (reply.kind === 'transaction-started') started(turn.session, reply);
  }

  #refused(row: Row, detail: string): void {
    const { clock, wake, retries } = this.#deps;
    const { attempts, waitMs: eachMs } = retries();
    this.#silences.answered(row);
    const times = (this.#refusals.get(row.key)?.times ?? 0) + 1;
    if (times < attempts) {
      const waitMs = times * eachMs;
      this.#refusals.set(row.key, { times, untilMs: clock.nowMs() + waitMs });
      clock.after('message upwards again', waitMs, wake);
    } else this.#setAside(row, `refused ${times} times: ${detail}`);
  }

  #setAside(row: Row, why: string): void {
    const { log, outbox, store } = this.#deps;
    this.#refusals.delete(row.key);
    const { what, session } = row;
    log.error('the back office does not take a message; it is set aside', { what, session, why });
    store(outbox.setAside(row, why));
  }
}
