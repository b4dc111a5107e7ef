/** Random stacks of charging profiles, held against a slow oracle that looks at every half second. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compositeSchedule } from '#site/charging-profile/composite-schedule.ts';
import { wishOf } from '#site/charging-profile/csms-wish.ts';
import { MAX_PERIODS, type ProfileSession } from '#site/charging-profile/profile-rules.ts';
import {
  clearProfiles,
  installProfile,
  NO_PROFILES,
  type ProfileFilter,
  type ProfileStack,
} from '#site/charging-profile/profile-stack.ts';
import type { ChargingProfile } from '#site/command.ts';
import { DAY, NOON, openSocket, openStation, periods } from './profiles.ts';
import { allowedMa, type Laid, type Look, lay, togetherMa } from './slow-oracle.ts';

/** How far is looked, half second by half second; all that is drawn happens around it. */
const AHEAD_S = 900;

const halfSeconds = (fromS: number, toS: number) =>
  fc.integer({ min: fromS * 2, max: toS * 2 }).map(halves => halves * 500);
const near = halfSeconds(-AHEAD_S, AHEAD_S);

const period = fc.tuple(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 0, max: 400 }));

const schedule = fc
  .record({
    startMs: fc.option(near, { freq: 6 }),
    durationS: fc.option(fc.oneof(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 85_900, max: 87_000 }))),
    unit: fc.constantFrom('A' as const, 'W' as const),
    numberPhases: fc.constantFrom(null, 3),
    first: fc.integer({ min: 0, max: 400 }),
    later: fc.uniqueArray(period, { maxLength: 5, selector: ([startS]) => startS }),
  })
  .map(({ startMs, durationS, unit, numberPhases, first, later }) => {
    const rows = [[0, first] as const, ...[...later].sort((a, b) => a[0] - b[0])];
    const limit = (tenths: number) => (unit === 'A' ? tenths / 10 : tenths * 69);
    return {
      startMs,
      durationS,
      unit,
      minRate: null,
      periods: periods(...rows.map(([startS, tenths]) => [startS, limit(tenths)] as const)).map(row => ({
        ...row,
        numberPhases: unit === 'W' ? numberPhases : row.numberPhases,
      })),
    };
  });

const install = fc
  .record({
    connector: fc.constantFrom(0, 1, 2),
    id: fc.integer({ min: 1, max: 30 }),
    stackLevel: fc.integer({ min: 0, max: 4 }),
    purpose: fc.constantFrom('TxDefaultProfile' as const, 'TxDefaultProfile' as const, 'TxProfile' as const),
    kind: fc.constantFrom('Absolute' as const, 'Recurring' as const, 'Relative' as const),
    recurrency: fc.constantFrom('Daily' as const, 'Weekly' as const),
    turnsAgo: fc.integer({ min: 0, max: 3 }),
    validFrom: fc.option(near, { freq: 2 }),
    validFor: fc.option(halfSeconds(1, 2 * AHEAD_S), { freq: 2 }),
    schedule,
  })
  .map(({ connector, turnsAgo, validFrom, validFor, schedule: { startMs, ...rest }, ...its }) => {
    const isMaximum = connector === 0 && its.purpose === 'TxProfile';
    const kind = isMaximum && its.kind === 'Relative' ? 'Absolute' : its.kind;
    const everyMs = its.recurrency === 'Daily' ? DAY : 7 * DAY;
    const mustStart = kind === 'Recurring' || isMaximum;
    const startWallMs = NOON + (startMs ?? 0) - (kind === 'Recurring' ? turnsAgo * everyMs : 0);
    const profile: ChargingProfile = {
      ...its,
      kind,
      purpose: isMaximum ? 'ChargingStationMaxProfile' : its.purpose,
      recurrency: kind === 'Recurring' ? its.recurrency : null,
      transactionId: null,
      validFromWallMs: validFrom === null ? null : NOON + validFrom,
      validToWallMs: validFor === null ? null : NOON + (validFrom ?? 0) + validFor,
      schedule: { ...rest, startWallMs: kind === 'Relative' || (startMs === null && !mustStart) ? null : startWallMs },
    };
    return { what: 'install' as const, connector, profile };
  });

const clear = fc
  .record({
    what: fc.constant('clear' as const),
    profileId: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 1 }),
    connectorId: fc.option(fc.constantFrom(0, 1, 2)),
    purpose: fc.option(fc.constantFrom('TxDefaultProfile' as const, 'TxProfile' as const)),
    stackLevel: fc.option(fc.integer({ min: 0, max: 4 })),
  })
  .map(({ what, ...filter }) => ({ what, filter: filter as ProfileFilter }));

const orders = fc.array(fc.oneof({ weight: 9, arbitrary: install }, { weight: 1, arbitrary: clear }), {
  minLength: 1,
  maxLength: 14,
});

/** Errata 3.25 and 3.26. */
const isCleared = ({ connector, profile }: Laid, filter: ProfileFilter): boolean => {
  if (filter.profileId !== null) return profile.id === filter.profileId;
  if (filter.connectorId !== null && connector !== filter.connectorId) return false;
  if (filter.purpose !== null && profile.purpose !== filter.purpose) return false;
  return filter.stackLevel === null || profile.stackLevel === filter.stackLevel;
};

type Order = typeof orders extends fc.Arbitrary<readonly (infer O)[]> ? O : never;

/** Both carry out the same orders, and answer alike. */
function carriedOut(all: readonly Order[], session: ProfileSession | null) {
  let stack: ProfileStack = NO_PROFILES;
  let laid: readonly Laid[] = [];
  for (const order of all) {
    if (order.what === 'clear') {
      const done = clearProfiles(stack, order.filter);
      const left = laid.filter(one => !isCleared(one, order.filter));
      expect(done.cleared.length, 'cleared').toBe(laid.length - left.length);
      stack = done.stack;
      laid = left;
      continue;
    }
    const context = { connector: order.connector, acPhases: [3, 3], session };
    // Nothing is over yet: all validity is kept, however short.
    const done = installProfile(stack, order.profile, NOON - 10 * DAY, context);
    const isTaken = order.profile.purpose !== 'TxProfile' || session !== null;
    expect(done.outcome.status).toBe(isTaken ? 'Accepted' : 'Rejected');
    stack = done.stack;
    if (isTaken) laid = lay(laid, order.connector, order.profile);
  }
  return { stack, laid };
}

/** A transaction on both sockets, or none. */
const sessions = fc.option(
  near.map((ms): ProfileSession => ({ id: 700, upstreamId: 7, startedAtWallMs: NOON - AHEAD_S * 1000 + ms })),
);

const tenths = (ma: number): number => Math.floor(ma / 100 + 1e-6) / 10;

describe('whatever a back office stacks', () => {
  it.each([0, 1])('what connector %i is told of each second is the lowest that is allowed in it', connector => {
    const asked = fc.record({ all: orders, session: sessions, halves: fc.constantFrom(0, 500) });
    fc.assert(
      fc.property(asked, ({ all, session, halves }) => {
        const { stack, laid } = carriedOut(all, session);
        const atWallMs = NOON + halves;
        const query = { connector, atWallMs, durationS: AHEAD_S, unit: 'A' as const };
        const sockets = [1, 2].map(number => openSocket({ connector: number, session }));
        const answer = compositeSchedule(stack, sockets, openStation, query);
        const told = answer?.periods ?? [];
        expect(answer).toMatchObject({ startWallMs: NOON, durationS: AHEAD_S });
        expect(told.length).toBeLessThanOrEqual(MAX_PERIODS);
        const truth = (atMs: number) => {
          const look: Look = { atMs, startedMs: session?.startedAtWallMs ?? atWallMs, isCharging: session !== null };
          return connector === 0 ? togetherMa(laid, [1, 2], look) : allowedMa(laid, connector, look);
        };
        const rows: (readonly [number, number])[] = [];
        for (let second = 0; second < AHEAD_S; second++) {
          const fromMs = NOON + second * 1000;
          const looks = [fromMs, fromMs + 500].filter(atMs => atMs >= atWallMs);
          const limit = tenths(Math.min(...looks.map(truth)));
          if (rows.at(-1)?.[1] !== limit) rows.push([second, limit]);
        }
        expect(told.map(({ startS, limit }) => [startS, limit])).toEqual(rows);
      }),
      { numRuns: 120 },
    );
  });

  it('a wish holds until its next change, and what is said to change at no time does not', () => {
    fc.assert(
      fc.property(orders, sessions, near, (all, session, ms) => {
        const { stack, laid } = carriedOut(all, session);
        const startedMs = session?.startedAtWallMs;
        // As if a transaction began now is always now.
        const ofSocket = laid.filter(({ profile }) => profile.purpose !== 'ChargingStationMaxProfile');
        const oracle = (atMs: number) =>
          allowedMa(ofSocket, 1, { atMs, startedMs: startedMs ?? atMs, isCharging: session !== null });
        const amps = (atMs: number) => {
          const { limitMa, limitW } = wishOf(stack, 1, atMs, session, 230);
          const ofWatts = limitW === null ? 32_000 : Math.floor((limitW * 1000) / 690);
          const least = Math.min(32_000, limitMa ?? 32_000, ofWatts);
          return least < 6_000 ? 0 : least;
        };
        const fromMs = NOON + ms;
        const untilMs = wishOf(stack, 1, fromMs, session, 230).nextChangeWallMs ?? fromMs + AHEAD_S * 1000;
        expect(untilMs).toBeGreaterThan(fromMs);
        const now = amps(fromMs);
        const seconds = Math.min(untilMs - fromMs, AHEAD_S * 1000) / 1000;
        const others: number[] = [];
        for (let second = 0; second < seconds; second += 0.5)
          if (oracle(fromMs + second * 1000) !== now) others.push(second);
        expect(others, `seconds after which ${now} mA are not allowed`).toEqual([]);
        expect(amps(untilMs)).toBe(oracle(untilMs));
      }),
      { numRuns: 120 },
    );
  });
});
