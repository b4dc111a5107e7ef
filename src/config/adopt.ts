/** A charger that is in no file, checked as if it stood at the end of the file: everything wrong with it at once. */

import { at } from '#base/assert.ts';
import type { Checked, Problem } from '#base/problem.ts';
import type { Topology } from '#site/topology.ts';
import { chargerFindings } from './check-chargers.ts';
import type { Config, Devices } from './config.ts';
import { draftOf } from './draft.ts';
import { authOf } from './examine.ts';
import { dotted, type Finding } from './finding.ts';
import { grownBy } from './grown.ts';
import { proofFindings } from './proof.ts';
import type { RawConfig } from './raw.ts';
import { traitOverrides } from './topology.ts';
import { blockedCircuits } from './unproven.ts';
import { schemaFindings } from './words.ts';

/** An entry as it would stand under `chargers` of the site file, its identity included. */
export type AdoptedEntry = Readonly<Record<string, unknown>> & { readonly identity: string };

/**
 * The configuration with one more charger at its end; or all problems, their paths those of the entry (`circuit`,
 * `ratingA`, …), or of the limit that would not hold (`circuits.0.limits.0`).
 */
export function withAdopted(config: Config, entry: AdoptedEntry, devices: Pick<Devices, 'chargers'>): Checked<Config> {
  const index = config.raw.chargers.length;
  const whole = { ...config.raw, chargers: [...config.raw.chargers, entry] };
  const refused = schemaFindings(whole);
  const draft = draftOf(whole, refused.badPaths);
  const told = new Set(refused.findings.map(finding => finding.path));
  const cross = chargerFindings(draft, { ...devices, meterIds: [] }).filter(finding => !told.has(finding.path));
  const problems = problemsOf([...refused.findings, ...cross], dotted('chargers', index));
  if (problems.length > 0) return { ok: false, problems };
  return grown(config, draft as RawConfig, index, devices);
}

function grown(config: Config, raw: RawConfig, index: number, devices: Pick<Devices, 'chargers'>): Checked<Config> {
  const charger = at(raw.chargers, index);
  const topology = grownBy(config.topology, charger, raw.supply, devices);
  const unproven = proofFindings(topology, raw);
  if (unproven.length > 0) return { ok: false, problems: problemsOf(unproven, dotted('chargers', index), true) };
  const door = { index, identity: charger.identity, auth: authOf(charger) };
  return {
    ok: true,
    value: {
      ...config,
      topology,
      chargers: { ...config.chargers, chargers: [...config.chargers.chargers, door] },
      traitOverrides: [...config.traitOverrides, traitOverrides(charger)],
      raw,
    },
  };
}

/** What is said of the entry itself, by its own keys; `all`: what is said of the rest of the site too. */
function problemsOf(findings: readonly Finding[], place: string, all = false): readonly Problem[] {
  return findings.flatMap(({ path, message, hint }): Problem[] => {
    const isOwn = path === place || path.startsWith(`${place}.`);
    if (!isOwn && !all && path !== 'chargers') return [];
    const own = isOwn ? path.slice(place.length + 1) : path;
    return [{ path: own, message, ...(hint === undefined ? {} : { hint }) }];
  });
}

/**
 * What the newest charger costs the others until a test has proven it, in words; nothing where there is room.
 * @param topology with the traits that are known of each charger by now
 */
export function adoptionNotes(topology: Topology): readonly string[] {
  const added = topology.chargers.length - 1;
  return blockedCircuits(topology)
    .filter(({ chargers }) => chargers.some(charger => charger.index === added))
    .map(
      ({ circuit }) =>
        `Until a dead-man test has proven it, it counts at its rating, and ${circuit.name} has no room for that: nothing there is raised meanwhile.`,
    );
}
