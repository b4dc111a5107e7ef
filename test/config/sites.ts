/** Small sites as plain data, for tables. */
import { examine } from '#config/examine.ts';
import { devices, NOW_WALL_MS } from './devices.ts';

export type RawEntry = Readonly<Record<string, unknown>>;

export const fuse = (limitA: unknown, evOnly = false): RawEntry => ({ source: 'fuse', kind: 'hard', limitA, evOnly });

/** A charger of 32 A without a password, with what the test says otherwise. */
export const charger = (identity: string, circuit: string, rest: RawEntry = {}): RawEntry => ({
  identity,
  circuit,
  ratingA: 32,
  auth: 'none',
  address: '192.0.2.1',
  ...rest,
});

export const site = (circuits: readonly RawEntry[], chargers: readonly RawEntry[], rest: RawEntry = {}): RawEntry => ({
  site: { name: 'Yard' },
  circuits,
  chargers,
  ...rest,
});

/** The topology of a site and what is wrong with it; fails where it cannot be understood at all. */
export function examined(raw: RawEntry) {
  const { config, problems } = examine(raw, devices, NOW_WALL_MS);
  if (config === null) throw new Error(JSON.stringify(problems));
  return { topology: config.topology, config, problems };
}
