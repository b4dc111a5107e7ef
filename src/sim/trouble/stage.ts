/** What troubles need of the simulated world: the same in the demo and in a story on the virtual clock. */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import { NO_LIMIT_MA, type Triple } from '#base/units.ts';
import type { Topology } from '#site/topology.ts';
import type { CarPlan } from '../car.ts';
import type { SimConnector } from '../connector.ts';
import { highestLimit, limitAt } from '../profile-engine.ts';
import type { Station } from '../station.ts';
import type { Truth } from '../truth.ts';
import type { Row } from './gauge.ts';

export type Place = { readonly name: string; readonly station: Station; readonly connectorId: number };

/** A session as the back office has it: once for each start that was not a repetition. */
export type Booked = {
  readonly idTag: string;
  readonly meterStart: number;
  /** Null while it runs. */
  readonly meterStop: number | null;
};

export type BackOffice = {
  isConnected(): boolean;
  cut(): void;
  restore(): void;
  /** Every session ever begun there, in order. */
  sessions(): readonly Booked[];
};

export type TroubleStage = {
  readonly clock: Clock;
  readonly truth: Truth;
  readonly topology: Topology;
  readonly places: readonly Place[];
  /** The building at the root steps by so much, mA. */
  step(ma: Triple): void;
  /** Meters answer nobody. */
  silence(silent: boolean): void;
  /** Null where the site has none. */
  readonly backOffice: BackOffice | null;
  /** A car that anybody might drive, with this tag. */
  visitor(idTag: string): CarPlan;
  /** As `kill -9`, and nobody starts it again. */
  kill(): void;
  revive(): void;
  /** What stands on circuits beside the configuration, as it was last told: caps and the like. */
  outside(): readonly OutsideRow[];
};

export type OutsideRow = {
  readonly circuit: string;
  readonly limitMa: Triple;
  readonly limitW: number | null;
  readonly evOnly: boolean;
};

/** G of the safety rules: what a charger's clock may be off within a lease. */
const CLOCK_SLACK_MS = 10_000;
/** No schedule of ours says anything beyond. */
const FOR_EVER_MS = 10 * 365 * 86_400_000;
/** IEC 61851-1: less is a pause. */
const FLOOR_MA = 6_000;

export const rootOf = ({ circuits }: Topology): number => circuits.findIndex(circuit => circuit.parent === -1);

export const socketAt = ({ station, connectorId }: Place): SimConnector => station.connectorOf(connectorId);

/** Places with a car that draws. */
export const charging = ({ places }: TroubleStage): readonly Place[] =>
  places.filter(place => place.station.isOnline() && socketAt(place).drawMa() > 0);

/** Lease, clock and reaction: by then after the last word of Busbar a car is at its fallback, ms. */
export const fallenByMs = ({ topology }: TroubleStage): number =>
  topology.leaseTtlMs + CLOCK_SLACK_MS + Math.max(0, ...topology.chargers.map(({ traits }) => traits.reactionMs));

/** Every row with a limit that counts the building, on circuits that have one; with `all` those for cars alone too. */
export function rowsOf(stage: TroubleStage, all: boolean): readonly Row[] {
  const { circuits } = stage.topology;
  const outside = stage.outside().flatMap(limit => {
    const circuit = circuits.findIndex(({ id }) => id === limit.circuit);
    return circuit < 0 ? [] : rows(at(circuits, circuit).name, circuit, limit);
  });
  const fixed = circuits.flatMap(({ name, index, limits }) => limits.flatMap(limit => rows(name, index, limit)));
  return [...fixed, ...outside].filter(row => all || !row.evOnly);
}

function rows(name: string, circuit: number, limit: Omit<OutsideRow, 'circuit'>): readonly Row[] {
  const { evOnly } = limit;
  const phases = ([0, 1, 2] as const)
    .filter(p => limit.limitMa[p] < NO_LIMIT_MA)
    .map(p => ({ where: `${name}, L${p + 1}`, circuit, line: p, limit: limit.limitMa[p], evOnly }));
  return limit.limitW === null ? phases : [...phases, { where: name, circuit, line: 3, limit: limit.limitW, evOnly }];
}

/** What the schedules of a socket allow: now, at most from now on, and in the end. mA, 0 where it is a pause. */
export function allowedMa(place: Place): { readonly nowMa: number; readonly mostMa: number; readonly restMa: number } {
  const stack = place.station.stack();
  const asking = socketAt(place).asking();
  return {
    nowMa: offered(limitAt(stack, asking)),
    mostMa: offered(highestLimit(stack, asking, FOR_EVER_MS)),
    restMa: offered(limitAt(stack, { ...asking, atWallMs: asking.atWallMs + FOR_EVER_MS })),
  };
}

function offered(limitA: number): number {
  const ma = Math.round(limitA * 1000);
  return ma < FLOOR_MA ? 0 : ma;
}

/** It may never again draw more than its fallback, and draws no more. */
export function isAtRest(place: Place): boolean {
  const { mostMa, restMa } = allowedMa(place);
  return mostMa <= restMa && socketAt(place).drawMa() <= restMa;
}
