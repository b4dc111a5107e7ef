/**
 * What the back office allows a connector at an instant, from the stack of its profiles (3.13.1 to 3.13.3).
 * The wish of connector 0 is the limit of the whole station, over all of its sockets.
 */
import type { ChargingPeriod, RateUnit } from '#site/command.ts';
import { connectorSpeakers, stationSpeakers } from './profile-precedence.ts';
import type { ProfileSession } from './profile-rules.ts';
import type { ProfileStack, StackEntry } from './profile-stack.ts';
import { nextBoundary, periodAt } from './profile-timeline.ts';

export type Wish = {
  /** A on each phase; null: not limited so. */
  readonly limitMa: number | null;
  /** All phases together; null: not limited so. */
  readonly limitW: number | null;
  /** The profile that says so; null where none does. */
  readonly profileId: number | null;
  /** When to ask again; null: nothing changes by itself. */
  readonly nextChangeWallMs: number | null;
};

/**
 * @param connector number at the back office; 0 for the limit of the whole station
 * @param session what runs there; without one, as if a transaction began now (K08)
 * @param nominalV watts become amperes at the voltage of the area, not the measured one (7.12); null for direct
 *   current, where phases mean nothing (K01.FR.44)
 */
export function wishOf(
  stack: ProfileStack,
  connector: number,
  atWallMs: number,
  session: ProfileSession | null,
  nominalV: number | null,
): Wish {
  const startedMs = session?.startedAtWallMs ?? null;
  const unit = (entry: StackEntry) => entry.profile.schedule.unit;
  let nextMs = Number.POSITIVE_INFINITY;
  let speaks: { readonly entry: StackEntry; readonly period: ChargingPeriod } | null = null;
  for (const entry of connector === 0 ? stationSpeakers(stack) : connectorSpeakers(stack, connector, session)) {
    nextMs = Math.min(nextMs, nextBoundary(entry.profile, atWallMs, startedMs));
    const period = periodAt(entry.profile, atWallMs, startedMs);
    // Those below it are asked again when it falls silent.
    if (period !== null) {
      speaks = { entry, period };
      break;
    }
  }
  const nextChangeWallMs = Number.isFinite(nextMs) ? nextMs : null;
  if (speaks === null) return { limitMa: null, limitW: null, profileId: null, nextChangeWallMs };
  const { entry, period } = speaks;
  const limit = connector === 0 ? total(period, unit(entry)) : each(period, unit(entry), nominalV);
  return { ...limit, profileId: entry.profile.id, nextChangeWallMs };
}

type Limit = Pick<Wish, 'limitMa' | 'limitW'>;

const total = ({ limit }: ChargingPeriod, unit: RateUnit): Limit =>
  unit === 'A' ? { limitMa: inMa(limit), limitW: null } : { limitMa: null, limitW: limit };

/**
 * Watts are a total. Where the number of phases is said, each carries its share and no more, however few the car
 * uses (7.12, errata 3.34); where it is not, the total alone binds and is shared by the phases that the car uses.
 */
function each(period: ChargingPeriod, unit: RateUnit, nominalV: number | null): Limit {
  const { limit, numberPhases } = period;
  if (unit === 'A' || numberPhases === null || nominalV === null) return total(period, unit);
  return { limitMa: Math.floor((limit * 1000) / (nominalV * numberPhases)), limitW: limit };
}

/** A limit has one decimal; the dust of the binary fraction is not the back office's. */
const inMa = (limitA: number): number => Math.floor(limitA * 1000 + 1e-6);
