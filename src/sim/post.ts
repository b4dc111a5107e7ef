/** One charger of a simulated site: its station, its way to the gateway, and who watches it. */
import type { PhaseIndex } from '#base/units.ts';
import type { SimConnector } from './connector.ts';
import { standbyMa } from './dc.ts';
import { Holdings } from './holdings.ts';
import { LinkFaults } from './link-faults.ts';
import type { Link, Network } from './network.ts';
import type { Observer } from './observer.ts';
import type { Prng } from './prng.ts';
import { OCPP_PORT, type PlannedCharger, type SitePlan, socketsOf } from './site-plan.ts';
import { Station } from './station.ts';
import type { StationPlan } from './station-plan.ts';
import { truthOf } from './station-truth.ts';
import type { Truth } from './truth.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { ObservedConnector } from './watched.ts';
import { ClassWatch, LinkWatch, Wanting } from './watches.ts';

/** One charger of the site, with its way to the gateway. */
export type Post = {
  readonly plan: PlannedCharger;
  readonly station: Station;
  readonly link: Link;
  readonly faults: LinkFaults;
  readonly wanting: Wanting;
};

export type PostParts = {
  readonly plan: SitePlan;
  readonly clock: VirtualClock;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly network: Network;
  readonly random: Prng;
  /** For a trace: every frame of the gateway, and when a link begins or ceases to carry. */
  readonly options: {
    readonly onFrame?: (identity: string, frame: string) => void;
    readonly onLink?: (identity: string, carries: boolean) => void;
  };
  /** A car on this circuit draws so much from now on. */
  drawChanged(circuit: number, drawMa: number): void;
};

/** Sets up charger number `index` of the site, without power. */
export function openPost(parts: PostParts, plan: PlannedCharger, index: number): Post {
  const { clock, truth, observer, network } = parts;
  const link = network.link(plan.identity, plan.address ?? `10.0.0.${index + 10}`, plan.latencyMs);
  const watched: ObservedConnector[] = [];
  const path = truth.path(plan.circuit);
  const linkWatch = new LinkWatch(observer, path, () => watched.some(c => c.carPhases() !== null));
  const classWatch = new ClassWatch(clock, observer, path);
  const wanting = new Wanting(clock, observer);
  const obeys = plan.habit.profiles !== 'accepted-and-forgotten';
  const judgeClass = (connector: SimConnector) => {
    if (!obeys) classWatch.drew(connector.drawMa(), station.promisedMa(connector));
  };
  const station: Station = new Station(
    {
      clock,
      truth,
      random: parts.random.split(`station ${plan.identity}`),
      nominalV: parts.plan.nominalV,
      dial: options => network.dial(link, options),
      carChanged: connector => {
        for (const seen of watched) observer.recheck(seen);
        linkWatch.judge();
        wanting.judge(connector);
      },
      drawChanged: connector => {
        judgeClass(connector);
        wanting.judge(connector);
        parts.drawChanged(plan.circuit, connector.drawMa());
      },
      sampled: connector => {
        if (!obeys) classWatch.sampled(connector.drawMa(), station.promisedMa(connector));
      },
      powerChanged: off => {
        linkWatch.power(!off);
        if (plan.dc)
          truth.addCar(plan.circuit, plan.rotation, (off ? -1 : 1) * standbyMa(plan.dc, parts.plan.nominalV));
      },
    },
    stationPlan(plan),
  );
  const holdings = new Holdings(truthOf(station, () => obeys || classWatch.isShown()));
  for (const connector of station.connectors)
    watched.push(observedConnector(connector, plan, parts.plan.nominalV, holdings));
  for (const connector of watched) observer.addConnector(connector);
  const tap = observer.tap(watched, holdings);
  const { onFrame, onLink } = parts.options;
  link.tap = {
    ...tap,
    sent: frame => {
      onFrame?.(plan.identity, frame);
      tap.sent(frame);
    },
    carrying: carries => {
      tap.carrying(carries);
      linkWatch.carrying(carries);
      onLink?.(plan.identity, carries);
    },
  };
  return { plan, station, link, wanting, faults: new LinkFaults(clock, link) };
}

function stationPlan(plan: PlannedCharger): StationPlan {
  return {
    identity: plan.identity,
    brand: plan.brand,
    habit: plan.habit,
    clockErrorMs: plan.clockErrorMs,
    resumesAlone: plan.resumesAlone,
    connectors: socketsOf(plan).map(connectorId => ({
      connectorId,
      circuit: plan.circuit,
      ratingMa: Math.round(plan.ratingA * 1000),
      rotation: plan.rotation,
      ...(plan.dc === undefined ? {} : { dc: plan.dc }),
    })),
    dial: {
      url: `ws://127.0.0.1:${OCPP_PORT}/ocpp/${encodeURIComponent(plan.identity)}`,
      subprotocols: ['ocpp1.6'],
      authorization: `Basic ${Buffer.from(`${plan.identity}:${plan.password}`).toString('base64')}`,
      maxPayloadBytes: 65_536,
      timeoutMs: 5000,
    },
  };
}

function observedConnector(
  connector: SimConnector,
  plan: PlannedCharger,
  nominalV: number,
  holdings: Holdings,
): ObservedConnector {
  return {
    connectorId: connector.plan.connectorId,
    ratingMa: connector.plan.ratingMa,
    phases: connector.plan.rotation.length,
    nominalV,
    holdings,
    circuit: plan.circuit,
    carPhases: (): readonly PhaseIndex[] | null => connector.carPhases(),
    drawMa: () => connector.drawMa(),
  };
}
