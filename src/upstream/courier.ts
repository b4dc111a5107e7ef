/**
 * What goes up, one CALL at a time (OCPP 1.6-J clause 4.1.1), and in which order: what somebody waits for first,
 * then starts and stops in stored order, then statuses, then samples. Bursts are paced (design §5).
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Peer } from '#ocpp/peer.ts';
import type { Reply, Report } from '#site/report.ts';

/** Questions that wait: one for each charger that has a card at its reader, and a boot. More are not asked. */
const ASKED_MAX = 64;

/** The mean that an estimate is made of follows a change within about so many answers. */
const ANSWERS_AVERAGED = 8;

type Settle = (outcome: Outcome<Reply>) => void;

export type Parcel = {
  readonly report: Report;
  /** Kept by a message that is repeated. */
  readonly id?: string;
  readonly settled: Settle;
};

export type CourierDeps = {
  readonly clock: Clock;
  /** From one message of a burst to the next. */
  readonly paceMs: number;
  /** The next message that nobody waits for; null when there is none, or none may go. */
  next(): Parcel | null;
  /** A message was not answered in time: the back office is away, not wrong. */
  unanswered(): void;
};

export class Courier {
  readonly #deps: CourierDeps;
  #peer: Peer | null = null;
  #asked: Parcel[] = [];
  #isBusy = false;
  #isHeard = false;
  #isBurst = true;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** How long an answer takes lately. */
  #answerMs = 0;
  #timer: Timer | null = null;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  /** A new link. What waited on the old one is not asked again. */
  attach(peer: Peer): void {
    this.#peer = peer;
    this.#isBusy = false;
    this.#isHeard = false;
    this.#isBurst = true;
  }

  /** Something was answered since the link stands. */
  isHeard(): boolean {
    return this.#isHeard;
  }

  detach(): void {
    this.#peer = null;
    this.#timer?.cancel();
    for (const { settled } of this.#asked.splice(0))
      settled({ ok: false, why: 'offline', detail: 'no link to the back office' });
  }

  /** Everything that waits goes as a paced burst. */
  burst(): void {
    this.#isBurst = true;
    this.wake();
  }

  /** Before everything else. `settled` may run before this returns when there is no link. */
  ask(report: Report, settled: Settle): void {
    if (this.#peer === null || this.#asked.length >= ASKED_MAX) {
      settled({ ok: false, why: 'offline', detail: 'no link to the back office' });
      return;
    }
    this.#asked.push({ report, settled });
    this.wake();
  }

  /** From one message of a backlog to the next, as it goes now: the pace, or the back office where it is slower. */
  msEach(): number {
    return Math.max(this.#answerMs, this.#isBurst || this.#peer === null ? this.#deps.paceMs : 0);
  }

  /** Something may be ready to go. */
  wake(): void {
    const peer = this.#peer;
    if (peer === null || this.#isBusy) return;
    const asked = this.#asked.shift();
    if (asked !== undefined) this.#send(peer, asked);
    else if (this.#waitMs() > 0) this.#wakeIn(this.#waitMs());
    else {
      const parcel = this.#deps.next();
      if (parcel === null) this.#isBurst = false;
      else {
        this.#lastMs = this.#deps.clock.nowMs();
        this.#send(peer, parcel);
      }
    }
  }

  #waitMs = (): number => (this.#isBurst ? this.#lastMs + this.#deps.paceMs - this.#deps.clock.nowMs() : 0);

  #wakeIn(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after('pace upwards', ms, () => this.wake());
  }

  #send(peer: Peer, { report, id, settled }: Parcel): void {
    this.#isBusy = true;
    const { clock } = this.#deps;
    const sentMs = clock.nowMs();
    const options = id === undefined ? {} : { id };
    peer.report(
      report,
      outcome => {
        if (outcome.ok) this.#answerMs += (clock.nowMs() - sentMs - this.#answerMs) / ANSWERS_AVERAGED;
        const isLost = !outcome.ok && outcome.why === 'offline';
        // Of a link that is closing nobody says so at once: until then nothing more is put on it.
        if (this.#peer === peer && !isLost) this.#isBusy = false;
        if (this.#peer === peer && (outcome.ok || (!isLost && outcome.why !== 'timeout'))) this.#isHeard = true;
        settled(outcome);
        if (!outcome.ok && outcome.why === 'timeout' && this.#peer === peer) this.#deps.unanswered();
        this.wake();
      },
      options,
    );
  }
}
