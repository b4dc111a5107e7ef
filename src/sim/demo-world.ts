/**
 * The simulated world of the demo, in real time and on real sockets: chargers that dial the gateway, a
 * meter that it reads, a building, and the true currents in every circuit.
 */
import { at } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import { failed } from '#base/outcome.ts';
import type { Config } from '#config/config.ts';
import { dial } from '#real/websocket.ts';
import type { ConnectorSpec, Topology } from '#site/topology.ts';
import type { DialOptions, FramePipe } from '#world.ts';
import { type Building, type BuildingPlan, startBuilding } from './building.ts';
import { type MeterServer, serveMeter } from './demo-meter.ts';
import { type DemoWatch, openWatch } from './demo-watch.ts';
import { BRANDS, type Brand, HABITS } from './habits.ts';
import { type MeterDevice, meterDevice } from './meter-device.ts';
import type { WireTap } from './pipe.ts';
import { type Prng, prng } from './prng.ts';
import { Station } from './station.ts';
import type { StationPlan } from './station-plan.ts';
import { openTruth, type Truth } from './truth.ts';

/** One socket that a car can come to. */
export type Bay = { readonly name: string; readonly station: Station; readonly connectorId: number };

export type DemoWorld = {
  readonly truth: Truth;
  readonly bays: readonly Bay[];
  readonly building: Building;
  readonly watch: DemoWatch;
  /** Where each meter of the site answers, by its id. */
  readonly meters: ReadonlyMap<string, MeterServer>;
  readonly random: Prng;
  /** Its meters answer nobody any more, or everybody again. */
  silence(silent: boolean): void;
  /** The gateway's charger door is here from now on; the first time, the chargers are switched on. */
  doorAt(port: number): void;
  close(): Promise<void>;
};

export type DemoWorldOptions = {
  readonly seed: string;
  readonly building: BuildingPlan;
  /** Nothing switches by itself. */
  readonly constantBuilding: boolean;
};

/** Chargers are switched on one after the other, so that not all boot in the same instant. */
const BETWEEN_POWER_ON_MS = 60;
/** A charger's clock is off by up to so much. */
const CLOCK_ERROR_MS = 1_500;
/** Meters take the configured port or one of the next. */
const METER_PORT_TRIES = 100;
const DIAL_TIMEOUT_MS = 5_000;
/** More than any frame of the gateway. */
const MAX_FRAME_BYTES = 65_536;

/** Opens everything but the gateway. Throws when no port is left for a meter. */
export async function openDemoWorld(clock: Clock, config: Config, options: DemoWorldOptions): Promise<DemoWorld> {
  const { topology } = config;
  const random = prng(options.seed);
  const truth = openTruth(topology.circuits.map(({ id, parent }) => ({ id, parent })));
  const slowestMs = Math.max(0, ...config.meters.meters.map(meter => meter.intervalMs));
  const watch = openWatch(clock, truth, topology, slowestMs);
  const parts: Parts = { clock, config, random, truth, watch, sockets: new Set(), door: { port: null } };
  const building = startBuilding(
    { clock, truth, random: random.split('building') },
    options.building,
    options.constantBuilding,
  );
  const stations = topology.chargers.map(charger => openStation(parts, charger.index));
  const bays = stations.flatMap((station, charger) =>
    connectorsOf(topology, charger).map(spec => ({ name: spec.name, station, connectorId: spec.connectorId })),
  );
  const devices: MeterDevice[] = [];
  const meters = await openMeters(parts, devices);
  let on = false;
  return {
    truth,
    bays,
    building,
    watch,
    meters,
    random,
    silence: silent => {
      for (const device of devices) device.silence(silent);
    },
    doorAt: port => {
      parts.door.port = port;
      if (on) return;
      on = true;
      stations.forEach((station, i) => {
        clock.after('power', i * BETWEEN_POWER_ON_MS, () => station.powerOn());
      });
    },
    close: async () => {
      parts.door.port = null;
      for (const pipe of parts.sockets) pipe.terminate();
      await Promise.all([...meters.values()].map(meter => meter.close()));
    },
  };
}

type Parts = {
  readonly clock: Clock;
  readonly config: Config;
  readonly random: Prng;
  readonly truth: Truth;
  readonly watch: DemoWatch;
  readonly sockets: Set<FramePipe>;
  readonly door: { port: number | null };
};

const connectorsOf = (topology: Topology, charger: number): readonly ConnectorSpec[] =>
  at(topology.chargers, charger).connectors.map(index => at(topology.connectors, index));

// --- chargers

function openStation(parts: Parts, charger: number): Station {
  const { clock, truth, watch, config } = parts;
  let tap: Tap = { sent() {}, delivered() {}, lost() {} };
  const station: Station = new Station(
    {
      clock,
      truth,
      random: parts.random.split(`station ${charger}`),
      nominalV: config.topology.nominalV,
      dial: options => dialDoor(parts, options, tap),
      carChanged: () => watch.carChanged(station),
      drawChanged() {},
      sampled() {},
      powerChanged() {},
    },
    stationPlan(parts, charger),
  );
  tap = watch.tapFor(station);
  return station;
}

function stationPlan({ config, random }: Parts, charger: number): StationPlan {
  const { topology } = config;
  const { identity, traits } = at(topology.chargers, charger);
  return {
    identity,
    brand: brandOf(traits.profileId),
    habit: HABITS.polite,
    clockErrorMs: random.split(`clock ${charger}`).whole(-CLOCK_ERROR_MS, CLOCK_ERROR_MS),
    resumesAlone: true,
    connectors: connectorsOf(topology, charger).map(spec => ({
      connectorId: spec.connectorId,
      circuit: at(spec.path, 0),
      ratingMa: spec.maxMa,
      rotation: spec.phases,
    })),
    dial: {
      // The door's port comes with each dial: a gateway that is started again may stand elsewhere.
      url: `/ocpp/${encodeURIComponent(identity)}`,
      subprotocols: ['ocpp1.6'],
      authorization: authorizationOf(config, charger),
      maxPayloadBytes: MAX_FRAME_BYTES,
      timeoutMs: DIAL_TIMEOUT_MS,
    },
  };
}

/** A site file of one's own may want passwords. */
function authorizationOf({ chargers }: Config, charger: number): string | null {
  const { identity, auth } = at(chargers.chargers, charger);
  if (auth.kind === 'none') return null;
  return `Basic ${Buffer.from(`${identity}:${auth.password}`).toString('base64')}`;
}

/** The make whose profile the site file names; another profile is met by the first make. */
function brandOf(profileId: string): Brand {
  return BRANDS.find(brand => profileId === `sim-${brand.vendor.toLowerCase()}`) ?? at(BRANDS, 0);
}

type Tap = Pick<WireTap, 'sent' | 'delivered' | 'lost'>;

async function dialDoor({ door, sockets }: Parts, options: DialOptions, tap: Tap) {
  if (door.port === null) return failed('offline', 'there is no gateway');
  const dialled = await dial({ ...options, url: `ws://127.0.0.1:${door.port}${options.url}` });
  if (!dialled.ok) return dialled;
  const pipe = tapped(dialled.value.pipe, tap, () => sockets.delete(pipe));
  sockets.add(pipe);
  return { ok: true, value: { ...dialled.value, pipe } } as const;
}

/** A frame is seen before and after the station acts on it. */
function tapped(pipe: FramePipe, tap: Tap, ended: () => void): FramePipe {
  return {
    ...pipe,
    open: handlers =>
      pipe.open({
        text: frame => {
          tap.sent(frame);
          handlers.text(frame);
          tap.delivered(frame);
        },
        pong: handlers.pong,
        closed: (code, reason) => {
          ended();
          tap.lost();
          handlers.closed(code, reason);
        },
      }),
  };
}

// --- meters

async function openMeters(parts: Parts, devices: MeterDevice[]): Promise<ReadonlyMap<string, MeterServer>> {
  const { clock, config, random, truth, watch } = parts;
  const servers = new Map<string, MeterServer>();
  for (const { index, id, unit, bus } of config.meters.meters) {
    const { circuit } = at(config.topology.meters, index);
    const device = meterDevice(
      {
        clock,
        random: random.split(`meter ${id}`),
        nominalV: config.topology.nominalV,
        totalMa: () => truth.total(circuit),
        reading: () => watch.meterRead(circuit),
        missed: () => watch.observer.meterMissed(circuit),
      },
      unit,
    );
    devices.push(device);
    const wanted = bus.kind === 'tcp' ? bus.port : 5020;
    servers.set(id, await serveFrom(wanted, port => serveMeter(device, port)));
  }
  return servers;
}

async function serveFrom(wanted: number, serve: (port: number) => Promise<MeterServer | null>): Promise<MeterServer> {
  for (let port = wanted; port < wanted + METER_PORT_TRIES; port++) {
    const server = await serve(port);
    if (server !== null) return server;
  }
  throw new Error(`no free port from ${wanted} on for the simulated meter`);
}
