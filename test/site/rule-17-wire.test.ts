/** Rules 17, 18 and 21: what stands on the wire of OCPP 1.6, to the second and the tenth of an ampere. */
import { describe, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { dialect16 } from '#ocpp/v16/dialect.ts';
import { wired } from '#site/charging-profile/wire.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { initialState } from '#site/initial.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { SiteState } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';
import { PROVEN, topologyOf } from './site.ts';

/** As chargers are told it. This charger's own clock is 3 s behind. */
const NOW = '2026-03-01T12:00:00.000Z';
const BEHIND_MS = 3_000;
/** Seconds from 1970 to what the charger takes for now: 2026-03-01T11:59:57Z. */
const CHARGER_NOW_S = 1_772_366_397;

function site(traits: Partial<ChargerTraits>): SiteState {
  const state = initialState(topologyOf({ bays: [{ fallbackA: 6 }] }), 0);
  const charger = { ...at(state.chargers, 0), traits: { ...PROVEN, ...traits } };
  return { ...state, chargers: [{ ...charger, skew: { ...UNKNOWN_SKEW, ms: BEHIND_MS } }] };
}

function payload(traits: Partial<ChargerTraits>, command: GateCommand): unknown {
  const outcome = dialect16.commands.encode(wired(site(traits), command, Date.parse(NOW)).command);
  return outcome.ok ? outcome.value.payload : outcome;
}

const grant = (limitMa: number, ttlMs: number | null, lapseMa = 6_000): GateCommand => ({
  ...{ type: 'set-limit', connector: 0, charger: 0, limitMa, lapseMa, ttlMs, change: 'raise' },
});
const base = (connector: number | null): GateCommand => ({
  ...{ type: 'set-up', connector: 0, charger: 0, step: { kind: 'base', connector }, round: 1 },
});

const TWO_LEVELS = {};
const ONE_LEVEL = { stackLevels: 1, maxPeriods: 3 };

describe('a charger with two stack levels', () => {
  it('has its base at the lower one: endless, Absolute from 1970, at the fallback, on connector 0 and on each', () => {
    const profile = (id: number) => ({
      chargingProfileId: id,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Absolute',
      chargingSchedule: {
        startSchedule: '1970-01-01T00:00:00.000Z',
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }],
      },
    });
    expect(payload(TWO_LEVELS, base(null))).toEqual({ connectorId: 0, csChargingProfiles: profile(7_100) });
    expect(payload(TWO_LEVELS, base(0))).toEqual({ connectorId: 1, csChargingProfiles: profile(7_101) });
  });

  it('has its lease above: from 10 s ago in its own clock, the grant for 10 s and the TTL, then the lapse value', () => {
    expect(payload(TWO_LEVELS, grant(16_000, 60_000))).toEqual({
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 7_001,
        stackLevel: 1,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          startSchedule: '2026-03-01T11:59:47.000Z',
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [
            { startPeriod: 0, limit: 16, numberPhases: 3 },
            { startPeriod: 70, limit: 6, numberPhases: 3 },
          ],
        },
      },
    });
  });
});

describe('a charger with one stack level and three periods', () => {
  it('has one profile from 1970: the fallback, the grant from 10 s ago, and the lapse value after the TTL', () => {
    expect(payload(ONE_LEVEL, grant(16_000, 300_000))).toEqual({
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 7_001,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          startSchedule: '1970-01-01T00:00:00.000Z',
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [
            { startPeriod: 0, limit: 6, numberPhases: 3 },
            { startPeriod: CHARGER_NOW_S - 10, limit: 16, numberPhases: 3 },
            { startPeriod: CHARGER_NOW_S + 300, limit: 6, numberPhases: 3 },
          ],
        },
      },
    });
  });

  it('has its base in the same place, so that a grant takes the place of it and never stands without one', () => {
    expect(payload(ONE_LEVEL, base(0))).toMatchObject({
      csChargingProfiles: { chargingProfileId: 7_001, stackLevel: 0 },
    });
  });
});

describe('a limit without an end', () => {
  it('is one period from 1970: any clock finds itself inside it', () => {
    expect(payload(TWO_LEVELS, grant(6_000, null))).toMatchObject({
      csChargingProfiles: {
        chargingSchedule: {
          startSchedule: '1970-01-01T00:00:00.000Z',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }],
        },
      },
    });
  });

  it('is Relative where the charger knows nothing else, and names no start', () => {
    const { csChargingProfiles: profile } = payload({ absolute: false }, grant(6_000, null)) as {
      csChargingProfiles: { chargingProfileKind: string; chargingSchedule: object };
    };
    expect(profile.chargingProfileKind).toBe('Relative');
    expect(profile.chargingSchedule).not.toHaveProperty('startSchedule');
  });
});

it('a profile never names a duration or a least rate: what ends must fall to something', () => {
  for (const traits of [TWO_LEVELS, ONE_LEVEL]) {
    for (const command of [base(null), base(0), grant(16_000, 60_000), grant(0, 900_000), grant(6_000, null)]) {
      const text = JSON.stringify(payload(traits, command));
      expect(text).toContain('"numberPhases":3');
      expect(text).not.toMatch(/duration|minChargingRate|validTo/);
    }
  }
});

it('the station maximum is the rating of its feed, endless, and no limit of a transaction', () => {
  const command: GateCommand = { type: 'set-up', connector: 0, charger: 0, step: { kind: 'maximum' }, round: 1 };
  expect(payload(TWO_LEVELS, command)).toMatchObject({
    connectorId: 0,
    csChargingProfiles: {
      chargingProfilePurpose: 'ChargePointMaxProfile',
      chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 32, numberPhases: 3 }] },
    },
  });
});
