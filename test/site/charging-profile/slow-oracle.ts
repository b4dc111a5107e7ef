/**
 * What a back office allows at one instant, found slowly from the words of the standard (OCPP 1.6 edition 2, 3.13, 5.16, 7.8 to
 * 7.14, and the errata sheet). It shares no line with the engine that it judges, and knows no boundary: it only looks.
 */
import type { ChargingProfile } from '#site/command.ts';

export type Laid = { readonly connector: number; readonly profile: ChargingProfile };

/** A place is a connector, a purpose and a level; an id is one thing in the whole station (5.16.3, 5.16.4). */
export function lay(laid: readonly Laid[], connector: number, profile: ChargingProfile): readonly Laid[] {
  const left: Laid[] = [];
  for (const old of laid) {
    if (old.profile.id === profile.id) continue;
    const isSameStack = old.connector === connector && old.profile.purpose === profile.purpose;
    if (isSameStack && old.profile.stackLevel === profile.stackLevel) continue;
    left.push(old);
  }
  return [...left, { connector, profile }];
}

export type Look = {
  readonly atMs: number;
  /** When charging began, or would begin. */
  readonly startedMs: number;
  /** Whether TxProfiles have a transaction. */
  readonly isCharging: boolean;
};

const DAY_MS = 86_400_000;
const NOMINAL_V = 230;

/** mA on each phase of a three-phase socket of 32 A that pauses below 6 A. */
export function allowedMa(laid: readonly Laid[], connector: number, look: Look): number {
  const own = look.isCharging ? leading(laid, 'TxProfile', [connector], look) : null;
  const ofCar = own ?? leading(laid, 'TxDefaultProfile', [connector, 0], look);
  const ofStation = leading(laid, 'ChargingStationMaxProfile', [0], look);
  const least = Math.min(32_000, ofCar ?? 32_000, ofStation ?? 32_000);
  return least < 6_000 ? 0 : least;
}

/** mA on each phase of all these sockets together. */
export function togetherMa(laid: readonly Laid[], connectors: readonly number[], look: Look): number {
  const sum = connectors.reduce((all, connector) => all + allowedMa(laid, connector, look), 0);
  return Math.min(sum, leading(laid, 'ChargingStationMaxProfile', [0], look) ?? sum);
}

/** @param places connectors that may speak, the one that stands first on each level first */
function leading(
  laid: readonly Laid[],
  purpose: ChargingProfile['purpose'],
  places: readonly number[],
  look: Look,
): number | null {
  const candidates = laid.filter(({ connector, profile }) => profile.purpose === purpose && places.includes(connector));
  const levels = [...new Set(candidates.map(({ profile }) => profile.stackLevel))].sort((a, b) => b - a);
  for (const level of levels) {
    for (const place of places) {
      for (const { connector, profile } of candidates) {
        if (connector !== place || profile.stackLevel !== level) continue;
        const ma = saidBy(profile, look);
        if (ma !== null) return ma;
      }
    }
  }
  return null;
}

function saidBy({ validFromWallMs, validToWallMs, kind, recurrency, schedule }: ChargingProfile, look: Look) {
  if (validFromWallMs !== null && look.atMs < validFromWallMs) return null;
  if (validToWallMs !== null && look.atMs >= validToWallMs) return null;
  let beginMs = kind === 'Relative' || schedule.startWallMs === null ? look.startedMs : schedule.startWallMs;
  if (kind === 'Recurring') {
    const everyMs = recurrency === 'Daily' ? DAY_MS : 7 * DAY_MS;
    while (beginMs + everyMs <= look.atMs) beginMs += everyMs;
  }
  const secondsIn = (look.atMs - beginMs) / 1000;
  if (secondsIn < 0) return null;
  if (schedule.durationS !== null && secondsIn >= schedule.durationS) return null;
  let limit = Number.NaN;
  for (const period of schedule.periods) if (period.startS <= secondsIn) limit = period.limit;
  const amps = schedule.unit === 'A' ? limit : limit / (NOMINAL_V * 3);
  return Math.floor(amps * 1000 + 1e-6);
}
