/** The profile files as the tests of this room read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { type MeterProfile, type ProfileText, readMeterProfiles } from '#meters/profile.ts';

const FOLDER = new URL('../../profiles/meters/', import.meta.url);

export const profileTexts = (): readonly ProfileText[] =>
  readdirSync(FOLDER)
    .filter(name => name.endsWith('.json'))
    .map(name => ({ name, json: readFileSync(new URL(name, FOLDER), 'utf8') }));

export function allProfiles(): ReadonlyMap<string, MeterProfile> {
  const read = readMeterProfiles(profileTexts());
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

export function sdm630(): MeterProfile {
  const profile = allProfiles().get('eastron-sdm630');
  if (profile === undefined) throw new Error('the SDM630 profile is gone');
  return profile;
}
