/**
 * A small site of one's own for a test: plug cars, let time pass, step the building, break things, and
 * read what is true and what the gateway granted.
 */
import { assert, at } from '#base/assert.ts';
import { silentLog } from '#base/log.ts';
import type { Triple } from '#base/units.ts';
import type { Gateway } from '#gateway.ts';
import type { World } from '#world.ts';
import type { Account } from './account.ts';
import type { CarPlan } from './car.ts';
import { type DcPlan, gridMa } from './dc.ts';
import { GatewayLife, openGatewayOn } from './gateway-life.ts';
import { type Brand, HABITS, type HabitName } from './habits.ts';
import type { Post } from './post.ts';
import { closeOn } from './run.ts';
import { openSite, type SimSite, START_WALL_MS } from './site.ts';
import type { PlannedCharger, PlannedCircuit, PlannedLimit, PlannedOffice, SitePlan } from './site-plan.ts';
import { MAKES, type Make } from './zoo.ts';

export type StoryCharger = {
  /** Id of its circuit; the first one without it. */
  readonly circuit?: string;
  readonly ratingA?: number;
  /** Sockets on its one feed. */
  readonly sockets?: number;
  /** As in the configuration: RST, STR, … or one letter. */
  readonly rotation?: string;
  /** One that stands in no file of profiles/chargers is proven by nobody. */
  readonly brand?: 'Alder' | 'Birch' | 'Cedar' | Brand;
  /** A make of the zoo by its vendor, with its habit; instead of a brand. */
  readonly make?: string;
  /** Device profile that the site file names, so that its class is known before it speaks. */
  readonly profile?: string;
  readonly habit?: HabitName;
  /** It stands in no file; those that do come before it. */
  readonly unlisted?: true;
  /** Where it comes from, if not from the site's network. */
  readonly address?: string;
  /** A DC charger; its habit is then that it takes watts only. */
  readonly dc?: DcPlan;
};

export type StoryCircuit = {
  readonly id: string;
  readonly parent?: string;
  readonly fuseA?: number;
  readonly contractW?: number;
  readonly evOnly?: boolean;
  /** A live limit on what the cars below take together, whatever the building draws. */
  readonly carsA?: number;
  /** The building here at the start, A on each phase. */
  readonly baseA?: number;
  readonly designLoadA?: number;
  /** Guard meter; a circuit that is not evOnly has one unless this is false. */
  readonly metered?: boolean;
  /** A second without it. */
  readonly meterIntervalMs?: number;
};

export type StoryPlan = {
  readonly seed?: string;
  /** Three without it. */
  readonly supplyPhases?: 1 | 3;
  readonly circuits: readonly StoryCircuit[];
  /** Named CP1, CP2, … in this order. */
  readonly chargers: readonly StoryCharger[];
  /** Without it the standard 300 s. */
  readonly leaseTtlS?: number;
  /** A commissioning window is open for so long. */
  readonly commissioningFor?: string;
  /** The story begins with the gateway just opened and every charger without power. */
  readonly cold?: boolean;
  /** People have their HTTP door, as `mark` needs it. */
  readonly seen?: boolean;
  /** There is a back office. */
  readonly upstream?: PlannedOffice;
  /** Another way to the back office than the simulated one; not for a gateway that may die. */
  readonly dial?: World['dial'];
  /** The gateway may die and be started again: then there is a `life`. */
  readonly mortal?: boolean;
};

export type Story = {
  readonly site: SimSite;
  /** The newest one, dead or alive. */
  readonly gateway: Gateway;
  readonly life: GatewayLife | null;
  /** Lets time pass: '30 s', '5 min', '200 ms'. */
  run(duration: string): Promise<void>;
  /** A car on a socket of a charger, the first one if none is named. */
  plug(identity: string, car?: Partial<CarPlan>, socket?: number): void;
  unplug(identity: string): void;
  /** The building below a circuit goes up or down, A on each phase. */
  step(circuit: string, amps: number | readonly [number, number, number]): void;
  post(identity: string): Post;
  /** Power on for every charger at this instant. */
  powerOn(): void;
  /** A person says at the page that a charger has no power, or that it has (rule 9). @returns the HTTP status */
  mark(identity: string, mark: 'switched-off' | 'switched-on'): Promise<number>;
  /** What the car truly draws, A per phase it uses. */
  drawA(identity: string, socket?: number): number;
  /** What the gateway last had acknowledged, A; null before anything was. */
  grantA(identity: string): number | null;
  /** What flows in a circuit, A. */
  flowA(circuit: string): readonly [number, number, number];
  /** The observer's account until now. */
  account(): Account;
  close(): Promise<void>;
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** '90 s' in milliseconds. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?) (ms|s|min|h)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined) throw new Error(`"${text}" is no duration`);
  return Number(match[1]) * unit;
}

/** Opens the site and the gateway on it; every charger is on and the first two minutes are over, unless it is `cold`. */
export async function story(plan: StoryPlan): Promise<Story> {
  const site = openSite(sitePlan(plan), { seed: plan.seed ?? 'story', building: 'constant' });
  const life = plan.mortal ? await GatewayLife.begin(site) : null;
  const world = plan.dial === undefined ? site.world : { ...site.world, dial: plan.dial };
  const only = life === null ? await openGatewayOn(site, silentLog, world, plan.seen ?? false) : null;
  const gateway = () => newest(life, only);
  const powerOn = () => {
    for (const post of site.posts) post.station.powerOn();
  };
  if (!plan.cold) {
    powerOn();
    await site.clock.run(SET_UP_MS);
  }
  let cars = 0;
  const postOf = (identity: string) => {
    const post = site.posts.find(each => each.plan.identity === identity);
    if (!post) throw new Error(`no charger ${identity}`);
    return post;
  };
  const circuitOf = (id: string) => {
    const index = site.plan.circuits.findIndex(circuit => circuit.id === id);
    if (index < 0) throw new Error(`no circuit ${id}`);
    return index;
  };
  return {
    site,
    get gateway() {
      return gateway();
    },
    life,
    run: duration => site.clock.run(site.clock.nowMs() + durationMs(duration)),
    plug: (identity, car, socket = 1) => {
      cars++;
      postOf(identity).station.plug(socket, { ...ANY_CAR, idTag: `TAG-${cars}`, ...car });
    },
    unplug: identity => postOf(identity).station.unplug(1),
    step: (circuit, amps) => site.truth.addBackground(circuitOf(circuit), inMa(amps)),
    post: postOf,
    powerOn,
    mark: async (identity, mark) => {
      const door = `http://127.0.0.1:${gateway().ports.web}/api/v1/chargers/${identity}/switched-off`;
      return (await fetch(door, { method: mark === 'switched-off' ? 'PUT' : 'DELETE' })).status;
    },
    drawA: (identity, socket = 1) => postOf(identity).station.connectorOf(socket).drawMa() / 1000,
    grantA: identity => grantA(gateway(), identity),
    flowA: circuit => {
      const [l1, l2, l3] = site.truth.total(circuitOf(circuit));
      return [l1 / 1000, l2 / 1000, l3 / 1000];
    },
    account: () => site.observer.finish(),
    close: () => closeOn(site, gateway()),
  };
}

function newest(life: GatewayLife | null, only: Gateway | null): Gateway {
  const found = life === null ? only : life.gateway();
  assert(found !== null, 'a story has a gateway');
  return found;
}

const SET_UP_MS = 120_000;
const NOMINAL_V = 230;
const ANY_CAR = { phases: 3, maxMa: 32_000, needWh: 60_000, rampMaPerS: 2000, restless: false } as const;

const inMa = (amps: number | readonly [number, number, number]): Triple => {
  const [a, b, c] = typeof amps === 'number' ? [amps, amps, amps] : amps;
  return [Math.round(a * 1000), Math.round(b * 1000), Math.round(c * 1000)];
};

function grantA(gateway: Gateway, identity: string): number | null {
  const { topology, connectors } = gateway.state();
  const charger = topology.chargers.find(spec => spec.identity === identity);
  assert(charger !== undefined, `${identity} is part of the site`);
  const index = charger.connectors[0] ?? -1;
  const acknowledged = at(connectors, index).ledger.held.filter(held => held.ackedAtMs !== null);
  const last = acknowledged.at(-1);
  return last ? last.limitMa / 1000 : null;
}

/** The plan of a story, for a test that opens the site by itself. */
export function sitePlan(plan: StoryPlan): SitePlan {
  const indexOf = (id: string) => plan.circuits.findIndex(circuit => circuit.id === id);
  return {
    name: 'Story',
    nominalV: NOMINAL_V,
    supplyPhases: plan.supplyPhases ?? 3,
    circuits: plan.circuits.map((circuit, index) => circuitPlan(circuit, index, indexOf)),
    ...(plan.upstream === undefined ? {} : { upstream: plan.upstream }),
    ...(plan.leaseTtlS === undefined ? {} : { leaseTtlS: plan.leaseTtlS }),
    ...(plan.commissioningFor === undefined
      ? {}
      : { commissioningUntilWallMs: START_WALL_MS + durationMs(plan.commissioningFor) }),
    chargers: plan.chargers.map((charger, index): PlannedCharger => {
      const { brand, habit } = makeOf(charger);
      const { dc } = charger;
      return {
        identity: `CP${index + 1}`,
        password: `secret-${index + 1}`,
        circuit: charger.circuit === undefined ? 0 : indexOf(charger.circuit),
        ratingA: dc === undefined ? (charger.ratingA ?? 32) : gridMa(1000 * dc.ratingKw, dc, NOMINAL_V) / 1000,
        ...(dc === undefined ? {} : { dc }),
        ...(charger.sockets === undefined ? {} : { sockets: charger.sockets }),
        ...(charger.unlisted === undefined ? {} : { unlisted: true }),
        ...(charger.address === undefined ? {} : { address: charger.address }),
        ...(charger.profile === undefined ? {} : { profile: charger.profile }),
        rotation: [...(charger.rotation ?? 'RST')].map(letter => 'RST'.indexOf(letter) as 0 | 1 | 2),
        brand,
        habit: charger.habit === undefined ? habit : HABITS[charger.habit],
        clockErrorMs: 0,
        resumesAlone: true,
        latencyMs: [10, 30],
      };
    }),
  };
}

/** Without a make it is a polite one of its brand. */
function makeOf({ make, brand = 'Birch', dc }: StoryCharger): Pick<Make, 'brand' | 'habit'> {
  if (make === undefined && typeof brand === 'object') return { brand, habit: HABITS.polite };
  const vendor = make ?? brand;
  const found = MAKES.find(each => each.brand.vendor === vendor);
  if (found === undefined) throw new Error(`no charger is made by ${vendor}`);
  return dc === undefined ? found : { ...found, habit: HABITS.watts };
}

function circuitPlan(circuit: StoryCircuit, index: number, indexOf: (id: string) => number): PlannedCircuit {
  const evOnly = circuit.evOnly ?? false;
  const limit = (source: PlannedLimit['source'], limitA: number | null, limitW: number | null): PlannedLimit => ({
    source,
    kind: source === 'fuse' ? 'hard' : 'live',
    limitA,
    limitW,
    evOnly,
  });
  const baseMa = inMa(circuit.baseA ?? 0);
  return {
    id: circuit.id,
    parent: circuit.parent === undefined ? -1 : indexOf(circuit.parent),
    limits: [
      ...(circuit.fuseA === undefined ? [] : [limit('fuse', circuit.fuseA, null)]),
      ...(circuit.contractW === undefined ? [] : [limit('contract', null, circuit.contractW)]),
      ...(circuit.carsA === undefined ? [] : [{ ...limit('cap', circuit.carsA, null), evOnly: true }]),
    ],
    marginA: 1.5,
    designMa: evOnly ? null : inMa(circuit.designLoadA ?? 0),
    guard:
      evOnly || circuit.metered === false
        ? null
        : { meterId: `meter-${circuit.id}`, intervalMs: circuit.meterIntervalMs ?? 1000, port: 1502 + index },
    building: evOnly ? null : { circuit: index, baseMa, appliances: [] },
  };
}
