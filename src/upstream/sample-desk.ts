/** Which samples of which session go up (`site/sample-thinning`), and how many of them wait for a link. */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import type { MeterSample } from '#site/report.ts';
import { type Offer, offerOf, type SentSamples, thinned } from '#site/sample-thinning.ts';
import { isEvidence, type Session } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import { ClockSamples } from './clock-samples.ts';
import { isSayable } from './row.ts';
import type { Variables } from './variables.ts';

/** While there is no link, samples are a record and no live picture: five minutes apart. */
const BACKLOG_MS = 300_000;

/** Where and when something was sampled. */
export type SampleScene = {
  readonly connector: number;
  readonly session: Session | null;
  readonly state: SiteState;
  readonly isLinked: boolean;
  readonly now: Moment;
};

export class SampleDesk {
  readonly #variables: Variables;
  readonly #sent = new Map<number, SentSamples>();
  readonly #asked = new Set<number>();
  readonly #clock = new ClockSamples();

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** The next sample of this connector goes up whenever it comes. */
  ask(connector: number): void {
    this.#asked.add(connector);
  }

  /** The samples to send; of a socket without a session only those of the clock and what was asked for. */
  chosen(samples: readonly MeterSample[], scene: SampleScene): readonly MeterSample[] {
    const { connector, session, state, now } = scene;
    const isAsked = this.#asked.delete(connector);
    const ofClock = this.#clock.due(samples, connector, this.#clockIntervalMs(scene.isLinked));
    if (session === null && !isAsked && ofClock.length === 0) return [];
    const offer = offerOf(state, at(state.topology.connectors, connector), now);
    const aligned = this.#aligned(ofClock, session, offer);
    if (session === null && !isAsked) return aligned;
    const wanted = { intervalMs: this.#intervalMs(isAsked, scene.isLinked), measurands: this.#variables.measurands() };
    const before = this.#sentOf(session);
    const chosen = thinned(samples, wanted, isAsked ? { ...before, lastWallMs: null } : before, offer);
    if (session !== null && session.endedAtWallMs === null) this.#sent.set(session.id, chosen.sent);
    return [...chosen.samples.filter(isSayable), ...aligned];
  }

  ended(session: number): void {
    this.#sent.delete(session);
  }

  #aligned(samples: readonly MeterSample[], session: Session | null, offer: Offer | null): readonly MeterSample[] {
    const wanted = { intervalMs: 1, measurands: this.#variables.clockMeasurands() };
    const { samples: measured } = thinned(samples, wanted, { ...this.#sentOf(session), lastWallMs: null }, offer);
    return measured.filter(isSayable).map(sample => ({ ...sample, context: 'Sample.Clock' }));
  }

  #clockIntervalMs(isLinked: boolean): number {
    const wantedMs = this.#variables.clockIntervalMs();
    return wantedMs > 0 && !isLinked ? Math.max(wantedMs, BACKLOG_MS) : wantedMs;
  }

  #intervalMs(isAsked: boolean, isLinked: boolean): number {
    const wantedMs = this.#variables.sampleIntervalMs();
    if (isAsked) return 1;
    return wantedMs > 0 && !isLinked ? Math.max(wantedMs, BACKLOG_MS) : wantedMs;
  }

  #sentOf(session: Session | null): SentSamples {
    const known = session === null ? undefined : this.#sent.get(session.id);
    return known ?? { lastWallMs: null, registerWh: session?.meterStartWh ?? 0 };
  }
}

/** Half of what waits for too long: every second sample, evidence and the newest always kept. */
export function halved(samples: readonly MeterSample[]): readonly MeterSample[] {
  return samples.filter((sample, index) => isEvidence(sample) || (samples.length - 1 - index) % 2 === 0);
}

/** Characters of signed data. */
export const signedLength = (samples: readonly MeterSample[]): number =>
  samples.reduce((sum, { signed }) => sum + (signed ?? []).reduce((own, { data }) => own + data.length, 0), 0);
