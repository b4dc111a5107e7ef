/**
 * The charging-profile stack of a simulated OCPP 1.6 station, written for its own sake and from the
 * text of the standard (OCPP 1.6 edition 2, 3.13 and 5.16): it shares no line with the gateway's.
 * A stack is immutable; applying a message gives a new one.
 */

export type Purpose = 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile';

/** Shape of `csChargingProfiles` on the wire. */
export type WireProfile = {
  readonly chargingProfileId: number;
  readonly transactionId?: number;
  readonly stackLevel: number;
  readonly chargingProfilePurpose: Purpose;
  readonly chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative';
  readonly recurrencyKind?: 'Daily' | 'Weekly';
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly chargingSchedule: WireSchedule;
};

export type WireSchedule = {
  readonly duration?: number;
  readonly startSchedule?: string;
  readonly chargingRateUnit: 'A' | 'W';
  readonly chargingSchedulePeriod: readonly WirePeriod[];
  readonly minChargingRate?: number;
};

export type WirePeriod = { readonly startPeriod: number; readonly limit: number; readonly numberPhases?: number };

/** What ClearChargingProfile may name; an absent criterion matches everything. */
export type ClearCriteria = {
  readonly id?: number;
  readonly connectorId?: number;
  readonly chargingProfilePurpose?: Purpose;
  readonly stackLevel?: number;
};

/** A profile as it is kept: its connector (0 = all), and its times read once. */
export type StackEntry = {
  readonly connectorId: number;
  readonly profile: WireProfile;
  readonly startMs: number | null;
  readonly fromMs: number;
  readonly toMs: number;
};

export type Stack = readonly StackEntry[];

export const emptyStack: Stack = [];

const time = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Date.parse(text));

/** A profile with the same id, or the same purpose, level and connector, gives way to the new one. */
export function withProfile(stack: Stack, connectorId: number, profile: WireProfile): Stack {
  const entry: StackEntry = {
    connectorId,
    profile,
    startMs: profile.chargingSchedule.startSchedule ? Date.parse(profile.chargingSchedule.startSchedule) : null,
    fromMs: time(profile.validFrom, Number.NEGATIVE_INFINITY),
    toMs: time(profile.validTo, Number.POSITIVE_INFINITY),
  };
  const gives = (old: StackEntry) =>
    old.profile.chargingProfileId === profile.chargingProfileId ||
    (old.connectorId === connectorId &&
      old.profile.stackLevel === profile.stackLevel &&
      old.profile.chargingProfilePurpose === profile.chargingProfilePurpose);
  return [...stack.filter(old => !gives(old)), entry];
}

/** What is left after a ClearChargingProfile; an id alone decides when it is given. */
export function withoutProfiles(stack: Stack, criteria: ClearCriteria): Stack {
  const matches = ({ connectorId, profile }: StackEntry) =>
    criteria.id !== undefined
      ? profile.chargingProfileId === criteria.id
      : (criteria.connectorId === undefined || criteria.connectorId === connectorId) &&
        (criteria.chargingProfilePurpose === undefined ||
          criteria.chargingProfilePurpose === profile.chargingProfilePurpose) &&
        (criteria.stackLevel === undefined || criteria.stackLevel === profile.stackLevel);
  return stack.filter(entry => !matches(entry));
}

/** A transaction ended: its profiles are over (5.16.4). */
export function withoutTransaction(stack: Stack, connectorId: number): Stack {
  const over = (e: StackEntry) => e.connectorId === connectorId && e.profile.chargingProfilePurpose === 'TxProfile';
  return stack.some(over) ? stack.filter(entry => !over(entry)) : stack;
}

/** One instant of one connector, as the station sees it. Wall times in its own clock. */
export type Asking = {
  readonly connectorId: number;
  readonly atWallMs: number;
  /** Start of the running transaction, null without one. */
  readonly startedWallMs: number | null;
  /** What it draws without any profile, A. */
  readonly ratingA: number;
  readonly phases: number;
  readonly nominalV: number;
  /** Phases that a limit in watts is spread over, where the station goes by its car and not by numberPhases. */
  readonly wattPhases?: number | null;
};

/** By the numberPhases of the schedule (1.6 errata 3.34), or by the phases on which the car draws. */
export type WattsRead = 'number-phases' | 'car-phases';

/** The current a connector may take at an instant, A per phase, never above its rating. */
export function limitAt(stack: Stack, asking: Asking): number {
  const own = leading(stack, 'TxProfile', asking, asking.connectorId);
  const byDefault = () =>
    leading(stack, 'TxDefaultProfile', asking, asking.connectorId) ?? leading(stack, 'TxDefaultProfile', asking, 0);
  const most = leading(stack, 'ChargePointMaxProfile', asking, 0);
  const tx = (asking.startedWallMs !== null ? own : null) ?? byDefault();
  return Math.max(0, Math.min(asking.ratingA, tx ?? asking.ratingA, most ?? asking.ratingA));
}

/** The highest value `limitAt` takes from an instant on, within `aheadMs`. Only period starts can raise it. */
export function highestLimit(stack: Stack, asking: Asking, aheadMs: number): number {
  let highest = limitAt(stack, asking);
  for (const entry of stack)
    for (const atWallMs of changesOf(entry, asking, asking.atWallMs + aheadMs))
      highest = Math.max(highest, limitAt(stack, { ...asking, atWallMs }));
  return highest;
}

/** The next instant after `asking.atWallMs` at which a limit may change, or null. */
export function nextChange(stack: Stack, asking: Asking): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const entry of stack)
    for (const atWallMs of changesOf(entry, asking, Number.POSITIVE_INFINITY)) next = Math.min(next, atWallMs);
  return Number.isFinite(next) ? next : null;
}

/** Instants in (at, until] at which an entry begins, ends or changes period. */
function changesOf(entry: StackEntry, asking: Asking, untilMs: number): readonly number[] {
  const { chargingSchedule: schedule } = entry.profile;
  const origin = originOf(entry, asking);
  const offsets = schedule.chargingSchedulePeriod.map(period => period.startPeriod);
  if (schedule.duration !== undefined) offsets.push(schedule.duration);
  const instants = [entry.fromMs, entry.toMs];
  if (origin !== null) for (const offset of offsets) instants.push(origin + offset * 1000);
  return instants.filter(instant => instant > asking.atWallMs && instant <= untilMs);
}

const DAY_MS = 86_400_000;

/** Where second 0 of the schedule lies; null while it has no meaning. */
function originOf(entry: StackEntry, asking: Asking): number | null {
  const { profile, startMs } = entry;
  if (profile.chargingProfileKind === 'Relative') return asking.startedWallMs;
  if (profile.chargingProfileKind === 'Absolute' || startMs === null) return startMs ?? asking.startedWallMs;
  const every = profile.recurrencyKind === 'Weekly' ? 7 * DAY_MS : DAY_MS;
  return startMs + Math.floor((asking.atWallMs - startMs) / every) * every;
}

/** What the highest level that has a period now allows, A; null when none has. */
function leading(stack: Stack, purpose: Purpose, asking: Asking, connectorId: number): number | null {
  let level = -1;
  let found: number | null = null;
  for (const entry of stack) {
    if (entry.connectorId !== connectorId || entry.profile.chargingProfilePurpose !== purpose) continue;
    if (entry.profile.stackLevel <= level) continue;
    const limit = limitOf(entry, asking);
    if (limit === null) continue;
    level = entry.profile.stackLevel;
    found = limit;
  }
  return found;
}

function limitOf(entry: StackEntry, asking: Asking): number | null {
  const { atWallMs } = asking;
  if (atWallMs < entry.fromMs || atWallMs >= entry.toMs) return null;
  const origin = originOf(entry, asking);
  if (origin === null) return null;
  const schedule = entry.profile.chargingSchedule;
  const elapsedS = (atWallMs - origin) / 1000;
  if (elapsedS < 0 || (schedule.duration !== undefined && elapsedS >= schedule.duration)) return null;
  let current: WirePeriod | null = null;
  for (const period of schedule.chargingSchedulePeriod) if (period.startPeriod <= elapsedS) current = period;
  if (current === null) return null;
  if (schedule.chargingRateUnit === 'A') return current.limit;
  return current.limit / (asking.nominalV * (asking.wattPhases ?? Math.min(current.numberPhases ?? 3, asking.phases)));
}
