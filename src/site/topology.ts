/**
 * The electrical site as the installer declared it: dense arrays by index. Built by `config/`, read by everyone.
 * It only ever grows, at the ends (reduce/topology.ts): an adopted charger moves no index of another.
 */
import type { PhaseIndex, Triple } from '#base/units.ts';

/** A hard limit holds even when we are dead (fuse, cable); a live one holds while we live (contract, cap, EMS). */
export type LimitKind = 'hard' | 'live';

/** A limit that the configuration fixes for a circuit. */
export type FixedLimit = {
  /** Who wants it: `fuse`, `contract`, `cable`, … */
  readonly source: string;
  readonly kind: LimitKind;
  /** Per phase; NO_LIMIT_MA where it says nothing. */
  readonly limitMa: Triple;
  /** Sum over phases, or null. */
  readonly limitW: number | null;
  /** True: counts EV current only; no background, design load or margin on this row. */
  readonly evOnly: boolean;
};

export type Circuit = {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** Index of the parent, -1 for a root. Parents stand before their children. */
  readonly parent: number;
  readonly children: readonly number[];
  readonly limits: readonly FixedLimit[];
  /** Held back per phase where a row carries background (default max(1 A, 2 %)); null = the default. */
  readonly marginMa: number | null;
  /** The most the building (not the cars) draws below this node; zero for an EV-only circuit. */
  readonly designLoadMa: Triple;
  /** Another gateway's share of this node. */
  readonly reservedMa: Triple;
  /** Index of the guard meter, -1 without one: then background is `designLoadMa`. */
  readonly meter: number;
  /** All EVs below together, while the guard meter is silent; null = limit − margin − designLoad. */
  readonly failSafeMa: Triple | null;
  /** Every connector below, by index. */
  readonly connectors: readonly number[];
};

export type ConnectorSpec = {
  readonly index: number;
  readonly charger: number;
  readonly evseId: number;
  readonly connectorId: number;
  readonly name: string;
  /** Circuits from the one that feeds it up to the root. A charger with several connectors has a circuit of its own. */
  readonly path: readonly number[];
  /** Grid phases in the charger's own order: [1] means the charger's L1 sits on the grid's L2. */
  readonly phases: readonly PhaseIndex[];
  /** IEC 61851 floor for this model. */
  readonly minMa: number;
  /** Lowest of the charger's, the connector's and the cable's rating. */
  readonly maxMa: number;
  /** The grant an idle or forgotten connector stands at; 0 or at least `minMa`. */
  readonly fallbackMa: number;
  /** Null for alternating current. */
  readonly dc: DcSpec | null;
  /** The number that the installer wants it to have at the back office. */
  readonly upstreamId?: number;
};

/** What is known of a model and firmware: from profiles/chargers/*.json, else the cautious default. */
export type ChargerTraits = {
  readonly profileId: string;
  /** A obeys its schedule alone, B only while connected, C never; unknown counts as C. */
  readonly leaseClass: 'A' | 'B' | 'C' | 'unknown';
  /** Command to car, worst case (assumption A3). */
  readonly reactionMs: number;
  /** For class A: a decrease counts as done this long after its ack, seen or not (rule 5). */
  readonly believeMs: number;
  /** Smallest change the model follows. */
  readonly stepMa: number;
  /** The unit its charging profiles take. */
  readonly rateUnit: 'A' | 'W';
  /** False: 0 A is not obeyed, the real floor is `ConnectorSpec.minMa`. */
  readonly canPause: boolean;
  /** Model is proven to divide a W limit by numberPhases. */
  readonly dividesByPhases: boolean;
  /** Stack level of the base profile; the lease stands one above where there are two (rule 18). */
  readonly stackLevel: number;
  /** Levels of TxDefaultProfile that it truly takes, from `stackLevel` up. With one, the lease carries its own base. */
  readonly stackLevels: number;
  /** Periods that a schedule may have. */
  readonly maxPeriods: number;
  /** False: knows Relative schedules only, so no lease can be written for it (rule 21). */
  readonly absolute: boolean;
  /** GetCompositeSchedule answers what is in force. */
  readonly readsBack: boolean;
  /** False: clears everything whatever it is asked to clear (rule 25). */
  readonly clearsByCriteria: boolean;
  /** Profiles it may be sent a day and connector for its flash to last (rule 23); null = kept in volatile memory. */
  readonly writesPerDay: number | null;
};

/** A socket that gives direct current. Its grants are watts at the car; what the grid sees is booked. */
export type DcSpec = {
  /** Watts at the car for each ampere booked on each of three phases: 3 · 0.9 · V nominal · η · power factor (rule 10). */
  readonly wattsPerA: number;
  /** Drawn on each phase while it stands idle. */
  readonly standbyMa: number;
};

export type ChargerSpec = {
  readonly index: number;
  readonly identity: string;
  readonly name: string;
  readonly connectors: readonly number[];
  /** Traits until a boot tells the model. */
  readonly traits: ChargerTraits;
  /** Identity of the charger that stood here before, whose numbers at the back office are its own now. */
  readonly replaces?: string;
  /** A person took it out: it gets nothing, and keeps its place and its booking until it is known to have no power. */
  readonly removed?: true;
};

export type MeterSpec = {
  readonly index: number;
  readonly id: string;
  readonly role: 'guard' | 'info';
  /** The circuit it guards. */
  readonly circuit: number;
  readonly intervalMs: number;
  /** Readings carry a sign (export is negative). */
  readonly signed: boolean;
};

export type Topology = {
  readonly siteName: string;
  readonly supplyPhases: 1 | 3;
  readonly nominalV: number;
  readonly circuits: readonly Circuit[];
  readonly chargers: readonly ChargerSpec[];
  readonly connectors: readonly ConnectorSpec[];
  readonly meters: readonly MeterSpec[];
  /** Names that may set limits from outside. */
  readonly limitSources: readonly string[];
  /** How long a charger keeps a grant by itself, ms: 60 s under the strict preset, else at most 300 s. */
  readonly leaseTtlMs: number;
};

/** The socket that a charger's own number means; undefined for 0 and for numbers that stand in no file. */
export function socketOn(topology: Topology, charger: number, connectorId: number): ConnectorSpec | undefined {
  const found = topology.chargers[charger]?.connectors.find(
    index => topology.connectors[index]?.connectorId === connectorId,
  );
  return found === undefined ? undefined : topology.connectors[found];
}

/** As `socketOn`, by the identity of its charger. */
export const socketNamed = (topology: Topology, identity: string, connectorId: number): ConnectorSpec | undefined =>
  topology.connectors.find(
    spec => spec.connectorId === connectorId && topology.chargers[spec.charger]?.identity === identity,
  );

/** What a socket gives at its rating: W from the grid, or at the car for direct current. */
export const socketW = ({ maxMa, phases, dc }: ConnectorSpec, { nominalV }: Topology): number =>
  (maxMa / 1000) * (dc?.wattsPerA ?? nominalV * phases.length);
