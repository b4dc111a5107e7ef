/**
 * The site file once the schema has let it pass and defaults are filled in: what the writer wrote, in the
 * writer's units. `Draft` is the same with everything the schema refused taken out, so that the checks
 * across sections can still run and all problems are told at once.
 */

import type { RawMeter } from '#meters/options.ts';
import type { RawUpstream } from '#upstream/options.ts';
import type { Preset } from './lease.ts';

/** Amperes, the same on each phase of the supply or phase by phase. */
export type RawAmps = number | { readonly l1: number; readonly l2?: number; readonly l3?: number };

export type LimitSource = 'fuse' | 'cable' | 'contract' | 'grid' | 'cap';

export type RawLimit = {
  readonly source: LimitSource;
  readonly kind: 'hard' | 'live';
  readonly limitA?: RawAmps;
  readonly limitW?: number;
  readonly evOnly: boolean;
};

export type RawCircuit = {
  readonly id: string;
  readonly name?: string;
  readonly parent?: string;
  readonly limits: readonly RawLimit[];
  readonly designLoadA?: RawAmps;
  readonly reservedA: RawAmps;
  readonly marginA?: number;
  readonly meter?: string;
  readonly failSafeA?: RawAmps;
};

export type RawConnector = {
  readonly connectorId: number;
  readonly name?: string;
  readonly ratingA?: number;
  readonly ratingKw?: number;
  readonly upstreamId?: number;
};

/** AC in amperes per phase, DC in kilowatts at the car; the checks see to it that nobody mixes them. */
export type RawCharger = {
  readonly identity: string;
  readonly name?: string;
  readonly circuit: string;
  readonly current: 'ac' | 'dc';
  readonly cableA?: number;
  readonly ratingA?: number;
  readonly phases?: 1 | 3;
  readonly rotation?: string;
  readonly minA?: number;
  readonly fallbackA?: 'auto' | number;
  readonly ratingKw?: number;
  readonly minKw?: number;
  readonly standbyKw?: number;
  readonly efficiency?: number;
  readonly powerFactor?: number;
  readonly fallbackKw?: 'auto' | number;
  readonly profile?: string;
  readonly writesPerDay?: 'unlimited' | number;
  readonly auth: 'basic' | 'none';
  readonly password?: string;
  readonly address?: string;
  readonly upstreamId?: number;
  readonly replaces?: string;
  readonly connectors?: readonly RawConnector[];
};

export type RawConfig = {
  readonly site: { readonly name: string; readonly timezone: string; readonly preset: Preset };
  readonly lease?: { readonly ttlS?: number };
  readonly commissioning?: { readonly until: string };
  readonly supply: { readonly phases: 1 | 3; readonly nominalV: number };
  readonly circuits: readonly RawCircuit[];
  readonly meters: readonly RawMeter[];
  readonly chargers: readonly RawCharger[];
  readonly ocpp: { readonly host: string; readonly port: number };
  readonly web: { readonly host: string; readonly port: number; readonly token?: string };
  readonly limits: { readonly sources: readonly string[] };
  readonly history: {
    readonly keepDays: number;
    readonly influx?: { readonly url: string; readonly database: string; readonly token?: string };
  };
  readonly upstream: RawUpstream;
};

type Partly<T> = T extends readonly (infer Item)[]
  ? readonly (Partly<Item> | undefined)[]
  : T extends object
    ? { readonly [key in keyof T]?: Partly<T[key]> | undefined }
    : T;

export type Draft = Partly<RawConfig>;
export type DraftCircuit = Partly<RawCircuit>;
export type DraftCharger = Partly<RawCharger>;

/** The entries of a list that are there, each with its place. */
export function entries<T>(list: readonly (T | undefined)[] | undefined): readonly (readonly [T, number])[] {
  return (list ?? []).flatMap((item, index) => (item === undefined || item === null ? [] : [[item, index] as const]));
}
