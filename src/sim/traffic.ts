/** Cars that come and go, as a garage sees them: through one gate, to any free bay, for half an hour to four; or day by day. */
import { drawCar, drawSleeper } from './car.ts';
import type { SimSite } from './site.ts';

/** The gateway and the chargers have been set up before the doors open. */
const DOORS_OPEN_MS = 120_000;
/** The gate lets one car in at a time, and each has to find its bay and its cable. */
const GATE_MS = 30_000;
/** Mean time between two arrivals of a garage with one bay. */
const MEAN_GAP_OF_ONE_BAY_MS = 45 * 60_000;
/** One car out, the next one in. */
const BAY_CHANGE_MS = 20_000;
const STAY_MS: readonly [number, number] = [30 * 60_000, 240 * 60_000];
/** Bays that are taken one after the other when the doors open, so that a short run has life. */
const EARLY_SHARE = 0.5;

/** Starts the traffic. `until` keeps no count: it goes on for as long as the world runs. */
export function startTraffic(site: SimSite, sleepers = false): void {
  const random = site.random.split('traffic');
  const { clock, posts } = site;
  const early = Math.ceil(posts.length * EARLY_SHARE);
  let count = 0;

  const arrive = () => {
    const free = posts.filter(post => post.station.connectorOf(1).car === null);
    const draw = random.split(`car ${count}`);
    count++;
    if (free.length > 0) {
      const { station } = draw.pick(free);
      const car = drawCar(draw, `TAG-${count}`);
      station.plug(1, sleepers ? drawSleeper(draw.split('sleep'), car) : car);
      clock.after('departure', draw.whole(...STAY_MS), () => station.unplug(1));
    }
    const gapMs = count < early ? 0 : draw.gap(MEAN_GAP_OF_ONE_BAY_MS / posts.length);
    clock.after('arrival', Math.round(GATE_MS + gapMs), arrive);
  };
  clock.after('arrival', DOORS_OPEN_MS, arrive);
}

/**
 * Everybody is at home: one after the other, a hungry three-phase car comes to every bay in the place of who stood
 * there. For a gateway that is about to die, no moment asks more of what it leaves behind.
 */
export function fillBays(site: SimSite): void {
  const random = site.random.split('full house');
  site.posts.forEach(({ plan, station }, index) => {
    const car = {
      ...drawCar(random.split(plan.identity), `${plan.identity}-home`),
      phases: 3,
      needWh: 100_000,
    } as const;
    site.clock.after('departure', index * GATE_MS, () => station.unplug(1));
    site.clock.after('arrival', index * GATE_MS + BAY_CHANGE_MS, () => {
      // Another car may have slipped in.
      if (station.connectorOf(1).car === null) station.plug(1, car);
    });
  });
}

/** A working day: who parks in the morning, and who parks in the evening. Hours since midnight; chance of each bay. */
const SHIFTS = [
  { fromH: 7, toH: 9.5, stayH: [3, 8], chance: 0.8 },
  { fromH: 17.5, toH: 20.5, stayH: [2, 10], chance: 0.5 },
] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Traffic that comes and goes with the days, for as long as the world runs. The world begins at midnight. */
export function startDays(site: SimSite): void {
  const { clock, posts } = site;
  const day = (number: number) => {
    const random = site.random.split(`day ${number}`);
    for (const { plan, station } of posts)
      SHIFTS.forEach(({ fromH, toH, stayH, chance }, shift) => {
        const draw = random.split(`${plan.identity} ${shift}`);
        if (!draw.chance(chance)) return;
        clock.after('arrival', Math.round(draw.between(fromH, toH) * HOUR_MS), () => {
          if (station.connectorOf(1).car !== null) return;
          station.plug(1, drawSleeper(draw.split('sleep'), drawCar(draw, `${plan.identity}-${number}-${shift}`)));
          clock.after('departure', Math.round(draw.between(stayH[0], stayH[1]) * HOUR_MS), () => station.unplug(1));
        });
      });
    clock.after('midnight', DAY_MS, () => day(number + 1));
  };
  day(1);
}
