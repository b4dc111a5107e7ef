import { describe, expect, it } from 'vitest';
import { drawBuilding, startBuilding } from '#sim/building.ts';
import { prng } from '#sim/prng.ts';
import { openTruth } from '#sim/truth.ts';
import { virtualClock } from '#sim/virtual-clock.ts';

const kettle = { ma: [0, 9000, 0], meanOffMs: 0, meanOnMs: 60_000 } as const;
const quiet = {
  circuit: 0,
  baseMa: [2000, 2000, 2000],
  appliances: [],
  kettle,
  designMa: [20_000, 15_000, 10_000],
} as const;

function building(plan: Parameters<typeof startBuilding>[1]) {
  const clock = virtualClock(0);
  const truth = openTruth([{ id: 'main', parent: -1 }]);
  const load = startBuilding({ clock, truth, random: prng('building') }, plan, false);
  return { clock, truth, load };
}

describe('a building with a kettle', () => {
  it('steps up at the very instant at which a car stops, now and then, and down again by itself', async () => {
    const { clock, truth, load } = building(quiet);
    let boiled = 0;
    for (let stop = 0; stop < 40; stop++) {
      load.carStopped();
      if (truth.background(0)[1] === 11_000) boiled++;
      await clock.run(clock.nowMs() + 3_600_000);
      expect(truth.background(0)).toEqual([2000, 2000, 2000]);
    }
    expect(boiled).toBeGreaterThan(4);
    expect(boiled).toBeLessThan(25);
  });

  it('keeps its share of the design load for it', () => {
    let kettles = 0;
    for (let seed = 0; seed < 50; seed++) {
      const {
        baseMa,
        appliances,
        kettle: drawn,
        designMa,
      } = drawBuilding(prng(`${seed}`), 0, [20_000, 20_000, 20_000], true);
      if (drawn) kettles++;
      for (const p of [0, 1, 2] as const) {
        const mostMa = appliances.reduce((sum, { ma }) => sum + ma[p], baseMa[p] + (drawn?.ma[p] ?? 0));
        expect(mostMa).toBeLessThanOrEqual(designMa?.[p] ?? 0);
      }
    }
    expect(kettles).toBeGreaterThan(25);
  });
});

describe('a building at its most', () => {
  it('draws its design load on every phase from then on, whatever is switched', async () => {
    const drawn = drawBuilding(prng('full'), 0, [30_000, 30_000, 30_000], true);
    const { clock, truth, load } = building(drawn);
    await clock.run(7_200_000);
    load.full();
    expect(truth.background(0)).toEqual([30_000, 30_000, 30_000]);
    load.carStopped();
    await clock.run(4 * 3_600_000);
    expect(truth.background(0)).toEqual([30_000, 30_000, 30_000]);
  });
});
