/**
 * Charging profiles of OCPP 1.6 <-> neutral ones. Source: OCPP 1.6 clauses 7.8 to 7.14.
 * minChargingRate is read and never sent: it is a hint to a planner, and the planner is us (safety.md, words).
 */
import type { SetChargingProfileRequest } from 'typed-ocpp/dist/ocpp16/types.js';
import { parseTime, printTime } from '#ocpp/time.ts';
import type { ChargingPeriod, ChargingProfile, ChargingProfilePurpose, ChargingSchedule } from '#site/command.ts';

export type RawProfile = SetChargingProfileRequest['csChargingProfiles'];
export type RawSchedule = RawProfile['chargingSchedule'];
export type RawPurpose = RawProfile['chargingProfilePurpose'];

export function decodePurpose(raw: RawPurpose): ChargingProfilePurpose {
  return raw === 'ChargePointMaxProfile' ? 'ChargingStationMaxProfile' : raw;
}

export function encodePurpose(purpose: ChargingProfilePurpose): RawPurpose {
  return purpose === 'ChargingStationMaxProfile' ? 'ChargePointMaxProfile' : purpose;
}

export function decodeProfile(raw: RawProfile): ChargingProfile {
  return {
    id: raw.chargingProfileId,
    stackLevel: raw.stackLevel,
    purpose: decodePurpose(raw.chargingProfilePurpose),
    kind: raw.chargingProfileKind,
    recurrency: raw.recurrencyKind ?? null,
    transactionId: raw.transactionId ?? null,
    validFromWallMs: raw.validFrom === undefined ? null : parseTime(raw.validFrom),
    validToWallMs: raw.validTo === undefined ? null : parseTime(raw.validTo),
    schedule: decodeSchedule(raw.chargingSchedule),
  };
}

export function encodeProfile(profile: ChargingProfile): RawProfile {
  const raw: RawProfile = {
    chargingProfileId: profile.id,
    stackLevel: profile.stackLevel,
    chargingProfilePurpose: encodePurpose(profile.purpose),
    chargingProfileKind: profile.kind,
    chargingSchedule: encodeSchedule(profile.schedule),
  };
  if (profile.transactionId !== null) raw.transactionId = profile.transactionId;
  if (profile.recurrency !== null) raw.recurrencyKind = profile.recurrency;
  if (profile.validFromWallMs !== null) raw.validFrom = printTime(profile.validFromWallMs);
  if (profile.validToWallMs !== null) raw.validTo = printTime(profile.validToWallMs);
  return raw;
}

export function decodeSchedule(raw: RawSchedule): ChargingSchedule {
  return {
    unit: raw.chargingRateUnit,
    startWallMs: raw.startSchedule === undefined ? null : parseTime(raw.startSchedule),
    durationS: raw.duration ?? null,
    minRate: raw.minChargingRate ?? null,
    periods: raw.chargingSchedulePeriod.map(period => ({
      startS: period.startPeriod,
      limit: period.limit,
      numberPhases: period.numberPhases ?? null,
    })),
  };
}

export function encodeSchedule(schedule: ChargingSchedule): RawSchedule {
  const raw: RawSchedule = {
    chargingRateUnit: schedule.unit,
    chargingSchedulePeriod: schedule.periods.map(encodePeriod),
  };
  if (schedule.durationS !== null) raw.duration = schedule.durationS;
  if (schedule.startWallMs !== null) raw.startSchedule = printTime(schedule.startWallMs);
  return raw;
}

function encodePeriod(period: ChargingPeriod): RawSchedule['chargingSchedulePeriod'][number] {
  const raw = { startPeriod: period.startS, limit: oneDecimal(period.limit) };
  return period.numberPhases === null ? raw : { ...raw, numberPhases: period.numberPhases };
}

/** Downwards to a tenth, so that a limit is never printed above what was decided; 1e-6 lets 16.1 stay 16.1. */
function oneDecimal(limit: number): number {
  return Math.floor(limit * 10 + 1e-6) / 10;
}
