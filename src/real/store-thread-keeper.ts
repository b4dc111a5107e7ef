/** Keeps the store's thread standing: begins it, begins it again after a crash, and gives up for a while after five. */
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { FromStoreThread, StoreThreadData, ToStoreThread } from './store-protocol.ts';

/** So many crashes within this time, and it is left alone until the first of them is that old (design §3). */
export const CRASHES_BORNE = 5;
export const CRASHES_WITHIN_MS = 600_000;
/** A thread that crashes at once must not take a processor for itself: 0.1, 0.2, 0.4, 0.8 s. */
const FIRST_PAUSE_MS = 100;
/** A disk that hangs would hang the end of the process with it. */
const CLOSE_WITHIN_MS = 5_000;

export type KeeperDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly data: StoreThreadData;
  readonly thread: URL;
  heard(message: FromStoreThread): void;
  /** It crashed: what it was told and did not answer, may or may not be done. With `why` it does not come back for minutes. */
  crashed(why: string | null): void;
};

export class StoreThreadKeeper {
  readonly #deps: KeeperDeps;
  #worker: Worker | null = null;
  #crashesAtMs: number[] = [];
  #restart: Timer | null = null;
  #isClosing = false;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#begin();
  }

  tell(message: ToStoreThread): void {
    this.#worker?.postMessage(message);
  }

  /** Lets it end what it does. It is cut where it does not. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#restart?.cancel();
    const worker = this.#worker;
    this.#worker = null;
    if (worker === null) return;
    const ended = new Promise<void>(done => worker.once('exit', () => done()));
    worker.postMessage({ type: 'close' } satisfies ToStoreThread);
    const late = this.#deps.clock.after('close the store', CLOSE_WITHIN_MS, () => void worker.terminate());
    await ended;
    late.cancel();
  }

  #begin(): void {
    const { data, thread, heard } = this.#deps;
    const worker = new Worker(thread, { workerData: data });
    this.#worker = worker;
    let detail = 'it ended without a word';
    worker.on('message', heard);
    worker.on('error', error => {
      detail = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      if (!this.#isClosing) this.#ended(detail);
    });
  }

  #ended(detail: string): void {
    const { clock, log, crashed } = this.#deps;
    this.#worker = null;
    const nowMs = clock.nowMs();
    this.#crashesAtMs = [...this.#crashesAtMs.filter(atMs => nowMs - atMs < CRASHES_WITHIN_MS), nowMs];
    const count = this.#crashesAtMs.length;
    log.error('The store’s thread crashed.', { detail, count });
    const isEnough = count >= CRASHES_BORNE;
    const oldestMs = this.#crashesAtMs[0] ?? nowMs;
    const pauseMs = isEnough ? oldestMs + CRASHES_WITHIN_MS - nowMs : FIRST_PAUSE_MS * 2 ** (count - 1);
    this.#restart = clock.after('store thread again', pauseMs, () => this.#begin());
    crashed(isEnough ? `the store crashed ${count} times within ten minutes (${detail})` : null);
  }
}
