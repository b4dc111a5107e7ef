/**
 * What the back office asks, let through at a pace. One question is answered at once; of a flood each waits its turn,
 * and what is too much is refused, so that the loop that keeps the limits has its time whatever comes from above.
 */
import type { Clock, Timer } from '#base/clock.ts';
import type { Command } from '#site/command.ts';

/** Each in its order, and none waits for another lane: who stops a car does not wait behind forecasts. */
type Lane = 'schedules' | 'profiles' | 'bulk' | 'others';

/**
 * From one to the next. A composite schedule costs 26 ms at worst (`MAX_LOOKS` of the court): five a second are an
 * eighth of the loop, and 34 sockets are told in 7 s. A profile is looked at for every socket, and may start a pass.
 * An archive of a large site, or a change to a list of 10,000 cards, costs up to 50 ms.
 */
const EVERY_MS: Readonly<Record<Lane, number>> = { schedules: 200, profiles: 50, bulk: 500, others: 50 };
/** By the rules one is open at a time (1.6-J clause 4.1.1). Of schedules as many take 3.2 s; who asks waits about 30 s. */
const WAITING_MAX = 16;

type Queue = { freeAtMs: number; waiting: (() => void)[]; timer: Timer | null };

export class Turnstile {
  readonly #clock: Clock;
  readonly #queues = new Map<Lane, Queue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs it now or later, in order. @returns false where too much waits: it will never run */
  pass(kind: Command['kind'], run: () => void): boolean {
    const lane = laneOf(kind);
    const queue = this.#queueOf(lane);
    if (queue.waiting.length >= WAITING_MAX) return false;
    if (queue.waiting.length > 0 || this.#clock.nowMs() < queue.freeAtMs) {
      queue.waiting.push(run);
      this.#arm(lane, queue);
    } else this.#run(lane, queue, run);
    return true;
  }

  /** Nobody waits for the answers any more. */
  clear(): void {
    for (const queue of this.#queues.values()) {
      queue.timer?.cancel();
      queue.timer = null;
      queue.waiting = [];
    }
  }

  #queueOf(lane: Lane): Queue {
    const known = this.#queues.get(lane);
    if (known !== undefined) return known;
    const queue: Queue = { freeAtMs: Number.NEGATIVE_INFINITY, waiting: [], timer: null };
    this.#queues.set(lane, queue);
    return queue;
  }

  #run(lane: Lane, queue: Queue, run: () => void): void {
    queue.freeAtMs = this.#clock.nowMs() + EVERY_MS[lane];
    run();
  }

  #arm(lane: Lane, queue: Queue): void {
    queue.timer ??= this.#clock.after('question from above', queue.freeAtMs - this.#clock.nowMs(), () => {
      queue.timer = null;
      const next = queue.waiting.shift();
      if (next !== undefined) this.#run(lane, queue, next);
      if (queue.waiting.length > 0) this.#arm(lane, queue);
    });
  }
}

function laneOf(kind: Command['kind']): Lane {
  switch (kind) {
    case 'get-composite-schedule':
      return 'schedules';
    case 'set-charging-profile':
    case 'clear-charging-profile':
      return 'profiles';
    case 'send-local-list':
    case 'get-diagnostics':
    case 'get-log':
      return 'bulk';
    default:
      return 'others';
  }
}
