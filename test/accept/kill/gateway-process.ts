/** `busbar run` as a process that is killed and started again, on the same state folder each time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const SOURCE = resolve(import.meta.dirname, '../../../src');
const MAIN = resolve(SOURCE, 'main.ts');
/** Ends the gateway when this process is gone, however it went. */
const LEASH = pathToFileURL(resolve(SOURCE, 'sim/demo-leash.ts')).href;
/** It closes its doors and its store; one that takes longer is cut. */
const END_WITHIN_MS = 10_000;
/** Of its log, for a report of what went wrong. */
const LAST_WORDS = 20;

export class GatewayProcess {
  /** Ends that nobody brought about, and what it said before. */
  readonly deaths: string[] = [];
  /** Lines of its log at the level of an error. */
  readonly errors: string[] = [];
  /** How often it was started. */
  lives = 0;
  readonly #configFile: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #lastWords: string[] = [];
  #isWanted = false;

  /** @param folder for its records */
  constructor(configFile: string, folder: string) {
    this.#configFile = configFile;
    const own = { BUSBAR_DATA: join(folder, 'data'), NODE_COMPILE_CACHE: join(folder, 'compiled') };
    this.#environment = { ...foreign(process.env), ...own };
  }

  /** The site file is sound. What is compiled for that is kept, so that the starts that follow are quick. */
  async check(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'check', '--config', this.#configFile], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: this.#environment,
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error('the site file of the kills is faulty');
  }

  /** It dials and opens its doors in its own time. */
  start(): void {
    this.#isWanted = true;
    this.lives++;
    const child = spawn(process.execPath, ['--import', LEASH, MAIN, 'run', '--config', this.#configFile], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: this.#environment,
    });
    this.#child = child;
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', line => this.#heard(line));
    child.once('error', error => this.deaths.push(error.message));
    child.once('close', (code, signal) => {
      if (this.#isWanted && this.#child === child)
        this.deaths.push(`with ${signal ?? `code ${code}`}\n${this.#lastWords.join('\n')}`);
    });
  }

  /** As `kill -9`; comes back when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** In order. */
  async stop(): Promise<void> {
    const child = this.#child;
    const late = setTimeout(() => child?.kill('SIGKILL'), END_WITHIN_MS);
    await this.#end('SIGTERM');
    clearTimeout(late);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#isWanted = false;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill(signal);
    await gone;
  }

  #heard(line: string): void {
    this.#lastWords.push(line);
    if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift();
    if (/"level":(50|60|"error"|"fatal")/.test(line)) this.errors.push(line);
  }
}

/** The environment without anything that would speak to a gateway. */
const foreign = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('BUSBAR_')));
