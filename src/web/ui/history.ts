/** The last ten minutes of the main circuit, kept in the browser only. */
import { signal } from '@preact/signals';
import { type CircuitView, PHASES, type SiteView } from '../site-view.ts';

export const HISTORY_S = 600;
/** A hole this long is drawn as a hole. */
const GAP_S = 5;

/** What can be drawn: a phase in A, or the sum in kW. */
export type Trace = 'l1' | 'l2' | 'l3' | 'kw';

export type Figures = { readonly limit: number | null; readonly load: number | null; readonly cars: number | null };
export type Point = { readonly atS: number; readonly figures: Readonly<Record<Trace, Figures>> };

const NOTHING: Figures = { limit: null, load: null, cars: null };
const HOLE: Point['figures'] = { l1: NOTHING, l2: NOTHING, l3: NOTHING, kw: NOTHING };

export const history = signal<readonly Point[]>([]);

export const mainCircuit = (view: SiteView): CircuitView | undefined => view.circuits.find(c => c.parent === null);

/** Adds the newest figures; at most one point a second. */
export function remember(view: SiteView): void {
  const main = mainCircuit(view);
  if (main === undefined) return;
  const atS = Date.parse(view.at) / 1000;
  const kept = history.value.filter(point => point.atS > atS - HISTORY_S && point.atS < atS);
  const last = kept.at(-1);
  const hole = last !== undefined && atS - last.atS > GAP_S ? [{ atS: last.atS + 1, figures: HOLE }] : [];
  history.value = [...kept, ...hole, { atS, figures: figuresOf(main) }];
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
