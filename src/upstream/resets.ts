/**
 * A reset asked for from above. It has no scope in 1.6, so it means the chargers that are faulted and idle, one after
 * the other; a DataTransfer `busbar`/`Reset` names one charger (design §5).
 */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Command } from '#site/command.ts';
import type { SiteState } from '#site/state.ts';

/** Chargers that boot together start their cars together. */
const STAGGER_MS = 5_000;

export type ResetsDeps = {
  readonly clock: Clock;
  state(): SiteState;
  reset(charger: number, hard: boolean): void;
  /** The station says that it booted, as a back office expects after a reset. */
  boot(): void;
};

export class Resets {
  readonly #deps: ResetsDeps;

  constructor(deps: ResetsDeps) {
    this.#deps = deps;
  }

  all(hard: boolean): void {
    const { clock, state, reset, boot } = this.#deps;
    const meant = state().topology.chargers.filter(({ index }) => isStuck(state(), index));
    meant.forEach(({ index }, turn) => {
      clock.after('reset a charger', turn * STAGGER_MS, () => {
        if (isStuck(state(), index)) reset(index, hard);
      });
    });
    clock.after('boot after a reset', STAGGER_MS, boot);
  }

  /** @returns the status of the transfer */
  transfer({ vendorId, messageId, data }: Extract<Command, { kind: 'data-transfer' }>): string {
    if (vendorId !== 'busbar') return 'UnknownVendorId';
    if (messageId !== 'Reset') return 'UnknownMessageId';
    const charger = this.#deps.state().topology.chargers.find(({ identity }) => identity === data);
    if (charger === undefined) return 'Rejected';
    this.#deps.reset(charger.index, false);
    return 'Accepted';
  }
}

function isStuck({ chargers, connectors, topology }: SiteState, charger: number): boolean {
  const own = at(topology.chargers, charger).connectors.map(index => at(connectors, index));
  const isFaulted = own.some(({ status }) => status === 'Faulted');
  return at(chargers, charger).link === 'online' && isFaulted && own.every(({ transaction }) => transaction === null);
}
