/** One reading of a guard meter after another: what of it is the building's (rules 13 to 15). Currents in A on L1. */
import { describe, expect, it, test } from 'vitest';
import { quad, triple } from '#base/units.ts';
import { afterReading, UNKNOWN_BACKGROUND } from '#site/gate/background.ts';
import { SUSPECT_MS } from '#site/gate/constants.ts';
import { highestOf } from '#site/gate/high.ts';
import { initialState } from '#site/initial.ts';
import type { Background, DrawSample, Held, Meter, SiteState } from '#site/state.ts';
import { topologyOf } from './site.ts';

const NOW_MS = 1_000_000;
const mA = (amps: number) => Math.round(amps * 1000);

type Car = {
  /** What it drew in its newest sample, and how long ago that came. */
  readonly saysA: number;
  readonly agoMs?: number;
  /** What it drew in the sample before, 10 s earlier. */
  readonly saidA?: number;
  /** Limits in A with the age of their ack (null: none yet); newest last. */
  readonly held: readonly (readonly [amps: number, ackedAgoMs: number | null])[];
};

/** Cars below one 40 A fuse with a margin of 1 A; the building draws 25 A at worst. */
function siteOf(cars: readonly Car[]): SiteState {
  const state = initialState(topologyOf({ bays: cars.map(() => ({})), limits: [{ limitA: 40 }], designLoadA: 25 }), 0);
  const sampleOf = (amps: number, agoMs: number) => ({ atMs: NOW_MS - agoMs, ma: triple(mA(amps)), powerW: 0 });
  const heldOf = ([amps, agoMs]: Car['held'][number]): Held => ({
    limitMa: mA(amps),
    lapseMa: mA(amps),
    lapsesAtMs: Number.POSITIVE_INFINITY,
    sentAtMs: NOW_MS - (agoMs ?? 1000),
    ackedAtMs: agoMs === null ? null : NOW_MS - agoMs,
  });
  return {
    ...state,
    chargers: state.chargers.map(charger => ({ ...charger, link: 'online', booted: true, linkSinceMs: 0 })),
    connectors: state.connectors.map((connector, i) => {
      const { saysA, agoMs = 1000, saidA = saysA, held } = cars[i]!;
      return {
        ...connector,
        status: 'Charging',
        draw: sampleOf(saysA, agoMs),
        earlierDraws: [sampleOf(saidA, agoMs + 10_000)],
        ledger: { ...connector.ledger, held: held.map(heldOf) },
      };
    }),
  };
}

const METER: Meter = { reading: null, atMs: NOW_MS, intervalMs: 1000, goodInARow: 10, quality: 'good', lastError: '' };

function read(state: SiteState, before: Partial<Background>, meterA: number, meter = METER): Background {
  const reading = { currentMa: triple(mA(meterA)), powerW: meterA * 3 * 230, voltageV: 230 };
  const known = { ...UNKNOWN_BACKGROUND, recent: [{ atMs: NOW_MS - 1000, ma: quad(triple(mA(meterA))) }], ...before };
  return afterReading(state, state.topology.circuits[0]!, known, meter, reading, 1000, NOW_MS);
}

const held = (amps: number) => ({ heldMa: quad(triple(mA(amps))) });
const heldA = (background: Background) => (background.heldMa === null ? null : background.heldMa[0] / 1000);

describe('the building as targets see it, known at 5 A', () => {
  const steady: Car = { saysA: 10, held: [[10, 60_000]] };
  test.each<[string, Car, number, number]>([
    ['stays where the reading is explained', steady, 15, 5],
    ['goes up at once by what no car may draw', steady, 20, 10],
    ['comes down by half an ampere a second', steady, 12, 4.5],
    ['and never below what the reading allows', { saysA: 10, held: [[10, 60_000]] }, 14.8, 4.8],
    [
      'stays while a car rises to its new limit',
      {
        saysA: 10,
        held: [
          [10, 60_000],
          [16, 5000],
        ],
      },
      21,
      5,
    ],
    [
      'goes up where even that does not explain it',
      {
        saysA: 10,
        held: [
          [10, 60_000],
          [16, 5000],
        ],
      },
      22,
      6,
    ],
    [
      'stays while a car falls to its new limit',
      {
        saysA: 16,
        held: [
          [16, 60_000],
          [10, null],
        ],
      },
      15.5,
      5,
    ],
    [
      'stays where a car has not been heard for longer than 15 s: it may draw nothing',
      { ...steady, agoMs: 16_000 },
      12,
      5,
    ],
    [
      'counts the lower of two samples in the window of the meter',
      { saysA: 10, saidA: 4, agoMs: 0, held: [[10, 60_000]] },
      12,
      4.5,
    ],
    ['is never negative', steady, 0, 4.5],
  ])('%s', (_, car, meterA, buildingA) => {
    expect(heldA(read(siteOf([car]), held(5), meterA))).toBeCloseTo(buildingA, 6);
  });

  it('is not known before the third good reading', () => {
    const site = siteOf([steady]);
    expect(heldA(read(site, {}, 15, { ...METER, goodInARow: 2 }))).toBeNull();
    expect(heldA(read(site, {}, 15, { ...METER, goodInARow: 3 }))).toBe(5);
  });

  it('a sum of powers moves like the sum of its phases', () => {
    expect(read(siteOf([steady]), held(5), 20).heldMa).toEqual([10_000, 10_000, 10_000, 30_000]);
    expect(read(siteOf([steady]), held(5), 12).heldMa).toEqual([4500, 4500, 4500, 13_500]);
  });
});

describe('a rise that no sample explains, on a row that could not carry what was granted', () => {
  /** Says 10 A, may draw 30 A by now. */
  const rising: Car = { saysA: 10, held: [[30, 60_000]] };

  it('is suspect at once, and taken for the building after its time', () => {
    const site = siteOf([rising]);
    const first = read(site, held(5), 22);
    expect([heldA(first), first.suspectSinceMs]).toEqual([5, NOW_MS]);
    expect(heldA(read(site, { ...held(5), suspectSinceMs: NOW_MS - SUSPECT_MS + 1 }, 22))).toBe(5);
    expect(heldA(read(site, { ...held(5), suspectSinceMs: NOW_MS - SUSPECT_MS }, 22))).toBe(12);
  });

  it('is taken for no more than the building draws at worst', () => {
    expect(
      heldA(read(siteOf([{ ...rising, saysA: 0 }]), { ...held(5), suspectSinceMs: NOW_MS - SUSPECT_MS }, 34)),
    ).toBe(25);
  });

  it('is suspect where a car that was told less may have followed, and hides the building; its word decides', () => {
    const told: Car['held'] = [
      [10, 60_000],
      [0, 1000],
    ];
    const asleep: Car = { saysA: 0, held: [[20, 60_000]] };
    const first = read(siteOf([{ saysA: 10, held: told }, asleep]), held(5), 22);
    expect([heldA(first), first.suspectSinceMs]).toEqual([5, NOW_MS]);
    const since = { ...held(5), suspectSinceMs: NOW_MS - SUSPECT_MS };
    expect(
      heldA(read(siteOf([{ saysA: 10, held: told }, asleep]), since, 22)),
      'it still draws, and the row carries all',
    ).toBe(5);
    expect(heldA(read(siteOf([{ saysA: 0, held: told }, asleep]), since, 22)), 'it has stopped').toBe(22);
  });

  it('is not suspect for what obeying cars draw above their limits within their tolerance', () => {
    const above: Car = { saysA: 12.9, held: [[12, 60_000]] };
    const takesLess: Car = { saysA: 8, held: [[12, 60_000]] };
    const full = read(siteOf([above, takesLess]), held(14.5), 35.4);
    expect(full.suspectSinceMs).toBeNull();
  });

  it('that takes the row over while a car which nobody hears has been told less is all the building’s', () => {
    const told = (agoMs: number): Car => ({
      saysA: 20,
      agoMs,
      held: [
        [20, 60_000],
        [10, 1000],
      ],
    });
    const jump = { ...held(20), recent: [{ atMs: NOW_MS - 1000, ma: quad(triple(mA(40))) }] };
    expect(heldA(read(siteOf([told(1000), { saysA: 0, held: [[16, 60_000]] }]), jump, 42)), 'heard').toBe(22);
    expect(heldA(read(siteOf([told(16_000), { saysA: 0, held: [[16, 60_000]] }]), jump, 42)), 'not heard').toBe(25);
  });

  it('is not suspect where the row carries both', () => {
    expect(read(siteOf([{ saysA: 10, held: [[20, 60_000]] }]), held(5), 22).suspectSinceMs).toBeNull();
  });
});

describe('an overload beyond what the building is known to draw', () => {
  const following: Car = {
    saysA: 20,
    held: [
      [20, 60_000],
      [10, null],
    ],
  };
  const ignoring: Car = {
    saysA: 20,
    held: [
      [20, 60_000],
      [10, 11_000],
    ],
  };

  test.each<[string, Car, number, number, number]>([
    ['is none while a decrease on its way accounts for it', following, 25, 45, 0],
    ['is what a car draws above its limit once it had its time to follow', ignoring, 25, 45, 6],
    ['is none where the building is known to take the room', { saysA: 10, held: [[10, 60_000]] }, 35, 45, 0],
    ['is none on a row that is not over', { saysA: 10, held: [[10, 60_000]] }, 5, 39, 0],
  ])('%s', (_, car, knownA, meterA, excessA) => {
    const after = read(siteOf([car]), held(knownA), meterA);
    expect(after.excessMa[0]).toBe(mA(excessA));
  });

  it('is let go of by half an ampere a second', () => {
    const calm = siteOf([{ saysA: 10, held: [[10, 60_000]] }]);
    expect(read(calm, { ...held(5), excessMa: quad(triple(3000)) }, 15).excessMa).toEqual([2500, 2500, 2500, 7500]);
  });
});

describe('the highest building that the readings allow, which only blocks raises', () => {
  const steady: Car = { saysA: 10, held: [[10, 60_000]] };
  const highestA = (site: SiteState, readings: readonly number[]) => {
    const recent = readings.map((amps, i) => ({
      atMs: NOW_MS - 1000 * (readings.length + 4 - i),
      ma: quad(triple(mA(amps))),
    }));
    return highestOf(site, site.topology.circuits[0]!, recent, NOW_MS)[0] / 1000;
  };

  test.each<[string, readonly Car[], readonly number[], number]>([
    ['is the reading less what the car said', [steady], [15, 15, 15], 5],
    ['is the highest since then, though the reading came down a little', [steady], [16, 15, 15], 6],
    ['after a fall is what it would be with the largest car gone', [steady], [25, 15, 15], 15],
    ['follows a rise', [steady], [15, 20, 20], 10],
    ['counts no car that has not been heard for 15 s', [{ ...steady, agoMs: 15_001 }], [15, 15], 15],
    [
      'counts no car above the lowest limit it may obey',
      [
        {
          saysA: 10,
          held: [
            [10, 60_000],
            [6, null],
          ],
        },
      ],
      [15, 15],
      9,
    ],
    ['counts the lower of two samples before the newer was taken', [{ ...steady, saidA: 7 }], [15, 15, 15], 8],
  ])('%s', (_, cars, readings, expectedA) => {
    expect(highestA(siteOf(cars), readings)).toBeCloseTo(expectedA, 6);
  });

  it('counts no car whose link was lost since it spoke', () => {
    const site = siteOf([steady]);
    const relinked = { ...site, chargers: site.chargers.map(charger => ({ ...charger, linkSinceMs: NOW_MS - 500 })) };
    expect(highestA(relinked, [15, 15])).toBe(15);
    const lost = { ...site, chargers: site.chargers.map(charger => ({ ...charger, link: 'offline' as const })) };
    expect(highestA(lost, [15, 15])).toBe(15);
  });

  it('counts no car before its link came, or across a gap in its samples: it may have stopped and begun again', () => {
    const site = siteOf([steady]);
    const relinked = { ...site, chargers: site.chargers.map(charger => ({ ...charger, linkSinceMs: NOW_MS - 5000 })) };
    expect(highestA(relinked, [15, 15])).toBe(15);
    const silent = {
      ...site,
      connectors: site.connectors.map(connector => ({
        ...connector,
        earlierDraws: connector.earlierDraws.map(draw => ({ ...draw, atMs: NOW_MS - 17_000 })),
      })),
    };
    expect(highestA(silent, [15, 15])).toBe(15);
  });

  it('counts a car for nothing before the oldest of its samples', () => {
    const old = [{ atMs: NOW_MS - 14_000, ma: quad(triple(mA(15))) }];
    const site = siteOf([steady]);
    expect(highestOf(site, site.topology.circuits[0]!, old, NOW_MS)[0] / 1000).toBe(15);
  });
});

describe('the sum of the phases', () => {
  it('rises by what rose on a phase, though a car on another one may have stopped unseen', () => {
    const topology = topologyOf({
      bays: [{ phases: [0] }, { phases: [1] }],
      limits: [{ limitA: 40 }],
      designLoadA: 25,
    });
    const two = siteOf([
      { saysA: 10, held: [[10, 60_000]] },
      // Its last sample is too old to vouch: it has stopped, and may begin again.
      { saysA: 10, agoMs: 20_000, held: [[10, 60_000]] },
    ]);
    const connectors = two.connectors.map((connector, phase) => {
      const on = (draw: DrawSample): DrawSample => ({
        ...draw,
        ma: [phase === 0 ? mA(10) : 0, phase === 1 ? mA(10) : 0, 0],
      });
      return { ...connector, draw: connector.draw && on(connector.draw), earlierDraws: connector.earlierDraws.map(on) };
    });
    const state = { ...two, topology, connectors };
    const currentMa = [mA(10 + 5 + 8), mA(5), mA(5)] as const;
    const reading = { currentMa, powerW: (10 + 5 + 8 + 5 + 5) * 230, voltageV: 230 };
    const background = afterReading(
      state,
      topology.circuits[0]!,
      { ...UNKNOWN_BACKGROUND, ...held(5) },
      METER,
      reading,
      1000,
      NOW_MS,
    );
    expect(background.heldMa).toEqual([mA(13), mA(5), mA(5), mA(23)]);
  });
});
