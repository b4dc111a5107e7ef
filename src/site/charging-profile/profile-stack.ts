/**
 * What the back office has set: its charging profiles for the one station that it sees. One for each purpose and
 * connector; a stack is plain data and may be stored as JSON (errata 3.37: profiles outlive a restart).
 *
 * OCPP 1.6 edition 2, clauses 3.13, 5.16 and 6.13, with the errata sheet; K01 and K10 of 2.0.1 where 1.6 is silent.
 */
import type { ChargingProfile, ChargingProfilePurpose } from '#site/command.ts';
import { isForSession, type ProfileContext, type ProfileOutcome, refusalOf } from './profile-rules.ts';

export type StackEntry = {
  /** Number at the back office; 0 is the station as a whole. */
  readonly connector: number;
  readonly profile: ChargingProfile;
  /** Our own id of the transaction it is for; null for what outlives a transaction. */
  readonly session: number | null;
};

export type ProfileStack = readonly StackEntry[];

export const NO_PROFILES: ProfileStack = [];

/** Highest stackLevel that is promised (9.4.1): there is one profile for each purpose and connector. */
export const MAX_STACK_LEVEL = 0;

/**
 * A profile arrives. The same id, or the same purpose and level, replaces what the connector has (3.13.2); another
 * level beside it is Rejected, because a stack of two is not kept and dropping one in silence would be a lie.
 * Ids count for each connector: back offices send the same one to all of them.
 */
export function installProfile(
  stack: ProfileStack,
  profile: ChargingProfile,
  atWallMs: number,
  context: ProfileContext,
): { readonly stack: ProfileStack; readonly outcome: ProfileOutcome } {
  const refusal = refusalOf(profile, context);
  if (refusal !== null) return { stack, outcome: refusal };
  const { connector } = context;
  const kept = stack.filter(
    entry => !isOver(entry, atWallMs) && !(entry.connector === connector && entry.profile.id === profile.id),
  );
  const others = kept.filter(entry => !isPlaceOf(entry, connector, profile.purpose));
  const higher = kept.find(
    entry => isPlaceOf(entry, connector, profile.purpose) && entry.profile.stackLevel !== profile.stackLevel,
  );
  if (higher !== undefined) {
    const detail = `stack level ${higher.profile.stackLevel} holds the one ${profile.purpose} of connector ${connector}`;
    return { stack, outcome: { status: 'Rejected', reason: 'InvalidStackLevel', detail } };
  }
  const session = isForSession(profile.purpose) ? (context.session?.id ?? null) : null;
  return { stack: [...others, { connector, profile, session }], outcome: { status: 'Accepted' } };
}

const isPlaceOf = (entry: StackEntry, connector: number, purpose: ChargingProfilePurpose): boolean =>
  entry.connector === connector && entry.profile.purpose === purpose;

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
