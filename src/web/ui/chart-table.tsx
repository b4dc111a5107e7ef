/** The chart as a table, a row for each minute: what the picture says, for those who cannot see it. */
import type { Point, Trace } from '../trend.ts';
import { history } from './history.ts';
import { shortTime } from './times.ts';

type Props = { readonly trace: Trace; readonly unit: 'A' | 'kW' };

export const ChartTable = ({ trace, unit }: Props) => (
  <details class="chart-table">
    <summary>Show as table</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Limit, {unit}</th>
          <th scope="col">All, {unit}</th>
          <th scope="col">Cars, {unit}</th>
        </tr>
      </thead>
      <tbody>
        {minutes(history.value).map(point => (
          <tr key={point.atS}>
            <th scope="row">{shortTime(point.atS * 1000)}</th>
            <td class="figure">{figure(point.figures[trace].limit)}</td>
            <td class="figure">{figure(point.figures[trace].load)}</td>
            <td class="figure">{figure(point.figures[trace].cars)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(1));

/** The last point of every minute, newest first. */
function minutes(points: readonly Point[]): readonly Point[] {
  const byMinute = new Map(points.map(point => [Math.floor(point.atS / 60), point]));
  return [...byMinute.values()].reverse();
}
