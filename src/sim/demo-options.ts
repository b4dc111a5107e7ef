/** What a person may say behind `npm start --`, and the demo sites there are. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Checked, Problem } from '#base/problem.ts';

/** Demo sites by the name a person gives; each is a file that stands in config/. */
export const DEMO_SITES: Readonly<Record<string, string>> = { garage: 'demo.yaml' };

export const CONFIG_FOLDER = resolve(import.meta.dirname, '../../config');

export type DemoOptions = {
  /** Dashboard and charger door are open to the network; every write then needs the token. */
  readonly lan: boolean;
  /** The first port to try for the dashboard; null stands for the usual one. */
  readonly port: number | null;
  /** A key of DEMO_SITES, or the path of a site file around which the world is simulated. */
  readonly site: string;
  /** Nothing is simulated: a gateway that waits for real chargers. */
  readonly empty: boolean;
  /** No trouble begins by itself. */
  readonly calm: boolean;
  /** The gateway's own log goes to the terminal. */
  readonly log: boolean;
};

export const DEMO_USAGE = `npm start                     the demo: a simulated garage around a real gateway
npm start -- --lan            the same, open to your network; writes need the token it prints
npm start -- --port N         look for a free port from N on
npm start -- --site NAME      another demo site (${Object.keys(DEMO_SITES).join(', ')}), or the path of your own: chargers and cars are simulated
npm start -- --empty          a gateway that waits for real chargers
npm start -- --calm           no trouble begins by itself
npm start -- --log            shows the gateway's log as well
npm start -- --config FILE    your own site, nothing simulated
`;

/** Reads the arguments; every problem is told at once. */
export function readDemoOptions(args: readonly string[]): Checked<DemoOptions> {
  const problems: Problem[] = [];
  let options: DemoOptions = { lan: false, port: null, site: 'garage', empty: false, calm: false, log: false };
  const rest = args.flatMap(arg => (/^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), valueIn(arg)] : [arg]));
  while (rest.length > 0) {
    const arg = rest.shift() ?? '';
    if (arg === '--lan') options = { ...options, lan: true };
    else if (arg === '--empty') options = { ...options, empty: true };
    else if (arg === '--calm') options = { ...options, calm: true };
    else if (arg === '--log') options = { ...options, log: true };
    else if (arg === '--port') options = { ...options, port: portOf(rest.shift(), problems) };
    else if (arg === '--site') options = { ...options, site: siteOf(rest.shift(), problems) };
    else problems.push({ path: arg, message: 'the demo does not know this' });
  }
  return problems.length === 0 ? { ok: true, value: options } : { ok: false, problems };
}

const valueIn = (arg: string): string => arg.slice(arg.indexOf('=') + 1);

function portOf(text: string | undefined, problems: Problem[]): number | null {
  if (text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  problems.push({ path: '--port', message: `expected a number from 0 to 65535, not "${text ?? ''}"` });
  return null;
}

function siteOf(name: string | undefined, problems: Problem[]): string {
  if (name !== undefined && (Object.hasOwn(DEMO_SITES, name) || isFile(name))) return name;
  const hint = `known: ${Object.keys(DEMO_SITES).join(', ')}; or the path of a site file`;
  problems.push({ path: '--site', message: `there is no demo site "${name ?? ''}"`, hint });
  return 'garage';
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
