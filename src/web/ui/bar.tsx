/** One row of a circuit as a bar: building, cars, what is kept for cars, what is free, and the limit line. */
export type BarFigures = {
  readonly label: string;
  readonly unit: 'A' | 'kW';
  readonly decimals: 0 | 1;
  readonly building: number;
  readonly cars: number;
  readonly load: number;
  /** Null where nothing limits the row. */
  readonly limit: number | null;
  /** Negative: more was given than now fits. */
  readonly headroom: number | null;
  /** Right end of the bar. */
  readonly scale: number;
};

/** Room beyond the scale, so that a limit line at its end and an overload stay visible. */
const BEYOND = 1.03;

/** Less than this is nothing, in the unit shown. */
const SMALLEST = 0.05;

export function Bar(bar: BarFigures) {
  const { label, unit, decimals, load, limit, headroom } = bar;
  const over = limit !== null && load > limit;
  const text = (value: number) => Math.abs(value).toFixed(decimals);
  return (
    <div class={over ? 'bar-row over' : 'bar-row'}>
      <span class="bar-label">{label}</span>
      <BarPicture {...bar} />
      <span class="bar-used">
        <b>{text(Math.max(0, load))}</b>
        {limit === null ? ` ${unit}` : ` of ${Number(text(limit))} ${unit}`}
      </span>
      <span class={headroom !== null && headroom < -SMALLEST ? 'bar-free attention-text' : 'bar-free'}>
        {freeWords(headroom, over, text, limit, load)}
      </span>
    </div>
  );
}

function freeWords(
  headroom: number | null,
  over: boolean,
  text: (value: number) => string,
  limit: number | null,
  load: number,
) {
  if (over && limit !== null) return `${text(load - limit)} over`;
  if (headroom === null) return 'no limit';
  if (headroom < -SMALLEST) return `${text(headroom)} short`;
  return headroom < SMALLEST ? 'full' : `${text(headroom)} free`;
}

function BarPicture({ building, cars, limit, headroom, scale }: BarFigures) {
  const part = (value: number) => `${Math.max(0, Math.min(100, (100 * value) / (scale * BEYOND)))}%`;
  const base = Math.max(0, building);
  const used = base + Math.max(0, cars);
  const kept = limit === null || headroom === null ? 0 : Math.max(0, limit - Math.max(0, headroom) - used);
  return (
    <span class="bar" aria-hidden="true">
      <i class="seg building" style={{ left: '0', width: part(base) }} />
      <i class="seg cars" style={{ left: part(base), width: part(cars) }} />
      <i class="seg kept" style={{ left: part(used), width: part(kept) }} />
      {limit !== null && <i class="limit-line" style={{ left: part(limit) }} />}
    </span>
  );
}

export const Legend = () => (
  <ul class="legend" aria-label="Legend">
    <li>
      <i class="seg building" /> building
    </li>
    <li>
      <i class="seg cars" /> cars
    </li>
    <li>
      <i class="seg kept" /> kept for cars, margin
    </li>
    <li>
      <i class="seg" /> free
    </li>
    <li>
      <i class="limit-line" /> limit
    </li>
  </ul>
);
