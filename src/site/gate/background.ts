/**
 * What the building draws, from what its guard meter reads less what the cars draw (rules 13–15).
 *
 * Two estimates are kept apart. `highMa` = M − ΣEVlow only blocks raises. `heldMa` is for targets: it
 * stays where it is while the reading can be explained by cars that move within their limits, and
 * moves to the nearest edge when it cannot: up at once, down slowly. Pessimism for targets too would
 * take every raise of ours for a kettle and answer it with a cut.
 *
 * One hole remains in that: while a car may still be rising towards a grant, a kettle of the same size
 * hides behind it, and the row is over once the car arrives. So a reading that leaves the row unable
 * to carry what was granted, taking the cars' last reports at their word, is *suspect*: the gate asks
 * those cars for a sample at once, and what is still unexplained after SUSPECT_MS is the building, up to
 * the most that the building is declared to draw: beyond that it can only be cars.
 */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type Quad, quad, ZERO_QUAD } from '#base/units.ts';
import { isStuck } from '#site/gate/belief.ts';
import { GOOD_SAMPLES, NOISE_MA, RELEASE_MA_PER_S, SAMPLE_FRESH_MS, SUSPECT_MS } from '#site/gate/constants.ts';
import { exposureMa, highestHeldMa, levelMa, newest } from '#site/gate/ledger.ts';
import { limitsInForce, marginMa, reservedMa } from '#site/gate/limits.ts';
import type { Background, Connector, DrawSample, Meter, MeterReading, SiteState } from '#site/state.ts';
import type { Circuit } from '#site/topology.ts';

/** A car's last report counts as its word this long: sparse chargers sample every 60 s. */
const REPORT_RECENT_MS = 90_000;

export const UNKNOWN_BACKGROUND: Background = {
  heldMa: null,
  highMa: [NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA, NO_LIMIT_MA],
  suspectSinceMs: null,
  excessMa: ZERO_QUAD,
};

/** What the cars below a circuit draw: bounds, last word, and what they were told. Rows L1, L2, L3, sum. */
type CarBounds = {
  readonly low: Quad;
  readonly high: Quad;
  readonly reported: Quad;
  /** What will be obeyed once every command in flight has taken effect. */
  readonly told: Quad;
  /** Reductions that were sent and are not seen yet. */
  readonly inFlight: Quad;
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
  const highMa = mapRows(row => Math.max(0, measured[row] - cars.low[row]));
  if (before.heldMa === null && meter.goodInARow < GOOD_SAMPLES) return { ...before, highMa };
  const held = before.heldMa === null ? highMa : moveHeld(before.heldMa, measured, cars, sinceMs);
  const room = roomWithoutCars(state, circuit, atMs);
  const suspect = suspicion(before, held, measured, cars, room, quad(circuit.designLoadMa), atMs);
  return {
    heldMa: suspect.heldMa,
    highMa,
    suspectSinceMs: suspect.sinceMs,
    excessMa: excess(before.excessMa, suspect.heldMa, measured, cars, room, sinceMs),
  };
}

const mapRows = (value: (row: 0 | 1 | 2 | 3) => number): Quad => [value(0), value(1), value(2), value(3)];

/** Currents as read; the sum row from active power, in the mA of nominal voltage that W limits are booked in. */
const measuredRows = (reading: MeterReading, nominalV: number): Quad => [
  reading.currentMa[0],
  reading.currentMa[1],
  reading.currentMa[2],
  Math.round((reading.powerW * 1000) / nominalV),
];

function moveHeld(heldMa: Quad, measured: Quad, cars: CarBounds, sinceMs: number): Quad {
  const releaseMa = (RELEASE_MA_PER_S * sinceMs) / 1000;
  return mapRows(row => {
    const lowest = measured[row] - cars.high[row];
    const highest = measured[row] - cars.low[row];
    if (lowest > heldMa[row]) return Math.max(0, lowest);
    if (highest < heldMa[row]) return Math.max(0, highest, heldMa[row] - releaseMa);
    return heldMa[row];
  });
}

type Suspicion = { readonly heldMa: Quad; readonly sinceMs: number | null };

/** See the head of this file: a rise that the cars' last reports do not explain and the row cannot carry. */
function suspicion(
  before: Background,
  heldMa: Quad,
  measured: Quad,
  cars: CarBounds,
  room: Quad,
  worst: Quad,
  atMs: number,
): Suspicion {
  const unexplained = mapRows(row => Math.min(measured[row] - cars.reported[row], worst[row]));
  const isSuspect = mapRows(row =>
    unexplained[row] > heldMa[row] + NOISE_MA && unexplained[row] + cars.told[row] > room[row] ? 1 : 0,
  );
  if (!isSuspect.includes(1)) return { heldMa, sinceMs: null };
  const sinceMs = before.suspectSinceMs ?? atMs;
  if (atMs - sinceMs < SUSPECT_MS) return { heldMa, sinceMs };
  return {
    heldMa: mapRows(row => (isSuspect[row] === 1 ? Math.max(heldMa[row], unexplained[row]) : heldMa[row])),
    sinceMs,
  };
}

/** Rule 14: measured overload that neither the commands in flight nor Bheld account for. Let go slowly. */
function excess(before: Quad, heldMa: Quad, measured: Quad, cars: CarBounds, room: Quad, sinceMs: number): Quad {
  const releaseMa = (RELEASE_MA_PER_S * sinceMs) / 1000;
  return mapRows(row => {
    const absorbed = Math.max(0, heldMa[row] + cars.told[row] - room[row]);
    const now = Math.max(0, measured[row] - cars.inFlight[row] - room[row] - absorbed);
    return Math.round(Math.max(now, before[row] - releaseMa, 0));
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

function carBounds(state: SiteState, circuit: Circuit, intervalMs: number, atMs: number): CarBounds {
  const sums = { low: zeros(), high: zeros(), reported: zeros(), told: zeros(), inFlight: zeros() };
  for (const index of circuit.connectors) {
    const connector = at(state.connectors, index);
    const spec = at(state.topology.connectors, index);
    const charger = at(state.chargers, spec.charger);
    const exposed = exposureMa(connector, spec, charger, atMs);
    const stuck = isStuck(connector, charger, atMs);
    const bounds = connectorBounds(connector, intervalMs, atMs);
    for (let p = 0; p < 3; p++) {
      const exposedMa = exposed[p] ?? 0;
      const onMask = spec.phases.includes(p as 0 | 1 | 2);
      const newestLevelMa = levelMa(bounds.newestMa, spec, charger.traits);
      const toldMa = stuck ? exposedMa : onMask ? Math.min(newestLevelMa, exposedMa) : 0;
      const drawnMa = bounds.sample?.ma[p] ?? 0;
      add(sums.low, p, Math.min(bounds.lowMa(p), exposedMa));
      add(sums.high, p, Math.max(exposedMa, drawnMa));
      add(sums.reported, p, drawnMa);
      add(sums.told, p, toldMa);
      add(sums.inFlight, p, stuck ? 0 : Math.max(0, Math.min(drawnMa, exposedMa) - toldMa));
    }
  }
  return {
    low: quadOf(sums.low),
    high: quadOf(sums.high),
    reported: quadOf(sums.reported),
    told: quadOf(sums.told),
    inFlight: quadOf(sums.inFlight),
  };
}

/** EVlow and the last word of one connector in the skew window of meter interval + 2 s (rule 13). */
function connectorBounds(connector: Connector, intervalMs: number, atMs: number) {
  const { draw, drawBefore, ledger } = connector;
  const lowestHeldMa = ledger.held.reduce((low, held) => Math.min(low, held.limitMa), highestHeldMa(ledger));
  const isFresh = draw !== null && atMs - draw.atMs <= SAMPLE_FRESH_MS;
  const isInWindow = (sample: DrawSample | null) => sample !== null && atMs - sample.atMs <= intervalMs + 2_000;
  const lowMa = (p: number): number => {
    if (!isFresh) return 0;
    const before = isInWindow(drawBefore) ? (drawBefore?.ma[p] ?? 0) : Number.POSITIVE_INFINITY;
    return Math.min(draw.ma[p] ?? 0, before, lowestHeldMa);
  };
  const isRecent = draw !== null && atMs - draw.atMs <= REPORT_RECENT_MS;
  return { newestMa: newest(ledger).limitMa, sample: isRecent ? draw : null, lowMa };
}

const zeros = (): [number, number, number] => [0, 0, 0];
const quadOf = (t: readonly [number, number, number]): Quad => [t[0], t[1], t[2], t[0] + t[1] + t[2]];
function add(sum: [number, number, number], p: number, ma: number): void {
  sum[p] = (sum[p] ?? 0) + ma;
}
