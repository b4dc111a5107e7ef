/**
 * What the back office has set: its charging profiles for the one station that it sees. On each connector each
 * purpose has a stack of levels; all of it is plain data and may be stored as JSON (errata 3.37: profiles outlive a
 * restart).
 *
 * OCPP 1.6 edition 2, clauses 3.13, 5.16 and 6.13, with the errata sheet; K01 and K10 of 2.0.1 where 1.6 is silent.
 */
import type { ChargingProfile, ChargingProfilePurpose } from '#site/command.ts';
import {
  asIfBegun,
  isForSession,
  mostInstalled,
  type ProfileContext,
  type ProfileOutcome,
  type ProfileRefusal,
  refusalOf,
  rejected,
} from './profile-rules.ts';

export type StackEntry = {
  /** Number at the back office; 0 is the station as a whole. */
  readonly connector: number;
  readonly profile: ChargingProfile;
  /** Our own id of the transaction it is for; null for what outlives a transaction. */
  readonly session: number | null;
};

export type ProfileStack = readonly StackEntry[];

export const NO_PROFILES: ProfileStack = [];

/**
 * A profile arrives. The one with its id gives way wherever it stands, and so does the one with its purpose and level
 * on the same connector (3.13.2, 5.16.3, 5.16.4); beside all others it is stacked.
 */
export function installProfile(
  stack: ProfileStack,
  profile: ChargingProfile,
  atWallMs: number,
  context: ProfileContext,
): { readonly stack: ProfileStack; readonly outcome: ProfileOutcome } {
  const refusal = refusalOf(profile, context);
  if (refusal !== null) return { stack, outcome: refusal };
  const { connector, acPhases } = context;
  const kept = stack.filter(entry => !isOver(entry, atWallMs) && !givesWay(entry, connector, profile));
  const most = mostInstalled(acPhases.length);
  if (kept.length >= most) return { stack, outcome: rejected('TooManyElements', `${most} profiles are installed`) };
  const session = isForSession(profile.purpose) ? (context.session?.id ?? null) : null;
  return { stack: [...kept, { connector, profile, session }], outcome: { status: 'Accepted' } };
}

const givesWay = (old: StackEntry, connector: number, { id, purpose, stackLevel }: ChargingProfile): boolean =>
  old.profile.id === id ||
  (old.connector === connector && old.profile.purpose === purpose && old.profile.stackLevel === stackLevel);

/**
 * Why a profile inside a remote start is not taken, or null (5.16.2, K05): it must be a TxProfile without a
 * transaction. It is installed when the transaction starts.
 */
export function startRefusal(
  stack: ProfileStack,
  profile: ChargingProfile,
  atWallMs: number,
  context: ProfileContext,
): ProfileRefusal | null {
  if (profile.purpose !== 'TxProfile') return rejected('InvalidProfile', `a start takes no ${profile.purpose}`);
  if (profile.transactionId !== null) return rejected('InvalidProfile', 'a start has no transaction yet');
  const { outcome } = installProfile(stack, profile, atWallMs, { ...context, session: asIfBegun(atWallMs) });
  return outcome.status === 'Accepted' ? null : outcome;
}

/** validTo has passed: it says nothing ever again. */
const isOver = ({ profile }: StackEntry, atWallMs: number): boolean =>
  profile.validToWallMs !== null && atWallMs >= profile.validToWallMs;

/** What a clear names; null matches everything. */
export type ProfileFilter = {
  readonly profileId: number | null;
  readonly connectorId: number | null;
  readonly purpose: ChargingProfilePurpose | null;
  readonly stackLevel: number | null;
};

/** An id alone decides; else all that is given must match, and nothing given clears everything (errata 3.25, 3.26). */
export function clearProfiles(
  stack: ProfileStack,
  filter: ProfileFilter,
): { readonly stack: ProfileStack; readonly cleared: readonly StackEntry[] } {
  const cleared = stack.filter(entry => matches(entry, filter));
  return cleared.length === 0
    ? { stack, cleared }
    : { stack: stack.filter(entry => !cleared.includes(entry)), cleared };
}

function matches({ connector, profile }: StackEntry, filter: ProfileFilter): boolean {
  if (filter.profileId !== null) return profile.id === filter.profileId;
  return (
    (filter.connectorId === null || connector === filter.connectorId) &&
    (filter.purpose === null || profile.purpose === filter.purpose) &&
    (filter.stackLevel === null || profile.stackLevel === filter.stackLevel)
  );
}

/** A transaction profile dies with its transaction (3.13.1, 7.10). @param live our ids of those that still run */
export function withoutEnded(stack: ProfileStack, live: ReadonlySet<number>): ProfileStack {
  const isDead = ({ session }: StackEntry) => session !== null && !live.has(session);
  return stack.some(isDead) ? stack.filter(entry => !isDead(entry)) : stack;
}
