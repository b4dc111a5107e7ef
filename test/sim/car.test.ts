import { beforeEach, describe, expect, it } from 'vitest';
import { Car, type CarPlan } from '#sim/car.ts';
import { prng } from '#sim/prng.ts';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';

let clock: VirtualClock;
/** Every change of current: when, and to how much. */
let changes: (readonly [number, number])[];

function plugged(plan: Partial<CarPlan> = {}): Car {
  const car: Car = new Car(
    {
      clock,
      random: prng('car'),
      nominalV: 230,
      changed: () => changes.push([clock.nowMs(), car.drawMa()]),
      wantChanged: () => {},
    },
    { idTag: 'TAG', phases: 3, maxMa: 16_000, needWh: 50_000, rampMaPerS: 2000, restless: false, ...plan },
  );
  return car;
}

beforeEach(() => {
  clock = virtualClock(0);
  changes = [];
});

describe('a simulated car', () => {
  it('draws nothing until the pilot allows it 6 A, then climbs by steps to what it is allowed', async () => {
    const car = plugged();
    car.pilot(5900);
    await clock.run(20_000);
    expect(changes).toEqual([]);
    car.pilot(10_000);
    await clock.run(60_000);
    expect(changes.map(([, ma]) => ma)).toEqual([6000, 7000, 8000, 9000, 10_000]);
    const instants = changes.map(([atMs]) => atMs);
    expect(instants.slice(1).map((atMs, i) => atMs - (instants[i] ?? 0))).toEqual([500, 500, 500, 500]);
  });

  it('never takes more than its own maximum', async () => {
    const car = plugged({ maxMa: 15_700 });
    car.pilot(32_000);
    await clock.run(60_000);
    expect(car.drawMa()).toBe(15_700);
  });

  it('follows a lower pilot in one step, 1 to 7.5 s later, and the newest one when it changed again meanwhile', async () => {
    const car = plugged();
    car.pilot(16_000);
    await clock.run(60_000);
    changes = [];
    car.pilot(12_000);
    await clock.run(60_500);
    car.pilot(8000);
    await clock.run(80_000);
    expect(changes).toHaveLength(1);
    expect(changes[0]?.[1]).toBe(8000);
    expect(changes[0]?.[0]).toBeGreaterThanOrEqual(61_000);
    expect(changes[0]?.[0]).toBeLessThanOrEqual(67_500);
  });

  it('stops at once when its supply is cut, and needs a new pilot to begin again', async () => {
    const car = plugged();
    car.pilot(16_000);
    await clock.run(60_000);
    car.cut();
    expect(car.drawMa()).toBe(0);
    await clock.run(120_000);
    expect(car.drawMa()).toBe(0);
    car.pilot(16_000);
    await clock.run(180_000);
    expect(car.drawMa()).toBe(16_000);
  });

  it('tapers and ends with the energy it needed, to the watt-hour', async () => {
    const car = plugged({ needWh: 5000 });
    car.pilot(16_000);
    await clock.run(4 * 3_600_000);
    expect(car.full()).toBe(true);
    expect(car.drawMa()).toBe(0);
    expect(car.deliveredWh()).toBeCloseTo(5000, 1);
    expect(new Set(changes.map(([, ma]) => ma))).toContain(12_000);
  });

  it('rests now and then, and goes on by itself', async () => {
    const car = plugged({ restless: true, needWh: 1_000_000 });
    car.pilot(16_000);
    await clock.run(8 * 3_600_000);
    const stops = changes.filter(([, ma]) => ma === 0).length;
    expect(stops).toBeGreaterThan(2);
    expect(stops).toBeLessThan(20);
    expect(changes.filter(([, ma]) => ma === 16_000).length).toBeGreaterThanOrEqual(stops);
  });
});

describe('a car that sleeps', () => {
  const paused = async (wakesAfterMs: number | null) => {
    const car = plugged({ wakesAfterMs });
    car.pilot(16_000);
    await clock.run(60_000);
    car.pilot(0);
    await clock.run(120_000);
    expect(car.isAsleep()).toBe(true);
    car.pilot(16_000);
    return car;
  };

  it('does not draw at once when it is offered current again, but after minutes', async () => {
    const car = await paused(180_000);
    await clock.run(120_000 + 180_000);
    expect(car.drawMa()).toBe(0);
    await clock.run(120_000 + 180_000 + 30_000);
    expect(car.drawMa()).toBe(16_000);
    expect(car.isAsleep()).toBe(false);
  });

  it('wants to sleep anew when it is paused before it woke', async () => {
    const car = await paused(180_000);
    await clock.run(200_000);
    car.pilot(0);
    await clock.run(220_000);
    car.pilot(16_000);
    await clock.run(220_000 + 180_000);
    expect(car.drawMa()).toBe(0);
    await clock.run(220_000 + 180_000 + 30_000);
    expect(car.drawMa()).toBe(16_000);
  });

  it('sometimes sleeps until it is plugged again', async () => {
    const car = await paused(null);
    await clock.run(12 * 3_600_000);
    expect(car.drawMa()).toBe(0);
    expect(car.full()).toBe(false);
  });

  it('does not sleep before it has drawn anything', async () => {
    const car = plugged({ wakesAfterMs: null });
    car.pilot(0);
    await clock.run(60_000);
    car.pilot(10_000);
    await clock.run(120_000);
    expect(car.drawMa()).toBe(10_000);
  });
});
