/**
 * What the service manager is told, and when: that the gateway is there, that passes complete, that it ends. Only a
 * completed pass pets its watchdog: a timer of our own would go on while the loop hangs. Opens nothing itself.
 */
import { notReady } from '#site/readiness.ts';
import type { SiteState } from '#site/state.ts';

/** Telling it costs a process each time. Passes come at least every 5 s (loop.ts), so it is petted every 10 s at least. */
const PET_EVERY_MS = 5_000;

/** By the names of sd_notify(3); each is one line. */
export type Notice = {
  readonly READY?: '1';
  readonly STOPPING?: '1';
  readonly WATCHDOG?: '1';
  /** One sentence for `systemctl status`. */
  readonly STATUS?: string;
};

export class Watchdog {
  readonly #tell: (notice: Notice) => void;
  /** When it was last petted; null while the gateway is not open. */
  #pettedMs: number | null = null;

  constructor(tell: (notice: Notice) => void) {
    this.#tell = tell;
  }

  /** Every door is open. */
  opened(state: SiteState, atMs: number): void {
    this.#pettedMs = atMs;
    this.#tell({ READY: '1', WATCHDOG: '1', STATUS: sentence(state, atMs) });
  }

  /** A pass came to its end. */
  passed(state: SiteState, atMs: number): void {
    if (this.#pettedMs === null || atMs - this.#pettedMs < PET_EVERY_MS) return;
    this.#pettedMs = atMs;
    this.#tell({ WATCHDOG: '1', STATUS: sentence(state, atMs) });
  }

  stopping(): void {
    this.#pettedMs = null;
    this.#tell({ STOPPING: '1', STATUS: 'Busbar stops; chargers fall back by themselves.' });
  }
}

function sentence(state: SiteState, atMs: number): string {
  const [first] = notReady(state, atMs);
  return first ?? 'In control: passes complete and every guard meter is fresh.';
}
