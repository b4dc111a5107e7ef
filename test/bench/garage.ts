/**
 * The whole gateway in a garage of `n` single-connector chargers on clean links: virtual time, pipes in memory,
 * an SDM630 on a wire in memory. Only the gateway's own work takes real time.
 */
import { silentLog } from '#base/log.ts';
import { ok } from '#base/outcome.ts';
import type { PhaseIndex, Triple } from '#base/units.ts';
import { resolveConfig } from '#config/config.ts';
import { type Gateway, openGateway } from '#gateway.ts';
import { openSqlite } from '#real/sqlite.ts';
import { shippedDevices } from '#sim/devices.ts';
import { meterDevice, registerBus } from '#sim/meter-device.ts';
import { prng } from '#sim/prng.ts';
import { type VirtualClock, virtualClock } from '#sim/virtual-clock.ts';
import type { ChargerDoor, World } from '#world.ts';
import { HandStation } from './hand-station.ts';

/** Per charger and phase: what the fuse gives, and what the building takes of it at rest and at worst. */
const FUSE_A = 10;
const BUILDING_A = 1;
const DESIGN_A = 6;
/** All of it fits beside the building at rest. */
const RATING_A = 11;
/** A thousand chargers behind one meter are more than its current transformers go up to. */
const MAX_METER_A = 100_000;
/** A third of the bays has one phase, each on another one in turn. */
const WIRINGS: readonly (readonly PhaseIndex[])[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0],
  [1],
  [2],
];
const LETTERS = ['R', 'S', 'T'] as const;
const PER_ROW = 25;
const NOMINAL_V = 230;

/** The limits that leave at one virtual instant, the first at which any does after `start`. In real milliseconds. */
export class Stopwatch {
  limits = 0;
  /** The meter's answer before the first of them was handed to the gateway. */
  answeredMs = 0;
  /** The last of them was sent. */
  sentMs = 0;
  private atVirtualMs = 0;
  private lastAnswerMs = 0;

  start(): void {
    this.limits = 0;
  }

  meterAnswered(): void {
    this.lastAnswerMs = performance.now();
  }

  sent(text: string, virtualMs: number): void {
    if (!text.includes('"SetChargingProfile"')) return;
    if (this.limits === 0) {
      this.answeredMs = this.lastAnswerMs;
      this.atVirtualMs = virtualMs;
    } else if (virtualMs !== this.atVirtualMs) return;
    this.limits++;
    this.sentMs = performance.now();
  }
}

export type Garage = {
  readonly gateway: Gateway;
  readonly stations: readonly HandStation[];
  readonly watch: Stopwatch;
  /** The building draws so much more than now, A on each phase per charger. */
  step(ampsPerCharger: number): void;
  /** Lets virtual time pass. */
  run(seconds: number): Promise<void>;
  close(): Promise<void>;
};

/** @param seen with the web door and the history that a real site has */
export async function openGarage(n: number, seen: boolean): Promise<Garage> {
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const watch = new Stopwatch();
  const carsMa: [number, number, number] = [0, 0, 0];
  let buildingMa = n * BUILDING_A * 1000;
  const total = (): Triple => [carsMa[0] + buildingMa, carsMa[1] + buildingMa, carsMa[2] + buildingMa];
  const stations = Array.from({ length: n }, (_, index) => {
    let countedMa = 0;
    const station: HandStation = new HandStation(
      {
        clock,
        sent: text => watch.sent(text, clock.nowMs()),
        drawChanged: () => {
          for (const phase of station.phases) carsMa[phase] += station.drawMa - countedMa;
          countedMa = station.drawMa;
        },
      },
      addressOf(index),
      WIRINGS[index % WIRINGS.length]!,
    );
    return station;
  });
  const meter = meterDevice(
    {
      clock,
      random: prng('bench meter'),
      nominalV: NOMINAL_V,
      totalMa: total,
      reading: () => () => watch.meterAnswered(),
      missed() {},
    },
    1,
  );
  const doors: ChargerDoor[] = [];
  const world = worldOf(clock, doors, () => registerBus(clock, [meter]));
  const gateway = await openOn(world, stations, seen);
  for (const door of doors) for (const [index, station] of stations.entries()) await connect(door, index, station);
  return {
    gateway,
    stations,
    watch,
    step: ampsPerCharger => {
      buildingMa += n * ampsPerCharger * 1000;
    },
    run: seconds => clock.run(clock.nowMs() + seconds * 1000),
    close: async () => {
      const closing = gateway.close();
      await clock.run(clock.nowMs() + 60_000);
      await closing;
    },
  };
}

const addressOf = (index: number): string => `10.0.${index >> 8}.${index & 255}`;
const identityOf = (index: number): string => `CP${index}`;

function worldOf(clock: VirtualClock, doors: ChargerDoor[], openBus: World['openBus']): World {
  const random = prng('bench gateway');
  return {
    clock,
    log: silentLog,
    randomness: { uuid: () => crypto.randomUUID(), int: below => random.int(below) },
    listenForChargers: async (options, door) => {
      doors.push(door);
      return ok({ port: options.port, close: async () => {} });
    },
    dial: () => Promise.reject(new Error('nobody dials out')),
    upload: () => Promise.reject(new Error('nobody uploads')),
    recentLog: () => [],
    openBus,
    openStore: folder => openSqlite(folder, { clock, log: silentLog }),
  };
}

async function connect(door: ChargerDoor, index: number, station: HandStation): Promise<void> {
  const handshake = {
    path: `/ocpp/${identityOf(index)}`,
    subprotocols: ['ocpp1.6'],
    authorization: null,
    remoteAddress: addressOf(index),
    secure: false,
  };
  const verdict = await door.judge(handshake);
  if (!verdict.accept) throw new Error(`${identityOf(index)} is turned away: ${verdict.reason}`);
  door.connected(station.pipe, handshake);
  station.powerOn((index * 37) % 9_000);
}

async function openOn(world: World, stations: readonly HandStation[], seen: boolean): Promise<Gateway> {
  const devices = shippedDevices();
  const known = { chargers: devices.chargers, meterIds: [...devices.meters.keys()] };
  const config = resolveConfig(rawSite(stations), known, Date.now());
  if (!config.ok) throw new Error(`the bench site is refused: ${JSON.stringify(config.problems)}`);
  const opened = await openGateway({
    config: config.value,
    world,
    chargerProfiles: devices.chargers,
    meterProfiles: new Map([...devices.meters].map(([id, profile]) => [id, { ...profile, maxCurrentA: MAX_METER_A }])),
    dataFolder: null,
    seen,
    loopbackWrites: false,
    nightly: null,
    sendPoints: null,
  });
  if (!opened.ok) throw new Error(opened.detail);
  return opened.value;
}

function rawSite(stations: readonly HandStation[]): unknown {
  const n = stations.length;
  const rows = Math.ceil(n / PER_ROW);
  return {
    site: { name: 'Bench', timezone: 'UTC' },
    supply: { phases: 3, nominalV: NOMINAL_V },
    circuits: [
      {
        id: 'main',
        name: 'Main fuse',
        limits: [
          { source: 'fuse', kind: 'hard', limitA: n * FUSE_A },
          { source: 'contract', kind: 'live', limitW: n * FUSE_A * 3 * NOMINAL_V },
        ],
        marginA: 1.5,
        designLoadA: n * DESIGN_A,
        meter: 'grid',
      },
      ...Array.from({ length: rows }, (_, row) => ({
        id: `row-${row}`,
        name: `Row ${row}`,
        parent: 'main',
        limits: [{ source: 'fuse', kind: 'hard', limitA: PER_ROW * RATING_A, evOnly: true }],
      })),
    ],
    meters: [{ id: 'grid', profile: 'eastron-sdm630', bus: { tcp: '127.0.0.1:502' }, unit: 1, intervalMs: 1000 }],
    chargers: stations.map(({ phases }, index) => ({
      identity: identityOf(index),
      name: `Bay ${index}`,
      circuit: `row-${Math.floor(index / PER_ROW)}`,
      ratingA: RATING_A,
      phases: phases.length,
      rotation: phases.map(phase => LETTERS[phase]).join(''),
      fallbackA: 0,
      auth: 'none',
      address: addressOf(index),
    })),
    ocpp: { host: '127.0.0.1', port: 0 },
    web: { host: '127.0.0.1', port: 0 },
  };
}
