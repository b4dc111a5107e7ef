import { describe, expect, test } from 'vitest';
import { dialectFor, SUBPROTOCOLS } from '#ocpp/dialects.ts';
import { ACTIONS_16 } from '#ocpp/schema.ts';
import type { ChargingProfile } from '#site/command.ts';

test('every schema of 1.6 compiles: 39 actions, 78 schemas', () => {
  expect(ACTIONS_16.size).toBe(39);
  for (const { request, response } of ACTIONS_16.values()) {
    request.check({});
    response.check({});
  }
});

describe('limits with one decimal', () => {
  const dialect = dialectFor('ocpp1.6');
  const profile = (limit: number): ChargingProfile => ({
    id: 1,
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    recurrency: null,
    transactionId: null,
    validFromWallMs: null,
    validToWallMs: null,
    schedule: {
      unit: 'A',
      startWallMs: 0,
      durationS: null,
      minRate: 6,
      periods: [{ startS: 0, limit, numberPhases: 3 }],
    },
  });
  const printed = (limit: number) => {
    const encoded = dialect?.commands.encode({ kind: 'set-charging-profile', connectorId: 1, profile: profile(limit) });
    if (!encoded?.ok) throw new Error('not encoded');
    expect(ACTIONS_16.get(encoded.value.action)?.request.check(encoded.value.payload)).toBeNull();
    return JSON.stringify(encoded.value.payload);
  };

  test('every tenth of an ampere from 0 to 80 is printed as itself and passes the schema', () => {
    for (let tenths = 0; tenths <= 800; tenths++) {
      const text = `"limit":${tenths / 10},`;
      expect(printed(tenths / 10)).toContain(text);
      // As sums and products of milliamperes come out.
      expect(printed(tenths * 0.1)).toContain(text);
    }
  });

  test('more decimals are cut, never rounded up', () => {
    expect(printed(6.25)).toContain('"limit":6.2,');
    expect(printed(15.999)).toContain('"limit":15.9,');
    expect(printed(11040.07)).toContain('"limit":11040,');
  });

  test('a minimum rate never leaves, the number of phases does', () => {
    expect(printed(16)).not.toContain('minChargingRate');
    expect(printed(16)).toContain('"numberPhases":3');
  });
});

test('a subprotocol that nobody speaks has no dialect', () => {
  expect(SUBPROTOCOLS).toEqual(['ocpp1.6']);
  expect(dialectFor('ocpp1.5')).toBeNull();
  expect(dialectFor('')).toBeNull();
});
