/** The electrical site from a checked file: dense arrays, parents before children. */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, toA, toMa, triple, ZERO_TRIPLE } from '#base/units.ts';
import { adjusted, CAUTIOUS_TRAITS, type TraitOverrides, traitsOf } from '#chargers/quirks.ts';
import { meterOptions } from '#meters/options.ts';
import type {
  ChargerSpec,
  ChargerTraits,
  Circuit,
  ConnectorSpec,
  FixedLimit,
  MeterSpec,
  Topology,
} from '#site/topology.ts';
import type { Devices } from './config.ts';
import { fallbacks } from './fallback.ts';
import { leaseTtlMs } from './lease.ts';
import { gridPhases, tripleOf } from './phases.ts';
import type { RawCharger, RawCircuit, RawConfig } from './raw.ts';
import { fallbackWish, feedMa, isShared, socketFigures, socketsOf } from './sockets.ts';

/** Shape of a checked file as the court sees it; every reference in it is known to hold. */
export function topologyOf(raw: RawConfig, devices: Devices): Topology {
  const supply = raw.supply.phases;
  const ordered = parentsFirst(raw.circuits);
  const traits = raw.chargers.map(charger => traitsFor(charger, devices));
  const bare = [
    ...ordered.map((circuit, index) => bareCircuit(circuit, index, ordered, raw)),
    ...raw.chargers
      .filter(isShared)
      .map((charger, index) => chargerCircuit(charger, raw.circuits.length + index, ordered, raw.supply)),
  ];
  const connectors = connectorsOf(raw, bare);
  const circuits = bare.map(circuit => joined(circuit, bare, connectors));
  const draft: Topology = {
    siteName: raw.site.name,
    supplyPhases: supply,
    nominalV: raw.supply.nominalV,
    circuits,
    chargers: raw.chargers.map((charger, index) => chargerSpec(charger, index, connectors, at(traits, index))),
    connectors,
    meters: metersOf(raw, ordered, devices),
    limitSources: raw.limits.sources,
    leaseTtlMs: leaseTtlMs(raw.site.preset, raw.lease?.ttlS),
  };
  const wishes = connectors.map(connector => fallbackWish(at(raw.chargers, connector.charger), raw.supply.nominalV));
  return { ...draft, connectors: fallbacks(draft, wishes) };
}

/** The traits that a charger's entry names; cautious ones until its boot tells the model. */
export function traitsFor(charger: RawCharger, devices: Pick<Devices, 'chargers'>): ChargerTraits {
  const profile = devices.chargers.find(candidate => candidate.id === charger.profile);
  return adjusted(profile === undefined ? CAUTIOUS_TRAITS : traitsOf(profile), traitOverrides(charger));
}

/** What the entry says of a charger whatever its model. */
export function traitOverrides(charger: RawCharger): TraitOverrides {
  const { current, writesPerDay } = charger;
  const written = writesPerDay === 'unlimited' ? null : writesPerDay;
  return { dc: current === 'dc', ...(written === undefined ? {} : { writesPerDay: written }) };
}

/** In the order of the file, but no circuit before the one that feeds it. */
function parentsFirst(circuits: readonly RawCircuit[]): readonly RawCircuit[] {
  const placed: RawCircuit[] = [];
  const place = (circuit: RawCircuit): void => {
    if (placed.includes(circuit)) return;
    const parent = circuits.find(candidate => candidate.id === circuit.parent);
    if (parent !== undefined) place(parent);
    placed.push(circuit);
  };
  circuits.forEach(place);
  return placed;
}

function bareCircuit(circuit: RawCircuit, index: number, ordered: readonly RawCircuit[], raw: RawConfig): Circuit {
  const supply = raw.supply.phases;
  return {
    index,
    id: circuit.id,
    name: circuit.name ?? circuit.id,
    parent: ordered.findIndex(candidate => candidate.id === circuit.parent),
    children: [],
    limits: circuit.limits.map(limit => ({
      source: limit.source,
      kind: limit.kind,
      limitMa: limit.limitA === undefined ? triple(NO_LIMIT_MA) : tripleOf(limit.limitA, supply, NO_LIMIT_MA),
      limitW: limit.limitW ?? null,
      evOnly: limit.evOnly,
    })),
    marginMa: circuit.marginA === undefined ? null : toMa(circuit.marginA),
    designLoadMa: tripleOf(circuit.designLoadA ?? 0, supply, 0),
    reservedMa: tripleOf(circuit.reservedA, supply, 0),
    meter: raw.meters.findIndex(meter => meter.id === circuit.meter),
    failSafeMa: circuit.failSafeA === undefined ? null : tripleOf(circuit.failSafeA, supply, 0),
    connectors: [],
  };
}

/** The feed of a charger whose sockets share it. @param circuits that one may feed from */
export function chargerCircuit(
  charger: RawCharger,
  index: number,
  circuits: readonly { readonly id: string }[],
  { phases: supply, nominalV }: RawConfig['supply'],
): Circuit {
  const limit = (source: string, amps: number): FixedLimit => {
    const limitMa = tripleOf(amps, supply, NO_LIMIT_MA);
    return { source, kind: 'hard', limitMa, limitW: null, evOnly: true };
  };
  const cable = charger.cableA === undefined ? [] : [limit('cable', charger.cableA)];
  return {
    index,
    id: charger.identity,
    name: charger.name ?? charger.identity,
    parent: circuits.findIndex(candidate => candidate.id === charger.circuit),
    children: [],
    limits: [limit('charger', toA(feedMa(charger, nominalV))), ...cable],
    marginMa: null,
    designLoadMa: ZERO_TRIPLE,
    reservedMa: ZERO_TRIPLE,
    meter: -1,
    failSafeMa: null,
    connectors: [],
  };
}

function connectorsOf(raw: RawConfig, circuits: readonly Circuit[]): ConnectorSpec[] {
  const out: ConnectorSpec[] = [];
  raw.chargers.forEach((charger, index) => {
    out.push(...socketSpecs(charger, { charger: index, first: out.length }, circuits, raw.supply));
  });
  return out;
}

/** The sockets of one charger, without their fallback. @param place index of the charger, and of its first socket */
export function socketSpecs(
  charger: RawCharger,
  place: { readonly charger: number; readonly first: number },
  circuits: readonly Circuit[],
  supply: RawConfig['supply'],
): readonly ConnectorSpec[] {
  const feed = circuits.findIndex(circuit => circuit.id === (isShared(charger) ? charger.identity : charger.circuit));
  const own = charger.name ?? charger.identity;
  return socketsOf(charger).map((socket, index) => ({
    index: place.first + index,
    charger: place.charger,
    evseId: socket.connectorId,
    connectorId: socket.connectorId,
    name: socket.name ?? (isShared(charger) ? `${own} socket ${socket.connectorId}` : own),
    path: pathUp(circuits, feed),
    phases: gridPhases(supply.phases, charger.phases ?? supply.phases, charger.rotation ?? 'RST'),
    fallbackMa: 0,
    ...(socket.upstreamId === undefined ? {} : { upstreamId: socket.upstreamId }),
    ...socketFigures(charger, socket, supply.nominalV),
  }));
}

function pathUp(circuits: readonly Circuit[], feed: number): readonly number[] {
  const path: number[] = [];
  for (let index = feed; index >= 0; index = at(circuits, index).parent) path.push(index);
  return path;
}

/** A circuit with what hangs on it. */
export const joined = (circuit: Circuit, all: readonly Circuit[], connectors: readonly ConnectorSpec[]): Circuit => ({
  ...circuit,
  children: all.filter(other => other.parent === circuit.index).map(other => other.index),
  connectors: connectors.filter(connector => connector.path.includes(circuit.index)).map(connector => connector.index),
});

export const chargerSpec = (
  charger: RawCharger,
  index: number,
  connectors: readonly ConnectorSpec[],
  traits: ChargerTraits,
): ChargerSpec => ({
  index,
  identity: charger.identity,
  name: charger.name ?? charger.identity,
  connectors: connectors.filter(connector => connector.charger === index).map(connector => connector.index),
  traits,
  ...(charger.replaces === undefined ? {} : { replaces: charger.replaces }),
});

function metersOf(raw: RawConfig, ordered: readonly RawCircuit[], devices: Devices): readonly MeterSpec[] {
  return raw.meters.map((meter, index) => {
    const circuit = ordered.findIndex(candidate => candidate.meter === meter.id);
    return {
      index,
      id: meter.id,
      role: circuit < 0 ? 'info' : 'guard',
      circuit,
      intervalMs: meterOptions(meter, index).intervalMs,
      signed: (devices.signedMeterIds ?? []).includes(meter.profile),
    };
  });
}
