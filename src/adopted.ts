/** Chargers that people adopted, put at the end of what the site file says. Where both speak of one, the file counts. */
import type { Log } from '#base/log.ts';
import type { Problem } from '#base/problem.ts';
import type { ChargerProfile } from '#chargers/quirks.ts';
import { withAdopted } from '#config/adopt.ts';
import type { Config } from '#config/config.ts';
import { problemWords } from '#config/load.ts';
import type { Topology } from '#site/topology.ts';
import type { Store } from '#store/store.ts';

export type StoredAdoption = ReturnType<Store['adopted']['recall']>[number];

/** One that was adopted and does not fit the site file any more: it is like any unknown charger. */
export type LeftOut = { readonly identity: string; readonly problems: readonly Problem[] };

export type Merged = { readonly config: Config; readonly leftOut: readonly LeftOut[] };

/** The configuration with all of them at its end, those that were taken out marked. */
export function merged(file: Config, adopted: readonly StoredAdoption[], profiles: readonly ChargerProfile[]): Merged {
  let config = file;
  const leftOut: LeftOut[] = [];
  for (const { entry, removedAtWallMs } of adopted) {
    const { identity } = entry;
    const grown = isKnown(file, identity)
      ? { ok: false as const, problems: [inFile(identity)] }
      : withAdopted(config, entry, { chargers: profiles });
    if (!grown.ok) leftOut.push({ identity, problems: grown.problems });
    else if (removedAtWallMs === null) config = grown.value;
    else config = { ...grown.value, topology: marked(grown.value.topology, identity, true) };
  }
  return { config, leftOut };
}

const isKnown = ({ topology }: Config, identity: string): boolean =>
  topology.chargers.some(charger => charger.identity === identity);

const inFile = (identity: string): Problem => ({
  path: 'identity',
  message: `${identity} was adopted and stands in the site file too: the file counts`,
});

/** The same site with a charger taken out, or taken back. */
export const marked = (topology: Topology, identity: string, isRemoved: boolean): Topology => ({
  ...topology,
  chargers: topology.chargers.map(({ removed, ...charger }) => {
    const isOut = charger.identity === identity ? isRemoved : removed === true;
    return isOut ? { ...charger, removed: true } : charger;
  }),
});

export function tellLeftOut(log: Log, leftOut: readonly LeftOut[]): void {
  for (const { identity, problems } of leftOut)
    log.error('an adopted charger does not fit the site file: it is not under control, and may draw its full rating', {
      charger: identity,
      problems: problems.map(problemWords).join('; '),
    });
}
