/** How the chart looks: colours from the page's theme, three lines told apart by weight, fill and dashes. */
import uPlot from 'uplot';
import { shortTime } from './times.ts';

const FONT = '12px system-ui, sans-serif';

/** Seconds between marks on the time axis. */
const MARKS_S = [60, 120, 300];

/** Options for a chart that fills `host`. */
export function chartOptions(host: HTMLElement): uPlot.Options {
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    font: FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [12, 32, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, max) => [0, niceTop(max)] } },
    axes: [
      { ...axis, size: 30, space: 70, incrs: MARKS_S, values: (_plot, marks) => marks.map(s => shortTime(s * 1000)) },
      { ...axis, size: 44, space: 26 },
    ],
    series: [
      {},
      { stroke: colour('--building'), width: 2, fill: colour('--chart-fill'), points: { show: false } },
      { stroke: colour('--cars'), width: 2.5, points: { show: false } },
      {
        stroke: colour('--limit'),
        width: 1.5,
        dash: [6, 4],
        points: { show: false },
        ...(stepped === undefined ? {} : { paths: stepped }),
      },
    ],
  };
}

/** A top a little above the highest value, and never a flat chart. */
const niceTop = (max: number | null): number => Math.max(1, (max ?? 0) * 1.12);
