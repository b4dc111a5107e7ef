/**
 * The demo's gateway: the real one, as a child process. It is kept alive: what dies is told and started
 * again after a moment, unless it was killed for good. Its log, JSON lines on stderr, says when both doors are open.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Clock } from '#base/clock.ts';

/** How one gateway is to be started. */
export type GatewayStart = {
  readonly configFile: string;
  /** BUSBAR_… variables; none of this process's own are handed on. */
  readonly environment: Readonly<Record<string, string>>;
};

export type GatewayPorts = { readonly web: number; readonly chargers: number };

export type KeeperDeps = {
  readonly clock: Clock;
  /** Called before each start: ports may have been taken meanwhile. */
  prepare(): Promise<GatewayStart>;
  /** Both doors are open. */
  up(pid: number, ports: GatewayPorts): void;
  /** It ended and nobody wanted that. */
  died(how: string, lastWords: readonly string[]): void;
  /** It never opened its doors, so often in a row that it will not. */
  gaveUp(lastWords: readonly string[]): void;
  /** Each line of its log. */
  logged(line: string): void;
};

const SOURCE = resolve(import.meta.dirname, '..');
const LEASH = pathToFileURL(resolve(import.meta.dirname, 'demo-leash.ts')).href;

/** Before it is started again. */
const REST_MS = 1_000;
/** A gateway that never came up so often in a row is told of and left. */
const MOST_FAILED_STARTS = 5;
/** It closes its doors and its store; one that takes longer is cut. */
const END_WITHIN_MS = 5_000;
/** Lines of its log that are kept for its obituary. */
const LAST_WORDS = 8;

export class GatewayKeeper {
  private readonly deps: KeeperDeps;
  private child: ChildProcess | null = null;
  private isUp = false;
  private failedStarts = 0;
  private ending = false;
  private held = false;
  private lastWords: string[] = [];

  constructor(deps: KeeperDeps) {
    this.deps = deps;
  }

  async start(): Promise<void> {
    const { configFile, environment } = await this.deps.prepare();
    if (this.ending || this.held || this.child !== null) return;
    this.isUp = false;
    this.lastWords = [];
    const child = spawn(
      process.execPath,
      ['--import', LEASH, resolve(SOURCE, 'main.ts'), 'run', '--config', configFile],
      // A group of its own: Ctrl-C reaches this process, which then ends the child in order.
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...foreign(process.env), ...environment }, detached: true },
    );
    this.child = child;
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', line => this.hear(line));
    child.once('error', error => this.lastWords.push(error.message));
    // 'close' comes when the last line has been read.
    child.once('close', (code, signal) => this.ended(signal === null ? `with code ${code}` : `by ${signal}`));
  }

  /** Ends the gateway and comes back when it is gone. */
  async end(): Promise<void> {
    this.ending = true;
    const { child } = this;
    if (child === null) return;
    const gone = new Promise<void>(done => child.once('close', () => done()));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }

  /** As `kill -9`, and it stays dead until `revive`. */
  hold(): void {
    this.held = true;
    this.child?.kill('SIGKILL');
  }

  revive(): void {
    if (!this.held) return;
    this.held = false;
    if (this.child === null) void this.start();
  }

  /** As `kill -9`, and nobody starts it again. Comes back when the process is gone. */
  async killForGood(): Promise<void> {
    this.ending = true;
    const { child } = this;
    if (child === null) return;
    const gone = new Promise<void>(done => child.once('close', () => done()));
    child.kill('SIGKILL');
    await gone;
  }

  private hear(line: string): void {
    this.deps.logged(line);
    this.lastWords.push(line);
    if (this.lastWords.length > LAST_WORDS) this.lastWords.shift();
    const ports = this.isUp ? null : portsIn(line);
    if (ports === null || this.child?.pid === undefined) return;
    this.isUp = true;
    this.failedStarts = 0;
    this.deps.up(this.child.pid, ports);
  }

  private ended(how: string): void {
    this.child = null;
    if (this.ending || this.held) return;
    if (!this.isUp) this.failedStarts++;
    if (this.failedStarts >= MOST_FAILED_STARTS) {
      this.deps.gaveUp(this.lastWords);
      return;
    }
    this.deps.died(how, this.lastWords);
    this.deps.clock.after('gateway again', REST_MS, () => void this.start());
  }
}

/** The environment without anything that would speak to a gateway. */
function foreign(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('BUSBAR_')));
}

/** The line that `busbar run` writes when it is open. */
function portsIn(line: string): GatewayPorts | null {
  if (!line.includes('"busbar runs"')) return null;
  try {
    const { web, chargers } = JSON.parse(line);
    return typeof web === 'number' && typeof chargers === 'number' ? { web, chargers } : null;
  } catch {
    return null;
  }
}
