/**
 * A back office of OCPP 1.6 sets charging profiles at us, its station, and asks what became of them: from the text on
 * the wire to the text on the wire. Clauses are those of OCPP 1.6 edition 2 and its errata sheet.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIONS_16 } from '#ocpp/schema.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import { type Asking, emptyStack, limitAt, type WireProfile, withProfile } from '#sim/profile-engine.ts';
import { compositeSchedule } from '#site/charging-profile/composite-schedule.ts';
import type { ProfileSession } from '#site/charging-profile/profile-rules.ts';
import { installProfile, NO_PROFILES, type ProfileStack } from '#site/charging-profile/profile-stack.ts';
import type { Command } from '#site/command.ts';
import { openSocket, openStation } from '../site/charging-profile/profiles.ts';

const NOW = Date.parse('2026-03-20T12:00:00Z');
const session: ProfileSession = { id: 700, upstreamId: 7, startedAtWallMs: NOW - 3_600_000 };

const decode = (action: string, payload: object) =>
  dialect16.commands.decode(action, JSON.parse(JSON.stringify(payload)), 'strict');

/** What a strict station makes of the payload; the test fails where it makes nothing. */
function command<K extends Command['kind']>(action: string, payload: object, kind: K): Extract<Command, { kind: K }> {
  const decoded = decode(action, payload);
  if (!decoded.ok || decoded.value.kind !== kind) throw new Error(`${action}: ${JSON.stringify(decoded)}`);
  return decoded.value as Extract<Command, { kind: K }>;
}

function set(stack: ProfileStack, payload: object) {
  const { connectorId, profile } = command('SetChargingProfile', payload, 'set-charging-profile');
  return installProfile(stack, profile, NOW, { connector: connectorId, acPhases: [3, 1, 0], session });
}

/** The answer as text on the wire. */
function ask(stack: ProfileStack, payload: object, atWallMs = NOW) {
  const asked = command('GetCompositeSchedule', payload, 'get-composite-schedule');
  const { connectorId: connector, durationS, unit } = asked;
  const schedule = compositeSchedule(stack, [openSocket()], openStation, {
    connector,
    atWallMs,
    durationS,
    unit: unit ?? 'A',
  });
  const reply = {
    kind: 'composite-schedule',
    status: schedule === null ? 'Rejected' : 'Accepted',
    connectorId: schedule === null ? null : connector,
    startWallMs: schedule?.startWallMs ?? null,
    schedule,
  } as const;
  return JSON.parse(JSON.stringify(dialect16.commands.encodeReply(asked, reply)));
}

const raw = (over: object = {}, schedule: object = {}) => ({
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: {
    startSchedule: '2026-03-20T00:00:00Z',
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
    ...schedule,
  },
  ...over,
});

describe('the example of the standard (3.13.7), 6 kW between 8 and 20 o’clock', () => {
  const example = raw(
    { chargingProfileId: 100, chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' },
    {
      duration: 86_400,
      startSchedule: '2013-01-01T00:00:00Z',
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 11_000, numberPhases: 3 },
        { startPeriod: 28_800, limit: 6_000, numberPhases: 3 },
        { startPeriod: 72_000, limit: 11_000, numberPhases: 3 },
      ],
    },
  );

  test('is taken, and comes back as what is allowed from noon on', () => {
    const { stack, outcome } = set(NO_PROFILES, { connectorId: 0, csChargingProfiles: example });
    expect(outcome.status).toBe('Accepted');
    expect(ask(stack, { connectorId: 1, duration: 86_400, chargingRateUnit: 'W' })).toEqual({
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: '2026-03-20T12:00:00.000Z',
      chargingSchedule: {
        duration: 86_400,
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [
          // 8.695 A on each of three phases.
          { startPeriod: 0, limit: 5_999, numberPhases: 3 },
          { startPeriod: 28_800, limit: 10_999, numberPhases: 3 },
          { startPeriod: 72_000, limit: 5_999, numberPhases: 3 },
        ],
      },
    });
  });
});

describe('words of 1.6', () => {
  test('the limit of the station is its ChargePointMaxProfile', () => {
    const its = raw({ chargingProfilePurpose: 'ChargePointMaxProfile' });
    expect(set(NO_PROFILES, { connectorId: 0, csChargingProfiles: its }).stack).toMatchObject([
      { connector: 0, profile: { purpose: 'ChargingStationMaxProfile' } },
    ]);
  });

  test('a transaction is named by the back office’s own number, 0 included', () => {
    const of = (transactionId: number) =>
      set(NO_PROFILES, {
        connectorId: 1,
        csChargingProfiles: raw({ chargingProfilePurpose: 'TxProfile', transactionId }),
      });
    expect(of(7).stack[0]?.session).toBe(700);
    expect(of(0).outcome).toMatchObject({ status: 'Rejected', reason: 'TxNotFound' });
  });

  test('times of another zone and with fractions are understood (3.15)', () => {
    const its = raw({ validFrom: '2026-03-20T13:30:00+02:00' }, { startSchedule: '2026-03-20T11:59:59.5-00:30' });
    const { stack } = set(NO_PROFILES, { connectorId: 1, csChargingProfiles: its });
    const profile = stack[0]?.profile;
    expect(profile?.validFromWallMs).toBe(NOW - 1_800_000);
    expect(profile?.schedule.startWallMs).toBe(NOW + 1_799_500);
  });

  test('without a unit the schedule is in A, per phase', () => {
    const { stack } = set(NO_PROFILES, { connectorId: 1, csChargingProfiles: raw() });
    const { chargingSchedule } = ask(stack, { connectorId: 1, duration: 60 });
    expect(chargingSchedule).toEqual({
      duration: 60,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 16, numberPhases: 3 }],
    });
  });

  test('an unknown connector has no schedule, and no start either (5.7, errata 3.51)', () => {
    expect(ask(NO_PROFILES, { connectorId: 9, duration: 60 })).toEqual({ status: 'Rejected' });
  });

  test.each([
    ['a unit that is none (errata 3.38)', raw({}, { chargingRateUnit: 'kW' })],
    ['a purpose that is none', raw({ chargingProfilePurpose: 'ChargingStationMaxProfile' })],
    ['a kind of a later version', raw({ chargingProfileKind: 'Dynamic' })],
    ['a limit with two decimals (7.14)', raw({}, { chargingSchedulePeriod: [{ startPeriod: 0, limit: 6.25 }] })],
  ])('%s is a PropertyConstraintViolation', (_what, its) => {
    expect(decode('SetChargingProfile', { connectorId: 1, csChargingProfiles: its })).toMatchObject({
      ok: false,
      code: 'PropertyConstraintViolation',
    });
  });

  test('a unit that is none in a question is one, too (errata 3.24)', () => {
    const asked = { connectorId: 1, duration: 60, chargingRateUnit: 'kW' };
    expect(decode('GetCompositeSchedule', asked)).toMatchObject({ ok: false, code: 'PropertyConstraintViolation' });
  });
});

describe('whatever a back office sets', () => {
  const offset = fc.integer({ min: -3 * 86_400, max: 3 * 86_400 });
  const time = offset.map(s => new Date(NOW + s * 1000).toISOString());
  const period = fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 0, max: 400 }));
  const profile = fc
    .record({
      connectorId: fc.constantFrom(0, 1),
      purpose: fc.constantFrom('TxDefaultProfile', 'TxProfile', 'ChargePointMaxProfile'),
      level: fc.integer({ min: 0, max: 2 }),
      kind: fc.constantFrom('Absolute', 'Recurring', 'Relative'),
      recurrency: fc.constantFrom('Daily', 'Weekly'),
      start: time,
      validFrom: fc.option(time, { nil: undefined }),
      validTo: fc.option(time, { nil: undefined }),
      duration: fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined }),
      unit: fc.constantFrom('A', 'W'),
      first: fc.integer({ min: 0, max: 400 }),
      periods: fc.uniqueArray(period, { maxLength: 6, selector: ([startS]) => startS }),
    })
    .map(its => {
      const rate = (tenths: number) => (its.unit === 'A' ? tenths / 10 : tenths * 60);
      // A socket's own levels lie above everyone's: the two ends may differ where they do not.
      const stackLevel = its.level + 3 * its.connectorId;
      const rest = [...its.periods].sort((a, b) => a[0] - b[0]);
      const schedule = {
        ...(its.duration === undefined ? {} : { duration: its.duration }),
        chargingRateUnit: its.unit,
        chargingSchedulePeriod: [[0, its.first] as const, ...rest].map(([startPeriod, tenths]) => ({
          startPeriod,
          limit: rate(tenths),
        })),
        ...(its.kind === 'Relative' ? {} : { startSchedule: its.start }),
      };
      return {
        connectorId: its.connectorId,
        csChargingProfiles: {
          chargingProfileId: its.purpose.length * 100 + stackLevel * 10 + its.connectorId,
          stackLevel,
          chargingProfilePurpose: its.purpose,
          chargingProfileKind: its.kind,
          ...(its.kind === 'Recurring' ? { recurrencyKind: its.recurrency } : {}),
          ...(its.validFrom === undefined ? {} : { validFrom: its.validFrom }),
          ...(its.validTo === undefined ? {} : { validTo: its.validTo }),
          chargingSchedule: schedule,
        },
      };
    });

  test('its schedule is one that its schema takes, in order, in time, and nothing that a car could not take', () => {
    fc.assert(
      fc.property(
        fc.array(profile, { maxLength: 8 }),
        fc.constantFrom(0, 1),
        fc.constantFrom('A', 'W'),
        fc.integer({ min: 0, max: 300_000 }),
        fc.integer({ min: 0, max: 999 }),
        (profiles, connectorId, chargingRateUnit, duration, ms) => {
          const stack = profiles.reduce<ProfileStack>((all, payload) => set(all, payload).stack, NO_PROFILES);
          const answer = ask(stack, { connectorId, duration, chargingRateUnit }, NOW + ms);
          expect(ACTIONS_16.get('GetCompositeSchedule')?.response.check(answer)).toBeNull();
          const rows: readonly { startPeriod: number; limit: number }[] =
            answer.chargingSchedule.chargingSchedulePeriod;
          expect(answer.chargingSchedule.duration).toBe(duration);
          expect(rows[0]?.startPeriod).toBe(0);
          expect(rows.every(({ startPeriod }, i) => i === 0 || startPeriod > (rows[i - 1]?.startPeriod ?? 0))).toBe(
            true,
          );
          expect(rows.every(({ startPeriod }) => startPeriod === 0 || startPeriod < duration)).toBe(true);
          const most = chargingRateUnit === 'A' ? 32 : 22_080;
          const least = chargingRateUnit === 'A' ? 6 : 4_140;
          expect(rows.every(({ limit }) => limit === 0 || (limit >= least - 1 && limit <= most))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('its schedule is what a station with a profile engine of its own would do, second by second', () => {
    const whole = fc.array(profile, { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(whole, fc.array(fc.integer({ min: 0, max: 199_999 }), { maxLength: 30 }), (profiles, looks) => {
        let stack: ProfileStack = NO_PROFILES;
        let station = emptyStack;
        for (const payload of profiles.map(begun)) {
          const done = set(stack, payload);
          stack = done.stack;
          if (done.outcome.status !== 'Accepted') continue;
          station = withProfile(station, payload.connectorId, payload.csChargingProfiles as WireProfile);
        }
        const answer = ask(stack, { connectorId: 1, duration: 200_000, chargingRateUnit: 'A' });
        const rows: readonly { startPeriod: number; limit: number }[] = answer.chargingSchedule.chargingSchedulePeriod;
        const edges = rows.flatMap(({ startPeriod }) => [Math.max(0, startPeriod - 1), startPeriod]);
        for (const second of [...edges, ...looks]) {
          const asking = { ...engine, atWallMs: NOW + second * 1000 };
          const amps = Math.floor(limitAt(station, asking) * 10 + 1e-3) / 10;
          const ours = rows.findLast(({ startPeriod }) => startPeriod <= second)?.limit;
          expect(ours, `second ${second}`).toBe(amps < 6 ? 0 : amps);
        }
      }),
      { numRuns: 300 },
    );
  });

  const engine: Omit<Asking, 'atWallMs'> = {
    connectorId: 1,
    startedWallMs: session.startedAtWallMs,
    ratingA: 32,
    phases: 3,
    nominalV: 230,
  };

  type Payload = typeof profile extends fc.Arbitrary<infer P> ? P : never;

  /** Recurrences that have begun: where they have not, the two ends may differ. */
  const begun = (payload: Payload): Payload => {
    const its = payload.csChargingProfiles;
    const isRecurring = its.chargingProfileKind === 'Recurring' && 'startSchedule' in its.chargingSchedule;
    const schedule = isRecurring
      ? { ...its.chargingSchedule, startSchedule: '2026-03-02T05:06:07.000Z' }
      : its.chargingSchedule;
    return { ...payload, csChargingProfiles: { ...its, chargingSchedule: schedule } };
  };
});
