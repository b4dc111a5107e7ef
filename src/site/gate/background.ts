/**
 * What the building draws, from what its guard meter reads less what the cars draw (rules 13–15).
 *
 * Two estimates are kept apart. `highMa` = M − ΣEVlow only blocks raises. `heldMa` is for targets: it
 * stays where it is while the reading can be explained by cars that move within their limits, and
 * moves to the nearest edge when it cannot: up at once, down slowly. Pessimism for targets too would
 * take every raise of ours for a kettle and answer it with a cut.
 *
 * A car that stops between two of its samples makes M fall while ΣEVlow still counts it: taken alone,
 * such a reading would call the building smaller than it is. So `highMa` is the highest value since the
 * moment for which every car has vouched with a sample.
 *
 * One hole remains in that: while a car may still be rising towards a grant, a kettle of the same size
 * hides behind it, and the row is over once the car arrives; and it hides behind a car that stops as it
 * was told. So a reading is *suspect* that leaves the row unable to carry what was granted, if every car
 * draws the less of its last report and what it was told: the gate asks those cars for a sample at once,
 * and what their reports leave unexplained after SUSPECT_MS is the building, up to the most that the
 * building is declared to draw: beyond that it can only be cars. A rise that takes the row over its limit
 * is the building's at once, and a car that was told less and has not been heard for long has followed.
 */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type Quad, quad, ZERO_QUAD } from '#base/units.ts';
import { type CarBounds, carBounds, mapRows } from '#site/gate/cars.ts';
import { GOOD_SAMPLES, NOISE_MA, RELEASE_MA_PER_S, SAMPLE_FRESH_MS, SUSPECT_MS } from '#site/gate/constants.ts';
import { highestOf, withReading } from '#site/gate/high.ts';
import { limitsInForce, marginMa, reservedMa } from '#site/gate/limits.ts';
import type { Background, Meter, MeterReading, SiteState } from '#site/state.ts';
import type { Circuit } from '#site/topology.ts';

export const UNKNOWN_BACKGROUND: Background = {
  heldMa: null,
  highMa: [NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA],
  recent: [],
  suspectSinceMs: null,
  before: null,
  unclear: false,
  excessMa: ZERO_QUAD,
};

/**
 * The background after one good reading of the circuit's guard meter.
 * @param meter as it stands with this reading counted
 */
export function afterReading(
  state: SiteState,
  circuit: Circuit,
  before: Background,
  meter: Meter,
  reading: MeterReading,
  sinceMs: number,
  atMs: number,
): Background {
  const measured = measuredRows(reading, state.topology.nominalV);
  const cars = carBounds(state, circuit, meter.intervalMs, atMs);
  // After a silence the readings before it say nothing of what went on meanwhile.
  const past = meter.goodInARow === 1 ? [] : before.recent;
  const recent = withReading(past, measured, cars.vouchedMs, atMs);
  const highMa = highestOf(state, circuit, recent, atMs);
  if (before.heldMa === null && meter.goodInARow < GOOD_SAMPLES) return { ...before, highMa, recent };
  const held =
    before.heldMa === null
      ? firstHeld(measured, cars)
      : moveHeld(before.heldMa, before.before?.ma ?? null, measured, cars, sinceMs);
  const room = roomWithoutCars(state, circuit, atMs);
  const rose = mapRows(row => measured[row] - (before.recent.at(-1)?.ma[row] ?? measured[row]));
  const suspect = suspicion(before, held, measured, rose, cars, room, quad(circuit.designLoadMa), atMs);
  return {
    heldMa: suspect.heldMa,
    highMa,
    recent,
    suspectSinceMs: suspect.sinceMs,
    before: stillDoubted(before.before, held, suspect.heldMa, atMs),
    unclear: measured.some((ma, row) => ma > (room[row] ?? 0) && (cars.inFlight[row] ?? 0) > NOISE_MA),
    excessMa: excess(before.excessMa, suspect.heldMa, measured, cars, room, sinceMs),
  };
}

/**
 * The state with Bhi judged again on these circuits: a sample that came, or a link that went, changes what
 * the cars have vouched for, and the next reading may be a second away.
 */
export function rejudged(state: SiteState, circuits: readonly number[], atMs: number): SiteState {
  let backgrounds = state.backgrounds;
  for (const index of circuits) {
    const known = backgrounds[index];
    if (known == null || known.recent.length === 0) continue;
    const highMa = highestOf(state, at(state.topology.circuits, index), known.recent, atMs);
    backgrounds = backgrounds.with(index, { ...known, highMa });
  }
  return backgrounds === state.backgrounds ? state : { ...state, backgrounds };
}

/** Currents as read; the sum row from active power, in the mA of nominal voltage that W limits are booked in. */
const measuredRows = (reading: MeterReading, nominalV: number): Quad => [
  reading.currentMa[0],
  reading.currentMa[1],
  reading.currentMa[2],
  Math.round((reading.powerW * 1000) / nominalV),
];

/**
 * Where Bheld starts (rule 14): at what the cars' last word leaves. With no word from any that is M − ΣEVlow; after a
 * restart it is what an earlier process left booked, or a full garage would be taken for the building and paused.
 * Raises do not rest on this: Bhi takes every car for nothing until it has sent a sample.
 */
const firstHeld = (measured: Quad, cars: CarBounds): Quad =>
  mapRows(row => {
    const word = Math.min(Math.max(cars.reported[row], cars.low[row]), cars.high[row]);
    return Math.max(0, measured[row] - word);
  });

function moveHeld(heldMa: Quad, beforeMa: Quad | null, measured: Quad, cars: CarBounds, sinceMs: number): Quad {
  const moved = mapRows(row => {
    const lowest = measured[row] - cars.high[row];
    const highest = measured[row] - cars.low[row];
    if (lowest > heldMa[row]) return Math.max(0, lowest);
    if (highest >= heldMa[row]) return heldMa[row];
    const slowly = heldMa[row] - releaseMa(row, sinceMs);
    return Math.max(0, highest, beforeMa === null ? slowly : Math.min(slowly, beforeMa[row]));
  });
  return withRiseOfPhases(heldMa, moved, measured[3] - cars.low[3]);
}

/**
 * What rose on a phase rose in the sum, which by itself could take it for a car on another phase that has stopped
 * unseen and come back. @param mostMa what the sum reads, less what the cars have vouched for
 */
function withRiseOfPhases(before: Quad, moved: Quad, mostMa: number): Quad {
  const roseMa = ([0, 1, 2] as const).reduce<number>((sum, p) => sum + Math.max(0, moved[p] - before[p]), 0);
  return [moved[0], moved[1], moved[2], Math.max(moved[3], Math.min(before[3] + roseMa, mostMa))];
}

/** The sum row may move as fast as its three phases together. */
const releaseMa = (row: number, sinceMs: number): number => (RELEASE_MA_PER_S * (row === 3 ? 3 : 1) * sinceMs) / 1000;

/** A suspicion stays in doubt for as long as every car needs to say what it draws. */
const DOUBT_MS = 2 * SAMPLE_FRESH_MS;

function stillDoubted(before: Background['before'], heldMa: Quad, adoptedMa: Quad, atMs: number): Background['before'] {
  if (adoptedMa.some((ma, row) => ma > (heldMa[row] ?? 0)))
    return { ma: before?.ma ?? heldMa, untilMs: atMs + DOUBT_MS };
  return before !== null && atMs < before.untilMs ? before : null;
}

const ROWS = [0, 1, 2, 3] as const;

type Suspicion = { readonly heldMa: Quad; readonly sinceMs: number | null };

/** See the head of this file: a rise that the cars' last reports do not explain and the row cannot carry. */
function suspicion(
  before: Background,
  heldMa: Quad,
  measured: Quad,
  rose: Quad,
  cars: CarBounds,
  room: Quad,
  worst: Quad,
  atMs: number,
): Suspicion {
  const buildingIf = (drawn: Quad) => mapRows(row => Math.min(measured[row] - drawn[row], worst[row]));
  const isTooMuch = (building: Quad, row: 0 | 1 | 2 | 3) =>
    building[row] > heldMa[row] + NOISE_MA && building[row] + cars.told[row] > room[row];
  const doubted = buildingIf(cars.allFollowed);
  if (!ROWS.some(row => isTooMuch(doubted, row))) return { heldMa, sinceMs: null };
  const sinceMs = before.suspectSinceMs ?? atMs;
  const waited = atMs - sinceMs >= SUSPECT_MS;
  const unexplained = buildingIf(cars.reported);
  const unseen = buildingIf(cars.unseenFollowed);
  return {
    sinceMs,
    heldMa: mapRows(row => {
      // A rise that takes the row over its limit is not waited for: raises were checked, so it is hardly the cars.
      const isStep = measured[row] > room[row] && rose[row] > NOISE_MA;
      const building = isStep ? unseen : unexplained;
      return isTooMuch(building, row) && (waited || isStep) ? Math.max(heldMa[row], building[row]) : heldMa[row];
    }),
  };
}

/** Rule 14: measured overload that neither the commands in flight nor Bheld account for. Let go slowly. */
function excess(before: Quad, heldMa: Quad, measured: Quad, cars: CarBounds, room: Quad, sinceMs: number): Quad {
  return mapRows(row => {
    const absorbed = Math.max(0, heldMa[row] + cars.told[row] - room[row]);
    const now = Math.max(0, measured[row] - cars.inFlight[row] - room[row] - absorbed);
    return Math.round(Math.max(now, before[row] - releaseMa(row, sinceMs), 0));
  });
}

/** Limit − margin − reserved on each row that carries background. */
function roomWithoutCars(state: SiteState, circuit: Circuit, atMs: number): Quad {
  const limits = limitsInForce(state, circuit, atMs).filter(limit => !limit.evOnly);
  return mapRows(row =>
    limits.reduce((lowest, limit) => {
      if (limit.rowsMa[row] >= NO_LIMIT_MA) return lowest;
      const margin = marginMa(circuit, limit, row, state.topology.supplyPhases);
      return Math.min(lowest, limit.rowsMa[row] - margin - reservedMa(circuit, row));
    }, NO_LIMIT_MA),
  );
}
