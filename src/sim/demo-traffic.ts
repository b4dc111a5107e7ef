/** Cars that come to the demo's garage and leave: many at the start, then one every half a minute. */
import type { Clock } from '#base/clock.ts';
import { drawCar } from './car.ts';
import type { Bay, DemoWorld } from './demo-world.ts';
import type { Prng } from './prng.ts';

/** So many stand in front of the door when it opens. */
const EARLY_CARS = 22;
/** The early ones come in one behind the other, each as soon as a charger is up. */
const EARLY_GAP_MS = 250;
const MEAN_GAP_MS = 30_000;
const LEAST_GAP_MS = 8_000;
const STAY_MS: readonly [number, number] = [4 * 60_000, 20 * 60_000];
/** Some bays stay free, so that there is always one to come to. */
const ALWAYS_FREE = 4;
/** One car in so many needs little, so that a full one is seen within minutes. */
const NEARLY_FULL_ONE_IN = 6;
const NEARLY_FULL_WH: readonly [number, number] = [300, 1_500];

/** Starts the traffic; it goes on as long as the clock does. */
export function startDemoTraffic(clock: Clock, world: DemoWorld): void {
  const random = world.random.split('traffic');
  let count = 0;
  const arrive = () => {
    const free = world.bays.filter(isFree);
    const taken = world.bays.filter(bay => socketOf(bay).car !== null).length;
    if (free.length > 0 && taken < world.bays.length - ALWAYS_FREE) {
      count++;
      const draw = random.split(`car ${count}`);
      const bay = draw.pick(free);
      bay.station.plug(bay.connectorId, demoCar(draw, count));
      clock.after('departure', draw.whole(...STAY_MS), () => bay.station.unplug(bay.connectorId));
    }
    const gapMs = count < EARLY_CARS ? EARLY_GAP_MS : LEAST_GAP_MS + random.gap(MEAN_GAP_MS - LEAST_GAP_MS);
    clock.after('arrival', Math.round(gapMs), arrive);
  };
  clock.after('arrival', EARLY_GAP_MS, arrive);
}

const socketOf = (bay: Bay) => bay.station.connectorOf(bay.connectorId);

/** A driver takes a bay whose charger is lit, and no bay with a cable in it. */
const isFree = (bay: Bay): boolean => bay.station.isOnline() && socketOf(bay).car === null;

function demoCar(draw: Prng, number: number) {
  const car = drawCar(draw, `TAG-${number}`);
  return draw.int(NEARLY_FULL_ONE_IN) === 0 ? { ...car, needWh: draw.whole(...NEARLY_FULL_WH) } : car;
}
