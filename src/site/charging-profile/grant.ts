/**
 * A grant as the charging profile that carries it: one endless TxDefaultProfile on the connector,
 * Absolute from 1970, so that any clock finds itself inside it (rule 17's form). `numberPhases` is
 * always said, `minChargingRate` never.
 */
import type { ChargingProfile, Command } from '#site/command.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';

/** One fixed id for each connector: a new grant replaces the last one. */
const FIRST_PROFILE_ID = 7_000;

/** @param limitMa per phase */
export function grantCommand(spec: ConnectorSpec, traits: ChargerTraits, limitMa: number, nominalV: number): Command {
  const numberPhases = spec.phases.length;
  const profile: ChargingProfile = {
    id: FIRST_PROFILE_ID + spec.connectorId,
    stackLevel: traits.stackLevel,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    recurrency: null,
    transactionId: null,
    validFromWallMs: null,
    validToWallMs: null,
    schedule: {
      unit: traits.rateUnit,
      startWallMs: 0,
      durationS: null,
      minRate: null,
      periods: [{ startS: 0, limit: rate(traits, limitMa, numberPhases, nominalV), numberPhases }],
    },
  };
  return { kind: 'set-charging-profile', connectorId: spec.connectorId, profile };
}

/** In A, or in W at nominal voltage as OCPP converts back (1.6 errata 3.34); one decimal, rounded down. */
function rate(traits: ChargerTraits, limitMa: number, numberPhases: number, nominalV: number): number {
  if (traits.rateUnit === 'A') return Math.floor(limitMa / 100) / 10;
  return Math.floor((limitMa / 1000) * nominalV * numberPhases);
}
