/** The lines that the acceptance run prints. */
import type { Account } from '#sim/account.ts';
import type { Over, StepRecord } from './steps.ts';

export const HEAD = `  step         worst A  worst kW  over A  over kW  over limit ms  back within ms
`;

export function line(step: StepRecord): string {
  const number = (value: number, digits: number, width: number) => Math.max(0, value).toFixed(digits).padStart(width);
  return `  ${step.label.padEnd(11)}  ${number(step.worstA, 1, 7)}  ${number(step.worstW / 1000, 1, 8)}  ${number(step.overA, 1, 6)}  ${number(step.overW / 1000, 1, 7)}  ${number(step.overMs, 0, 13)}  ${number(step.backMs, 0, 14)}
`;
}

export function describe(over: Over, atMs: number): string {
  const phase = over.phaseA > 0 ? [`${over.where} by ${over.phaseA.toFixed(1)} A`] : [];
  const power = over.powerW > 0 ? [`the power by ${(over.powerW / 1000).toFixed(1)} kW`] : [];
  return `${(atMs / 1000).toFixed(1)} s, ${[...phase, ...power].join(' and ')}`;
}

export const violationWords = ({
  kind,
  atMs,
  forMs,
  circuit,
  row,
  limit,
  overA,
}: Account['violations'][number]): string =>
  `${kind}, ${circuit} ${row} above its ${limit} by ${overA.toFixed(1)} A for ${Math.round(forMs)} ms, ${Math.round(atMs)} ms into the process`;
