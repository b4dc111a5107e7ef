/**
 * Bhi over the recent past (rule 13). A car that stops between two of its samples makes the meter fall
 * while its last sample still counts: taken alone, such a reading calls the building smaller than it is.
 * So Bhi is the highest of M − ΣEVlow since the moment for which every car has vouched with a sample,
 * each reading judged again with the samples that came after it.
 */
import { at } from '#base/assert.ts';
import { minTriple, type Quad, type Triple, triple, ZERO_TRIPLE } from '#base/units.ts';
import { freshDraw } from '#site/gate/cars.ts';
import { FALL_MA, LINK_MS, SAMPLE_FRESH_MS } from '#site/gate/constants.ts';
import { dipBeforeMa, lowestObeyedMa } from '#site/gate/ledger.ts';
import type { Background, DrawSample, SiteState } from '#site/state.ts';
import type { Circuit } from '#site/topology.ts';

type Readings = Background['recent'];

/** Readings closer together than this share one entry, at their highest: a fast meter needs no longer list. */
const STEP_MS = 500;

/** Keeps what is younger than the oldest voucher, and the newest reading before it. */
export function withReading(recent: Readings, ma: Quad, vouchedMs: number, atMs: number): Readings {
  const kept = recent.filter((past, i) => past.atMs >= vouchedMs || (recent[i + 1]?.atMs ?? atMs) > vouchedMs);
  const last = kept[kept.length - 1];
  if (last === undefined || atMs - last.atMs >= STEP_MS) return [...kept, { atMs, ma }];
  const higher: Quad = [
    Math.max(last.ma[0], ma[0]),
    Math.max(last.ma[1], ma[1]),
    Math.max(last.ma[2], ma[2]),
    Math.max(last.ma[3], ma[3]),
  ];
  return [...kept.slice(0, -1), { atMs: last.atMs, ma: higher }];
}

/**
 * The highest background that the recent readings allow, with what the cars below have vouched for since.
 * A fall may be a car that stopped unseen, a rise after it the building: so the level before the fall and
 * the rise after it are added, not set against each other. And a fall may be the difference of the two, in
 * one interval of the meter: after one, the car that draws most is taken to have stopped. A car stops on all its
 * phases, a kettle starts on one: so what fell on any phase counts on each.
 */
export function highestOf(state: SiteState, circuit: Circuit, recent: Readings, atMs: number): Quad {
  const vouchers = vouchersOf(state, circuit, recent[0]?.atMs ?? atMs, atMs);
  const lows = recent.map(reading => lowestDraw(vouchers, reading.atMs));
  const largest = largestDraw(vouchers);
  const levels = ([0, 1, 2, 3] as const).map(row => recent.map(({ ma }, i) => ma[row] - (lows[i]?.[row] ?? 0)));
  const falls = levels.map(fallsOf);
  const fallenFrom = Math.min(...([0, 1, 2] as const).map(phase => firstFall(recent.map(({ ma }) => ma[phase]))));
  const level = (row: 0 | 1 | 2 | 3) => {
    let highestMa = 0;
    at(levels, row).forEach((ma, i) => {
      const own = falls[row]?.[i] ?? 0;
      const across = Math.max(falls[0]?.[i] ?? 0, falls[1]?.[i] ?? 0, falls[2]?.[i] ?? 0);
      const stopped = row < 3 ? across : Math.min(3 * across, lows[i]?.[3] ?? 0);
      highestMa = Math.max(highestMa, ma + (i < fallenFrom ? own : Math.max(own, stopped, largest[row])));
    });
    return highestMa;
  };
  return [level(0), level(1), level(2), level(3)];
}

/** Index of the first reading that lies well below one before it; Infinity without one. */
function firstFall(readings: readonly number[]): number {
  let topMa = 0;
  const found = readings.findIndex(ma => {
    topMa = Math.max(topMa, ma);
    return topMa - ma > FALL_MA;
  });
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}

/** At each place the deepest fall so far. */
function fallsOf(levels: readonly number[]): readonly number[] {
  let topMa = 0;
  let fallMa = 0;
  return levels.map(ma => {
    topMa = Math.max(topMa, ma);
    fallMa = Math.max(fallMa, topMa - ma);
    return fallMa;
  });
}

/** The most that a single car vouches for on each row. */
const largestDraw = (vouchers: readonly Voucher[]): Quad =>
  vouchers.reduce<Quad>(
    (most, voucher) => {
      const now = voucher[0]?.ma ?? ZERO_TRIPLE;
      return [
        Math.max(most[0], now[0]),
        Math.max(most[1], now[1]),
        Math.max(most[2], now[2]),
        Math.max(most[3], now[0] + now[1] + now[2]),
      ];
    },
    [0, 0, 0, 0],
  );

/**
 * The least that one car may have drawn on each phase since each of its last samples was taken, newest first. Of what
 * lies before the oldest of them nobody vouches: the car may have begun since.
 */
type Voucher = readonly { readonly sinceMs: number; readonly ma: Triple }[];

/**
 * Of every car below that vouches for its draw. A sample from before the first reading at hand (the meter
 * was silent) vouches for nothing: the car may have stopped unseen.
 */
function vouchersOf(state: SiteState, circuit: Circuit, firstMs: number, atMs: number): readonly Voucher[] {
  const out: Voucher[] = [];
  for (const index of circuit.connectors) {
    const connector = at(state.connectors, index);
    const charger = at(state.chargers, at(state.topology.connectors, index).charger);
    const draw = freshDraw(connector, charger, atMs);
    if (draw === null || draw.atMs - LINK_MS < firstMs) continue;
    let ma = minTriple(draw.ma, triple(lowestObeyedMa(connector.ledger, charger.traits, draw.atMs, atMs)));
    const voucher = [{ sinceMs: draw.atMs, ma }];
    for (const earlier of unbroken(draw, connector.earlierDraws, charger.linkSinceMs)) {
      ma = minTriple(ma, minTriple(earlier.ma, triple(dipBeforeMa(connector.ledger, earlier.atMs))));
      voucher.push({ sinceMs: earlier.atMs - LINK_MS, ma });
    }
    out.push(voucher);
  }
  return out;
}

/** The samples before `draw` up to the first gap: across a lost link, or a long silence, a car may have stopped and begun again. */
function unbroken(draw: DrawSample, earlier: readonly DrawSample[], linkSinceMs: number): readonly DrawSample[] {
  const gap = earlier.findIndex(({ atMs }, i) => {
    const nextMs = earlier[i - 1]?.atMs ?? draw.atMs;
    return atMs < linkSinceMs || nextMs - atMs > SAMPLE_FRESH_MS;
  });
  return gap < 0 ? earlier : earlier.slice(0, gap);
}

/** The least that all of them together may have drawn at a past instant. */
function lowestDraw(vouchers: readonly Voucher[], pastMs: number): Quad {
  let l1 = 0;
  let l2 = 0;
  let l3 = 0;
  for (const voucher of vouchers) {
    const ma = voucher.find(({ sinceMs }) => pastMs >= sinceMs)?.ma ?? ZERO_TRIPLE;
    l1 += ma[0];
    l2 += ma[1];
    l3 += ma[2];
  }
  return [l1, l2, l3, l1 + l2 + l3];
}
