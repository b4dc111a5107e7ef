/**
 * A simulated site, standing: wires, meters, building, chargers and the observer, on one virtual clock.
 * The gateway is not part of it; it is opened on `world`.
 */
import { at } from '#base/assert.ts';
import { type Log, silentLog } from '#base/log.ts';
import type { PhaseIndex, Triple } from '#base/units.ts';
import type { World } from '#world.ts';
import { type Building, startBuilding } from './building.ts';
import type { SimConnector } from './connector.ts';
import { Holdings } from './holdings.ts';
import { type MeterDevice, meterDevice } from './meter-device.ts';
import { type Link, simNetwork } from './network.ts';
import { type ObservedConnector, Observer } from './observer.ts';
import type { SimLimit } from './over-account.ts';
import { type Prng, prng } from './prng.ts';
import { OCPP_PORT, type PlannedCharger, type PlannedCircuit, type SitePlan, socketsOf } from './site-plan.ts';
import { Station, type StationPlan } from './station.ts';
import { openTruth, type Truth } from './truth.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';
import { ClassWatch, LinkWatch, Wanting } from './watches.ts';
import { simWorld } from './world.ts';

/** One charger of the site, with its way to the gateway. */
export type Post = {
  readonly plan: PlannedCharger;
  readonly station: Station;
  readonly link: Link;
  readonly wanting: Wanting;
};

export type SimSite = {
  readonly plan: SitePlan;
  readonly world: World;
  readonly clock: VirtualClock;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly posts: readonly Post[];
  /** By meter id. */
  readonly meters: ReadonlyMap<string, MeterDevice>;
  /** By circuit id; those with a load of their own. */
  readonly buildings: ReadonlyMap<string, Building>;
  /** Counts cars that are still plugged into the account; call once, before `observer.finish`. */
  settleCars(): void;
  readonly random: Prng;
};

export type SiteOptions = {
  readonly seed: string;
  /** `constant`: no appliance ever switches. */
  readonly building: 'varying' | 'constant';
  readonly log?: Log;
  /** Called for every frame that the gateway sends; for a trace. */
  readonly onFrame?: (identity: string, frame: string) => void;
  /** Called when an answer of a guard meter has arrived, and when one is owed (null). */
  readonly onSample?: (meter: string, sampledAtMs: number | null) => void;
  /** Called when a link begins or ceases to carry. */
  readonly onLink?: (identity: string, carries: boolean) => void;
};

/** Every simulated run begins here. */
export const START_WALL_MS = Date.UTC(2026, 0, 1);

export function openSite(plan: SitePlan, options: SiteOptions): SimSite {
  const random = prng(options.seed);
  const clock = virtualClock(START_WALL_MS);
  const truth = openTruth(plan.circuits);
  const observer = new Observer(
    clock,
    truth,
    plan.circuits.map(circuit => ({
      limits: circuit.limits.map(simLimit),
      marginMa: circuit.marginA * 1000,
      guardIntervalMs: circuit.guard?.intervalMs ?? null,
    })),
    plan.nominalV,
  );
  const parts: Parts = { plan, options, clock, truth, observer, random };
  const network = simNetwork(clock, random.split('network'));
  const devices = new Map<string, MeterDevice>();
  const meters = new Map<string, MeterDevice>();
  plan.circuits.forEach(({ guard }, circuit) => {
    if (!guard) return;
    const device = openMeter(parts, circuit, guard.meterId);
    meters.set(guard.meterId, device);
    devices.set(`127.0.0.1:${guard.port}`, device);
  });
  const world = simWorld({
    clock,
    network,
    random: random.split('gateway'),
    log: options.log ?? silentLog,
    devices: address => {
      const device = devices.get(address);
      return device ? [device] : [];
    },
  });
  const posts = plan.chargers.map((charger, index) => openPost(parts, network, charger, index));
  const buildings = new Map<string, Building>();
  for (const circuit of plan.circuits) {
    if (!circuit.building) continue;
    const deps = { clock, truth, random: random.split(`building ${circuit.id}`) };
    buildings.set(circuit.id, startBuilding(deps, circuit.building, options.building === 'constant'));
  }
  plan.circuits.forEach((_, circuit) => {
    observer.meterDelivered(circuit, 0, copy(truth.background(circuit)));
  });
  const settleCars = () => {
    for (const post of posts) post.wanting.settle();
  };
  return { plan, world, clock, truth, observer, posts, meters, buildings, settleCars, random };
}

type Parts = {
  readonly plan: SitePlan;
  readonly options: SiteOptions;
  readonly clock: VirtualClock;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly random: Prng;
};

const copy = (t: Triple): Triple => [t[0], t[1], t[2]];

const simLimit = (limit: PlannedCircuit['limits'][number]): SimLimit => {
  const ma = limit.limitA === null ? Number.POSITIVE_INFINITY : Math.round(limit.limitA * 1000);
  return {
    source: limit.source,
    hard: limit.kind === 'hard',
    evOnly: limit.evOnly,
    limitMa: [ma, ma, ma],
    limitW: limit.limitW,
  };
};

function openMeter(parts: Parts, circuit: number, id: string): MeterDevice {
  const { clock, truth, observer } = parts;
  return meterDevice(
    {
      clock,
      random: parts.random.split(`meter ${id}`),
      nominalV: parts.plan.nominalV,
      totalMa: () => truth.total(circuit),
      reading: () => {
        const sampledAtMs = clock.nowMs();
        const background = copy(truth.background(circuit));
        return () => {
          observer.meterDelivered(circuit, sampledAtMs, background);
          parts.options.onSample?.(id, sampledAtMs);
        };
      },
      missed: () => {
        observer.meterMissed(circuit);
        parts.options.onSample?.(id, null);
      },
    },
    1,
  );
}

function openPost(parts: Parts, network: ReturnType<typeof simNetwork>, plan: PlannedCharger, index: number): Post {
  const { clock, truth, observer } = parts;
  const link = network.link(plan.identity, `10.0.0.${index + 10}`, plan.latencyMs);
  const watched: ObservedConnector[] = [];
  const path = truth.path(plan.circuit);
  const linkWatch = new LinkWatch(observer, path, () => watched.some(c => c.carPhases() !== null));
  const classWatch = new ClassWatch(clock, observer, path);
  const wanting = new Wanting(clock, observer);
  const obeys = plan.habit.profiles !== 'accepted-and-forgotten';
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
        if (!obeys) classWatch.drew(connector.drawMa(), station.promisedMa(connector));
        wanting.judge(connector);
      },
      sampled: () => classWatch.sampled(),
      powerChanged: off => linkWatch.power(!off),
    },
    stationPlan(plan),
  );
  const holdings = new Holdings({
    stack: () => station.stack(),
    wallMs: () => station.wallMs(),
    startedWallMs: id => station.connectorOf(id).transaction?.startedWallMs ?? null,
  });
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
      linkWatch.carrying(carries);
      onLink?.(plan.identity, carries);
    },
  };
  return { plan, station, link, wanting };
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

/** Power on for every charger, one after the other over a few seconds. */
export function powerOn(site: SimSite): void {
  const random = site.random.split('power');
  for (const post of site.posts)
    site.clock.after('power', random.whole(0, 5000), () => at(site.posts, site.posts.indexOf(post)).station.powerOn());
}
