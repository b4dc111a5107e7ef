/** What only the gate knows, as the web room wants it: dense arrays by connector and circuit index. */
import type { Triple } from '#base/units.ts';

/** Whether a connector does what it is told (safety rules 8 and 9, and the words of design §7). */
export type Control = 'controlled' | 'unproven' | 'uncontrolled' | 'offline';

export type GateConnector = {
  /** What the gate books for it on each grid phase (rule 1). */
  readonly exposureMa: Triple;
  readonly control: Control;
  /** Last acknowledged limit per active phase; null before the first. */
  readonly grantMa: number | null;
};

export type GateCircuit = {
  /** Lowest limit in force, hard and live; NO_LIMIT_MA where none stands. */
  readonly limitMa: Triple;
  readonly hardLimitMa: Triple;
  /** Lowest limit in force on the sum of phases. */
  readonly limitW: number | null;
  readonly loadMa: Triple;
  readonly loadW: number;
  /** `sum`: no guard meter here; child meters, charger draws and design load were added up. */
  readonly loadSource: 'meter' | 'sum';
  /** limit − margin − held background − Σ exposure; may be negative. */
  readonly headroomMa: Triple;
  readonly headroomW: number | null;
  /** What the building draws, as held for targets (rule 14). */
  readonly backgroundMa: Triple;
  /** What the cars below draw together. */
  readonly evMa: Triple;
};

export type GateView = {
  readonly connectors: readonly GateConnector[];
  readonly circuits: readonly GateCircuit[];
};
