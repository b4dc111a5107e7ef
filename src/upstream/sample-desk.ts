/** Which samples of which session go up, and what the gateway adds to them. */
import { at } from '#base/assert.ts';
import { newest } from '#site/gate/ledger.ts';
import type { MeterSample } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import type { Session } from './session.ts';
import { isEvidence, thinned } from './thinning.ts';
import type { Variables } from './variables.ts';

/** While there is no link, samples are a record and no live picture: five minutes apart. */
const BACKLOG_MS = 300_000;

export class SampleDesk {
  readonly #variables: Variables;
  /** The charger's time of the last periodic sample, by session. */
  readonly #lastWallMs = new Map<number, number>();
  readonly #asked = new Set<number>();

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** The next sample of this connector goes up whenever it comes. */
  ask(connector: number): void {
    this.#asked.add(connector);
  }

  /** The samples to send; of a socket without a session only what was asked for. */
  chosen(
    samples: readonly MeterSample[],
    connector: number,
    session: Session | null,
    state: SiteState,
    isLinked: boolean,
  ): readonly MeterSample[] {
    const isAsked = this.#asked.delete(connector);
    if (session === null && !isAsked) return [];
    const wantedMs = this.#variables.sampleIntervalMs();
    const intervalMs = isAsked ? 1 : wantedMs > 0 && !isLinked ? Math.max(wantedMs, BACKLOG_MS) : wantedMs;
    const last = session === null || isAsked ? null : (this.#lastWallMs.get(session.id) ?? null);
    const wanted = { intervalMs, measurands: this.#variables.measurands() };
    const chosen = thinned(samples, wanted, last, offerOf(state, connector));
    const newestWallMs = Math.max(...chosen.filter(sample => !isEvidence(sample)).map(({ atWallMs }) => atWallMs));
    if (session !== null && Number.isFinite(newestWallMs)) this.#lastWallMs.set(session.id, newestWallMs);
    return chosen;
  }

  ended(session: number): void {
    this.#lastWallMs.delete(session);
  }
}

function offerOf({ connectors, topology }: SiteState, connector: number) {
  const spec = at(topology.connectors, connector);
  const { ledger, mask } = at(connectors, connector);
  const { ackedAtMs, limitMa } = newest(ledger);
  const phases = (mask?.phases ?? spec.phases).length;
  return { grantMa: ackedAtMs === null ? null : limitMa, nominalV: topology.nominalV, phases };
}
