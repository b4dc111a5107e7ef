/** A simulated site as plain data: what stands where, and the configuration file its installer would write. */
import type { PhaseIndex, Triple } from '#base/units.ts';
import type { BuildingPlan } from './building.ts';
import type { DcPlan } from './dc.ts';
import type { Brand, Habit } from './habits.ts';

export type PlannedLimit = {
  readonly source: 'fuse' | 'contract' | 'cap';
  readonly kind: 'hard' | 'live';
  /** The same on each phase, A; null where only watts are meant. */
  readonly limitA: number | null;
  readonly limitW: number | null;
  readonly evOnly: boolean;
};

export type PlannedCircuit = {
  readonly id: string;
  /** Index of the parent, -1 for the root. */
  readonly parent: number;
  readonly limits: readonly PlannedLimit[];
  readonly marginA: number;
  /** The most the building draws below this node, its children's share included; null = cars only. */
  readonly designMa: Triple | null;
  readonly guard: { readonly meterId: string; readonly intervalMs: number; readonly port: number } | null;
  readonly building: BuildingPlan | null;
};

export type PlannedCharger = {
  readonly identity: string;
  readonly password: string;
  readonly circuit: number;
  readonly ratingA: number;
  /** Sockets on its one feed, each of the charger's rating; one without it. */
  readonly sockets?: number;
  readonly rotation: readonly PhaseIndex[];
  /** Of a DC charger, which loads all three phases alike; its `ratingA` is what the grid sees of its rating. */
  readonly dc?: DcPlan;
  readonly brand: Brand;
  readonly habit: Habit;
  /** Device profile that the site file names for it; without it the boot tells the model. */
  readonly profile?: string;
  /** It stands in no file: nobody knows it until it is adopted. */
  readonly unlisted?: true;
  /** Where it comes from; an address of the site's network without it. */
  readonly address?: string;
  /** What the installer has it stand at when nobody commands it; `auto` without it. */
  readonly fallbackA?: number;
  readonly clockErrorMs: number;
  readonly resumesAlone: boolean;
  /** Latency of its link, one way, from and to. */
  readonly latencyMs: readonly [number, number];
};

export type SitePlan = {
  readonly name: string;
  readonly nominalV: number;
  /** Three without it. */
  readonly supplyPhases?: 1 | 3;
  readonly circuits: readonly PlannedCircuit[];
  readonly chargers: readonly PlannedCharger[];
  /** Life of a lease; the preset's own without it. */
  readonly leaseTtlS?: number;
  /** End of a commissioning window; without it none is open. */
  readonly commissioningUntilWallMs?: number;
  /** A back office, and what the site file says of it beside its address. */
  readonly upstream?: PlannedOffice;
};

export type PlannedOffice = {
  readonly whoMayCharge?: 'everyone' | 'known' | 'csms';
  readonly knownTokens?: readonly string[];
  readonly messagesPerS?: number;
  readonly resetScope?: 'stuck' | 'idle' | 'all';
};

export const OCPP_PORT = 8887;
export const OFFICE = { port: 9000, identity: 'SITE-1', password: 'station-secret' } as const;
const PHASE_LETTERS = ['R', 'S', 'T'] as const;

const amps = (ma: Triple, supplyPhases: 1 | 3) =>
  supplyPhases === 1 ? { l1: ma[0] / 1000 } : { l1: ma[0] / 1000, l2: ma[1] / 1000, l3: ma[2] / 1000 };

const acFigures = ({ ratingA, rotation }: PlannedCharger) => ({
  ratingA,
  phases: rotation.length,
  rotation: rotation.map(p => PHASE_LETTERS[p]).join(''),
});

const dcFigures = ({ ratingKw, minKw, standbyKw, efficiency, powerFactor }: DcPlan) => ({
  current: 'dc',
  ...{ ratingKw, minKw, standbyKw, efficiency, powerFactor },
});

/** OCPP numbers of a charger's sockets, from 1. */
export const socketsOf = (charger: PlannedCharger): readonly number[] =>
  Array.from({ length: charger.sockets ?? 1 }, (_, index) => index + 1);

/** The chargers that stand in the file. */
const listed = ({ chargers }: SitePlan): readonly PlannedCharger[] => chargers.filter(charger => !charger.unlisted);

/** The configuration of the site, raw, as it stands in its YAML file. */
export function rawConfig(plan: SitePlan): unknown {
  const supplyPhases = plan.supplyPhases ?? 3;
  return {
    site: { name: plan.name, timezone: 'UTC' },
    supply: { phases: supplyPhases, nominalV: plan.nominalV },
    circuits: plan.circuits.map(circuit => ({
      id: circuit.id,
      name: circuit.id,
      ...(circuit.parent === -1 ? {} : { parent: plan.circuits[circuit.parent]?.id }),
      limits: circuit.limits.map(({ limitA, limitW, ...limit }) => ({
        ...limit,
        ...(limitA === null ? {} : { limitA }),
        ...(limitW === null ? {} : { limitW }),
      })),
      marginA: circuit.marginA,
      ...(circuit.designMa ? { designLoadA: amps(circuit.designMa, supplyPhases) } : {}),
      ...(circuit.guard ? { meter: circuit.guard.meterId } : {}),
    })),
    meters: plan.circuits.flatMap(({ guard }) =>
      guard === null
        ? []
        : [
            {
              id: guard.meterId,
              profile: 'eastron-sdm630',
              bus: { tcp: `127.0.0.1:${guard.port}` },
              unit: 1,
              intervalMs: guard.intervalMs,
            },
          ],
    ),
    chargers: listed(plan).map(charger => ({
      identity: charger.identity,
      name: charger.identity,
      circuit: plan.circuits[charger.circuit]?.id,
      ...(charger.dc === undefined ? acFigures(charger) : dcFigures(charger.dc)),
      password: charger.password,
      ...(charger.profile === undefined ? {} : { profile: charger.profile }),
      ...(charger.fallbackA === undefined ? {} : { fallbackA: charger.fallbackA }),
      ...(charger.sockets === undefined
        ? {}
        : { connectors: socketsOf(charger).map(connectorId => ({ connectorId })) }),
    })),
    ocpp: { host: '127.0.0.1', port: OCPP_PORT },
    // Only where somebody looks: a free port.
    web: { host: '127.0.0.1', port: 0 },
    ...(plan.leaseTtlS === undefined ? {} : { lease: { ttlS: plan.leaseTtlS } }),
    ...(plan.commissioningUntilWallMs === undefined
      ? {}
      : { commissioning: { until: `${new Date(plan.commissioningUntilWallMs).toISOString().slice(0, 19)}Z` } }),
    limits: { sources: ['ems'] },
    ...(plan.upstream === undefined
      ? {}
      : {
          upstream: {
            url: `ws://127.0.0.1:${OFFICE.port}/ocpp`,
            identity: OFFICE.identity,
            password: OFFICE.password,
            ...plan.upstream,
          },
        }),
  };
}
