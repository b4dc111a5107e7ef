/**
 * `npm start` without a configuration. This process is the simulated world; the gateway is a child, the
 * same program that runs a real site. They meet on loopback sockets only.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '#config/config.ts';
import { writeTextFile } from '#real/files.ts';
import type { Topology } from '#site/topology.ts';
import { demoBuilding } from './demo-building.ts';
import { openStoppableClock, type StoppableClock } from './demo-clock.ts';
import { GatewayKeeper, type GatewayPorts, type GatewayStart } from './demo-gateway.ts';
import { DEMO_USAGE, type DemoOptions, readDemoOptions } from './demo-options.ts';
import { freePort } from './demo-ports.ts';
import { checkDemoSite, demoSiteFile, emptySite } from './demo-site.ts';
import { startDemoTraffic, USUAL_TRAFFIC } from './demo-traffic.ts';
import { type DemoTroubles, openTroubles } from './demo-troubles.ts';
import { demoWelcome, emptyWelcome, type Scene } from './demo-words.ts';
import { type DemoWorld, openDemoWorld } from './demo-world.ts';

const WEB_PORT = 8080;
const CHARGERS_PORT = 8887;
const EXIT = { done: 0, failed: 1, badArguments: 2 } as const;
/** How often a gateway that is up is asked whether it is ready. */
const ASK_READY_MS = 200;
/** It is on this machine; an answer that takes longer is none. */
const ANSWER_MS = 2_000;

/** @param args what stands behind `npm start --`; answers the exit code once everything has ended */
export async function main(args: readonly string[]): Promise<number> {
  const read = readDemoOptions(args);
  if (!read.ok) {
    const problems = read.problems.map(({ path, message, hint }) => `${path}: ${message}${hint ? ` (${hint})` : ''}\n`);
    process.stderr.write(`${problems.join('')}\n${DEMO_USAGE}`);
    return EXIT.badArguments;
  }
  const site = read.value.empty ? null : checkDemoSite(demoSiteFile(read.value.site));
  if (site !== null && !site.ok) {
    process.stderr.write(`${site.detail}\n`);
    return EXIT.badArguments;
  }
  const folder = mkdtempSync(join(tmpdir(), 'busbar-demo-'));
  const clock = openStoppableClock();
  try {
    return await runDemo(read.value, site?.value ?? null, clock, folder);
  } finally {
    clock.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runDemo(
  options: DemoOptions,
  config: Config | null,
  clock: StoppableClock,
  folder: string,
): Promise<number> {
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(EXIT.done));
  const secret = randomBytes(8).toString('hex');
  const stage = config === null ? emptyStage(folder, secret) : await garageStage(options, config, clock);
  const token = options.lan ? randomBytes(8).toString('hex') : null;
  say('starting the gateway …\n');
  let welcomed: GatewayPorts | null = null;
  let lives = 0;
  const troubles = await troublesOf(stage, clock, token, () => keeper);
  const keeper: GatewayKeeper = new GatewayKeeper({
    clock,
    prepare: () => prepare(options, { ...stage, troubles }, token, folder, welcomed),
    up: (pid, ports) => {
      stage.world?.doorAt(ports.chargers);
      troubles?.up(ports.web);
      lives++;
      const life = lives;
      void whenReady(clock, ports.web).then(() => {
        if (life !== lives) return;
        const again = welcomed !== null && welcomed.web === ports.web && welcomed.chargers === ports.chargers;
        welcomed = ports;
        if (again) return say(`The gateway is back (process ${pid}).\n`);
        say(welcome(options, stage, { pid, ports, token }, secret));
        if (!options.calm) troubles?.beginByItself();
      });
    },
    died: (how, words) => say(`The gateway ended ${how}; it is started again.\n${lastWords(how, words)}`),
    gaveUp: words => {
      process.stderr.write(`The gateway does not start:\n${words.join('\n')}\n`);
      end(EXIT.failed);
    },
    logged: line => void (options.log && process.stderr.write(`${line}\n`)),
  });
  await keeper.start();
  const code = await ended;
  await keeper.end();
  await troubles?.close();
  await stage.world?.close();
  return code;
}

const say = (text: string): void => void process.stdout.write(text);

/** Somebody who sends a signal knows why; of any other end the last lines of the log tell. */
const lastWords = (how: string, words: readonly string[]): string =>
  how.startsWith('by ') ? '' : `${words.map(word => `  ${word}\n`).join('')}`;

// --- what stands around the gateway

type Stage = {
  readonly configFile: string;
  readonly site: Pick<Scene, 'siteName' | 'bays' | 'contractW' | 'root'>;
  readonly world: DemoWorld | null;
  readonly topology: Topology | null;
};

/** Where nothing is simulated there is nothing to break. */
async function troublesOf(
  { world, topology }: Stage,
  clock: StoppableClock,
  token: string | null,
  keeper: () => GatewayKeeper,
): Promise<DemoTroubles | null> {
  if (world === null || topology === null) return null;
  return openTroubles({ clock, world, topology, token, keeper, told: sentence => say(`${sentence}\n`) });
}

function emptyStage(folder: string, password: string): Stage {
  const configFile = join(folder, 'empty.yaml');
  const written = writeTextFile(configFile, emptySite(password));
  if (!written.ok) throw new Error(written.detail);
  return { configFile, site: { siteName: '', bays: 0, contractW: 0, root: 'main' }, world: null, topology: null };
}

async function garageStage(options: DemoOptions, config: Config, clock: StoppableClock): Promise<Stage> {
  const world = await openDemoWorld(clock, config, {
    seed: options.site,
    building: demoBuilding(config.topology),
    constantBuilding: false,
  });
  startDemoTraffic(clock, world, USUAL_TRAFFIC);
  const { siteName, circuits } = config.topology;
  const root = circuits.find(circuit => circuit.parent === -1);
  const contractW = root?.limits.find(limit => limit.source === 'contract')?.limitW ?? 0;
  return {
    configFile: demoSiteFile(options.site),
    site: { siteName, bays: world.bays.length, contractW, root: root?.id ?? '' },
    world,
    topology: config.topology,
  };
}

/** Finds the doors' ports and says to the gateway what the site file cannot know. */
async function prepare(
  options: DemoOptions,
  stage: Stage & { readonly troubles: DemoTroubles | null },
  token: string | null,
  folder: string,
  before: GatewayPorts | null,
): Promise<GatewayStart> {
  const host = options.lan ? '0.0.0.0' : '127.0.0.1';
  const web = await freePort(host, before?.web ?? options.port ?? WEB_PORT);
  const chargers = await freePort(host, before?.chargers ?? CHARGERS_PORT);
  const meters = [...(stage.world?.meters ?? [])].map(
    ([id, { port }]) => [`BUSBAR_METERS__${id.toUpperCase()}__BUS__TCP`, `127.0.0.1:${port}`] as const,
  );
  return {
    configFile: stage.configFile,
    environment: {
      ...Object.fromEntries(meters),
      ...stage.troubles?.environment(),
      BUSBAR_DATA: join(folder, 'data'),
      BUSBAR_WEB__HOST: host,
      BUSBAR_OCPP__HOST: host,
      // Where no port is free the gateway itself says so.
      BUSBAR_WEB__PORT: String(web ?? WEB_PORT),
      BUSBAR_OCPP__PORT: String(chargers ?? CHARGERS_PORT),
      ...(token === null ? { BUSBAR_DEMO: '1' } : { BUSBAR_WEB__TOKEN: token }),
    },
  };
}

/** Comes back when the gateway says that it is ready. */
async function whenReady(clock: StoppableClock, port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
      () => null,
    );
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await new Promise<void>(resolve => clock.after('ask ready', ASK_READY_MS, resolve));
  }
}

function welcome(
  options: DemoOptions,
  stage: Stage,
  gateway: Pick<Scene, 'pid' | 'ports' | 'token'>,
  password: string,
): string {
  const meter = stage.world?.meters.values().next().value;
  const scene: Scene = {
    ...gateway,
    ...stage.site,
    lan: options.lan,
    calm: options.calm,
    meterPort: meter?.port ?? null,
  };
  return options.empty ? emptyWelcome(scene, password) : demoWelcome(scene);
}
