/**
 * Which charging profiles are taken. What cannot be kept as it was meant is Rejected in the words of the standard
 * (reason codes of OCPP 2.0.1, appendix 5); 1.6 has no place for the reason, so it goes to the log.
 */
import type { ChargingProfile, ChargingProfilePurpose, ChargingSchedule } from '#site/command.ts';

export type ProfileRefusal = {
  readonly status: 'Rejected';
  readonly reason: /** In 1.6 not a Rejected but a CALLERROR PropertyConstraintViolation (errata 3.39). */
  'UnknownEvse' | 'TxNotFound' | 'InvalidProfile' | 'InvalidSchedule' | 'InvalidStackLevel' | 'TooManyElements';
  /** For the log. */
  readonly detail: string;
};

export type ProfileOutcome = { readonly status: 'Accepted' } | ProfileRefusal;

/** A transaction on a connector, as the back office knows it. */
export type ProfileSession = {
  /** Ours. */
  readonly id: number;
  /** The back office's own; null until its answer to the start has come. 0 is an id like any other. */
  readonly upstreamId: number | null;
  readonly startedAtWallMs: number;
};

/** A transaction that has not begun, as if it began then: for what is asked before there is one (K08). Our ids are positive. */
export const asIfBegun = (startedAtWallMs: number): ProfileSession => ({ id: 0, upstreamId: null, startedAtWallMs });

export type ProfileContext = {
  /** Number at the back office; 0 is the station as a whole. */
  readonly connector: number;
  /** Of connectors 1..N: how many phases each is wired to; 0 for direct current and for an empty slot. */
  readonly acPhases: readonly number[];
  /** What runs on the connector. */
  readonly session: ProfileSession | null;
};

/** ChargingScheduleMaxPeriods (9.4.3): a day in steps of five minutes, a week in hours; more would only fill the disk. */
export const MAX_PERIODS = 288;

/**
 * ChargeProfileMaxStackLevel (9.4.1), for each purpose and connector. Calendars with their exceptions take three or
 * four levels (3.13.2); the rest is for back offices that number them generously. Each is looked at in every pass.
 */
export const MAX_STACK_LEVEL = 20;

/**
 * MaxChargingProfilesInstalled (9.4.5): two levels of both purposes on every connector, and every level of both on
 * the station as a whole. With schedules as long as they may be that is 55 kB a connector on disk.
 * @param connectors how many there are
 */
export const mostInstalled = (connectors: number): number => 4 * connectors + 2 * (MAX_STACK_LEVEL + 1);

export const isForSession = (purpose: ChargingProfilePurpose): boolean => purpose === 'TxProfile';

/** Why a SetChargingProfile is not taken, or null. */
export function refusalOf(profile: ChargingProfile, context: ProfileContext): ProfileRefusal | null {
  const { connector, acPhases } = context;
  if (connector < 0 || connector > acPhases.length) return rejected('UnknownEvse', `no connector ${connector}`);
  return (
    placeRefusal(profile, context) ??
    levelRefusal(profile) ??
    kindRefusal(profile) ??
    scheduleRefusal(profile.schedule, context)
  );
}

function placeRefusal({ purpose, transactionId }: ChargingProfile, context: ProfileContext): ProfileRefusal | null {
  const { connector, session } = context;
  // 3.13.1, K01.FR.16.
  if (purpose === 'ChargingStationMaxProfile' && connector !== 0) {
    return rejected('InvalidProfile', 'a limit of the whole station stands on connector 0 only');
  }
  if (purpose !== 'TxProfile') {
    // 7.8: transactionId is only valid with a TxProfile.
    return transactionId === null ? null : rejected('InvalidProfile', `a ${purpose} has no transaction`);
  }
  if (connector === 0) return rejected('InvalidProfile', 'a TxProfile stands on a connector above 0 only');
  // 3.13.1, K01.FR.09 and FR.33; in 1.6 the transaction need not be named.
  if (session === null) return rejected('TxNotFound', `no transaction on connector ${connector}`);
  const isOther = transactionId !== null && transactionId !== session.upstreamId;
  return isOther ? rejected('TxNotFound', `transaction ${transactionId} does not run on connector ${connector}`) : null;
}

/** 7.8: the lowest level is 0; 9.4.1: the highest is what we say it is. */
function levelRefusal({ stackLevel }: ChargingProfile): ProfileRefusal | null {
  const isLevel = stackLevel >= 0 && stackLevel <= MAX_STACK_LEVEL;
  return isLevel ? null : rejected('InvalidStackLevel', `levels are 0 to ${MAX_STACK_LEVEL}, not ${stackLevel}`);
}

/** 1.6 lets an absolute schedule begin with charging where no start is given (7.13); nothing else may lack what it needs. */
function kindRefusal({ kind, purpose, recurrency, schedule, ...profile }: ChargingProfile): ProfileRefusal | null {
  const { startWallMs } = schedule;
  const beginsWithCar = kind === 'Relative' || (kind === 'Absolute' && startWallMs === null);
  if (beginsWithCar && purpose === 'ChargingStationMaxProfile') {
    return rejected('InvalidProfile', 'a station has no moment that a schedule could be relative to (K01.FR.38)');
  }
  if (kind === 'Relative' && startWallMs !== null) {
    return rejected('InvalidSchedule', 'a relative schedule has no start (K01.FR.41)');
  }
  if (kind === 'Recurring' && (recurrency === null || startWallMs === null)) {
    return rejected('InvalidProfile', 'a recurring profile needs a start and says how often (K01.FR.40)');
  }
  const { validFromWallMs: from, validToWallMs: to } = profile;
  return from !== null && to !== null && to <= from ? rejected('InvalidProfile', 'it ends before it begins') : null;
}

function scheduleRefusal({ periods, durationS }: ChargingSchedule, context: ProfileContext): ProfileRefusal | null {
  if (periods.length > MAX_PERIODS) return rejected('TooManyElements', `${periods.length} periods`);
  // 5.16.4: the first period begins at 0; K01.FR.35: the rest in order.
  const inOrder = periods.every(({ startS }, i) => (i === 0 ? startS === 0 : startS > (periods[i - 1]?.startS ?? 0)));
  if (periods.length === 0 || !inOrder) return rejected('InvalidSchedule', 'periods begin at 0 and stand in order');
  if (durationS !== null && durationS <= 0) return rejected('InvalidSchedule', 'it lasts no time at all');
  if (periods.some(({ limit }) => !(limit >= 0 && Number.isFinite(limit)))) {
    return rejected('InvalidSchedule', 'a limit is 0 or more');
  }
  // Watts are divided by them (7.12).
  if (periods.some(({ numberPhases }) => numberPhases !== null && numberPhases < 1)) {
    return rejected('InvalidSchedule', 'nothing charges on no phase');
  }
  return phasesRefusal(periods, context);
}

/** Nothing here switches phases, so nobody can promise that fewer are used (K01.FR.43); more than there are does no harm (FR.45). */
function phasesRefusal(periods: ChargingSchedule['periods'], context: ProfileContext): ProfileRefusal | null {
  const { connector, acPhases } = context;
  const most = connector === 0 ? Math.max(0, ...acPhases) : (acPhases[connector - 1] ?? 0);
  const fewer = periods.find(({ numberPhases }) => numberPhases !== null && numberPhases < most);
  if (fewer === undefined) return null;
  return rejected('InvalidSchedule', `cars here may use ${most} phases, not ${fewer.numberPhases} at most`);
}

export const rejected = (reason: ProfileRefusal['reason'], detail: string): ProfileRefusal => ({
  status: 'Rejected',
  reason,
  detail,
});
