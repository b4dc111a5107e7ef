/** What a site file comes to: every room's resolved options, and the electrical site they share. */
import type { Checked } from '#base/problem.ts';
import type { ChargersOptions } from '#chargers/options.ts';
import type { ChargerProfile, TraitOverrides } from '#chargers/quirks.ts';
import type { HistoryOptions } from '#history/options.ts';
import type { MetersOptions } from '#meters/options.ts';
import type { Topology } from '#site/topology.ts';
import type { UpstreamOptions } from '#upstream/options.ts';
import type { WebOptions } from '#web/options.ts';
import { examine } from './examine.ts';
import type { Preset } from './lease.ts';
import type { RawConfig } from './raw.ts';

export type Config = {
  readonly topology: Topology;
  readonly chargers: ChargersOptions;
  readonly meters: MetersOptions;
  readonly web: WebOptions;
  readonly history: HistoryOptions;
  readonly upstream: UpstreamOptions;
  /** IANA name; for schedules and records, never for control. */
  readonly siteTimezone: string;
  /** For people; what follows from it stands in the topology. */
  readonly preset: Preset;
  /** End of the commissioning window, wall time; null where none is open. */
  readonly commissioningUntilWallMs: number | null;
  /** By charger index: what the file says of it whatever model boots; see `adjusted`. */
  readonly traitOverrides: readonly TraitOverrides[];
  /** What all this was resolved from: an adopted charger is checked beside it (adopt.ts). */
  readonly raw: RawConfig;
};

/** The devices that a file may name. */
export type Devices = {
  readonly chargers: readonly ChargerProfile[];
  /** Profiles in profiles/meters. */
  readonly meterIds: readonly string[];
  /** Those of them whose readings tell import from export. */
  readonly signedMeterIds?: readonly string[];
};

/** Plain data, as parsed from a site file, as a configuration by a wall clock; or everything that is wrong with it. */
export function resolveConfig(raw: unknown, devices: Devices, nowWallMs: number): Checked<Config> {
  const { problems, config } = examine(raw, devices, nowWallMs);
  if (config === null || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: config };
}
