/**
 * Many seeds, one result: `busbar sim --seeds A..B --hours H --chargers N [--faults all|none] [--building constant] [--zoo all|none] [--disk all|none] [--upstream] [--json]`.
 * `--week` counts instead what a week makes chargers write (flash.ts).
 * `--explain S..T` prints instead what happens in the first seed from second S to second T.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BrokenCause } from './account.ts';
import { explain } from './explain.ts';
import type { FaultKind } from './faults.ts';
import { flashText, runFlash } from './flash.ts';
import type { LedgerAccount } from './ledger-observer.ts';
import type { Violation } from './over-account.ts';
import { DEFAULT_ZOO, type RunOptions, type RunResult, runSeed } from './run.ts';

export type SeedsOptions = Omit<RunOptions, 'seed' | 'log' | 'trace'> & { readonly from: number; readonly to: number };

/** The one object of the contract. */
export type SeedsResult = {
  readonly seeds: string;
  readonly chargers: number;
  readonly simulatedHours: number;
  readonly wallS: number;
  readonly chargerHoursPerSecond: number;
  readonly events: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Of link faults and reboots per charger-hour, of meter faults per meter-hour. */
  readonly faultsPerHour: Readonly<Record<string, number>>;
  readonly overLimitMs: number;
  readonly exogenousOverMs: number;
  readonly worstExogenousOverA: number;
  readonly brokenAssumptionMs: number;
  readonly brokenAssumptionPct: number;
  readonly brokenBuckets: Readonly<Record<string, number>>;
  readonly brokenOverMs: number;
  readonly afterDeathOverMs: number;
  /** Starts and stops that truly were, and the back office has not, or more than once after its own de-duplication. */
  readonly lost: number;
  readonly duplicated: number;
  /** Starts and stops that the back office refused for good, and that wait on disk for a person. */
  readonly setAside: number;
  readonly grantChangesPerCarHour: number;
  readonly deliveredKwh: number;
  readonly failing: readonly FailingSeed[];
};

export type FailingSeed = { readonly seed: number } & (
  | { readonly violations: readonly Violation[]; readonly ledger?: LedgerAccount }
  | { readonly crashed: string }
);

/** What a worker answers for a seed. */
export type SeedOutcome = { readonly seed: number; readonly result?: RunResult; readonly crashed?: string };

/** Fewer seeds than this are run here: a worker first has to load everything, which costs as much as two seeds. */
const SEEDS_WORTH_WORKERS = 4;

/** Runs every seed from `from` to `to`, both included, on as many workers as the machine has processors. */
export async function runSeeds(
  options: SeedsOptions,
  told: (outcome: SeedOutcome) => void = () => {},
): Promise<SeedsResult> {
  const began = performance.now();
  const seeds = Array.from({ length: options.to - options.from + 1 }, (_, i) => options.from + i);
  const outcomes: SeedOutcome[] = [];
  const take = (outcome: SeedOutcome) => {
    outcomes.push(outcome);
    told(outcome);
  };
  if (seeds.length < SEEDS_WORTH_WORKERS) for (const seed of seeds) take(await oneSeed(options, seed));
  else await Promise.all(Array.from({ length: availableParallelism() }, () => work(options, seeds, take)));
  outcomes.sort((a, b) => a.seed - b.seed);
  return summary(options, outcomes, (performance.now() - began) / 1000);
}

/** A seed that throws is a failing seed, not the end of the others. */
export async function oneSeed(options: SeedsOptions, seed: number): Promise<SeedOutcome> {
  try {
    return { seed, result: await runSeed({ ...options, seed }) };
  } catch (error) {
    return { seed, crashed: error instanceof Error ? `${error.stack}` : String(error) };
  }
}

/** One worker thread; it is handed the next seed whenever it has finished one. */
function work(options: SeedsOptions, seeds: number[], take: (outcome: SeedOutcome) => void): Promise<void> {
  const worker = new Worker(new URL('./seeds-worker.ts', import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    const next = () => {
      const seed = seeds.shift();
      if (seed === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage(seed);
    };
    worker.on('message', (outcome: SeedOutcome) => {
      take(outcome);
      next();
    });
    worker.on('error', reject);
    next();
  });
}

const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
const round = (value: number, digits: number) => Number(value.toFixed(digits));

function summary(options: SeedsOptions, outcomes: readonly SeedOutcome[], wallS: number): SeedsResult {
  const results = outcomes.flatMap(({ result }) => (result ? [result] : []));
  const accounts = results.map(result => result.account);
  const hours = sum(results.map(result => result.hours));
  const chargerHours = hours * options.chargers;
  const meterHours = sum(results.map(result => result.hours * result.meters));
  const faults = countsOf(results);
  const brokenAssumptionMs = sum(accounts.map(account => account.brokenAssumptionMs));
  return {
    seeds: `${options.from}..${options.to}`,
    chargers: options.chargers,
    simulatedHours: hours,
    wallS: round(wallS, 2),
    chargerHoursPerSecond: round(chargerHours / wallS, 1),
    events: sum(results.map(result => result.events)),
    faults,
    faultsPerHour: Object.fromEntries(
      Object.entries(faults).map(([kind, count]) => [
        kind,
        round(count / (kind.startsWith('meter') ? meterHours : chargerHours), 3),
      ]),
    ),
    overLimitMs: sum(accounts.map(account => account.overLimitMs)),
    exogenousOverMs: sum(accounts.map(account => account.exogenousOverMs)),
    worstExogenousOverA: Math.max(0, ...accounts.map(account => account.worstExogenousOverA)),
    brokenAssumptionMs,
    brokenAssumptionPct: round((100 * brokenAssumptionMs) / (hours * 3_600_000), 2),
    brokenBuckets: bucketsOf(results),
    brokenOverMs: sum(accounts.map(account => account.brokenOverMs)),
    afterDeathOverMs: sum(accounts.map(account => account.afterDeathOverMs)),
    lost: sum(results.map(result => result.ledger?.lost.length ?? 0)),
    duplicated: sum(results.map(result => result.ledger?.duplicated.length ?? 0)),
    setAside: sum(results.map(result => result.ledger?.setAside.length ?? 0)),
    grantChangesPerCarHour: round(
      sum(accounts.map(account => account.grantChanges)) /
        (sum(accounts.map(account => account.wantingCarMs)) / 3_600_000),
      2,
    ),
    deliveredKwh: round(sum(results.map(result => result.deliveredWh)) / 1000, 1),
    failing: outcomes.flatMap(failure),
  };
}

const isUntrue = (ledger: LedgerAccount | null): ledger is LedgerAccount =>
  ledger !== null && ledger.lost.length + ledger.duplicated.length + ledger.complaints.length > 0;

function failure(outcome: SeedOutcome): readonly FailingSeed[] {
  if (!outcome.result) return [{ seed: outcome.seed, crashed: outcome.crashed ?? 'no result' }];
  const { account, ledger } = outcome.result;
  const { violations } = account;
  if (isUntrue(ledger)) return [{ seed: outcome.seed, violations, ledger }];
  return violations.length > 0 ? [{ seed: outcome.seed, violations }] : [];
}

function countsOf(results: readonly RunResult[]): Readonly<Record<string, number>> {
  const counts: Partial<Record<FaultKind, number>> = {};
  for (const { faults } of results)
    for (const [kind, count] of Object.entries(faults ?? {}) as [FaultKind, number][])
      counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}

function bucketsOf(results: readonly RunResult[]): Readonly<Record<string, number>> {
  const buckets: Partial<Record<BrokenCause, number>> = {};
  for (const { account } of results)
    for (const [cause, ms] of Object.entries(account.brokenBuckets) as [BrokenCause, number][])
      buckets[cause] = (buckets[cause] ?? 0) + ms;
  return buckets;
}

const DONE = 0;
const FAILED = 1;
const BAD_ARGUMENTS = 2;

/** The command. Exit code 1 when a seed fails. */
export async function main(args: readonly string[]): Promise<number> {
  const options = readArguments(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return BAD_ARGUMENTS;
  }
  if (args.includes('--week') || args.includes('--flash')) return week(options, args);
  const explained = /^(\d+)\.\.(\d+)$/.exec(argumentOf(args, 'explain', ''));
  if (explained) {
    const write = (line: string) => void process.stdout.write(`${line}\n`);
    await explain({ ...options, seed: options.from }, Number(explained[1]), Number(explained[2]), write);
    return DONE;
  }
  const json = args.includes('--json');
  const result = await runSeeds(options, outcome => {
    if (failure(outcome).length > 0) process.stderr.write(`seed ${outcome.seed} fails\n`);
  });
  process.stdout.write(`${JSON.stringify(result, null, json ? 0 : 2)}\n`);
  return result.failing.length === 0 ? DONE : FAILED;
}

async function week(options: SeedsOptions, args: readonly string[]): Promise<number> {
  const days = Number(argumentOf(args, 'days', '7'));
  if (!(days > 0)) {
    process.stderr.write('--days takes a number above 0\n');
    return BAD_ARGUMENTS;
  }
  const { from: seed, chargers, zoo = DEFAULT_ZOO } = options;
  const result = await runFlash({ seed, chargers, days: Math.ceil(days), zoo });
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(result) : flashText(result)}\n`);
  return DONE;
}

function argumentOf(args: readonly string[], name: string, otherwise: string): string {
  const index = args.indexOf(`--${name}`);
  if (index >= 0) return args[index + 1] ?? '';
  return args.find(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
}

/** The options, or what is wrong with the arguments. */
export function readArguments(args: readonly string[]): SeedsOptions | string {
  const value = (name: string, otherwise: string) => argumentOf(args, name, otherwise);
  const seeds = /^(\d+)(?:\.\.(\d+))?$/.exec(value('seeds', '1..10'));
  const from = Number(seeds?.[1]);
  const to = Number(seeds?.[2] ?? seeds?.[1]);
  const hours = Number(value('hours', '2'));
  const chargers = Number(value('chargers', '12'));
  const faults = value('faults', 'all');
  const building = value('building', 'varying');
  const zoo = value('zoo', DEFAULT_ZOO);
  if (!seeds || to < from) return '--seeds takes A..B or one number';
  if (!(hours > 0)) return '--hours takes a number above 0';
  if (!Number.isInteger(chargers) || chargers < 1) return '--chargers takes a whole number above 0';
  if (faults !== 'all' && faults !== 'none') return '--faults takes all or none';
  if (zoo !== 'all' && zoo !== 'none') return '--zoo takes all or none';
  const disk = value('disk', 'none');
  if (disk !== 'all' && disk !== 'none') return '--disk takes all or none';
  if (building !== 'varying' && building !== 'constant') return '--building takes varying or constant';
  const upstream = args.includes('--upstream') ? 'all' : 'none';
  return { from, to, hours, chargers, faults, building, zoo, disk, upstream };
}
