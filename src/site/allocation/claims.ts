/**
 * The state, seen as an allocation problem: who asks, who takes without asking, and what is left on
 * each row for the rest.
 */
import { at } from '#base/assert.ts';
import { type PhaseIndex, type Triple, ZERO_TRIPLE } from '#base/units.ts';
import type { Claim, RowTree } from '#site/allocation/claim.ts';
import { testWishes } from '#site/deadman/wishes.ts';
import { isDrawing, isStuck } from '#site/gate/belief.ts';
import { ceilingOf } from '#site/gate/ceiling.ts';
import { isInWatts, levelMa, limitWithin } from '#site/gate/ledger.ts';
import { phasesOf, sharersOf } from '#site/gate/mask.ts';
import { plugInReserve } from '#site/gate/reserve.ts';
import type { RowRoom } from '#site/gate/rows.ts';
import type { Connector, SiteState } from '#site/state.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';

/**
 * `claims` asks. `fixed` stands at its fallback because nobody asks. `stuck` takes what it may still
 * hold, whatever it was told (rules 4, 6, 8, 9).
 */
export type Part = 'claims' | 'fixed' | 'stuck';

/** What each connector is to this pass, by connector index. */
export function partsOf(state: SiteState, atMs: number): readonly Part[] {
  return state.topology.connectors.map(spec => {
    const connector = at(state.connectors, spec.index);
    if (isStuck(connector, at(state.chargers, spec.charger), atMs)) return 'stuck';
    return wants(connector) ? 'claims' : 'fixed';
  });
}

/** A car that runs a transaction, or is said to charge or to be suspended, asks for current. */
export const wants = (connector: Connector): boolean =>
  connector.transaction !== null ||
  connector.status === 'Charging' ||
  connector.status === 'SuspendedEV' ||
  connector.status === 'SuspendedEVSE' ||
  isSeenDrawing(connector);

/** After a restart of ours a charger may not have told its status yet, and a car that draws asks all the same. */
const isSeenDrawing = ({ status, draw }: Connector): boolean => status === 'Unknown' && isDrawing(draw);

/** A person took its charger out: it is told 0 for as long as it comes, and booked like any other. */
export const isRemoved = ({ topology }: SiteState, { charger }: ConnectorSpec): boolean =>
  at(topology.chargers, charger).removed === true;

/**
 * A model that cannot pause draws its minimum whatever it is told: it is let in before those that can wait. What is
 * told in watts asks for the current that it books (rule 10): in amperes of its limit a car on one phase would take
 * three times its share, and nobody would give way for it.
 */
export function claimOf(state: SiteState, spec: ConnectorSpec, atMs: number): Claim {
  const connector = at(state.connectors, spec.index);
  const { traits } = at(state.chargers, spec.charger);
  return {
    connector: spec.index,
    node: at(spec.path, 0),
    phaseMask: maskOf(phasesOf(connector, spec, atMs)),
    minMa: drawnMa(state, spec, spec.minMa, atMs),
    ceilingMa: drawnMa(state, spec, ceilingMa(state, spec, atMs), atMs),
    stepMa: isInWatts(spec, traits) ? 1 : traits.stepMa,
    arrival: traits.canPause ? (connector.wantsSinceMs ?? Number.MAX_SAFE_INTEGER) : -1,
  };
}

function ceilingMa(state: SiteState, spec: ConnectorSpec, atMs: number): number {
  if (isRemoved(state, spec)) return 0;
  const connector = at(state.connectors, spec.index);
  return ceilingOf(connector, spec, at(state.chargers, spec.charger), state.topology.nominalV, atMs).limitMa;
}

/** The current that a limit asks for on each phase. */
function drawnMa(state: SiteState, spec: ConnectorSpec, limitMa: number, atMs: number): number {
  const { traits } = at(state.chargers, spec.charger);
  if (limitMa === 0 || !isInWatts(spec, traits)) return limitMa;
  return levelMa(limitMa, spec, traits, sharersOf(at(state.connectors, spec.index), atMs));
}

/** The limit that gives a connector its share: the other way round, in steps of its charger. */
export function limitOfShare(state: SiteState, spec: ConnectorSpec, shareMa: number, atMs: number): number {
  const { traits } = at(state.chargers, spec.charger);
  if (shareMa === 0 || !isInWatts(spec, traits)) return shareMa;
  const withinMa = limitWithin(shareMa, spec, traits, sharersOf(at(state.connectors, spec.index), atMs));
  const limitMa = Math.min(withinMa, ceilingMa(state, spec, atMs));
  return Math.max(spec.minMa, Math.floor(limitMa / traits.stepMa) * traits.stepMa);
}

function maskOf(phases: readonly PhaseIndex[]): number {
  let mask = 0;
  for (const phase of phases) mask |= 1 << phase;
  return mask;
}

/** Claims of every connector whose part is in `asking`. */
export function claimsOf(
  state: SiteState,
  parts: readonly Part[],
  asking: ReadonlySet<Part>,
  atMs: number,
): readonly Claim[] {
  const out: Claim[] = [];
  const tests = testWishes(state);
  for (const spec of state.topology.connectors) {
    const connector = at(state.connectors, spec.index);
    if (!asking.has(at(parts, spec.index)) || !wants(connector)) continue;
    const claim = claimOf(state, spec, atMs);
    const test = tests.get(spec.index);
    const testedMa = test === undefined ? Number.POSITIVE_INFINITY : drawnMa(state, spec, test.limitMa, atMs);
    out.push(testedMa < claim.ceilingMa ? { ...claim, ceilingMa: testedMa } : claim);
  }
  return out;
}

/**
 * What is left for claims on each row, once the takers that do not ask have taken theirs.
 * @param exposures by connector: what a stuck one takes
 * @param free by connector: nobody is plugged in; it takes nothing (rule 2)
 */
export function capacityFor(
  state: SiteState,
  rooms: readonly RowRoom[],
  parts: readonly Part[],
  taking: ReadonlySet<Part>,
  exposures: readonly Triple[],
  free: readonly boolean[],
): Float64Array {
  const capacity = new Float64Array(rooms.length);
  rooms.forEach((room, row) => {
    capacity[row] = room.targetMa;
  });
  for (const spec of state.topology.connectors) {
    const part = at(parts, spec.index);
    const takesFallback = part === 'fixed' || !taking.has(part);
    if (part === 'claims' || (takesFallback && (at(free, spec.index) || wants(at(state.connectors, spec.index))))) {
      continue;
    }
    subtract(capacity, spec, takesFallback ? fallbackOf(spec) : at(exposures, spec.index));
  }
  return capacity;
}

/**
 * What idle connectors stand at, by index: their fallback, or 0 where a row cannot carry it (a limit of 0 from
 * outside counts idle sockets too). What is taken from them is given back to `capacityMa`, and the plug-in
 * reserve of the free ones is taken from it.
 */
export function standingMa(
  state: SiteState,
  parts: readonly Part[],
  capacityMa: Float64Array,
  free: readonly boolean[],
  atMs: number,
): readonly number[] {
  const hoped = plugInReserve(state, free);
  const leastMa = leastAsked(state, parts, atMs);
  const isTight = (row: number) => {
    const freeMa = capacityMa[row] ?? 0;
    const reservedMa = hoped[row] ?? 0;
    // A car that is here goes before one that may come.
    return freeMa < reservedMa || (freeMa >= (leastMa[row] ?? 0) && freeMa < reservedMa + (leastMa[row] ?? 0));
  };
  const tight = new Set([...capacityMa.keys()].filter(isTight));
  const standing = state.topology.connectors.map(spec => {
    const { traits } = at(state.chargers, spec.charger);
    if (at(parts, spec.index) !== 'fixed' || spec.fallbackMa === 0 || !traits.canPause) return spec.fallbackMa;
    if (!spec.path.some(circuit => [...spec.phases, 3].some(row => tight.has(circuit * 4 + row))))
      return isRemoved(state, spec) ? 0 : spec.fallbackMa;
    const [l1, l2, l3] = fallbackOf(spec);
    if (!at(free, spec.index)) subtract(capacityMa, spec, [-l1, -l2, -l3]);
    return 0;
  });
  const reserve = plugInReserve(
    state,
    free.map((isFree, index) => isFree && at(standing, index) > 0),
  );
  reserve.forEach((ma, row) => {
    capacityMa[row] = (capacityMa[row] ?? 0) - ma;
  });
  return standing;
}

/** The smallest minimum that asks on each row; 0 where nobody does. */
function leastAsked(state: SiteState, parts: readonly Part[], atMs: number): Float64Array {
  const least = new Float64Array(4 * state.topology.circuits.length);
  for (const spec of state.topology.connectors) {
    if (at(parts, spec.index) !== 'claims') continue;
    const leastMa = drawnMa(state, spec, spec.minMa, atMs);
    for (const circuit of spec.path) {
      for (const row of [...spec.phases, 3]) {
        const ma = row === 3 ? leastMa * spec.phases.length : leastMa;
        const known = least[circuit * 4 + row] ?? 0;
        least[circuit * 4 + row] = known === 0 ? ma : Math.min(known, ma);
      }
    }
  }
  return least;
}

function fallbackOf(spec: ConnectorSpec): Triple {
  if (spec.fallbackMa === 0) return ZERO_TRIPLE;
  const out: [number, number, number] = [0, 0, 0];
  for (const phase of spec.phases) out[phase] = spec.fallbackMa;
  return out;
}

function subtract(capacity: Float64Array, spec: ConnectorSpec, ma: Triple): void {
  if (ma === ZERO_TRIPLE) return;
  for (const circuit of spec.path) {
    for (let p = 0; p < 3; p++) capacity[circuit * 4 + p] = (capacity[circuit * 4 + p] ?? 0) - (ma[p] ?? 0);
    capacity[circuit * 4 + 3] = (capacity[circuit * 4 + 3] ?? 0) - ma[0] - ma[1] - ma[2];
  }
}

const trees = new WeakMap<Topology, RowTree>();

/** The circuit tree as the fill sees it; compiled once for each topology. */
export function rowTree(topology: Topology): RowTree {
  const known = trees.get(topology);
  if (known !== undefined) return known;
  const tree = { parent: Int32Array.from(topology.circuits, circuit => circuit.parent) };
  trees.set(topology, tree);
  return tree;
}
