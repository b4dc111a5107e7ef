/** `npm run bench -- [--json] [--only NAME]`: how fast, how big, beside what. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAllocateVsLp } from './allocate-vs-lp.ts';
import { benchDurable } from './durable-messages.ts';
import { type BenchLine, jsonOf, rowOf } from './line.ts';
import { benchMemory } from './memory.ts';
import { benchThroughput } from './ocpp-throughput.ts';
import { benchPass, benchPassChecks } from './pass.ts';
import { benchPassGate } from './pass-gate.ts';
import { benchReaction } from './reaction.ts';

type Bench = () => Promise<readonly BenchLine[]> | readonly BenchLine[];

/** Each entry is one step, so that lines are seen as they come. */
const BENCHES: readonly (readonly [name: string, run: Bench])[] = [
  ...[10, 100, 1000, 10_000].flatMap((n): [string, Bench][] => [
    ['pass', () => [benchPass(n)]],
    ['pass+checks', () => [withRatio(n)]],
  ]),
  ...[10, 100, 1000, 10_000].map((n): [string, Bench] => ['pass+gate', () => [benchPassGate(n)]]),
  ...[200, 1000].map((n): [string, Bench] => ['reaction', async () => [await benchReaction(n)]]),
  ...[10, 100].map((n): [string, Bench] => ['allocate-vs-lp', () => benchAllocateVsLp(n)]),
  ['memory', benchMemory],
  ['ocpp-throughput', benchThroughput],
  ['durable-messages', benchDurable],
];

/** The checks against the pass without them, measured in turn on the same sites. */
function withRatio(n: number): BenchLine {
  const checked = benchPassChecks(n);
  return { ...checked, peer: 'pass', ratio: checked.p50Ms / benchPass(n).p50Ms };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } });
  const chosen = BENCHES.filter(([name]) => values.only === undefined || name === values.only);
  if (chosen.length === 0) {
    process.stderr.write(`--only takes one of: ${[...new Set(BENCHES.map(([name]) => name))].join(', ')}\n`);
    return 2;
  }
  if (!values.json) process.stdout.write(`${machine()}\n\n`);
  for (const [, run] of chosen) {
    for (const line of await run()) process.stdout.write(`${values.json ? jsonOf(line) : rowOf(line)}\n`);
  }
  return 0;
}

function machine(): string {
  const [first] = cpus();
  const load = loadavg().map(value => value.toFixed(1));
  return `${first?.model ?? 'unknown processor'} × ${cpus().length}, Node.js ${process.version}, load ${load.join(' ')}`;
}

process.exitCode = await main();
