/** The sim's observer on a world with real sockets: it sees the currents, the schedules chargers hold and their frames. */
import type { Clock } from '#base/clock.ts';
import { NO_LIMIT_MA, type Triple } from '#base/units.ts';
import type { Circuit, FixedLimit, Topology } from '#site/topology.ts';
import { Holdings } from './holdings.ts';
import { Observer } from './observer.ts';
import type { SimLimit } from './over-account.ts';
import type { WireTap } from './pipe.ts';
import type { Station } from './station.ts';
import { truthOf } from './station-truth.ts';
import type { Truth } from './truth.ts';
import type { ObservedConnector } from './watched.ts';

/** From an answer on the wire until the gateway, a process of its own on a busy machine, has surely taken it in. */
const TAKEN_IN_MS = 250;

export type DemoWatch = {
  readonly observer: Observer;
  /** What hears the frames to a station. */
  tapFor(station: Station): Pick<WireTap, 'sent' | 'delivered' | 'lost'>;
  /** A car came to this station or left it. */
  carChanged(station: Station): void;
  /** A meter is read now; what comes back is called when its answer leaves. */
  meterRead(circuit: number): () => void;
};

export function openWatch(clock: Clock, truth: Truth, topology: Topology, intervalMs: number): DemoWatch {
  const circuits = topology.circuits.map(circuit => ({
    limits: circuit.limits.map(simLimit),
    marginMa: leastMarginMa(circuit),
    guardIntervalMs: circuit.meter < 0 ? null : intervalMs,
  }));
  const observer = new Observer(clock, truth, circuits, topology.nominalV);
  const watched = new Map<Station, readonly ObservedConnector[]>();
  return {
    observer,
    tapFor: station => {
      const holdings = new Holdings(truthOf(station));
      const connectors = station.connectors.map(connector => observed(connector, holdings, topology.nominalV));
      for (const connector of connectors) observer.addConnector(connector);
      watched.set(station, connectors);
      return observer.tap(connectors, holdings);
    },
    carChanged: station => {
      for (const connector of watched.get(station) ?? []) observer.recheck(connector);
    },
    meterRead: circuit => {
      const sampledAtMs = clock.nowMs();
      const background = copy(truth.background(circuit));
      const total = copy(truth.total(circuit));
      const taken = () => observer.meterDelivered(circuit, sampledAtMs, background, total);
      return () => void clock.after('taken in', TAKEN_IN_MS, taken);
    },
  };
}

/** A limit as the account keeps it. */
export const simLimit = (limit: FixedLimit): SimLimit => ({
  source: limit.source,
  hard: limit.kind === 'hard',
  evOnly: limit.evOnly,
  limitMa: [bound(limit.limitMa[0]), bound(limit.limitMa[1]), bound(limit.limitMa[2])],
  limitW: limit.limitW,
});

const bound = (ma: number): number => (ma >= NO_LIMIT_MA ? Number.POSITIVE_INFINITY : ma);

/** Safety rules, "words": max(1 A, 2 %) where no margin is configured; here of the lowest limit per phase. */
function leastMarginMa(circuit: Circuit): number {
  if (circuit.marginMa !== null) return circuit.marginMa;
  const lowest = Math.min(...circuit.limits.flatMap(limit => limit.limitMa));
  return Math.max(1000, lowest >= NO_LIMIT_MA ? 0 : lowest * 0.02);
}

const copy = (t: Triple): Triple => [t[0], t[1], t[2]];

function observed(connector: Station['connectors'][number], holdings: Holdings, nominalV: number): ObservedConnector {
  const { plan } = connector;
  return {
    connectorId: plan.connectorId,
    ratingMa: plan.ratingMa,
    phases: plan.rotation.length,
    nominalV,
    holdings,
    circuit: plan.circuit,
    carPhases: () => connector.carPhases(),
    drawMa: () => connector.drawMa(),
  };
}
