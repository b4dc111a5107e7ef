/** One parsed site file, looked at from every side; all that is wrong is told at once. */

import { assert } from '#base/assert.ts';
import type { ChargersOptions } from '#chargers/options.ts';
import { type MetersOptions, meterOptions } from '#meters/options.ts';
import { upstreamOptions } from '#upstream/options.ts';
import { openUntil } from './commissioning.ts';
import type { Config, Devices } from './config.ts';
import { crossFindings, crossNotes } from './cross-checks.ts';
import { draftOf } from './draft.ts';
import type { Finding } from './finding.ts';
import { proofFindings } from './proof.ts';
import type { RawCharger, RawConfig } from './raw.ts';
import { topologyOf, traitOverrides } from './topology.ts';
import { schemaFindings } from './words.ts';

export type Examined = {
  readonly problems: readonly Finding[];
  readonly notes: readonly Finding[];
  /** There as soon as the file can be understood; with problems it is for showing sums, not for running. */
  readonly config: Config | null;
};

/**
 * Schema, then checks across sections, then the proof of hard limits where the file can be understood.
 * `nowWallMs` decides whether a commissioning window is open.
 */
export function examine(parsed: unknown, devices: Devices, nowWallMs: number): Examined {
  const refused = schemaFindings(parsed);
  const draft = draftOf(parsed, refused.badPaths);
  const told = new Set(refused.findings.map(finding => finding.path));
  const cross = crossFindings(draft, devices, nowWallMs).filter(finding => !told.has(finding.path));
  const problems = [...refused.findings, ...cross];
  const notes = crossNotes(draft, nowWallMs);
  if (problems.length > 0) return { problems, notes, config: null };
  const raw = draft as RawConfig;
  const config = resolved(raw, devices, nowWallMs);
  return { problems: proofFindings(config.topology, raw), notes, config };
}

function resolved(raw: RawConfig, devices: Devices, nowWallMs: number): Config {
  const meters: MetersOptions = { meters: raw.meters.map(meterOptions) };
  const { influx } = raw.history;
  return {
    topology: topologyOf(raw, devices),
    chargers: chargersOptions(raw),
    meters,
    web: { host: raw.web.host, port: raw.web.port, token: raw.web.token ?? null },
    history: {
      keepDays: raw.history.keepDays,
      influx: influx === undefined ? null : { ...influx, token: influx.token ?? null },
    },
    upstream: upstreamOptions(raw.upstream),
    siteTimezone: raw.site.timezone,
    preset: raw.site.preset,
    commissioningUntilWallMs: openUntil(raw, nowWallMs),
    traitOverrides: raw.chargers.map(traitOverrides),
    raw,
  };
}

function chargersOptions(raw: RawConfig): ChargersOptions {
  const chargers = raw.chargers.map((charger, index) => ({ index, identity: charger.identity, auth: authOf(charger) }));
  return { host: raw.ocpp.host, port: raw.ocpp.port, chargers };
}

export function authOf(charger: RawCharger): ChargersOptions['chargers'][number]['auth'] {
  if (charger.auth === 'none') {
    assert(charger.address !== undefined, 'a charger without a password was let pass without an address');
    return { kind: 'none', address: charger.address };
  }
  assert(charger.password !== undefined, 'a charger was let pass without a password');
  return { kind: 'basic', password: charger.password };
}
