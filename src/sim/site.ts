/**
 * A simulated site, standing: wires, meters, building, chargers and the observer, on one virtual clock.
 * The gateway is not part of it; it is opened on `world`.
 */
import { at } from '#base/assert.ts';
import { type Log, silentLog } from '#base/log.ts';
import { failed } from '#base/outcome.ts';
import type { Triple } from '#base/units.ts';
import type { World } from '#world.ts';
import { type Building, startBuilding } from './building.ts';
import { SimDisk } from './disk.ts';
import { type MeterDevice, meterDevice } from './meter-device.ts';
import { simNetwork } from './network.ts';
import { Observer } from './observer.ts';
import { openSimOffice, type SimOffice } from './office.ts';
import type { SimLimit } from './over-account.ts';
import { openPost, type Post } from './post.ts';
import { type Prng, prng } from './prng.ts';
import type { PlannedCircuit, SitePlan } from './site-plan.ts';
import { openTruth, type Truth } from './truth.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';
import { simWorld } from './world.ts';

export type SimSite = {
  readonly plan: SitePlan;
  readonly world: World;
  /** Of every gateway that may die (GatewayLife). */
  readonly disk: SimDisk;
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
  /** Where the plan has one. */
  readonly office: SimOffice | null;
  /** Once it is calm no more faults strike; those that run come to their end. */
  readonly weather: { isCalm: boolean };
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
  const upstream = network.link('upstream', '127.0.0.1', [5, 20]);
  const world = simWorld({
    clock,
    network,
    upstream,
    random: random.split('gateway'),
    log: options.log ?? silentLog,
    upload: async order => office?.takeFile(order) ?? failed('offline', 'there is no back office'),
    devices: address => {
      const device = devices.get(address);
      return device ? [device] : [];
    },
  });
  const buildings = new Map<string, Building>();
  const drawChanged = (circuit: number, drawMa: number) => {
    if (drawMa > 0) return;
    for (const c of truth.path(circuit)) buildings.get(at(plan.circuits, c).id)?.carStopped();
  };
  const postParts = { ...parts, network, drawChanged };
  const posts = plan.chargers.map((charger, index) => openPost(postParts, charger, index));
  for (const circuit of plan.circuits) {
    if (!circuit.building) continue;
    const deps = { clock, truth, random: random.split(`building ${circuit.id}`) };
    buildings.set(circuit.id, startBuilding(deps, circuit.building, options.building === 'constant'));
  }
  plan.circuits.forEach((_, circuit) => {
    observer.meterDelivered(circuit, 0, copy(truth.background(circuit)), copy(truth.total(circuit)));
  });
  const settleCars = () => {
    for (const post of posts) post.wanting.settle();
  };
  const office = plan.upstream === undefined ? null : openSimOffice({ clock, network, link: upstream });
  const disk = new SimDisk(clock);
  return {
    plan,
    world,
    disk,
    clock,
    truth,
    observer,
    posts,
    meters,
    buildings,
    settleCars,
    random,
    office,
    weather: { isCalm: false },
  };
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
        const total = copy(truth.total(circuit));
        return () => {
          observer.meterDelivered(circuit, sampledAtMs, background, total);
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

/** Power on for every charger, one after the other over a few seconds. */
export function powerOn(site: SimSite): void {
  const random = site.random.split('power');
  for (const post of site.posts)
    site.clock.after('power', random.whole(0, 5000), () => at(site.posts, site.posts.indexOf(post)).station.powerOn());
}
