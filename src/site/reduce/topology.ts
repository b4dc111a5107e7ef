/** A topology that grew while the gateway runs: what is new is unknown and booked at its rating, what was there stays. */
import { assert, at } from '#base/assert.ts';
import type { SiteEvent } from '#site/event.ts';
import { initialState } from '#site/initial.ts';
import type { SiteState } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';

type Changed = Extract<SiteEvent, { type: 'topology-changed' }>;

/**
 * Rows, chargers and sockets come in one step, so that no pass ever sees a socket without the rows of its path.
 * Nothing is known of what is new (rule 27), as at a start.
 */
export function topologyChanged(state: SiteState, { topology, atMs }: Changed): SiteState {
  assert(isGrown(state.topology, topology), 'a topology grows at its ends only');
  const fresh = initialState(topology, atMs);
  const grown = <T>(known: readonly T[], whole: readonly T[]): readonly T[] => [...known, ...whole.slice(known.length)];
  return {
    ...state,
    topology,
    chargers: grown(state.chargers, fresh.chargers),
    connectors: grown(state.connectors, fresh.connectors),
    backgrounds: grown(state.backgrounds, fresh.backgrounds),
    targets: grown(state.targets, fresh.targets),
  };
}

/** Everything electrical that the ledger stands on is where it was; every socket's rows exist. */
function isGrown(before: Topology, after: Topology): boolean {
  const isKept = (index: number): boolean => {
    const [old, now] = [at(before.connectors, index), at(after.connectors, index)];
    return (
      old.charger === now.charger &&
      old.maxMa === now.maxMa &&
      old.fallbackMa === now.fallbackMa &&
      same(old.path, now.path) &&
      same(old.phases, now.phases)
    );
  };
  return (
    before.meters === after.meters &&
    before.circuits.every(
      ({ id, index, parent }) => after.circuits[index]?.id === id && after.circuits[index]?.parent === parent,
    ) &&
    before.chargers.every(({ identity, index }) => after.chargers[index]?.identity === identity) &&
    before.connectors.every(({ index }) => after.connectors[index] !== undefined && isKept(index)) &&
    after.connectors.every(
      ({ path }) => path.length > 0 && path.every(circuit => after.circuits[circuit] !== undefined),
    )
  );
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
