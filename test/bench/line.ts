/** What a benchmark says: one line each, as JSON for machines and as a table for people. */

/** How long something takes. `peer` and `ratio` where another way was measured in turn with it. */
export type TimeLine = {
  readonly name: string;
  readonly n: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peer?: string;
  /** Ours over the peer's, at the median. */
  readonly ratio?: number;
  readonly runs?: number;
};

/** One figure in a unit; `ratio` is the peer's over ours for times, ours over the peer's for rates: above 1 we are better. */
export type ValueLine = {
  readonly name: string;
  readonly n?: number;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  readonly ratio?: number;
  /** Under which conditions the figure stands. */
  readonly note?: string;
};

export type BenchLine = TimeLine | ValueLine;

/** The nearest-rank quantile. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

export const timeLine = (name: string, n: number, timesMs: readonly number[]): TimeLine => ({
  name,
  n,
  p50Ms: quantile(timesMs, 0.5),
  p99Ms: quantile(timesMs, 0.99),
  runs: timesMs.length,
});

/** Four digits are more than any of these figures is worth. */
const shortened = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);

export const jsonOf = (line: BenchLine): string => JSON.stringify(line, (_, value) => shortened(value));

/** One row of the table. */
export function rowOf(line: BenchLine): string {
  const name = `${line.name.padEnd(18)} ${line.n === undefined ? '' : `n = ${line.n}`.padEnd(10)}`.padEnd(30);
  const figure =
    'p50Ms' in line
      ? `p50 ${milliseconds(line.p50Ms)}  p99 ${milliseconds(line.p99Ms)}`
      : `${shortened(line.value)} ${line.unit}`.padEnd(34);
  const peer = line.ratio === undefined ? '' : `  × ${shortened(line.ratio)} against ${line.peer}`;
  const note = 'note' in line ? `\n${' '.repeat(31)}${line.note}` : '';
  return `${name} ${figure}${peer}${note}`;
}

const milliseconds = (ms: number): string => `${ms.toFixed(3).padStart(9)} ms`;
