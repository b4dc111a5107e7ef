/** The last ten minutes of the main circuit: kept by the gateway for whoever comes, and gone on with by the page. */
import type { Clock, Timer } from '#base/clock.ts';
import { type CircuitView, PHASES, type SiteView } from './site-view.ts';

export const TREND_S = 600;

/** Fine enough for the width of a chart; 120 points in all. */
export const TREND_INTERVAL_MS = 5000;
const MAX_POINTS = (TREND_S * 1000) / TREND_INTERVAL_MS;

/** A hole this long is drawn as a hole: longer than a point of the gateway may be late. */
const GAP_S = 8;

/** What can be drawn: a phase in A, or the sum in kW. */
export type Trace = 'l1' | 'l2' | 'l3' | 'kw';

export type Figures = { readonly limit: number | null; readonly load: number | null; readonly cars: number | null };
export type Point = { readonly atS: number; readonly figures: Readonly<Record<Trace, Figures>> };

const NOTHING: Figures = { limit: null, load: null, cars: null };
const HOLE: Point['figures'] = { l1: NOTHING, l2: NOTHING, l3: NOTHING, kw: NOTHING };

export const mainCircuit = (view: SiteView): CircuitView | undefined => view.circuits.find(c => c.parent === null);

/** The main circuit now; nothing where no circuit is. */
export function pointOf(view: SiteView): readonly Point[] {
  const main = mainCircuit(view);
  return main === undefined ? [] : [{ atS: Date.parse(view.at) / 1000, figures: figuresOf(main) }];
}

/** Puts newer points behind older ones: ten minutes in all, with a hole where nobody looked. */
export function joined(older: readonly Point[], newer: readonly Point[]): readonly Point[] {
  const [first] = newer;
  const end = newer.at(-1);
  if (first === undefined || end === undefined) return older;
  const kept = older.filter(point => point.atS > end.atS - TREND_S && point.atS < first.atS);
  const last = kept.at(-1);
  const hole = last !== undefined && first.atS - last.atS > GAP_S ? [{ atS: last.atS + 1, figures: HOLE }] : [];
  return [...kept, ...hole, ...newer];
}

/** The gateway's own memory of it, so that a page opened now has its chart full. */
export class Trend {
  readonly #clock: Clock;
  readonly #read: () => SiteView;
  #points: readonly Point[] = [];
  #timer: Timer;

  constructor(clock: Clock, read: () => SiteView) {
    this.#clock = clock;
    this.#read = read;
    this.#timer = this.#later();
  }

  get points(): readonly Point[] {
    return this.#points;
  }

  close(): void {
    this.#timer.cancel();
  }

  #later(): Timer {
    return this.#clock.after('web.trend', TREND_INTERVAL_MS, () => {
      this.#timer = this.#later();
      this.#points = [...this.#points, ...pointOf(this.#read())].slice(-MAX_POINTS);
    });
  }
}

function figuresOf(main: CircuitView): Point['figures'] {
  const [l1, l2, l3] = PHASES.map(phase => ({
    limit: main.limitA[phase],
    load: main.loadA[phase],
    cars: main.carsA[phase],
  }));
  const kw = {
    limit: main.limitW === null ? null : main.limitW / 1000,
    load: main.loadW / 1000,
    cars: main.carsW / 1000,
  };
  return { l1: l1 ?? NOTHING, l2: l2 ?? NOTHING, l3: l3 ?? NOTHING, kw };
}
