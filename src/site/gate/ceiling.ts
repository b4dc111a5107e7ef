/**
 * What keeps a socket below its rating before any row is asked: what the back office allows it (rule 12), and
 * what a charger may be granted for which no lease can be written (rule 21).
 */
import { canLease, endlessMa } from '#site/gate/lease.ts';
import { isLearnedAt, phasesOf } from '#site/gate/mask.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import type { Charger, Connector, CsmsWish } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** One probe of a session lasts so long: a car starts within 20 s, and 30 s of samples tell its phases. */
const PROBE_MS = 60_000;

export type Ceiling = {
  readonly limitMa: number;
  readonly source: 'charger' | 'csms';
  /** For people; empty for the plain rating. */
  readonly text: string;
};

/** @returns 0 where what is allowed is below the least that the socket can give: then it pauses */
export function ceilingOf(
  connector: Connector,
  spec: ConnectorSpec,
  charger: Charger,
  nominalV: number,
  atMs: number,
): Ceiling {
  const wish = wishCeiling(connector, spec, nominalV, atMs);
  if (wish !== null && wish.limitMa < spec.maxMa) return wish;
  // While it is being set up its clock is about to be read; nothing is raised until then.
  const isKnown = canLease(charger) || !isSetUp(charger);
  if (isKnown || endlessMa(spec) >= spec.maxMa) return { limitMa: spec.maxMa, source: 'charger', text: '' };
  const why = charger.traits.absolute ? 'its clock is not known yet' : 'it keeps no schedule with an end';
  return { limitMa: endlessMa(spec), source: 'charger', text: `${why}: it gets what it may keep for ever` };
}

function wishCeiling(connector: Connector, spec: ConnectorSpec, nominalV: number, atMs: number): Ceiling | null {
  const { wish } = connector;
  if (wish === null) return null;
  const phases = phasesOf(connector, spec, atMs).length;
  const limitMa = Math.min(wish.limitMa ?? Number.POSITIVE_INFINITY, ampsOf(wish.limitW, spec, phases, nominalV));
  if (limitMa >= spec.minMa) return { limitMa, source: 'csms', text: profileWords(wish) };
  if (isProbe(connector, spec, nominalV, atMs)) {
    return { limitMa: spec.minMa, source: 'csms', text: 'tried for a minute: the car may use one phase only' };
  }
  const neededW = spec.dc === null ? (spec.minMa / 1000) * nominalV * phases : (spec.minMa / 1000) * spec.dc.wattsPerA;
  const text = `the back office allows ${said(wish.limitW, limitMa)}, needs ${kilowatts(neededW)}`;
  return { limitMa: 0, source: 'csms', text };
}

const profileWords = ({ profileId }: CsmsWish): string =>
  profileId === undefined ? '' : `charging profile ${profileId} of the back office`;

function ampsOf(limitW: number | null, { dc }: ConnectorSpec, phases: number, nominalV: number): number {
  if (limitW === null) return Number.POSITIVE_INFINITY;
  return Math.floor((limitW * 1000) / (dc === null ? nominalV * phases : dc.wattsPerA));
}

/**
 * A limit in watts that is too low for three phases may be enough for one: while the car's phases are not known,
 * one probe at the minimum tells. It books all phases in every row.
 */
export function isProbe(connector: Connector, spec: ConnectorSpec, nominalV: number, atMs: number): boolean {
  const { wish, mask, probeAtMs } = connector;
  if (wish === null || wish.limitW === null || spec.dc !== null || spec.phases.length === 1) return false;
  if ((wish.limitMa ?? Number.POSITIVE_INFINITY) < spec.minMa || isLearnedAt(mask, atMs)) return false;
  if (ampsOf(wish.limitW, spec, spec.phases.length, nominalV) >= spec.minMa) return false;
  if (ampsOf(wish.limitW, spec, 1, nominalV) < spec.minMa) return false;
  return probeAtMs === null || atMs < probeEndsAtMs(probeAtMs);
}

export const probeEndsAtMs = (probeAtMs: number): number => probeAtMs + PROBE_MS;

const said = (limitW: number | null, limitMa: number): string =>
  limitW === null ? `${Math.round(limitMa / 100) / 10} A` : kilowatts(limitW);

const kilowatts = (powerW: number): string => `${Math.round(powerW / 100) / 10} kW`;
