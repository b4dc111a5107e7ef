/** What a new site file changes in a running gateway: what applies at once, and what waits for a restart. */
import type { ConnectorSpec, Topology } from '#site/topology.ts';
import type { Config } from './config.ts';

export type Reload = {
  /** In words, one for each change that applies at once. */
  readonly live: readonly string[];
  /** In words, one for each change that waits for a restart. Everything electrical is here. */
  readonly restart: readonly string[];
};

/**
 * Compares the running configuration with a new one that has no problems. Electrical facts (supply,
 * circuits, meters, ratings, phases, feeds) are fixed for the life of the process: the ledger is built on them.
 */
export function compareConfigs(running: Config, next: Config): Reload {
  const [before, after] = [running.topology, next.topology];
  const live = [
    ...changed('site.name', before.siteName, after.siteName),
    ...changed('limits.sources', before.limitSources, after.limitSources),
    ...changed('web.token', running.web.token, next.web.token),
    ...changed('commissioning.until', running.commissioningUntilWallMs, next.commissioningUntilWallMs),
    ...renamed(before, after),
    ...doorChanges(running, next),
  ];
  const restart = [
    ...changed('site.timezone', running.siteTimezone, next.siteTimezone),
    ...changed('history', running.history, next.history),
    ...changed('upstream', running.upstream, next.upstream),
    ...changed('supply', [before.supplyPhases, before.nominalV], [after.supplyPhases, after.nominalV]),
    ...changed('lease.ttlS or site.preset', lease(running), lease(next)),
    ...listChanges('circuit', before.circuits.map(unnamed), after.circuits.map(unnamed), one => one.id),
    ...listChanges('meter', running.meters.meters, next.meters.meters, one => one.id),
    ...listChanges('charger', wiring(before), wiring(after), one => one.identity),
    ...changed('order of meters or circuits', roles(before), roles(after)),
    ...changed('ocpp.host or ocpp.port', door(running), door(next)),
    ...changed('web.host or web.port', [running.web.host, running.web.port], [next.web.host, next.web.port]),
  ];
  return { live, restart };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const changed = (what: string, before: unknown, after: unknown): readonly string[] =>
  same(before, after) ? [] : [what];

const door = (config: Config) => [config.chargers.host, config.chargers.port];

const lease = (config: Config) => [config.topology.leaseTtlMs, config.preset];

const unnamed = <T extends { readonly name: string }>(item: T) => ({ ...item, name: '' });

const roles = (topology: Topology) => topology.meters.map(meter => [meter.role, meter.circuit, meter.signed]);

/** Everything of a charger that the ledger stands on. */
const wiring = (topology: Topology) =>
  topology.chargers.map(charger => ({
    identity: charger.identity,
    traits: charger.traits,
    sockets: charger.connectors.map(index => socketWiring(topology.connectors[index])),
  }));

const socketWiring = (connector: ConnectorSpec | undefined) => (connector === undefined ? null : unnamed(connector));

function listChanges<T>(kind: string, before: readonly T[], after: readonly T[], nameOf: (item: T) => string) {
  const names = [...new Set([...before, ...after].map(nameOf))];
  return names.flatMap(name => {
    const old = before.find(item => nameOf(item) === name);
    const now = after.find(item => nameOf(item) === name);
    if (old === undefined) return [`${kind} ${name} added`];
    if (now === undefined) return [`${kind} ${name} removed`];
    return same(old, now) ? [] : [`${kind} ${name} changed`];
  });
}

function renamed(before: Topology, after: Topology): readonly string[] {
  const names = (topology: Topology) => [
    ...topology.circuits.map(circuit => [`name of circuit ${circuit.id}`, circuit.name] as const),
    ...topology.chargers.map(charger => [`name of charger ${charger.identity}`, charger.name] as const),
    ...topology.connectors.map(connector => {
      const identity = topology.chargers[connector.charger]?.identity ?? '';
      return [`name of socket ${connector.connectorId} of ${identity}`, connector.name] as const;
    }),
  ];
  const old = new Map(names(before));
  return names(after).flatMap(([what, name]) => (old.has(what) && old.get(what) !== name ? [what] : []));
}

/** How chargers prove who they are may change under them: the next handshake is judged by the new rule. */
function doorChanges(running: Config, next: Config): readonly string[] {
  return next.chargers.chargers.flatMap(charger => {
    const old = running.chargers.chargers.find(other => other.identity === charger.identity);
    return old === undefined || same(old.auth, charger.auth)
      ? []
      : [`password or address of charger ${charger.identity}`];
  });
}
