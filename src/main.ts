#!/usr/bin/env node
/** argv → configuration → world → gateway; signals; exit codes. Nothing else. */
import { dirname, join, resolve } from 'node:path';
import { assert } from '#base/assert.ts';
import { readChargerProfiles } from '#chargers/quirks.ts';
import { checkText } from '#config/check.ts';
import type { Config } from '#config/config.ts';
import { type LoadInput, loadConfig, problemLine } from '#config/load.ts';
import { type DeadmanOrder, runDeadmanTest } from '#deadman-command.ts';
import { type Gateway, openGateway } from '#gateway.ts';
import { isSigned, type MeterProfile, readMeterProfiles } from '#meters/profile.ts';
import { readMeterOnce } from '#meters/read-once.ts';
import { crashedLately, noteCrashes } from '#real/crash-log.ts';
import { openDemoLine } from '#real/demo-line.ts';
import { readerBeside, readProfileFolder, readTextFile } from '#real/files.ts';
import { openInflux } from '#real/influx.ts';
import { lockSerial } from '#real/lock.ts';
import { openNotify, takeNotifyEnvironment } from '#real/notify.ts';
import { nightly } from '#real/schedule.ts';
import { realWorld } from '#real/world.ts';
import { Watchdog } from '#watchdog.ts';

const EXIT = { done: 0, failed: 1, badConfig: 2 } as const;

const PROFILES = resolve(import.meta.dirname, '../profiles');

const USAGE = `busbar run --config FILE      the gateway
busbar check --config FILE    everything that is wrong with a site file, and the proof of its hard limits
busbar demo [--lan] [--port N]        a simulated garage around a real gateway
busbar sim --seeds A..B --hours H --chargers N [--faults all|none] [--json]
busbar deadman-test CHARGER [--connector N] [--legs lease,cut,reboot] [--url URL] [--token TOKEN]
                              proves on a car that the charger falls back by itself
busbar meter read --profile P --tcp HOST:PORT --unit N
`;

const [command = 'start', ...rest] = process.argv.slice(2);
process.exitCode = await main(command, rest);

async function main(name: string, args: readonly string[]): Promise<number> {
  const config = option(args, 'config') ?? process.env.BUSBAR_CONFIG;
  switch (name) {
    case 'run':
      return config === undefined ? usage('run needs --config FILE') : run(config);
    case 'check':
      return config === undefined ? usage('check needs --config FILE') : check(config);
    case 'demo':
      return demo(args);
    case 'sim':
      return (await import('#sim/seeds.ts')).main(args);
    case 'meter':
      return args[0] === 'read' ? readMeter(args) : usage('meter knows: read');
    case 'deadman-test':
      return deadmanTest(args);
    case 'help':
    case '--help':
      return usage(null);
    default:
      return start(name, args, config);
  }
}

/** `npm start`: the configured site where there is one, else the demo. */
function start(name: string, args: readonly string[], config: string | undefined): Promise<number> | number {
  if (name !== 'start' && !name.startsWith('--')) return usage(`"${name}" is no command of busbar`);
  const all = name === 'start' ? args : [name, ...args];
  const chosen = option(all, 'config') ?? config;
  return chosen === undefined ? demo(all) : run(chosen);
}

function usage(problem: string | null): number {
  if (problem === null) process.stdout.write(USAGE);
  else process.stderr.write(`${problem}\n\n${USAGE}`);
  return problem === null ? EXIT.done : EXIT.badConfig;
}

/** The value after `--name` or in `--name=value`. */
function option(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(`--${name}`);
  if (index >= 0) return args[index + 1];
  return args.find(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

async function demo(args: readonly string[]): Promise<number> {
  const { main: openDemo } = await import('#sim/demo.ts');
  return openDemo(args);
}

type Devices = LoadInput['devices'] & { readonly meters: ReadonlyMap<string, MeterProfile> };

/** The profiles that ship with us; a fault in one is a bug of ours. */
function devices(): Devices {
  const chargers = readProfileFolder(join(PROFILES, 'chargers'));
  const meters = readProfileFolder(join(PROFILES, 'meters'));
  assert(chargers.ok && meters.ok, 'the profiles folder cannot be read');
  const readChargers = readChargerProfiles(chargers.value);
  const readMeters = readMeterProfiles(meters.value);
  assert(readChargers.ok && readMeters.ok, 'a shipped profile is faulty');
  const signed = [...readMeters.value].filter(([, profile]) => isSigned(profile)).map(([id]) => id);
  return {
    chargers: readChargers.value,
    meterIds: [...readMeters.value.keys()],
    signedMeterIds: signed,
    meters: readMeters.value,
  };
}

function inputOf(file: string, known: Devices): LoadInput | string {
  const text = readTextFile(file);
  if (!text.ok) return text.detail;
  const { env: environment } = process;
  return { file, text: text.value, environment, readFile: readerBeside(file), devices: known, nowWallMs: Date.now() };
}

function check(file: string): number {
  const input = inputOf(file, devices());
  if (typeof input === 'string') return usage(input);
  const result = checkText(input);
  process.stdout.write(result.text);
  return result.exitCode;
}

async function run(file: string): Promise<number> {
  const told = signals();
  const notified = takeNotifyEnvironment(process.env);
  const known = devices();
  const loaded = load(file, known);
  if (loaded === null) return EXIT.badConfig;
  const world = realWorld();
  const bus = lockSerial(serialDevices(loaded));
  if (!bus.ok) return cannotStart(bus.detail);
  const { influx } = loaded.history;
  const dataFolder = process.env.BUSBAR_DATA ?? join(dirname(resolve(file)), 'data');
  noteCrashes(dataFolder);
  const watchdog = new Watchdog(openNotify(notified, world.log));
  const opened = await openGateway({
    config: loaded,
    world,
    chargerProfiles: known.chargers,
    meterProfiles: known.meters,
    dataFolder,
    limitsOnly: crashedLately(dataFolder, Date.now()),
    seen: true,
    loopbackWrites: process.env.BUSBAR_DEMO === '1',
    demo: openDemoLine(process.env.BUSBAR_DEMO_WORLD, process.env.BUSBAR_DEMO_KEY),
    nightly: (name, cron, timezone, job) => nightly(name, cron, timezone, job, world.log),
    sendPoints: influx === null ? null : openInflux(influx),
    passed: (state, atMs) => watchdog.passed(state, atMs),
  });
  if (!opened.ok) return cannotStart(opened.detail);
  world.log.info('busbar runs', opened.value.ports);
  watchdog.opened(opened.value.state(), world.clock.nowMs());
  await told.serve(opened.value, () => load(file, known), watchdog);
  bus.value.release();
  return EXIT.done;
}

function cannotStart(why: string): number {
  process.stderr.write(`busbar cannot start: ${why}\n`);
  return EXIT.failed;
}

/** Two masters on one serial line garble each other's answers: it is held for the life of the process (rule 29). */
function serialDevices({ meters }: Config): readonly string[] {
  return meters.meters.flatMap(({ bus }) => (bus.kind === 'rtu' ? [bus.path] : []));
}

/** The configuration, or null after every problem was printed. */
function load(file: string, known: Devices): Config | null {
  const input = inputOf(file, known);
  if (typeof input === 'string') {
    process.stderr.write(`${input}\n`);
    return null;
  }
  const { problems, notes, config } = loadConfig(input);
  for (const found of [...problems, ...notes]) process.stderr.write(`${problemLine(found)}\n`);
  return problems.length > 0 ? null : config;
}

/**
 * SIGTERM and SIGINT end the gateway in order, from the first instant on; SIGHUP reads the site file again,
 * and a faulty one changes nothing.
 */
function signals() {
  let stop = () => {};
  let reload = () => {};
  const stopped = new Promise<void>(done => {
    stop = done;
  });
  process.on('SIGTERM', () => stop());
  process.on('SIGINT', () => stop());
  process.on('SIGHUP', () => reload());
  return {
    async serve(gateway: Gateway, next: () => Config | null, watchdog: Watchdog): Promise<void> {
      reload = () => {
        const config = next();
        if (config !== null) gateway.reload(config);
      };
      await stopped;
      watchdog.stopping();
      await gateway.close();
    },
  };
}

/** Asks the gateway that runs at `--url`; exit code 0 where class A was shown. */
async function deadmanTest(args: readonly string[]): Promise<number> {
  const [charger] = args;
  if (charger === undefined || charger.startsWith('--')) return usage('deadman-test needs the identity of a charger');
  const url = option(args, 'url') ?? 'http://127.0.0.1:8080';
  if (!URL.canParse(url)) return usage(`--url must be an address like http://127.0.0.1:8080, not "${url}"`);
  const connector = option(args, 'connector');
  if (connector !== undefined && !/^[1-9]\d*$/.test(connector))
    return usage('--connector must be the number of a socket');
  const order: DeadmanOrder = {
    charger,
    connectorId: connector === undefined ? null : Number(connector),
    legs: option(args, 'legs')?.split(',') ?? null,
    url,
    token: option(args, 'token') ?? process.env.BUSBAR_WEB__TOKEN ?? null,
  };
  const isProven = await runDeadmanTest(order, {
    fetch,
    print: line => process.stdout.write(`${line}\n`),
    wait: ms => new Promise(done => setTimeout(done, ms)),
  });
  return isProven ? EXIT.done : EXIT.failed;
}

async function readMeter(args: readonly string[]): Promise<number> {
  const known = devices();
  const profile = known.meters.get(option(args, 'profile') ?? '');
  if (profile === undefined) return usage(`--profile must be one of: ${known.meterIds.join(', ')}`);
  const [host, port] = (option(args, 'tcp') ?? '').split(':');
  if (!host || !port) return usage('--tcp HOST:PORT is missing');
  const unit = Number(option(args, 'unit') ?? 1);
  const bus = { kind: 'tcp', host, port: Number(port) } as const;
  const text = await readMeterOnce(realWorld('warn'), { profile, bus, unit, timeoutMs: 2_000 });
  process.stdout.write(text.ok ? `${text.value}\n` : `no reading: ${text.detail}\n`);
  return text.ok ? EXIT.done : EXIT.failed;
}
