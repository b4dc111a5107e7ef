/** How big the gateway is: a process of its own, so that nothing else counts. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchLine } from './line.ts';

const CHARGERS = 200;
const MINUTES = 10;

export async function benchMemory(): Promise<readonly BenchLine[]> {
  const script = fileURLToPath(new URL('./memory-gateway.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(CHARGERS), String(MINUTES)]);
  const note = `resident set after ${MINUTES} simulated minutes, web door and history open, the stations in it`;
  return [{ name: 'memory', n: CHARGERS, value: Number(stdout), unit: 'MB', note }];
}
