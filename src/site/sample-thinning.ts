/**
 * Which samples of a session the back office is sent: what begins or ends it and what is signed always (promise 3), of
 * the rest one each interval, in order of time, with registers that never run back and the grant in force as Offered.
 */
import { at } from '#base/assert.ts';
import type { Moment } from '#base/clock.ts';
import { grantMa } from '#site/gate/ledger.ts';
import { phasesOf } from '#site/gate/mask.ts';
import { isRegister } from '#site/reduce/draw.ts';
import type { Measurand, MeterSample, SampledValue } from '#site/report.ts';
import { isEvidence, isOfBeginOrEnd } from '#site/session.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** What the back office asked for (MeterValueSampleInterval and MeterValuesSampledData of 1.6). */
export type WantedSamples = {
  /** 0: none but what begins and ends a session (3.16.1). */
  readonly intervalMs: number;
  readonly measurands: readonly Measurand[];
};

/** What was sent of the session so far; plain data. */
export type SentSamples = {
  /** Of the newest that was not a beginning or an end, by the charger's clock; null before the first. */
  readonly lastWallMs: number | null;
  /** The highest register, Wh; begins with that of the start. */
  readonly registerWh: number;
};

/** The grant that stands. */
export type Offer = {
  /** Null where current says nothing: direct current. */
  readonly currentA: number | null;
  readonly powerW: number;
  /** Since when, by the charger's clock: of an older sample nobody knows what it was offered. */
  readonly sinceWallMs: number;
};

/** A minute by a charger's clock is sometimes 59.9 s. */
const SLACK_MS = 1_000;

/** @param offer null where nothing was granted yet */
export function thinned(
  samples: readonly MeterSample[],
  wanted: WantedSamples,
  sent: SentSamples,
  offer: Offer | null,
): { readonly samples: readonly MeterSample[]; readonly sent: SentSamples } {
  const chosen: MeterSample[] = [];
  let { lastWallMs, registerWh } = sent;
  for (const sample of [...samples].sort((a, b) => a.atWallMs - b.atWallMs)) {
    const whole = isOfBeginOrEnd(sample);
    const isWanted = whole || isDue(sample, wanted, lastWallMs);
    if (!isWanted && !isEvidence(sample)) continue;
    const values = whole ? sample.values : measured(sample, wanted, registerWh);
    const all = isWanted ? [...values, ...offered(sample, wanted, offer)] : [];
    if (all.length === 0 && !isEvidence(sample)) continue;
    chosen.push({ ...sample, values: all });
    registerWh = Math.max(registerWh, ...all.filter(isRegister).map(({ value }) => value));
    if (isWanted && !whole) lastWallMs = sample.atWallMs;
  }
  return { samples: chosen, sent: { lastWallMs, registerWh } };
}

/** One that is older than the last by a whole interval comes from a clock that was set back: it begins anew. */
function isDue({ atWallMs }: MeterSample, { intervalMs }: WantedSamples, lastWallMs: number | null): boolean {
  if (intervalMs <= 0) return false;
  return lastWallMs === null || Math.abs(atWallMs - lastWallMs) >= intervalMs - SLACK_MS;
}

/** What a charger believes it offers is not what it was granted; a register that ran back is left out. */
const measured = ({ values }: MeterSample, { measurands }: WantedSamples, registerWh: number) =>
  values.filter(
    value =>
      measurands.includes(value.measurand) && !isOffer(value) && !(isRegister(value) && value.value < registerWh),
  );

const isOffer = ({ measurand }: SampledValue): boolean =>
  measurand === 'Current.Offered' || measurand === 'Power.Offered';

/** Beside evidence it stands only where the charger said nothing of it. */
function offered(sample: MeterSample, { measurands }: WantedSamples, offer: Offer | null): readonly SampledValue[] {
  if (offer === null || sample.atWallMs < offer.sinceWallMs) return [];
  const one = (measurand: Measurand, value: number | null): readonly SampledValue[] => {
    const isSaid = isOfBeginOrEnd(sample) && sample.values.some(its => its.measurand === measurand);
    if (value === null || isSaid || !measurands.includes(measurand)) return [];
    return [{ measurand, phase: null, value, location: 'Outlet' }];
  };
  return [...one('Current.Offered', offer.currentA), ...one('Power.Offered', offer.powerW)];
}

/** The last acknowledged limit of a socket, rounded down; watts are those of the phases that its car uses. */
export function offerOf(state: SiteState, spec: ConnectorSpec, { nowMs, wallMs }: Moment): Offer | null {
  const connector = at(state.connectors, spec.index);
  const limitMa = grantMa(connector.ledger);
  if (limitMa === null) return null;
  const wattsPerA = spec.dc?.wattsPerA ?? state.topology.nominalV * phasesOf(connector, spec, nowMs).length;
  return {
    currentA: spec.dc === null ? Math.floor(limitMa / 100) / 10 : null,
    powerW: Math.floor((limitMa / 1000) * wattsPerA + 1e-6),
    sinceWallMs: wallMs - (nowMs - connector.ledger.changedAtMs),
  };
}
