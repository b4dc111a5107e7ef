/** Charging profiles as a back office would send them, for tables: what a row does not name is the plainest there is. */
import type { SocketOutlook, StationOutlook } from '#site/charging-profile/composite-schedule.ts';
import type { ProfileContext, ProfileSession } from '#site/charging-profile/profile-rules.ts';
import { installProfile, NO_PROFILES, type ProfileStack } from '#site/charging-profile/profile-stack.ts';
import type { ChargingPeriod, ChargingProfile, ChargingSchedule } from '#site/command.ts';

/** A plain second of a plain day: Friday 20 March 2026, 12:00 UTC. */
export const NOON = Date.parse('2026-03-20T12:00:00Z');
export const MIN = 60_000;
export const HOUR = 60 * MIN;
export const DAY = 24 * HOUR;

/** `[seconds, limit]`, `[seconds, limit, phases]`. */
export const periods = (...rows: readonly (readonly [number, number, number?])[]): readonly ChargingPeriod[] =>
  rows.map(([startS, limit, numberPhases]) => ({ startS, limit, numberPhases: numberPhases ?? null }));

export type Draft = Partial<Omit<ChargingProfile, 'schedule'>> & { readonly schedule?: Partial<ChargingSchedule> };

/** 16 A as the default of all transactions, since midnight and for ever. */
export const profile = ({ schedule, ...rest }: Draft = {}): ChargingProfile => ({
  id: 1,
  stackLevel: 0,
  purpose: 'TxDefaultProfile',
  kind: 'Absolute',
  recurrency: null,
  transactionId: null,
  validFromWallMs: null,
  validToWallMs: null,
  ...rest,
  schedule: {
    unit: 'A',
    startWallMs: rest.kind === 'Relative' ? null : NOON - 12 * HOUR,
    durationS: null,
    minRate: null,
    periods: periods([0, 16]),
    ...schedule,
  },
});

/** Our transaction 700, which the back office calls 7. */
export const session: ProfileSession = { id: 700, upstreamId: 7, startedAtWallMs: NOON - HOUR };

/** Three sockets: three phases, one phase, direct current. */
export const context = (connector: number, its: ProfileSession | null = null): ProfileContext => ({
  connector,
  acPhases: [3, 1, 0],
  session: its,
});

/** A stack with all of these in it; one that is refused is an error of the test. */
export function stackOf(...all: readonly (readonly [connector: number, draft: Draft])[]): ProfileStack {
  let stack = NO_PROFILES;
  for (const [connector, draft] of all) {
    const done = installProfile(stack, profile(draft), NOON, context(connector, session));
    if (done.outcome.status !== 'Accepted') throw new Error(`${done.outcome.reason}: ${done.outcome.detail}`);
    stack = done.stack;
  }
  return stack;
}

/** A three-phase socket at which nothing but the back office keeps a car from its 32 A. */
export const openSocket = (over: Partial<SocketOutlook> = {}): SocketOutlook => ({
  connector: 1,
  session,
  grantMa: 32_000,
  leaves: [{ fromWallMs: NOON, limitMa: 32_000 }],
  phases: [0, 1, 2],
  wattsPerA: 690,
  minMa: 6_000,
  isDc: false,
  ...over,
});

const UNLIMITED = 1e9;

/** A site that leaves its cars all they want. */
export const openStation: StationOutlook = {
  nominalV: 230,
  supplyPhases: 3,
  leaves: [{ afterMs: 0, limitMa: [UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED] }],
};
