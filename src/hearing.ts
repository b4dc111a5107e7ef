/**
 * What a charger said, on its way to an answer: a fact for the state at once; what must not be lost on disk; then the
 * reply, from us or from the back office (design §3). Other frames of the same charger go on meanwhile.
 */
import { at } from '#base/assert.ts';
import type { Log } from '#base/log.ts';
import type { Outcome } from '#base/outcome.ts';
import type { BootWords } from '#chargers/quirks.ts';
import type { Refusal } from '#ocpp/incoming.ts';
import { answer } from '#site/answer.ts';
import type { SiteEvent } from '#site/event.ts';
import type { Reply, Report } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import type { ChargerSpec, ChargerTraits } from '#site/topology.ts';
import type { Upstream } from '#upstream/upstream.ts';
import type { StoreChange, World } from '#world.ts';

export type HearingDeps = {
  readonly world: Pick<World, 'clock' | 'randomness'> & { readonly log: Log };
  readonly upstream: Upstream;
  state(): SiteState;
  dispatch(event: SiteEvent): void;
  commit(changes: readonly StoreChange[]): Promise<Outcome<void>>;
  traitsOf(charger: ChargerSpec, model: BootWords): ChargerTraits;
  /** The time that chargers are told. */
  chargerNowMs(): number;
};

export class Hearing {
  readonly #deps: HearingDeps;

  constructor(deps: HearingDeps) {
    this.#deps = deps;
  }

  hear(charger: number, report: Report, atMs: number, reply: (reply: Reply | Refusal) => void): void {
    const { world, upstream, state, dispatch, traitsOf, chargerNowMs } = this.#deps;
    const freshId = upstream.knownStart(charger, report) ?? 1 + world.randomness.int(2 ** 31 - 2);
    const atWallMs = world.clock.wallMs();
    const spec = at(state().topology.chargers, charger);
    const traits = report.kind === 'boot' ? traitsOf(spec, report) : null;
    const atChargerMs = chargerNowMs();
    dispatch({ type: 'charger-reported', charger, report, atMs, atWallMs, atChargerMs, freshId, traits });
    const usual = answer(report, freshId, atChargerMs);
    const heard = upstream.heard(charger, report, usual);
    if (heard === null) reply(usual);
    else if (heard.changes.length === 0) heard.answer(reply);
    else
      void this.#deps.commit(heard.changes).then(stored => {
        if (stored.ok) {
          heard.keep();
          heard.answer(reply);
          return;
        }
        // The charger keeps it and says it again.
        world.log.error('a message could not be stored; its charger keeps it', {
          what: report.kind,
          detail: stored.detail,
        });
        reply({ kind: 'refused', code: 'InternalError', detail: 'cannot be stored now' });
      });
  }
}
