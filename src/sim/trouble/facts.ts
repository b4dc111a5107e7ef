/** What is measured of each trouble, from the world's truth. Null: not yet. Times in ms from its begin. */

/** The row that carried the largest share of its limit. */
export type Reading = {
  readonly value: number;
  readonly limit: number;
  readonly unit: 'A' | 'kW';
  /** "Main fuse, L2". */
  readonly where: string;
};

/** How the limits fared. */
export type Held = {
  /** When the last row came back below its limit, 0 where none was above; null while it is not settled. */
  readonly backMs: number | null;
  /** The longest time in a row that something was above its limit. */
  readonly longestOverMs: number;
  readonly worst: Reading | null;
};

export type Facts = {
  readonly 'building-step': Held & {
    readonly addedA: number;
    /** "L2", or "every phase". */
    readonly on: string;
    /** The first charger was told a lower limit. */
    readonly toldMs: number | null;
  };
  readonly 'silence-meter': {
    /** All that chargers may draw fits beside the building at its worst, and stays so. */
    readonly safeMs: number | null;
    /** When Busbar may no longer believe the meter, and its chargers have had time to follow. */
    readonly dueMs: number;
    /** How much more than that is allowed just now, in the unit of the row that misses most; 0 and less fits. */
    readonly tooMuch: number;
    readonly unit: 'A' | 'kW';
  };
  readonly 'cut-upstream': {
    /** Sessions that began or ended while the line was cut. */
    readonly here: number;
    readonly there: number;
    readonly missing: number;
    readonly double: number;
    readonly cutForMs: number;
    /** All of them had arrived, counted from the return of the line. */
    readonly deliveredMs: number | null;
  };
  readonly 'pull-charger': Held & {
    readonly bay: string;
    readonly fromA: number;
    readonly toA: number;
    /** Its car draws what the charger falls back to, or less. */
    readonly fellMs: number | null;
    readonly dueMs: number;
  };
  readonly 'lying-charger': Held & {
    readonly bay: string;
    /** What it says it allows, and the most its car took. */
    readonly saidA: number;
    readonly tookA: number;
  };
  readonly kill: {
    /** Cars at a charger, and those of them that are at their fallback current. */
    readonly cars: number;
    readonly atRest: number;
    readonly restMs: number | null;
    readonly dueMs: number;
  };
};

export type Action = keyof Facts;

/** As in `POST /api/v1/demo/{action}`, in the order of the drawer. */
export const ACTIONS: readonly Action[] = [
  'building-step',
  'silence-meter',
  'lying-charger',
  'cut-upstream',
  'pull-charger',
  'kill',
];
