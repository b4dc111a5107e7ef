/**
 * Who speaks for a connector (3.13.1, 3.13.2): its profiles in the order in which they are asked. The first that has
 * a period at an instant is the one that counts then.
 */
import type { ProfileSession } from './profile-rules.ts';
import type { ProfileStack, StackEntry } from './profile-stack.ts';

/** For the limit over all sockets together: the highest level first. */
export const stationSpeakers = (stack: ProfileStack): ProfileStack => ranked(stack).station;

/**
 * Its transaction's own profiles overrule the defaults (3.13.1); where all of them are over or have a gap the
 * defaults count again (K02). Among defaults the higher level stands first, and at one level the connector's own
 * before everyone's, which it replaces there (3.13.1). Where that own one is silent everyone's stands in: whoever
 * limits all sockets has not freed this one.
 */
export function connectorSpeakers(
  stack: ProfileStack,
  connector: number,
  session: ProfileSession | null,
): ProfileStack {
  const { everyones, of } = ranked(stack);
  const own = of.get(connector);
  if (own === undefined) return everyones;
  const its = session === null ? [] : own.its.filter(entry => entry.session === session.id);
  return its.length === 0 ? own.defaults : [...its, ...own.defaults];
}

/** What bears on one connector: its transactions' own, and defaults. */
type Own = { readonly its: StackEntry[]; readonly defaults: StackEntry[] };

type Ranked = {
  readonly station: ProfileStack;
  /** Defaults of a connector that has nothing of its own. */
  readonly everyones: ProfileStack;
  readonly of: ReadonlyMap<number, Own>;
};

/** The same for every socket and instant that is asked about one stack. */
const known = new WeakMap<ProfileStack, Ranked>();

function ranked(stack: ProfileStack): Ranked {
  const before = known.get(stack);
  if (before !== undefined) return before;
  const inOrder = [...stack].sort(byRank);
  const everyones = inOrder.filter(entry => entry.connector === 0 && isDefault(entry));
  const station = inOrder.filter(({ profile }) => profile.purpose === 'ChargingStationMaxProfile');
  const of = new Map<number, Own>();
  for (const entry of inOrder) {
    if (entry.connector === 0) continue;
    const own = of.get(entry.connector) ?? { its: [], defaults: [...everyones] };
    of.set(entry.connector, own);
    (isDefault(entry) ? own.defaults : own.its).push(entry);
  }
  for (const { defaults } of of.values()) defaults.sort(byRank);
  const now: Ranked = { station, everyones, of };
  known.set(stack, now);
  return now;
}

const isDefault = ({ profile }: StackEntry): boolean => profile.purpose === 'TxDefaultProfile';

const byRank = (a: StackEntry, b: StackEntry): number =>
  b.profile.stackLevel - a.profile.stackLevel || b.connector - a.connector;
