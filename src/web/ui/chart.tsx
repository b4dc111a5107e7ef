/** The main circuit over the last ten minutes: limit, load, cars. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { SiteView } from '../site-view.ts';
import { mainCircuit, type Point, TREND_S, type Trace } from '../trend.ts';
import { chartOptions } from './chart-look.ts';
import { ChartTable } from './chart-table.tsx';
import { history } from './history.ts';

/** What people chose to see; null follows the site: kW under a power limit, else the first phase. */
const chosen = signal<Trace | null>(null);

const NAMES: Readonly<Record<Trace, string>> = { kw: 'kW', l1: 'L1', l2: 'L2', l3: 'L3' };

export function Chart({ view }: { readonly view: SiteView }) {
  const main = mainCircuit(view);
  if (main === undefined) return null;
  const traces: readonly Trace[] = view.site.phases === 3 ? ['kw', 'l1', 'l2', 'l3'] : ['kw', 'l1'];
  const trace = chosen.value ?? (main.limitW === null ? 'l1' : 'kw');
  return (
    <section class="card chart" aria-labelledby="chart-title">
      <div class="section-head">
        <h3 id="chart-title">Last 10 minutes</h3>
        <fieldset class="filters small">
          <legend class="unseen">Show</legend>
          {traces.map(name => (
            <label key={name} class="filter">
              <input type="radio" name="trace" checked={trace === name} onChange={() => choose(name)} />
              <span>{NAMES[name]}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <Plot trace={trace} />
      <div class="chart-foot">
        <ul class="legend" aria-hidden="true">
          <li>
            <i class="line limit" /> limit
          </li>
          <li>
            <i class="line load" /> all
          </li>
          <li>
            <i class="line cars" /> cars
          </li>
        </ul>
        <ChartTable trace={trace} unit={trace === 'kw' ? 'kW' : 'A'} />
      </div>
    </section>
  );
}

function choose(trace: Trace): void {
  chosen.value = trace;
}

function Plot({ trace }: { readonly trace: Trace }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const points = history.value;
  useEffect(() => {
    const host = box.current;
    if (host === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(chartOptions(host), dataOf(history.peek(), trace), host);
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: host.clientWidth, height: host.clientHeight }),
    );
    dark.addEventListener('change', draw);
    resized.observe(host);
    return () => {
      dark.removeEventListener('change', draw);
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [trace]);
  useEffect(() => plot.current?.setData(dataOf(points, trace)), [points, trace]);
  return <div ref={box} class="plot" aria-hidden="true" />;
}

/** Columns for uPlot, with the left end of the ten minutes as a first, empty point. */
function dataOf(points: readonly Point[], trace: Trace): uPlot.AlignedData {
  const endS = points.at(-1)?.atS ?? Date.now() / 1000;
  const column = (read: (point: Point) => number | null) => [null, ...points.map(read)];
  return [
    [endS - TREND_S, ...points.map(point => point.atS)],
    column(point => point.figures[trace].load),
    column(point => point.figures[trace].cars),
    column(point => point.figures[trace].limit),
  ];
}
