/**
 * What the gate decided as charging profiles (rules 17, 18). Everything is Absolute, `numberPhases` is always
 * said, `minChargingRate` never. One fixed id for each place: a new profile replaces the last one.
 *
 * With two stack levels the base stands below: endless, from 1970, so that any clock finds itself inside it. The
 * lease stands above it in the charger's own time, beginning SKEW_MS ago so that it holds at once. With one
 * level a single profile from 1970 carries both, so that a charger that lost its clock falls to the base, too.
 */
import type { ChargingPeriod, ChargingProfile, Command } from '#site/command.ts';
import { SKEW_MS } from '#site/gate/constants.ts';
import { hasOwnLevel } from '#site/gate/lease.ts';
import type { Sent } from '#site/gate/told.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';

const FIRST_LEASE_ID = 7_000;
const FIRST_BASE_ID = 7_100;
const MAXIMUM_ID = 7_200;

/** What a profile is written for. */
export type Place = { readonly spec: ConnectorSpec; readonly traits: ChargerTraits; readonly nominalV: number };

/** A limit on a socket. @param chargerWallMs the charger's own clock now; null where it is not known: then the limit must be endless */
export function grantCommand(place: Place, sent: Sent, chargerWallMs: number | null): Command {
  const { spec, traits } = place;
  const own = hasOwnLevel(traits);
  const level = traits.stackLevel + (own ? 1 : 0);
  const schedule = scheduleOf(place, sent, chargerWallMs);
  return setProfile(spec.connectorId, profileOf(FIRST_LEASE_ID + spec.connectorId, level, schedule, traits));
}

type Schedule = { readonly startWallMs: number; readonly periods: readonly ChargingPeriod[] };

function scheduleOf(place: Place, { limitMa, lapseMa, ttlMs }: Sent, chargerWallMs: number | null): Schedule {
  const { spec, traits } = place;
  if (ttlMs === null) return { startWallMs: 0, periods: [period(place, 0, limitMa)] };
  // Its clock was lost since this was decided: no end can be written, so only what may stand for ever.
  if (chargerWallMs === null) return { startWallMs: 0, periods: [period(place, 0, Math.min(limitMa, lapseMa))] };
  // A clock that was lost counts from 1970, and no schedule begins before it.
  const beginMs = Math.max(0, chargerWallMs - SKEW_MS);
  const endMs = chargerWallMs + ttlMs;
  if (hasOwnLevel(traits)) {
    const lapse = period(place, seconds(endMs - beginMs), lapseMa);
    return { startWallMs: beginMs, periods: [period(place, 0, limitMa), lapse] };
  }
  const base = beginMs === 0 ? [] : [period(place, 0, spec.fallbackMa)];
  const grant = period(place, seconds(beginMs), limitMa);
  return { startWallMs: 0, periods: [...base, grant, period(place, seconds(endMs), lapseMa)] };
}

/** The base profile of a socket, or of all of them (null). */
export function baseCommand(place: Place, connectorId: number | null): Command {
  const { spec, traits } = place;
  // With one level base and grant are the same place, and so have the same id.
  const first = hasOwnLevel(traits) ? FIRST_BASE_ID : FIRST_LEASE_ID;
  const schedule = { startWallMs: 0, periods: [period(place, 0, spec.fallbackMa)] };
  const profile = profileOf(first + (connectorId ?? 0), traits.stackLevel, schedule, traits);
  return setProfile(connectorId ?? 0, profile);
}

/** The station as a whole, at what its feed carries. @param ratingMa per phase */
export function maximumCommand(place: Place, ratingMa: number): Command {
  const schedule = { startWallMs: 0, periods: [period(place, 0, ratingMa)] };
  const profile = profileOf(MAXIMUM_ID, place.traits.stackLevel, schedule, place.traits);
  return setProfile(0, { ...profile, purpose: 'ChargingStationMaxProfile' });
}

const setProfile = (connectorId: number, profile: ChargingProfile): Command => ({
  kind: 'set-charging-profile',
  connectorId,
  profile,
});

const profileOf = (id: number, stackLevel: number, schedule: Schedule, traits: ChargerTraits): ChargingProfile => ({
  id,
  stackLevel,
  purpose: 'TxDefaultProfile',
  // One that knows Relative schedules only is told endless ones: they begin with the transaction (rule 21).
  kind: traits.absolute ? 'Absolute' : 'Relative',
  recurrency: null,
  transactionId: null,
  validFromWallMs: null,
  validToWallMs: null,
  schedule: {
    unit: traits.rateUnit,
    startWallMs: traits.absolute ? schedule.startWallMs : null,
    durationS: null,
    minRate: null,
    periods: schedule.periods,
  },
});

const seconds = (ms: number): number => Math.round(ms / 1000);

function period({ spec, traits, nominalV }: Place, startS: number, limitMa: number): ChargingPeriod {
  const numberPhases = spec.dc === null ? spec.phases.length : null;
  return { startS, limit: rate(spec, traits, limitMa, nominalV), numberPhases };
}

/** In A, or in W at nominal voltage as OCPP converts back (1.6 errata 3.34); one decimal, rounded down. */
function rate({ dc, phases }: ConnectorSpec, traits: ChargerTraits, limitMa: number, nominalV: number): number {
  if (dc !== null) return Math.floor((limitMa / 1000) * dc.wattsPerA);
  if (traits.rateUnit === 'A') return Math.floor(limitMa / 100) / 10;
  return Math.floor((limitMa / 1000) * nominalV * phases.length);
}
