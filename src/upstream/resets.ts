/**
 * A reset asked for from above. It has no scope in 1.6, so it means the chargers of `upstream.resetScope`, one after
 * the other; a DataTransfer `busbar`/`Reset` names one charger (design §5).
 */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import { fieldsOf, parsedJson } from '#base/json.ts';
import type { Outcome } from '#base/outcome.ts';
import type { Command, CommandReply } from '#site/command.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';
import type { ResetScope } from './options.ts';

/** Chargers that boot together start their cars together. */
const STAGGER_MS = 5_000;
/** A charger tells its status within seconds of its boot; one that has not by then hangs. */
const UNHEARD_MS = 300_000;
/** Safety rule 6: two timeouts in a row, and it counts as one that does not respond. */
const UNRESPONSIVE = 2;

export type ResetsDeps = {
  readonly clock: Clock;
  readonly scope: ResetScope;
  state(): SiteState;
  specOf(number: number): ConnectorSpec | null;
  /** How often one that did not take it is asked again (ResetRetries). */
  retries(): number;
  reset(charger: number, hard: boolean, settled: (outcome: Outcome<CommandReply>) => void): void;
  /** The station says that it booted, as a back office expects after a reset. */
  boot(): void;
};

export class Resets {
  readonly #deps: ResetsDeps;

  constructor(deps: ResetsDeps) {
    this.#deps = deps;
  }

  all(hard: boolean): void {
    const { clock, state, scope, boot, retries } = this.#deps;
    const meant = state().topology.chargers.filter(({ index }) => isMeant(state(), index, scope, clock.nowMs()));
    meant.forEach(({ index }, turn) => {
      clock.after('reset a charger', turn * STAGGER_MS, () => {
        // Its turn may be minutes later: a car may have come.
        if (isMeant(state(), index, scope, clock.nowMs())) this.#reset(index, hard, retries());
      });
    });
    clock.after('boot after a reset', STAGGER_MS, boot);
  }

  /** @param answer the status of the transfer, once its charger has spoken */
  transfer(command: Extract<Command, { kind: 'data-transfer' }>, answer: (status: string) => void): void {
    const { vendorId, messageId, data } = command;
    if (vendorId !== 'busbar') answer('UnknownVendorId');
    else if (messageId !== 'Reset') answer('UnknownMessageId');
    else {
      const named = this.#named(data ?? '');
      if (named === null || at(this.#deps.state().chargers, named.charger).link !== 'online') answer('Rejected');
      else this.#deps.reset(named.charger, named.hard, outcome => answer(wasTaken(outcome) ? 'Accepted' : 'Rejected'));
    }
  }

  /** `{"evseId": 3, "type": "Hard"}`, `3`, or the charger's identity; Soft without a type. */
  #named(data: string): { readonly charger: number; readonly hard: boolean } | null {
    const found = parsedJson(data);
    const { evseId, type } = typeof found === 'number' ? { evseId: found, type: undefined } : fieldsOf(found);
    const hard = type === 'Hard';
    const { specOf, state } = this.#deps;
    const charger =
      typeof evseId === 'number'
        ? specOf(evseId)?.charger
        : state().topology.chargers.find(({ identity }) => identity === data)?.index;
    return charger === undefined ? null : { charger, hard };
  }

  #reset(charger: number, hard: boolean, retries: number): void {
    const { clock, reset } = this.#deps;
    reset(charger, hard, outcome => {
      if (!wasTaken(outcome) && retries > 0)
        clock.after('reset a charger again', STAGGER_MS, () => this.#reset(charger, hard, retries - 1));
    });
  }
}

/** One that was here and is gone before its answer came does what it was asked. */
function wasTaken(outcome: Outcome<CommandReply>): boolean {
  if (!outcome.ok) return outcome.why === 'offline';
  return outcome.value.kind === 'status' && outcome.value.status === 'Accepted';
}

function isMeant(state: SiteState, index: number, scope: ResetScope, nowMs: number): boolean {
  const charger = at(state.chargers, index);
  if (charger.link !== 'online') return false;
  if (scope === 'all') return true;
  const own = at(state.topology.chargers, index).connectors.map(connector => at(state.connectors, connector));
  if (own.some(({ transaction }) => transaction !== null)) return false;
  const isUnheard = nowMs - charger.linkSinceMs >= UNHEARD_MS && own.some(({ status }) => status === 'Unknown');
  return (
    scope === 'idle' || charger.timeouts >= UNRESPONSIVE || isUnheard || own.some(({ status }) => status === 'Faulted')
  );
}
