/** One bus and the meters on it: one request at a time, each meter at its interval. */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { type Outcome, ok } from '#base/outcome.ts';
import type { MeterReading } from '#site/state.ts';
import type { RegisterBus } from '#world.ts';
import { decodeReading } from './decode.ts';
import type { MeterProfile } from './profile.ts';
import type { Block, BlockRead } from './read-plan.ts';
import { afterAnswer, afterFailure, firstTurn, JITTER_PERCENT, nextIndex, type Turn } from './schedule.ts';

/** One meter on the bus, ready to be asked. */
export type Line = {
  /** Index of the meter in the topology. */
  readonly index: number;
  readonly id: string;
  readonly unit: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly profile: MeterProfile;
  readonly plan: readonly BlockRead[];
};

export type BusDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** A whole number in [0, below). */
  readonly int: (below: number) => number;
  sampled(index: number, reading: MeterReading, atMs: number): void;
  failed(index: number, detail: string, implausible: boolean): void;
};

/** Polls from the first instant on until it is closed. */
export class BusLoop {
  readonly #deps: BusDeps;
  readonly #bus: RegisterBus;
  readonly #lines: readonly Line[];
  readonly #turns: Turn[];
  readonly #ended: Promise<void>;
  #closed = false;
  #quietSinceMs: number | null = null;
  #wake: () => void = () => {};

  constructor(deps: BusDeps, bus: RegisterBus, lines: readonly Line[]) {
    this.#deps = deps;
    this.#bus = bus;
    this.#lines = lines;
    this.#turns = lines.map(() => firstTurn(deps.clock.nowMs()));
    this.#ended = this.#run();
  }

  /** Ends the loop and the bus; a request under way is given up and tells nobody. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    this.#bus.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const nowMs = this.#deps.clock.nowMs();
      const next = nextIndex(this.#turns, nowMs);
      const waitMs = at(this.#turns, next).dueMs - nowMs;
      if (waitMs > 0) await this.#sleep(waitMs);
      else await this.#poll(next);
    }
  }

  async #poll(position: number): Promise<void> {
    const line = at(this.#lines, position);
    const turn = at(this.#turns, position);
    const fetched = await this.#fetch(line);
    if (this.#closed) return;
    const { clock, int } = this.#deps;
    const nowMs = clock.nowMs();
    if (fetched.ok) {
      this.#turns[position] = afterAnswer(turn, line.intervalMs, nowMs);
      this.#answered(line, turn, fetched.value, nowMs);
    } else {
      this.#turns[position] = afterFailure(turn, line.intervalMs, nowMs, int(JITTER_PERCENT + 1));
      this.#silent(line, turn, fetched.detail);
    }
  }

  /** All blocks of one poll; the first failure ends it. */
  async #fetch(line: Line): Promise<Outcome<readonly Block[]>> {
    const connected = await this.#bus.connect(line.timeoutMs);
    if (!connected.ok) return connected;
    const blocks: Block[] = [];
    for (const { table, address, count } of line.plan) {
      await this.#pause(line.profile.device.minPauseMs);
      if (this.#closed) break;
      const answer = await this.#bus.read({ unit: line.unit, table, address, count }, line.timeoutMs);
      this.#quietSinceMs = this.#deps.clock.nowMs();
      if (!answer.ok) return answer;
      blocks.push({ table, address, words: answer.value });
    }
    return ok(blocks);
  }

  #answered(line: Line, turn: Turn, blocks: readonly Block[], atMs: number): void {
    if (turn.failures > 0) this.#deps.log.info('meter answers again', { meter: line.id });
    const decoded = decodeReading(line.profile, blocks);
    if (decoded.kind === 'reading') this.#deps.sampled(line.index, decoded.reading, atMs);
    else this.#deps.failed(line.index, decoded.detail, true);
  }

  #silent(line: Line, turn: Turn, detail: string): void {
    if (turn.failures === 0) this.#deps.log.warn('meter does not answer', { meter: line.id, detail });
    this.#deps.failed(line.index, detail, false);
  }

  /** Keeps the silence that a device wants between any answer on the bus and its own request. */
  async #pause(minPauseMs: number): Promise<void> {
    if (this.#quietSinceMs === null) return;
    const waitMs = this.#quietSinceMs + minPauseMs - this.#deps.clock.nowMs();
    if (waitMs > 0) await this.#sleep(waitMs);
  }

  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#deps.clock.after(`poll ${this.#lines[0]?.id ?? ''}`, ms, resolve);
    this.#wake = resolve;
    await promise;
    timer.cancel();
    this.#wake = () => {};
  }
}
