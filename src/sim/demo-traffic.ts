/**
 * Cars that come to the demo's garage and leave. The first wave takes the small chargers, which the
 * contract carries at once; those behind it make the others give way. After that one comes now and then.
 */
import type { Clock } from '#base/clock.ts';
import { type CarPlan, drawCar } from './car.ts';
import type { Bay, DemoWorld } from './demo-world.ts';
import type { Prng } from './prng.ts';

export type DemoTraffic = {
  /** Cars of the first wave, each as soon as a charger is up. */
  readonly firstWave: number;
  /** Cars that then stand in the garage before the gaps grow. */
  readonly crowd: number;
  readonly meanGapMs: number;
  readonly stayMs: readonly [number, number];
  /** The car of that number. */
  car(draw: Prng, number: number): CarPlan;
};

/** One car in so many needs little, so that a full one is seen within minutes. */
const NEARLY_FULL_ONE_IN = 6;
const NEARLY_FULL_WH: readonly [number, number] = [300, 1_500];

/** About twenty cars at any time. */
export const USUAL_TRAFFIC: DemoTraffic = {
  firstWave: 14,
  crowd: 20,
  meanGapMs: 36_000,
  stayMs: [4 * 60_000, 20 * 60_000],
  car: (draw, number) => {
    const car = drawCar(draw, `TAG-${number}`);
    return draw.int(NEARLY_FULL_ONE_IN) === 0 ? { ...car, needWh: draw.whole(...NEARLY_FULL_WH) } : car;
  },
};

const FIRST_GAP_MS = 200;
/** Between the first wave and the rest: long enough to see the first ones charge. */
const PAUSE_MS = 15_000;
/** The gate lets one car in at a time, and each has to find its bay and its cable. */
const GATE_MS: readonly [number, number] = [12_000, 20_000];

/** Starts the traffic; it goes on as long as the clock does. */
export function startDemoTraffic(clock: Clock, world: DemoWorld, traffic: DemoTraffic): void {
  const random = world.random.split('traffic');
  let count = 0;
  const arrive = () => {
    const free = world.bays.filter(isFree);
    if (free.length > 0) {
      count++;
      const draw = random.split(`car ${count}`);
      const bay = count <= traffic.firstWave ? smallest(free) : draw.pick(free);
      bay.station.plug(bay.connectorId, traffic.car(draw, count));
      clock.after('departure', draw.whole(...traffic.stayMs), () => bay.station.unplug(bay.connectorId));
    }
    clock.after('arrival', gapMs(random, world, count, traffic), arrive);
  };
  clock.after('arrival', FIRST_GAP_MS, arrive);
}

/** Time until the next car. */
function gapMs(random: Prng, world: DemoWorld, count: number, traffic: DemoTraffic): number {
  if (count < traffic.firstWave) return FIRST_GAP_MS;
  if (count === traffic.firstWave) return PAUSE_MS;
  const there = world.bays.filter(bay => socketOf(bay).car !== null).length;
  if (there < traffic.crowd && count <= traffic.crowd) return random.whole(...GATE_MS);
  return Math.round(GATE_MS[0] + random.gap(traffic.meanGapMs - GATE_MS[0]));
}

const socketOf = (bay: Bay) => bay.station.connectorOf(bay.connectorId);

/** A driver takes a bay whose charger is lit, and no bay with a cable in it. */
const isFree = (bay: Bay): boolean => bay.station.isOnline() && socketOf(bay).car === null;

/** The bay that takes the least power at its rating; the first of several. */
function smallest(bays: readonly Bay[]): Bay {
  const power = (bay: Bay) => socketOf(bay).plan.ratingMa * socketOf(bay).plan.rotation.length;
  return bays.reduce((least, bay) => (power(bay) < power(least) ? bay : least));
}
