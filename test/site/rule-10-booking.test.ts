/** Rule 10: what a limit in watts and one of direct current book on the phases of the grid. */
import { describe, expect, it, test } from 'vitest';
import { at } from '#base/assert.ts';
import { levelMa, limitWithin } from '#site/gate/ledger.ts';
import type { ChargerTraits, ConnectorSpec } from '#site/topology.ts';
import { PROVEN, topologyOf } from './site.ts';

const specOf = (change: Partial<ConnectorSpec> = {}): ConnectorSpec => ({
  ...at(topologyOf({ bays: [{}] }).connectors, 0),
  ...change,
});

/** What a charger that is told so many watts at 230 V may draw on one phase, A. */
const bookedA = (watts: number, spec: ConnectorSpec, traits: Partial<ChargerTraits> = {}, sharers = 1) =>
  levelMa((watts / (230 * spec.phases.length)) * 1000, spec, { ...PROVEN, rateUnit: 'W', ...traits }, sharers) / 1000;

describe('a limit of 4.14 kW', () => {
  test.each<[string, number, Partial<ConnectorSpec>, Partial<ChargerTraits>, number]>([
    // 4,140 W / (0.9 · 230 V).
    ['books 20 A on each phase while the phases of the car are not known', 20, {}, {}, 1],
    ['books 10 A where two phases are known to share it', 10, {}, {}, 2],
    ['books 6.667 A where three do', 6.667, {}, {}, 3],
    ['books 6.667 A where the model is proven to divide it by the phases', 6.667, {}, { dividesByPhases: true }, 1],
    ['books no more than the rating', 16, { maxMa: 16_000 }, {}, 1],
  ])('%s', (_, expectedA, change, traits, sharers) => {
    expect(bookedA(4_140, specOf(change), traits, sharers)).toBeCloseTo(expectedA, 2);
  });
});

describe('a model that cannot pause', () => {
  it('books its minimum when it is told 0', () => {
    expect(bookedA(0, specOf(), { canPause: false, dividesByPhases: true })).toBeCloseTo(6 / 0.9, 2);
    expect(bookedA(0, specOf(), { canPause: true })).toBe(0);
  });
});

describe('a socket of direct current', () => {
  /** 50 kW at the car, η 0.94, power factor 0.98, 230 V: 572 W for each ampere on three phases at 90 % voltage. */
  const wattsPerA = 3 * 0.9 * 230 * 0.94 * 0.98;
  const dc = specOf({ maxMa: 87_400, dc: { wattsPerA, standbyMa: 100 } });
  const booked = (limitMa: number) => levelMa(limitMa, dc, { ...PROVEN, rateUnit: 'W', dividesByPhases: true });

  it('is commanded in kilowatts at the car and booked as the amperes that these are at 90 % voltage', () => {
    const limitMa = (50_000 / wattsPerA) * 1000;
    expect(booked(limitMa) / 1000).toBeCloseTo(87.4, 1);
  });

  it('is not booked a second time for low voltage or unknown phases', () => {
    expect(booked(20_000)).toBe(20_000);
    expect(limitWithin(20_000, dc, { ...PROVEN, rateUnit: 'W' })).toBe(20_000);
  });

  it('books its standby when it is told nothing', () => {
    expect(booked(0)).toBe(100);
  });
});
