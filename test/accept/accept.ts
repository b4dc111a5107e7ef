/**
 * `npm run accept`: the demo's world around the real gateway on real sockets, ten minutes long, with a
 * building that steps up by 15 A. Judged by the world's own truth: no phase above `limitA` and no circuit
 * above `limitW` for longer than the grace window, and no raise that did not fit. After that, in a garage
 * opened anew, the gateway is killed for good (death.ts), and on another site a hundred times under load (kill/).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '#base/assert.ts';
import type { Triple } from '#base/units.ts';
import type { Account } from '#sim/account.ts';
import { drawCar } from '#sim/car.ts';
import { openStoppableClock, type StoppableClock } from '#sim/demo-clock.ts';
import type { DemoTraffic } from '#sim/demo-traffic.ts';
import { simLimit } from '#sim/demo-watch.ts';
import type { SiteView } from '#web/site-view.ts';
import { HEAVY_BUILDING, runDeath } from './death.ts';
import { runKills } from './kill/kill.ts';
import { closeStage, openStage, type Stage } from './stage.ts';
import {
  count,
  FIRST_STEP_MS,
  type Limits,
  newRecord,
  overOf,
  type PlannedStep,
  plannedSteps,
  STEP_LASTS_MS,
  type StepRecord,
  stepMa,
} from './steps.ts';
import { describe, HEAD, line, violationWords } from './words.ts';

/** 20 a second: a step is seen within 50 ms. */
const SAMPLE_MS = 50;
/** Contract, "figures": the guard meter's interval and 10 s. */
const GRACE_MS = 10_000;
const METER_INTERVAL_MS = 1_000;
/** After the first third each phase of the main fuse is held to this, so that phases bind too, not only the contract. */
const CAP_A = 95;
const UNCAPPED_SHARE = 1 / 3;
/** Fewer steps above a limit than this would show nothing. */
const LEAST_STEPS_OVER = 1;

/** A full garage of cars that take what they are given, so that limits bind all the time; some come and go. */
const TRAFFIC: DemoTraffic = {
  firstWave: 18,
  crowd: 18,
  meanGapMs: 60_000,
  stayMs: [5 * 60_000, 20 * 60_000],
  car: (draw, number) => ({ ...drawCar(draw, `TAG-${number}`), phases: 3, maxMa: 32_000, needWh: 80_000 }),
};

/** Every lease has been renewed by then. */
const DEATH_SETTLE_MS = 60_000;

/** Every fourth life lasts until a limit goes up. */
const KILLS = { rounds: 100, longEvery: 4 };

const PARTS = ['limits', 'death', 'kill'] as const;

type Wanted = { readonly minutes: number; readonly parts: readonly string[] };

function readArguments(args: readonly string[]): Wanted | null {
  const words = args.flatMap(arg => arg.split('='));
  let wanted: Wanted = { minutes: 10, parts: PARTS };
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1] ?? '';
    if (words[i] === '--minutes' && Number(value) >= 2 && Number(value) <= 24 * 60)
      wanted = { ...wanted, minutes: Number(value) };
    else if (words[i] === '--only' && PARTS.some(part => part === value)) wanted = { ...wanted, parts: [value] };
    else {
      process.stderr.write(
        `npm run accept -- --minutes M --only ${PARTS.join('|')}    M from 2 on; 10 and all without\n`,
      );
      return null;
    }
  }
  return wanted;
}

/** Runs the parts that are wanted; 0 when all of them held. */
async function accept({ minutes, parts }: Wanted): Promise<number> {
  const limits = parts.includes('limits') ? await alone((clock, folder) => keepLimits(clock, folder, minutes)) : 0;
  const death = parts.includes('death') ? await alone(dieForGood) : 0;
  const kill = parts.includes('kill') ? await alone((_, folder) => killUnderLoad(folder)) : 0;
  return Math.max(limits, death, kill);
}

/** A part has a clock and a folder of its own, and nothing of it goes on. */
async function alone(part: (clock: StoppableClock, folder: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-accept-'));
  const clock = openStoppableClock();
  try {
    return await part(clock, folder);
  } finally {
    clock.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function keepLimits(clock: StoppableClock, folder: string, runMinutes: number): Promise<number> {
  const stage = await openStage(clock, folder, { seed: 'accept', traffic: TRAFFIC, environment: {} });
  try {
    return verdict(await watch(clock, stage, runMinutes), stage, runMinutes);
  } finally {
    await closeStage(stage);
  }
}

/** With the demo's own lease of a minute. */
async function dieForGood(clock: StoppableClock, folder: string): Promise<number> {
  print(`
The gateway is killed for good (SIGKILL, never started again) while the garage charges, and the building goes to its design
load at once. Overrides of the demo's site, so that the fuses are at stake:
${Object.entries(HEAVY_BUILDING)
  .map(([name, value]) => `  ${name}=${value}\n`)
  .join('')}
`);
  const { faults } = await runDeath(clock, folder, { environment: HEAVY_BUILDING, settleMs: DEATH_SETTLE_MS }, print);
  return passed(faults, 'every charger came to its lapse value by itself, and every fuse held.');
}

async function killUnderLoad(folder: string): Promise<number> {
  print(`
The gateway is killed ${KILLS.rounds} times (SIGKILL) while chargers start and stop without rest, and started again at once on the
same records. Then every session is looked for in the back office's ledger.
`);
  const { faults } = await runKills({ ...KILLS, seed: `accept ${Date.now()}` }, folder, print);
  return passed(faults, 'what was answered is at the back office, once, and no limit went up beyond the fuse.');
}

/** 0 without a fault. */
function passed(faults: readonly string[], words: string): number {
  print(faults.length === 0 ? `\nPASSED: ${words}\n` : `\nFAILED:\n${faults.map(fault => `  ${fault}\n`).join('')}`);
  return faults.length === 0 ? 0 : 1;
}

// --- the run

type Seen = {
  readonly records: readonly StepRecord[];
  readonly samples: number;
  /** Longest time between two samples, ms: what could have been missed. */
  readonly longestGapMs: number;
  /** Samples above a limit when no grace window was open. */
  readonly outside: string[];
  readonly account: Account;
};

/** What the run does to the site, and until when it may be above a limit for it. */
type Course = {
  readonly plan: readonly PlannedStep[];
  /** Steps of the plan that were made. */
  made: number;
  /** One for each step, and one for the cap. */
  readonly records: StepRecord[];
  limits: readonly Limits[];
  graceUntilMs: number;
  downAtMs: number;
  capped: boolean;
};

async function watch(clock: StoppableClock, stage: Stage, runMinutes: number): Promise<Seen> {
  const { world, config } = stage;
  const root = config.topology.circuits.findIndex(circuit => circuit.parent === -1);
  const gauge = openGauge(stage, root);
  const course: Course = {
    plan: plannedSteps(runMinutes),
    made: 0,
    records: [],
    limits: await readLimits(stage),
    graceUntilMs: Number.NEGATIVE_INFINITY,
    downAtMs: Number.POSITIVE_INFINITY,
    capped: false,
  };
  const outside: string[] = [];
  const startMs = clock.nowMs();
  let samples = 0;
  let longestGapMs = 0;
  let lastMs = startMs;
  print(`Warming up: ${FIRST_STEP_MS / 1000} s, while cars come in.\n\n${HEAD}`);
  for (let nowMs = startMs; nowMs < startMs + runMinutes * 60_000; nowMs = clock.nowMs()) {
    await drive(clock, course, stage, root, nowMs - startMs);
    const { flows, mainMa, watts } = gauge();
    const over = overOf(course.limits, flows, config.topology.nominalV);
    const record = course.records.at(-1);
    if (record !== undefined) count(record, nowMs - startMs, nowMs - lastMs, mainMa, watts, over);
    const isOver = over.phaseA > 0 || over.powerW > 0;
    if (isOver && clock.nowMs() > course.graceUntilMs) outside.push(describe(over, nowMs - startMs));
    longestGapMs = Math.max(longestGapMs, nowMs - lastMs);
    lastMs = nowMs;
    samples++;
    await pause(clock, SAMPLE_MS);
  }
  printLast(course);
  return { records: course.records, samples, longestGapMs, outside, account: world.watch.observer.finish() };
}

/** Steps the building up and down again when it is time, and sets the cap after the first third of them. */
async function drive(clock: StoppableClock, course: Course, stage: Stage, root: number, atMs: number): Promise<void> {
  const { building } = stage.world;
  const step = course.plan[course.made];
  if (step !== undefined && atMs >= step.atMs) {
    building.step(stepMa(step.phases, 1));
    course.made++;
    course.downAtMs = atMs + STEP_LASTS_MS;
    begin(clock, course, `${course.made}: ${step.phases.map(p => `L${p + 1}`).join(' ')}`, atMs);
  } else if (atMs >= course.downAtMs) {
    building.step(stepMa(at(course.plan, course.made - 1).phases, -1));
    course.downAtMs = Number.POSITIVE_INFINITY;
    if (course.capped || course.made < course.plan.length * UNCAPPED_SHARE) return;
    course.capped = true;
    course.limits = await cap(stage, root);
    begin(clock, course, `cap ${CAP_A} A`, atMs);
  }
}

/** Something happens to which the cars must give way: a window opens, and a record begins. */
function begin(clock: StoppableClock, course: Course, label: string, atMs: number): void {
  printLast(course);
  course.graceUntilMs = clock.nowMs() + METER_INTERVAL_MS + GRACE_MS;
  course.records.push(newRecord(label, atMs));
}

function printLast({ records }: Course): void {
  const last = records.at(-1);
  if (last !== undefined) print(line(last));
}

const pause = (clock: StoppableClock, ms: number): Promise<void> =>
  new Promise(done => void clock.after('accept', ms, done));

/** Reads the true currents of every circuit. */
function openGauge({ world, config }: Stage, root: number) {
  const { circuits, nominalV } = config.topology;
  return () => {
    const flows = circuits.map(({ id, index }) => ({ id, totalMa: world.truth.total(index) }));
    const mainMa: Triple = at(flows, root).totalMa;
    return { flows, mainMa, watts: ((mainMa[0] + mainMa[1] + mainMa[2]) / 1000) * nominalV };
  };
}

/** The limits as the gateway publishes them. */
async function readLimits({ url }: Stage): Promise<readonly Limits[]> {
  const site = (await (await fetch(`${url}/api/v1/site`)).json()) as SiteView;
  const amps = (value: number | null) => value ?? Number.POSITIVE_INFINITY;
  return site.circuits.map(({ id, limitA, limitW }) => ({
    id,
    limitA: [amps(limitA.l1), amps(limitA.l2), amps(limitA.l3)],
    limitW,
  }));
}

/** Sets the cap over HTTP, tells the observer, and answers the limits that then hold. */
async function cap(stage: Stage, root: number): Promise<readonly Limits[]> {
  const circuit = at(stage.config.topology.circuits, root);
  const answer = await fetch(`${stage.url}/api/v1/limits/cap`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ circuit: circuit.id, limitA: CAP_A }]),
  });
  if (!answer.ok) throw new Error(`the cap was refused: ${answer.status}`);
  const ma = CAP_A * 1000;
  const capped = { source: 'cap', hard: false, evOnly: false, limitMa: [ma, ma, ma], limitW: null } as const;
  stage.world.watch.observer.limitLowered(root, [...circuit.limits.map(simLimit), capped]);
  return await readLimits(stage);
}

const print = (text: string): void => void process.stdout.write(text);

/** Prints what the run came to; 0 when everything held and something was tried. */
function verdict(seen: Seen, stage: Stage, runMinutes: number): number {
  const { account, outside, records } = seen;
  const tried = records.filter(record => record.overMs > 0).length;
  const faults = [
    ...(outside.length > 0
      ? [`${outside.length} samples above a limit with no grace window open, first at ${outside[0]}`]
      : []),
    ...account.violations.slice(0, 10).map(each => `the observer: ${violationWords(each)}`),
    ...stage.deaths.map(how => `the gateway ended ${how}`),
    ...(tried < LEAST_STEPS_OVER ? ['no step went above a limit, so this run shows nothing'] : []),
  ];
  const longest = Math.max(0, ...records.map(record => record.backMs));
  print(`
${runMinutes} min, ${records.length - 1} steps of +15 A and a cap, ${tried} of them above a limit at first; ${seen.samples} samples of the true currents, at
most ${Math.round(seen.longestGapMs)} ms apart. Longest time until back: ${Math.round(longest)} ms of the ${METER_INTERVAL_MS + GRACE_MS} ms allowed.
Observer: overLimitMs ${account.overLimitMs}, exogenousOverMs ${account.exogenousOverMs}, worst ${account.worstExogenousOverA} A,
grant changes ${account.grantChanges}. ${at(cpus(), 0).model}, ${cpus().length} processors, Node.js ${process.version}.

${faults.length === 0 ? 'PASSED: every limit was kept.' : `FAILED:\n${faults.map(fault => `  ${fault}\n`).join('')}`}
`);
  return faults.length === 0 ? 0 : 1;
}

const wanted = readArguments(process.argv.slice(2));
process.exitCode = wanted === null ? 2 : await accept(wanted);
