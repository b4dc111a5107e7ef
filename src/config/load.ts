/** A site file from text to configuration: parse, overrides, secrets, schema, checks; problems by line and column. */
import type { Problem } from '#base/problem.ts';
import type { Config, Devices } from './config.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';
import { applyOverrides, type Environment } from './overrides.ts';
import { expandSecrets, type ReadFile } from './secrets.ts';
import { type Locate, type LocatedProblem, parseText } from './yaml.ts';

export type LoadInput = {
  /** As people know it; stands in front of every problem. */
  readonly file: string;
  readonly text: string;
  readonly environment: Environment;
  readonly readFile: ReadFile;
  readonly devices: Devices;
  /** What the wall clock says: a commissioning window is open or closed by it. */
  readonly nowWallMs: number;
};

export type Loaded = {
  /** In the order of the file. Empty: the configuration may run. */
  readonly problems: readonly LocatedProblem[];
  readonly notes: readonly LocatedProblem[];
  /** There as soon as the file can be understood; only to be run when there are no problems. */
  readonly config: Config | null;
};

/** Everything that a site file comes to, or everything that is wrong with it. */
export function loadConfig(input: LoadInput): Loaded {
  const parsed = parseText(input.text);
  const said = parsed.problems.map(problem => ({ ...problem, file: input.file }));
  if (parsed.value === undefined) return { problems: said, notes: [], config: null };
  const overridden = applyOverrides(parsed.value, input.environment);
  const expanded = expandSecrets(overridden.value, input.environment, input.readFile);
  const examined = examine(expanded.value, input.devices, input.nowWallMs);
  const place = (finding: Finding) => located(finding, input.file, parsed.locate, overridden.origins);
  const problems = [
    ...said,
    ...overridden.problems.map(problem => ({ ...problem, path: '', file: `$${problem.path}`, line: 1, column: 1 })),
    ...[...expanded.problems, ...examined.problems].map(place),
  ];
  return { problems: inOrder(problems), notes: inOrder(examined.notes.map(place)), config: examined.config };
}

/** A value that came from the environment is told by its variable, not by a line it does not stand on. */
function located(finding: Finding, file: string, locate: Locate, origins: ReadonlyMap<string, string>): LocatedProblem {
  const { atKey, ...problem } = finding;
  for (const [path, variable] of origins) {
    if (problem.path !== path && !problem.path.startsWith(`${path}.`)) continue;
    return { ...problem, file: `$${variable}`, line: 1, column: 1 };
  }
  return { ...problem, file, ...locate(problem.path, atKey === true) };
}

const inOrder = (problems: readonly LocatedProblem[]): readonly LocatedProblem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column);

/** `FILE:LINE:COL path: problem (hint)`. */
export function problemLine(problem: LocatedProblem): string {
  const { file, line, column } = problem;
  return `${file}:${line}:${column} ${problemWords(problem)}`;
}

/** `path: problem (hint)`. */
export function problemWords({ path, message, hint }: Problem): string {
  return `${path === '' ? '' : `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}
