/** The demo's garage around the real gateway, a child process, on loopback sockets: what acceptance runs watch. */
import { join } from 'node:path';
import { at } from '#base/assert.ts';
import { demoBuilding } from '#sim/demo-building.ts';
import type { StoppableClock } from '#sim/demo-clock.ts';
import { GatewayKeeper } from '#sim/demo-gateway.ts';
import { freePort } from '#sim/demo-ports.ts';
import { demoSiteFile, readDemoSite } from '#sim/demo-site.ts';
import { type DemoTraffic, startDemoTraffic } from '#sim/demo-traffic.ts';
import { type DemoWorld, openDemoWorld } from '#sim/demo-world.ts';

export type Stage = {
  readonly world: DemoWorld;
  readonly keeper: GatewayKeeper;
  readonly config: ReturnType<typeof readDemoSite>;
  readonly url: string;
  /** The processes that the gateway has been, the living one last. */
  readonly pids: readonly number[];
  /** Ends of the gateway that nobody asked for. */
  readonly deaths: readonly string[];
};

export type Scenery = {
  /** Of the world's chance. */
  readonly seed: string;
  readonly traffic: DemoTraffic;
  /** BUSBAR_… overrides of the demo's site file, the same for the world and the gateway. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Opens world and gateway; cars come in from now on. The building does not switch by itself. @param folder for records */
export async function openStage(clock: StoppableClock, folder: string, scenery: Scenery): Promise<Stage> {
  const configFile = demoSiteFile('garage');
  const config = readDemoSite(configFile, scenery.environment);
  const building = demoBuilding(config.topology);
  const world = await openDemoWorld(clock, config, { seed: scenery.seed, building, constantBuilding: true });
  const meter = at([...world.meters.values()], 0);
  const deaths: string[] = [];
  const pids: number[] = [];
  const { promise: up, resolve, reject } = Promise.withResolvers<number>();
  const keeper = new GatewayKeeper({
    clock,
    prepare: async () => ({
      configFile,
      environment: {
        ...scenery.environment,
        BUSBAR_DATA: join(folder, 'data'),
        BUSBAR_DEMO: '1',
        BUSBAR_METERS__GRID__BUS__TCP: `127.0.0.1:${meter.port}`,
        BUSBAR_WEB__PORT: String(await freePort('127.0.0.1', 0)),
        BUSBAR_OCPP__PORT: String(await freePort('127.0.0.1', 0)),
      },
    }),
    up: (pid, ports) => {
      pids.push(pid);
      world.doorAt(ports.chargers);
      resolve(ports.web);
    },
    died: how => void deaths.push(how),
    gaveUp: words => reject(new Error(`the gateway does not start:\n${words.join('\n')}`)),
    logged() {},
  });
  await keeper.start();
  const url = `http://127.0.0.1:${await up}`;
  startDemoTraffic(clock, world, scenery.traffic);
  return { world, keeper, config, url, pids, deaths };
}

/** Ends the gateway, where it lives, and the world around it. */
export async function closeStage({ keeper, world }: Stage): Promise<void> {
  await keeper.end();
  await world.close();
}
