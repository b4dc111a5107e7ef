/**
 * The gateway is killed for good while a full garage charges, and the building goes to its design load in the
 * same instant. What follows is seen in the world alone: currents, and the schedules that chargers hold.
 */
import { assert, at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import { NO_LIMIT_MA, type Triple } from '#base/units.ts';
import { drawCar } from '#sim/car.ts';
import type { StoppableClock } from '#sim/demo-clock.ts';
import type { DemoTraffic } from '#sim/demo-traffic.ts';
import type { Bay } from '#sim/demo-world.ts';
import { prng } from '#sim/prng.ts';
import { highestLimit, limitAt } from '#sim/profile-engine.ts';
import type { Topology } from '#site/topology.ts';
import {
  type DeathRecord,
  type Fuse,
  faultsOf,
  isAbove,
  LEAST_CHARGING,
  type Look,
  lastDueMs,
  newDeathRecord,
  type Socket,
  see,
} from './after-death.ts';
import { DEATH_HEAD, deathLine, deathSummary } from './death-words.ts';
import { closeStage, openStage, type Scenery, type Stage } from './stage.ts';

/**
 * The demo's garage with a building at whose worst the main fuse holds only because chargers step down, no
 * contract that would hold the cars lower, and a load of its own on row A.
 */
export const HEAVY_BUILDING: Readonly<Record<string, string>> = {
  BUSBAR_CIRCUITS__MAIN__DESIGNLOADA: '110',
  BUSBAR_CIRCUITS__MAIN__LIMITS__1__LIMITW: '200000',
  BUSBAR_CIRCUITS__ROW_A__DESIGNLOADA: '20',
  BUSBAR_CIRCUITS__ROW_A__LIMITS__0__EVONLY: 'false',
};

/** Cars that take all they are given, never rest, and stay. */
export const STAYING: DemoTraffic = {
  firstWave: 20,
  crowd: 20,
  meanGapMs: 3_600_000,
  stayMs: [3_600_000, 3_600_000],
  car: (draw, number) => steadyCar(drawCar(draw, `TAG-${number}`)),
};

const steadyCar = (car: ReturnType<typeof drawCar>) =>
  ({ ...car, phases: 3, maxMa: 32_000, needWh: 200_000, restless: false }) as const;

/** G of the safety rules: what a charger's clock may be off within a lease. */
const G_MS = 10_000;
const LOOK_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;
/** At the design load, once all are at their lapse values. */
const WATCH_ON_MS = 30_000;
/** Cars come in and are let up. */
const CHARGING_WITHIN_MS = 90_000;
/** What the design load has to bring above a fuse, so that a lease that does not lapse shows there. */
const LEAST_OVER_MA = 20_000;
/** Two drivers who do not know that nobody commands. */
const LATE_CARS = 2;
const LATE_CARS_AFTER_MS = 5_000;
/** No schedule of ours says anything beyond. */
const FOR_EVER_MS = 10 * 365 * 86_400_000;

export type DeathPlan = {
  /** Overrides of the demo's site. */
  readonly environment: Scenery['environment'];
  /** The garage goes on so long once enough cars charge: more of them are let up, and leases are renewed. */
  readonly settleMs: number;
};

export type DeathRun = { readonly record: DeathRecord; readonly faults: readonly string[] };

/** Opens the garage, kills its gateway when enough cars charge, and watches. @param print takes the table */
export async function runDeath(
  clock: StoppableClock,
  folder: string,
  { environment, settleMs }: DeathPlan,
  print: (text: string) => void,
): Promise<DeathRun> {
  const stage = await openStage(clock, folder, { seed: 'death', traffic: STAYING, environment });
  try {
    await untilCharging(clock, stage);
    await pause(clock, settleMs);
    const record = await killAndWatch(clock, stage, print);
    const { violations } = stage.world.watch.observer.finish();
    const dead = violations.filter(({ kind }) => kind === 'after-death');
    const faults = [
      ...faultsOf(record),
      ...dead.map(
        ({ circuit, row, overA }) => `the observer: ${circuit} ${row} ${overA} A over once all leases had lapsed`,
      ),
      ...(stage.pids.length === 1 && stage.deaths.length === 0 ? [] : ['the gateway was started again']),
      ...(isAlive(at(stage.pids, 0)) ? ['the gateway lives'] : []),
    ];
    print(deathSummary(record));
    return { record, faults };
  } finally {
    await closeStage(stage);
  }
}

/** Comes back when enough cars charge that the design load would take a fuse over its limit. */
async function untilCharging(clock: Clock, stage: Stage): Promise<void> {
  const endMs = clock.nowMs() + CHARGING_WITHIN_MS;
  for (;;) {
    const sockets = socketsOf(stage);
    const missingMa = missingOf(stage);
    const wouldBeOver = fusesOf(stage, missingMa).some(
      fuse => fuse.flowMa + fuse.addedMa > fuse.limitMa + LEAST_OVER_MA,
    );
    const charging = sockets.filter(isAbove).length;
    if (charging >= LEAST_CHARGING && wouldBeOver) return;
    if (clock.nowMs() > endMs)
      throw new Error(`${charging} cars charge above their lapse value ${CHARGING_WITHIN_MS / 1000} s after the start`);
    await pause(clock, LOOK_EVERY_MS);
  }
}

async function killAndWatch(clock: Clock, stage: Stage, print: (text: string) => void): Promise<DeathRecord> {
  const { world, config } = stage;
  const before = config.topology.circuits.map(({ index }) => copy(world.truth.background(index)));
  const look = (atMs: number): Look => ({
    atMs,
    sockets: socketsOf(stage),
    fuses: fusesOf(stage, addedSince(stage, before)),
  });
  const record = newDeathRecord(look(0));
  const diedMs = clock.nowMs();
  const gone = stage.keeper.killForGood();
  world.watch.observer.gatewayDied(lastDueMs(record));
  toDesignLoad(stage);
  clock.after('late cars', LATE_CARS_AFTER_MS, () => plugLateCars(stage));
  print(DEATH_HEAD + deathLine(record.first, record.first));
  let lineMs = LINE_EVERY_MS;
  for (;;) {
    const atMs = clock.nowMs() - diedMs;
    see(record, look(atMs));
    const done = atMs > (record.restSinceMs ?? lastDueMs(record)) + WATCH_ON_MS;
    if (done || atMs >= lineMs) {
      print(deathLine(record.last, record.first));
      lineMs += LINE_EVERY_MS;
    }
    if (done) break;
    await pause(clock, LOOK_EVERY_MS);
  }
  await gone;
  return record;
}

// --- what is done to the world

/** What each circuit's building may still add, from the leaves up: a parent's load has its children's within. */
function missingOf({ world, config }: Stage): readonly Triple[] {
  return config.topology.circuits.map(({ index, designLoadMa }) => minus(designLoadMa, world.truth.background(index)));
}

/** Every circuit's building draws the most it was declared to. */
function toDesignLoad({ world, config }: Stage): void {
  for (const { index, designLoadMa } of config.topology.circuits.toReversed())
    world.truth.addBackground(index, minus(designLoadMa, world.truth.background(index)));
}

function plugLateCars({ world }: Stage): void {
  const free = world.bays.filter(bay => socketIn(bay).car === null);
  free.slice(0, LATE_CARS).forEach((bay, i) => {
    bay.station.plug(bay.connectorId, steadyCar(drawCar(prng(`late ${i}`), `LATE-${i}`)));
  });
}

// --- what is seen of it

const socketIn = (bay: Bay) => bay.station.connectorOf(bay.connectorId);

/** The sockets of all proven chargers. */
function socketsOf({ world, config }: Stage): readonly Socket[] {
  return world.bays.flatMap(bay => {
    const { spec, charger } = declared(config.topology, bay);
    if (charger.traits.leaseClass !== 'A') return [];
    const connector = socketIn(bay);
    const stack = bay.station.stack();
    const asking = connector.asking();
    return [
      {
        name: bay.name,
        drawMa: connector.drawMa(),
        wantMa: connector.car?.wantMa() ?? 0,
        mostMa: signalled(highestLimit(stack, asking, FOR_EVER_MS), spec.minMa),
        restMa: signalled(limitAt(stack, { ...asking, atWallMs: asking.atWallMs + FOR_EVER_MS }), spec.minMa),
        minMa: spec.minMa,
        dueMs: config.topology.leaseTtlMs + G_MS + charger.traits.reactionMs,
      },
    ];
  });
}

/** Below its minimum a charger offers nothing. */
function signalled(limitA: number, minMa: number): number {
  const ma = Math.round(limitA * 1000);
  return ma < minMa ? 0 : ma;
}

function declared({ chargers, connectors }: Topology, { station, connectorId }: Bay) {
  const charger = chargers.find(({ identity }) => identity === station.plan.identity);
  const spec = connectors.find(each => each.charger === charger?.index && each.connectorId === connectorId);
  assert(charger !== undefined && spec !== undefined, `${station.plan.identity} ${connectorId} is declared`);
  return { charger, spec };
}

/** Every phase of every hard limit. @param addedMa by circuit */
function fusesOf({ world, config }: Stage, addedMa: readonly Triple[]): readonly Fuse[] {
  return config.topology.circuits.flatMap(({ id, index, limits }) =>
    limits
      .filter(({ kind }) => kind === 'hard')
      .flatMap(({ limitMa, evOnly }) =>
        ([0, 1, 2] as const)
          .filter(p => limitMa[p] < NO_LIMIT_MA)
          .map(p => ({
            name: `${id} L${p + 1}`,
            limitMa: limitMa[p],
            flowMa: (evOnly ? world.truth.cars(index) : world.truth.total(index))[p],
            addedMa: evOnly ? 0 : at(addedMa, index)[p],
          })),
      ),
  );
}

const addedSince = ({ world, config }: Stage, before: readonly Triple[]): readonly Triple[] =>
  config.topology.circuits.map(({ index }) => minus(world.truth.background(index), at(before, index)));

const minus = (a: Triple, b: Triple): Triple => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const copy = (t: Triple): Triple => [t[0], t[1], t[2]];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pause = (clock: Clock, ms: number): Promise<void> => new Promise(done => void clock.after('death', ms, done));
