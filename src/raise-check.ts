/** The last look at raises that waited for the disk: a storm of them looks at the rows once. */
import type { GateCommand } from '#site/gate/decision.ts';
import { mayLeave, type Standing, standingOf } from '#site/gate/recheck.ts';
import type { SiteState } from '#site/state.ts';

export class RaiseCheck {
  #seen: { readonly state: SiteState; readonly rows: Standing } | null = null;

  /** @param decided the state on which the command was decided; nothing happened since where it is still the same */
  mayLeave(state: SiteState, decided: SiteState, command: GateCommand, atMs: number): boolean {
    if (state === decided || command.type !== 'set-limit' || command.change !== 'raise') return true;
    if (this.#seen?.state !== state) this.#seen = { state, rows: standingOf(state, atMs) };
    return mayLeave(state, this.#seen.rows, command, atMs);
  }
}
