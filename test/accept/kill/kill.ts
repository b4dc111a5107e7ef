/**
 * The gateway is killed (SIGKILL) at random instants while chargers begin and end sessions as fast as they are answered, and started
 * again at once, round after round on one state folder. At the end what chargers were answered is compared with what the back
 * office has written down. In between no raise may take the limits in force above what the fuse has room for.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '#sim/demo-ports.ts';
import { type Prng, prng } from '#sim/prng.ts';
import type { SiteView } from '#web/site-view.ts';
import { type ForeignMeter, openMeter } from '../../e2e/foreign/meter.ts';
import { compareBooks } from './books.ts';
import { HurriedCharger } from './charger.ts';
import { FuseWatch } from './fuse.ts';
import { GatewayProcess } from './gateway-process.ts';
import { HEAD, roundLine, summary } from './kill-words.ts';
import { KillsOffice } from './office.ts';
import { BUILDING_A, HELD_A, siteYaml, USES } from './site.ts';

/** After the first answer of a life. */
const KILLED_AFTER_MS = [50, 1_500] as const;
/** Limits go up some seconds after a start. A long life lasts until one does, and is killed with it on its way or somewhat later. */
const KILLED_AFTER_RAISE_MS = [0, 1_500] as const;
/** A process that starts on a busy machine; nothing waits so long unless it is dead. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 10;
const SHOWN = 12;
/** What chargers hold is written down every ten seconds where it became less: then a restart does not count them at their ratings. */
const WRITTEN_AFTER_MS = 8_000;

export type KillPlan = {
  readonly rounds: number;
  readonly seed: string;
  /** Of so many lives the last one is a long one. */
  readonly longEvery: number;
};

export type RoundRecord = {
  readonly round: number;
  /** From the start of the process to its first answer, and from there to its end. */
  readonly upAfterMs: number;
  readonly killedAfterMs: number;
  readonly answers: number;
  readonly raises: number;
  /** Of the limits that chargers held when it was killed. */
  readonly sumA: number;
};

export type KillRun = {
  readonly rounds: readonly RoundRecord[];
  readonly sessions: number;
  /** Messages of chargers that were told again, and of the gateway. */
  readonly toldAgain: number;
  readonly sentAgain: number;
  readonly raises: number;
  readonly worstA: number;
  readonly faults: readonly string[];
};

/** Everything around the gateway, and the gateway. */
type Scene = {
  readonly random: Prng;
  readonly office: KillsOffice;
  readonly meter: ForeignMeter;
  readonly gateway: GatewayProcess;
  readonly chargers: readonly HurriedCharger[];
  readonly fuse: FuseWatch;
  readonly webUrl: string;
  answers: number;
};

/** @param folder of its own, for the site file and the records. @param print takes the table */
export async function runKills(plan: KillPlan, folder: string, print: (text: string) => void): Promise<KillRun> {
  print(`Seed ${plan.seed}.\n${HEAD}`);
  const scene = await openScene(plan, folder);
  try {
    const rounds = await killAll(scene, plan, print);
    await drain(scene);
    const run = verdict(scene, rounds);
    print(summary(run));
    return run;
  } finally {
    await closeScene(scene);
  }
}

async function openScene({ seed }: KillPlan, folder: string): Promise<Scene> {
  const random = prng(seed);
  const office = await KillsOffice.open();
  const fuse = new FuseWatch();
  let chargers: readonly HurriedCharger[] = [];
  const meter = await openMeter(() => {
    const amps = chargers.reduce((sum, charger) => sum + charger.drawA(), BUILDING_A);
    return [amps, amps, amps];
  });
  const [door, web] = [await portFor(), await portFor()];
  const configFile = join(folder, 'site.yaml');
  writeFileSync(configFile, siteYaml({ meter: meter.port, office: office.port(), chargers: door, web }));
  const gateway = new GatewayProcess(configFile, folder);
  const scene = { random, office, meter, gateway, fuse, webUrl: `http://127.0.0.1:${web}`, answers: 0 };
  chargers = USES.map(
    use =>
      new HurriedCharger(use, {
        url: `ws://127.0.0.1:${door}/ocpp`,
        random: random.split(use.name),
        life: () => gateway.lives,
        answered: () => {
          whole.answers++;
        },
        told: (charger, beforeA) => fuse.told(charger, beforeA),
      }),
  );
  fuse.watch(chargers);
  const whole: Scene = { ...scene, chargers };
  return whole;
}

async function portFor(): Promise<number> {
  const port = await freePort('127.0.0.1', 0);
  if (port === null) throw new Error('no free port');
  return port;
}

async function closeScene({ gateway, chargers, meter, office }: Scene): Promise<void> {
  await gateway.kill();
  for (const charger of chargers) charger.close();
  await meter.close();
  await office.close();
}

/** One life after the other; each but the first begins with what the last one left. */
async function killAll(
  scene: Scene,
  { rounds, longEvery }: KillPlan,
  print: (text: string) => void,
): Promise<readonly RoundRecord[]> {
  const { gateway, fuse, chargers } = scene;
  await gateway.check();
  gateway.start();
  await until(scene, 'every charger is under control', () => areControlled(scene));
  fuse.arm();
  for (const charger of chargers.filter(({ use }) => use.stays)) charger.hurry(true);
  await until(scene, 'those that stay have what they want', () => fuse.sumA() >= HELD_A);
  await pause(WRITTEN_AFTER_MS);
  for (const charger of chargers) charger.hurry(true);
  const records: RoundRecord[] = [];
  for (let round = 1; round <= rounds; round++) {
    const record = await killOnce(scene, round, round % longEvery === 0);
    records.push(record);
    print(roundLine(record));
    gateway.start();
  }
  return records;
}

async function killOnce(scene: Scene, round: number, isLong: boolean): Promise<RoundRecord> {
  const { gateway, fuse, random } = scene;
  const before = { answers: scene.answers, raises: fuse.raises };
  const startedMs = performance.now();
  await until(scene, `the first answer of round ${round}`, () => scene.answers > before.answers);
  const answeredMs = performance.now();
  if (isLong) {
    await until(scene, `a limit goes up in round ${round}`, () => fuse.raises > before.raises);
    await pause(soon(random, KILLED_AFTER_RAISE_MS));
  } else await pause(soon(random, KILLED_AFTER_MS));
  const killedAfterMs = performance.now() - answeredMs;
  await gateway.kill();
  fuse.look(`after the kill of round ${round}`);
  const counts = { answers: scene.answers - before.answers, raises: fuse.raises - before.raises };
  return { round, upAfterMs: answeredMs - startedMs, killedAfterMs, ...counts, sumA: fuse.sumA() };
}

/** Sooner more often than later. */
const soon = (random: Prng, [fromMs, toMs]: readonly [number, number]): number =>
  fromMs + random.unit() ** 2 * (toMs - fromMs);

async function areControlled({ webUrl }: Scene): Promise<boolean> {
  const answer = await fetch(`${webUrl}/api/v1/site`).catch(() => null);
  const { connectors } = ((await answer?.json()) ?? { connectors: [] }) as Pick<SiteView, 'connectors'>;
  return connectors.length > 0 && connectors.every(({ control }) => control === 'controlled');
}

/** The last life: sessions go on until limits go up again, then all come to their end, and everything goes up. */
async function drain(scene: Scene): Promise<void> {
  const { chargers, webUrl, gateway, fuse } = scene;
  const { raises } = fuse;
  await until(scene, 'a limit goes up in the last life', () => fuse.raises > raises);
  for (const charger of chargers) charger.hurry(false);
  await until(scene, 'every session has ended', () => chargers.every(charger => charger.isIdle()));
  await until(scene, 'nothing waits for the back office', async () => {
    const answer = await fetch(`${webUrl}/api/v1/upstream`);
    const [upstream] = (await answer.json()) as readonly { readonly state: string; readonly queued: number }[];
    return upstream?.state === 'connected' && upstream.queued === 0;
  });
  await gateway.stop();
}

function verdict({ chargers, office, fuse, gateway }: Scene, rounds: readonly RoundRecord[]): KillRun {
  const sessions = chargers.flatMap(charger => charger.sessions);
  const raises = rounds.slice(1).reduce((sum, round) => sum + round.raises, 0);
  const faults = [
    ...compareBooks(sessions, office.journal),
    ...office.complaints.map(words => `the back office: ${words}`),
    ...chargers.flatMap(charger => charger.faults.map(words => `${charger.name}: ${words}`)),
    ...fuse.faults,
    ...gateway.deaths.map(how => `the gateway ended by itself ${how}`),
    ...gateway.errors.map(line => `the gateway's log: ${line}`),
    ...(raises > 0 ? [] : ['no limit went up after a restart, so this run shows nothing of limits']),
    ...(office.repeated > 0 ? [] : ['no message was sent again after a restart, so this run shows nothing of doubles']),
  ];
  return {
    rounds,
    sessions: sessions.length,
    toldAgain: chargers.reduce((sum, charger) => sum + charger.repeated, 0),
    sentAgain: office.repeated,
    raises,
    worstA: fuse.worstA,
    faults: faults.length > SHOWN ? [...faults.slice(0, SHOWN), `… and ${faults.length - SHOWN} more`] : faults,
  };
}

/** @throws where it does not come true; a gateway that ended by itself says so */
async function until(scene: Scene, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    const { deaths } = scene.gateway;
    if (deaths.length > 0) throw new Error(`waiting until ${what}: the gateway ended by itself ${deaths.join('\n')}`);
    if (performance.now() > endMs) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms));
