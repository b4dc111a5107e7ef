/** What keeps the site from being ready goes to the log once, when it begins and when it ends. */
import type { Log } from '#base/log.ts';
import { notReady } from '#site/readiness.ts';
import type { SiteState } from '#site/state.ts';

export class ReadinessWord {
  readonly #log: Log;
  #told: string | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  /** After each pass. */
  tell(state: SiteState, atMs: number): void {
    const reasons = notReady(state, atMs).join(' ');
    if (reasons === this.#told) return;
    this.#told = reasons;
    if (reasons === '') this.#log.info('ready: passes complete and every guard meter is fresh');
    else this.#log.warn('not ready', { reasons });
  }
}
