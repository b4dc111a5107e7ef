/** A site file as a simulated world needs it: who stands where, and what the gateway child is told. */
import { join, resolve } from 'node:path';
import { failed, type Outcome, ok } from '#base/outcome.ts';
import type { Config } from '#config/config.ts';
import { loadConfig, problemLine } from '#config/load.ts';
import { isSigned } from '#meters/profile.ts';
import { readerBeside, readTextFile } from '#real/files.ts';
import { CONFIG_FOLDER, DEMO_SITES } from './demo-options.ts';
import { shippedDevices } from './devices.ts';

/** The site file of a demo, by its name or its path. */
export function demoSiteFile(name: string): string {
  const ours = DEMO_SITES[name];
  return ours === undefined ? resolve(name) : join(CONFIG_FOLDER, ours);
}

/** The configuration in a file that ships with us; a fault in one is a bug of ours. */
export function readDemoSite(file: string, environment: Readonly<Record<string, string>> = {}): Config {
  const read = checkDemoSite(file, environment);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

/**
 * The configuration in a site file, or everything that is wrong with it, a line each.
 * @param environment BUSBAR_… overrides, where the gateway child is told the same
 */
export function checkDemoSite(file: string, environment: Readonly<Record<string, string>> = {}): Outcome<Config> {
  const text = readTextFile(file);
  if (!text.ok) return text;
  const { chargers, meters } = shippedDevices();
  const devices = {
    chargers,
    meterIds: [...meters.keys()],
    signedMeterIds: [...meters].filter(([, profile]) => isSigned(profile)).map(([id]) => id),
  };
  const input = {
    file,
    text: text.value,
    environment,
    readFile: readerBeside(file),
    devices,
    nowWallMs: Date.now(),
  };
  const { config, problems } = loadConfig(input);
  if (config === null || problems.length > 0) return failed('malformed', problems.map(problemLine).join('\n'));
  return ok(config);
}

/**
 * The site of `--empty`, as YAML: four places on one fuse that carries cars only, so that nothing but the
 * chargers themselves has to be known.
 * @param password of every place
 */
export function emptySite(password: string): string {
  const places = EMPTY_PLACES.map(
    (identity, index) =>
      `  - { identity: ${identity}, name: Place ${index + 1}, circuit: main, ratingA: 16, password: "${password}" }`,
  );
  return `site: { name: My first chargers, timezone: UTC }
supply: { phases: 3, nominalV: 230 }
circuits:
  - { id: main, name: Charger fuse, limits: [{ source: fuse, kind: hard, limitA: ${EMPTY_FUSE_A}, evOnly: true }] }
chargers:
${places.join('\n')}
ocpp: { host: 127.0.0.1, port: 8887 }
web: { host: 127.0.0.1, port: 8080 }
limits: { sources: [cap] }
`;
}

export const EMPTY_PLACES = ['CP01', 'CP02', 'CP03', 'CP04'] as const;
export const EMPTY_FUSE_A = 32;
