/**
 * Models as data: profiles/chargers/*.json says what is known of a model and firmware, `traitsFor` finds
 * it at boot, and what nobody described gets the cautious traits. Pure: files are read by the caller.
 */
import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Checked, Problem } from '#base/problem.ts';
import type { ChargerTraits } from '#site/topology.ts';
import { compareFirmware } from './firmware.ts';
import { chargerProfileSchema } from './profile-schema.ts';

export type ChargerProfile = Omit<ChargerTraits, 'profileId'> & {
  /** File name without its ending. */
  readonly id: string;
  /** As a charger says it at boot; letter case and outer spaces do not count. */
  readonly vendor: string;
  /** Model names, whole, or their beginning with `*` at the end. */
  readonly models: readonly string[];
  /** First and last firmware that was looked at, both included; null = open. */
  readonly firmware: { readonly from: string | null; readonly to: string | null };
  /** Where the facts come from: a data sheet, an issue, a test report. */
  readonly source: string;
  /** Who saw it obey its schedule alone (safety, "class"): a bench with the real thing, the simulator, nobody. */
  readonly tested: 'bench' | 'simulator' | 'none';
  /** False: does not answer WebSocket pings; its link is judged by the frames it sends. */
  readonly answersPings: boolean;
  /** What else an installer should know, in sentences. */
  readonly notes: readonly string[];
};

/** For a model nobody described: it may ignore us, react late, and must be watched before it is believed. */
export const CAUTIOUS_TRAITS: ChargerTraits = {
  profileId: 'generic',
  leaseClass: 'unknown',
  reactionMs: 10_000,
  believeMs: 60_000,
  stepMa: 100,
  rateUnit: 'A',
  canPause: true,
  dividesByPhases: false,
  stackLevel: 0,
  stackLevels: 1,
  maxPeriods: 3,
  absolute: true,
  readsBack: true,
  clearsByCriteria: true,
  writesPerDay: 500,
};

/** The profile that describes a booted charger, or null. The longest model name that fits wins. */
export function profileFor(
  profiles: readonly ChargerProfile[],
  vendor: string,
  model: string,
  firmware: string,
): ChargerProfile | null {
  let best: ChargerProfile | null = null;
  let bestLength = -1;
  for (const profile of profiles) {
    if (plain(profile.vendor) !== plain(vendor) || !inRange(profile, firmware)) continue;
    const length = Math.max(-1, ...profile.models.filter(name => fits(name, model)).map(name => name.length));
    if (length > bestLength) {
      best = profile;
      bestLength = length;
    }
  }
  return best;
}

/** What is known of a vendor's model and firmware, else the cautious traits. */
export function traitsFor(
  profiles: readonly ChargerProfile[],
  vendor: string,
  model: string,
  firmware: string,
): ChargerTraits {
  const profile = profileFor(profiles, vendor, model, firmware);
  return profile === null ? CAUTIOUS_TRAITS : traitsOf(profile);
}

/** The traits of a profile; a class that nobody tested is not believed. */
export function traitsOf(profile: ChargerProfile): ChargerTraits {
  return {
    profileId: profile.id,
    leaseClass: profile.tested === 'none' ? 'unknown' : profile.leaseClass,
    reactionMs: profile.reactionMs,
    believeMs: profile.believeMs,
    stepMa: profile.stepMa,
    rateUnit: profile.rateUnit,
    canPause: profile.canPause,
    dividesByPhases: profile.dividesByPhases,
    stackLevel: profile.stackLevel,
    stackLevels: profile.stackLevels,
    maxPeriods: profile.maxPeriods,
    absolute: profile.absolute,
    readsBack: profile.readsBack,
    clearsByCriteria: profile.clearsByCriteria,
    writesPerDay: profile.writesPerDay,
  };
}

/** What a site file says of a charger whatever its model. */
export type TraitOverrides = {
  readonly dc: boolean;
  /** Rule 23; null = kept in volatile memory. Left out: as the model's profile says. */
  readonly writesPerDay?: number | null;
};

/**
 * Traits as the site file wants them; to be applied to those of a boot, too. Direct current is commanded in
 * watts whatever the profile says, and its own conversion (`ConnectorSpec.dc`) is the only one.
 */
export function adjusted(traits: ChargerTraits, overrides: TraitOverrides): ChargerTraits {
  const { dc, writesPerDay = traits.writesPerDay } = overrides;
  return dc ? { ...traits, writesPerDay, rateUnit: 'W', dividesByPhases: true } : { ...traits, writesPerDay };
}

/** What a boot says of itself. */
export type BootWords = { readonly vendor: string; readonly model: string; readonly firmware: string };

/**
 * The traits of a charger that booted. A profile that the site file names stands whatever the charger calls itself,
 * but no class outlives the firmware it was tested with (safety, "class").
 * @param named the traits from the site file
 */
export function bootTraits(
  profiles: readonly ChargerProfile[],
  named: ChargerTraits,
  overrides: TraitOverrides,
  { vendor, model, firmware }: BootWords,
): ChargerTraits {
  if (named.profileId === CAUTIOUS_TRAITS.profileId) {
    return adjusted(traitsFor(profiles, vendor, model, firmware), overrides);
  }
  const profile = profiles.find(({ id }) => id === named.profileId);
  const isCovered = profile === undefined || inRange(profile, firmware);
  return isCovered ? named : { ...named, leaseClass: 'unknown' };
}

const plain = (text: string): string => text.trim().toLowerCase();

function fits(name: string, model: string): boolean {
  if (name.endsWith('*')) return plain(model).startsWith(plain(name.slice(0, -1)));
  return plain(name) === plain(model);
}

function inRange(profile: ChargerProfile, firmware: string): boolean {
  const { from, to } = profile.firmware;
  return (from === null || compareFirmware(firmware, from) >= 0) && (to === null || compareFirmware(firmware, to) <= 0);
}

/**
 * Reads profile files. `name` is the file's name, `json` its text. Every problem of every file is told at
 * once; a problem's path starts with the file's name.
 */
export function readChargerProfiles(
  texts: readonly { readonly name: string; readonly json: string }[],
): Checked<readonly ChargerProfile[]> {
  const problems: Problem[] = [];
  const profiles: ChargerProfile[] = [];
  for (const text of texts) {
    const read = readOne(text.name, text.json);
    if (read.ok) profiles.push(read.value);
    else problems.push(...read.problems);
  }
  problems.push(...twice(profiles));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: profiles };
}

const validate = new Ajv2020({ allErrors: true, strict: true }).compile<ChargerProfile>(chargerProfileSchema);

function readOne(name: string, json: string): Checked<ChargerProfile> {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (error) {
    return { ok: false, problems: [{ path: name, message: `is not JSON: ${String(error)}` }] };
  }
  if (!validate(raw)) return { ok: false, problems: (validate.errors ?? []).map(error => problemOf(name, error)) };
  const problems = contradictions(name, raw);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: raw };
}

function problemOf(name: string, error: ErrorObject): Problem {
  const inside = error.instancePath.replaceAll('/', '.');
  const key = error.keyword === 'additionalProperties' ? `.${String(error.params.additionalProperty)}` : '';
  const allowed = error.keyword === 'enum' ? `: ${(error.params.allowedValues as unknown[]).join(', ')}` : '';
  const message = key === '' ? `${error.message ?? 'is wrong'}${allowed}` : 'is not a key of a charger profile';
  return { path: `${name}${inside}${key}`, message };
}

/** What the schema cannot say. */
function contradictions(name: string, profile: ChargerProfile): readonly Problem[] {
  const problems: Problem[] = [];
  if (`${profile.id}.json` !== name.split('/').at(-1)) {
    problems.push({
      path: `${name}.id`,
      message: `is "${profile.id}", but the file is ${name}`,
      hint: 'name both alike',
    });
  }
  if (profile.tested === 'none' && profile.leaseClass !== 'unknown') {
    problems.push({
      path: `${name}.leaseClass`,
      message: `is ${profile.leaseClass}, but nobody tested it`,
      hint: 'set leaseClass to "unknown", or tested to "bench" or "simulator"',
    });
  }
  const { from, to } = profile.firmware;
  if (from !== null && to !== null && compareFirmware(from, to) > 0) {
    problems.push({ path: `${name}.firmware`, message: `ends at ${to}, before it begins at ${from}` });
  }
  return problems;
}

/** Two profiles for the same vendor, model and firmware would make the answer a matter of file order. */
function twice(profiles: readonly ChargerProfile[]): readonly Problem[] {
  const problems: Problem[] = [];
  profiles.forEach((one, index) => {
    for (const other of profiles.slice(index + 1)) {
      const shared = one.models.find(model => other.models.some(name => plain(name) === plain(model)));
      if (shared === undefined || plain(one.vendor) !== plain(other.vendor) || !overlap(one, other)) continue;
      problems.push({
        path: `${other.id}.json.models`,
        message: `${other.vendor} "${shared}" is described by ${one.id}.json too, for the same firmware`,
      });
    }
  });
  return problems;
}

function overlap(one: ChargerProfile, other: ChargerProfile): boolean {
  const before = (a: ChargerProfile, b: ChargerProfile): boolean =>
    a.firmware.to !== null && b.firmware.from !== null && compareFirmware(a.firmware.to, b.firmware.from) < 0;
  return !before(one, other) && !before(other, one);
}
