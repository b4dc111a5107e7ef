/** The device profiles that ship with us, read from the folder, as the real start reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assert } from '#base/assert.ts';
import { type ChargerProfile, readChargerProfiles } from '#chargers/quirks.ts';
import { type MeterProfile, readMeterProfiles } from '#meters/profile.ts';

export type Devices = {
  readonly chargers: readonly ChargerProfile[];
  readonly meters: ReadonlyMap<string, MeterProfile>;
};

const PROFILES = resolve(import.meta.dirname, '../../profiles');

let known: Devices | null = null;

/** Read once for the life of the process; a fault in one is a bug of ours. */
export function shippedDevices(): Devices {
  if (known) return known;
  const chargers = readChargerProfiles(texts('chargers'));
  const meters = readMeterProfiles(texts('meters'));
  assert(chargers.ok && meters.ok, 'a shipped profile is faulty');
  known = { chargers: chargers.value, meters: meters.value };
  return known;
}

function texts(folder: string): readonly { readonly name: string; readonly json: string }[] {
  const names = readdirSync(join(PROFILES, folder)).filter(name => name.endsWith('.json'));
  return names.sort().map(name => ({ name, json: readFileSync(join(PROFILES, folder, name), 'utf8') }));
}
