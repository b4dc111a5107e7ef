/**
 * How fast the gateway reacts: the building steps up so that every charger must come down; from the meter's
 * registers handed to the gateway until the last of all limits has been handed to its socket.
 */
import { type Garage, openGarage } from './garage.ts';
import { type TimeLine, timeLine } from './line.ts';

/** All cars have come and draw their rating. */
const SETTLE_S = 90;
/** The building at once takes more than is free, so that from then on the fuse binds every car. */
const FIRST_STEP_A = 1;
/** Then it goes up bit by bit; 0.3 A less for every car each time, down to the 6 A below which they pause. */
const STEP_A = 0.23;
const STEPS = 13;
/** Until every car has followed and has shown it. */
const BETWEEN_S = 30;

/** Real milliseconds on a virtual site of `n` single-connector chargers. The first garage only warms up. */
export async function benchReaction(n: number): Promise<TimeLine> {
  const times: number[] = [];
  await descent(n);
  for (let garages = n >= 1000 ? 3 : 10; garages > 0; garages--) times.push(...(await descent(n)));
  return timeLine('reaction', n, times);
}

async function descent(n: number): Promise<readonly number[]> {
  const garage = await openGarage(n, false);
  await garage.run(SETTLE_S);
  const times = [await stepUp(garage, FIRST_STEP_A)];
  for (let step = 0; step < STEPS; step++) times.push(await stepUp(garage, STEP_A));
  await garage.close();
  return times;
}

async function stepUp(garage: Garage, amps: number): Promise<number> {
  const { watch, stations } = garage;
  watch.start();
  garage.step(amps);
  await garage.run(BETWEEN_S);
  if (watch.limits !== stations.length) {
    throw new Error(`a step lowers ${watch.limits} of ${stations.length} chargers at once`);
  }
  return watch.sentMs - watch.answeredMs;
}
