/**
 * What tests have shown, by model and firmware (the class) and by socket (phases, wiring, meter). A class
 * holds for exactly the firmware it was shown on: a new one voids it (safety rules, "Class").
 */
import { type DeadmanTest, type KnownLegs, LEGS, type Leg, type ModelKey } from '#site/deadman/test.ts';
import type { Found } from '#site/deadman/wiring.ts';
import type { ChargerTraits } from '#site/topology.ts';

export type ProvenClass = 'A' | 'B' | 'C';

export type Verdict = {
  /** Null while legs are missing or unclear: then the profile's word stands. */
  readonly leaseClass: ProvenClass | null;
  readonly legs: KnownLegs;
  readonly found: Found | null;
  readonly fellAfterMs: number | null;
};

export type ModelResult = ModelKey & {
  readonly legs: KnownLegs;
  readonly leaseClass: ProvenClass | null;
  /** The charger it was last shown on. */
  readonly identity: string;
  readonly atWallMs: number;
};

export type SocketResult = ModelKey & {
  readonly identity: string;
  readonly connectorId: number;
  readonly found: Found | null;
  readonly fellAfterMs: number | null;
  readonly atWallMs: number;
};

export type DeadmanResults = {
  readonly models: readonly ModelResult[];
  readonly sockets: readonly SocketResult[];
};

export const NO_RESULTS: DeadmanResults = { models: [], sockets: [] };

/** Models of one site in all the firmware they ever had, with room; the oldest go first. */
const MODELS_MAX = 500;

/** As large as a site may be, with room. */
const SOCKETS_MAX = 5_000;

const NOTHING_KNOWN: KnownLegs = { lease: null, cut: null, reboot: null };

const plain = (text: string): string => text.trim().toLowerCase();

/** Letter case and outer spaces do not count, as with profiles; anything else in a firmware's name does. */
export const isSameModel = (one: ModelKey, other: ModelKey): boolean =>
  plain(one.vendor) === plain(other.vendor) &&
  plain(one.model) === plain(other.model) &&
  plain(one.firmware) === plain(other.firmware);

const modelOf = ({ models }: DeadmanResults, key: ModelKey): ModelResult | undefined =>
  models.find(found => isSameModel(found, key));

/** Legs that were passed or failed on this very firmware. */
export const knownLegs = (results: DeadmanResults, key: ModelKey): KnownLegs =>
  modelOf(results, key)?.legs ?? NOTHING_KNOWN;

/** A obeys its schedule alone, B only while connected, C never. */
export function classOf(legs: KnownLegs): ProvenClass | null {
  if (legs.lease === 'held') return 'C';
  if (legs.lease === null) return null;
  if (legs.cut === 'held' || legs.reboot === 'held') return 'B';
  return legs.cut === 'fell' && legs.reboot === 'fell' ? 'A' : null;
}

/** What an ended test comes to, with what was known of its model before. */
export function verdictOf(test: DeadmanTest): Verdict {
  const resultOf = (leg: Leg) => {
    const outcome = test.done.find(done => done.leg === leg);
    return outcome === undefined || outcome.result === 'unclear' ? test.known[leg] : outcome.result;
  };
  const legs: KnownLegs = { lease: leaseOf(test), cut: resultOf('cut'), reboot: resultOf('reboot') };
  const fellAfterMs = test.done.find(({ leg }) => leg === 'lease')?.afterMs ?? null;
  return { leaseClass: classOf(legs), legs, found: test.found, fellAfterMs };
}

/** A socket must fall by itself to be proven: what another of its model did is no excuse for this one. */
function leaseOf(test: DeadmanTest): KnownLegs['lease'] {
  const outcome = test.done.find(({ leg }) => leg === 'lease');
  return outcome === undefined || outcome.result === 'unclear' ? null : outcome.result;
}

/** Where and when a verdict was reached. */
export type Where = { readonly identity: string; readonly connectorId: number; readonly atWallMs: number };

/** The results with an ended test in them; one that showed nothing changes nothing. */
export function withVerdict(results: DeadmanResults, test: DeadmanTest, where: Where): DeadmanResults {
  const verdict = verdictOf(test);
  const { identity, connectorId, atWallMs } = where;
  if (verdict.legs.lease === null) return results;
  const model: ModelResult = { ...test.model, legs: verdict.legs, leaseClass: verdict.leaseClass, identity, atWallMs };
  const { found, fellAfterMs } = verdict;
  const socket: SocketResult = { ...test.model, identity, connectorId, found, fellAfterMs, atWallMs };
  return {
    models: [...results.models.filter(other => !isSameModel(other, model)), model].slice(-MODELS_MAX),
    sockets: [
      ...results.sockets.filter(other => other.identity !== identity || other.connectorId !== connectorId),
      socket,
    ].slice(-SOCKETS_MAX),
  };
}

/**
 * The traits that count for a charger that says it is this: a test here goes before the profile, and the
 * profile's class is `unknown` already where nobody tested it.
 */
export function effectiveTraits(
  profileTraits: ChargerTraits,
  results: DeadmanResults,
  vendor: string,
  model: string,
  firmware: string,
): ChargerTraits {
  const leaseClass = modelOf(results, { vendor, model, firmware })?.leaseClass ?? null;
  return leaseClass === null ? profileTraits : { ...profileTraits, leaseClass };
}

/** Legs that are missing for a class to be told. */
export const missingLegs = (legs: KnownLegs): readonly Leg[] => LEGS.filter(leg => legs[leg] === null);
