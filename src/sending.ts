/** A decision of the gate on its way to a charger: to the disk where a restart must know it, to the link, and what came of it. */
import { at } from '#base/assert.ts';
import type { ChargersHandle } from '#chargers/chargers.ts';
import { RaiseCheck } from '#raise-check.ts';
import { type Settled, settledAs, wired } from '#site/charging-profile/wire.ts';
import type { SiteEvent } from '#site/event.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import type { SiteState } from '#site/state.ts';
import type { Store } from '#store/store.ts';
import type { World } from '#world.ts';

export type SendingDeps = {
  readonly world: Pick<World, 'clock'>;
  readonly schedules: Store['schedules'];
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  chargers(): ChargersHandle | null;
  /** The time that chargers are told (rule 21). */
  atChargerMs(): number;
};

export class Sending {
  readonly #deps: SendingDeps;
  readonly #raises = new RaiseCheck();
  #closed = false;

  constructor(deps: SendingDeps) {
    this.#deps = deps;
  }

  send(command: GateCommand): void {
    const { state, schedules, world } = this.#deps;
    const decided = state();
    const { generation } = at(decided.chargers, command.charger);
    schedules.once(decided, command, isStored => {
      if (!isStored) this.#settled(command, generation, { ok: false, why: 'unstored' });
      else if (this.#raises.mayLeave(state(), decided, command, world.clock.nowMs())) this.#hand(command, generation);
      else this.#settled(command, generation, { ok: false, why: 'withdrawn' });
    });
  }

  /** What comes back from now on is nobody's. */
  close(): void {
    this.#closed = true;
  }

  /** To the link for which it was decided, or to nobody: a newer one is told anew. */
  #hand(command: GateCommand, generation: number): void {
    const { state, chargers, atChargerMs } = this.#deps;
    if (this.#closed || at(state().chargers, command.charger).generation !== generation) return;
    const wire = wired(state(), command, atChargerMs());
    chargers()?.command(command.charger, wire.command, wire, {
      sent() {},
      settled: outcome => this.#settled(command, generation, settledAs(state(), command, outcome)),
    });
  }

  #settled(command: GateCommand, generation: number, outcome: Settled): void {
    if (this.#closed) return;
    const { world, dispatch, atChargerMs } = this.#deps;
    const atMs = world.clock.nowMs();
    dispatch({ type: 'command-settled', command, generation, outcome, atMs, atChargerMs: atChargerMs() });
  }
}
