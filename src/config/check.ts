/** `busbar check`: every problem of a site file, and the sums that prove its hard limits hold without us. */
import type { Config } from './config.ts';
import { flashText } from './flash-text.ts';
import { type LoadInput, loadConfig, problemLine } from './load.ts';
import { localTime } from './local-time.ts';
import { lapseText, plugInText, sumsText } from './sums-text.ts';
import { raisesText, unprovenText } from './unproven-text.ts';

export type CheckResult = { readonly exitCode: 0 | 2; readonly text: string };

/** What to print, and the exit code: 0 when the file may run, 2 when it has problems. */
export function checkText(input: LoadInput): CheckResult {
  const { problems, notes, config } = loadConfig(input);
  const parts = [problems.map(problemLine).join('\n'), notes.map(note => `note: ${problemLine(note)}`).join('\n')];
  if (config !== null) parts.push(...provenText(config, input));
  parts.push(verdict(input.file, problems.length));
  return { exitCode: problems.length === 0 ? 0 : 2, text: `${parts.filter(part => part !== '').join('\n\n')}\n` };
}

function verdict(file: string, problems: number): string {
  if (problems === 0) return `${file}: no problems`;
  return `${file}: ${problems} ${problems === 1 ? 'problem' : 'problems'}`;
}

function provenText(config: Config, input: LoadInput): readonly string[] {
  const { topology } = config;
  return [
    termsText(config, input.nowWallMs),
    sumsText(topology),
    lapseText(topology),
    plugInText(topology),
    unprovenText(topology, input.devices.chargers),
    raisesText(topology, config.commissioningUntilWallMs !== null),
    flashText(topology),
  ];
}

const DAY_MS = 86_400_000;

const daysText = (days: number): string =>
  days === 0 ? 'less than a day from now' : `${days} ${days === 1 ? 'day' : 'days'} from now`;

function termsText(config: Config, nowWallMs: number): string {
  const { topology, commissioningUntilWallMs: until } = config;
  const lease = `${topology.leaseTtlMs / 1000} s after it last heard from Busbar, a charger is at its fallback by itself`;
  const days = until === null ? 0 : Math.floor((until - nowWallMs) / DAY_MS);
  const window =
    until === null ? 'no window open' : `window open until ${localTime(until, config.siteTimezone)}, ${daysText(days)}`;
  const lines = [`preset         ${config.preset}`, `lease          ${lease}`, `commissioning  ${window}`];
  return `${topology.siteName}\n${lines.map(line => `  ${line}`).join('\n')}`;
}
