/**
 * The phases a car draws on (rule 11). A charger wired to three phases may feed a car that uses one: until that
 * is seen, every grant books all of them. What was seen once is not seen for ever: pause, resume and the end of
 * a session make it unknown again.
 */
import type { PhaseIndex } from '#base/units.ts';
import type { Connector, DrawSample, LearnedMask } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** A mask counts only after so long at or above FULL_MA. */
const LEARN_MS = 30_000;
/** What a phase in use draws at least (IEC 61851-1), less what a meter may be off. */
const FULL_MA = 5_800;
/** A phase that draws more than this is in use. */
const OFF_MA = 1_000;

/** The grid phases a connector books: the learned ones, else all it is wired to. */
export const phasesOf = (connector: Connector, spec: ConnectorSpec, atMs: number): readonly PhaseIndex[] =>
  isLearnedAt(connector.mask, atMs) ? connector.mask.phases : spec.phases;

/** How many phases share a grant in watts: the learned ones; unknown, it may all be drawn on one. */
export const sharersOf = (connector: Connector, atMs: number): number =>
  isLearnedAt(connector.mask, atMs) ? connector.mask.phases.length : 1;

export const isLearnedAt = (mask: LearnedMask | null, atMs: number): mask is LearnedMask =>
  mask !== null && atMs >= mask.seenMs && mask.seenMs - mask.sinceMs >= LEARN_MS;

/** The instant at which a mask that is being learned begins to count; Infinity without one. */
export const learnedAtMs = ({ mask }: Connector): number =>
  mask === null ? Number.POSITIVE_INFINITY : mask.sinceMs + LEARN_MS;

/** The mask after a sample. Null: a car that draws nothing teaches nothing. */
export function maskAfter(
  before: LearnedMask | null,
  { ma, atMs }: DrawSample,
  spec: ConnectorSpec,
  tellsAll: boolean,
): LearnedMask | null {
  // A phase that is not mentioned may carry anything.
  if (!tellsAll) return null;
  const isUsed = (phase: PhaseIndex): boolean => ma[phase] > OFF_MA;
  if (!spec.phases.some(isUsed)) return null;
  const isFull = spec.phases.every(phase => !isUsed(phase) || ma[phase] >= FULL_MA);
  const isSame = before !== null && spec.phases.every(phase => isUsed(phase) === before.phases.includes(phase));
  if (isSame && (isFull || isLearnedAt(before, atMs))) return isFull ? { ...before, seenMs: atMs } : before;
  return isFull ? { phases: spec.phases.filter(isUsed), sinceMs: atMs, seenMs: atMs } : null;
}
