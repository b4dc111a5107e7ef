/**
 * The body of `PUT /api/v1/limits/{source}`: what somebody outside wants a circuit to stay below.
 * Whatever is written here meets the configuration's own limits by minimum, so it can only lower.
 */
import type { Checked, Problem } from '#base/problem.ts';
import { NO_LIMIT_MA, type Triple, toMa, triple } from '#base/units.ts';
import type { OutsideLimit } from '#site/state.ts';
import type { Topology } from '#site/topology.ts';
import { RESERVED_SOURCES } from './options.ts';

/** One entry per circuit; no site has more circuits than this, and a body stays small enough to read in one go. */
export const MAX_LIMITS_PER_WRITE = 500;

/** The clocks at the moment of the write: monotonic for control, wall for what the writer means. */
export type WriteTime = { readonly nowMs: number; readonly nowWallMs: number };

const KEYS = ['circuit', 'limitA', 'limitW', 'evOnly', 'validUntil', 'failSafeA'];
const PHASE_KEYS = ['l1', 'l2', 'l3'];

/** A time of day without a zone would mean something else on every machine. */
const ISO_WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

type Raw = Readonly<Record<string, unknown>>;

/** Collects problems below one path. */
type Notes = { readonly path: string; readonly problems: Problem[] };

/**
 * Reads a write of `source`: an array of `{circuit, limitA: number | {l1,l2,l3}, limitW, evOnly,
 * validUntil, failSafeA}` in A and W, or every problem of it. The array is all that the source wants;
 * an empty one wants nothing.
 */
export function readLimits(
  source: string,
  body: unknown,
  topology: Topology,
  time: WriteTime,
): Checked<readonly OutsideLimit[]> {
  const problems = sourceProblems(source, topology);
  if (!Array.isArray(body)) {
    return refuse([...problems, problem('', 'expected an array of limits', 'Write [] to want nothing.')]);
  }
  if (body.length > MAX_LIMITS_PER_WRITE) {
    return refuse([
      ...problems,
      problem('', `${body.length} limits in one write; at most ${MAX_LIMITS_PER_WRITE} are read`),
    ]);
  }
  const limits = body.map((raw: unknown, i) => readLimit(source, raw, topology, time, { path: `${i}`, problems }));
  problems.push(...repeatedCircuits(limits, topology));
  return problems.length > 0 ? refuse(problems) : { ok: true, value: limits.filter(limit => limit !== null) };
}

const refuse = (problems: readonly Problem[]): Checked<never> => ({ ok: false, problems });
const problem = (path: string, message: string, hint?: string): Problem =>
  hint === undefined ? { path, message } : { path, message, hint };

/** Why nobody may write in this name; empty when somebody may. */
export function sourceProblems(source: string, topology: Topology): Problem[] {
  if (RESERVED_SOURCES.includes(source)) {
    return [problem('source', `"${source}" is not set from here`, 'Fuses and contracts are set in the configuration.')];
  }
  if (topology.limitSources.includes(source)) return [];
  return [problem('source', `no source "${source}"`, `${known(topology.limitSources)} Add it under limits.sources.`)];
}

function readLimit(
  source: string,
  raw: unknown,
  topology: Topology,
  time: WriteTime,
  notes: Notes,
): OutsideLimit | null {
  if (!isRecord(raw)) {
    note(notes, '', 'expected an object like {"circuit": "main", "limitA": 32}');
    return null;
  }
  for (const key of Object.keys(raw)) {
    if (!KEYS.includes(key)) note(notes, key, 'is not a field of a limit', `Fields are ${KEYS.join(', ')}.`);
  }
  const limitMa = readAmps(raw.limitA, 'limitA', topology, notes);
  const limitW = readWatts(raw.limitW, notes);
  if (isAbsent(raw.limitA) && isAbsent(raw.limitW)) note(notes, '', 'expected limitA, limitW or both');
  const validUntil = readValidUntil(raw.validUntil, time, notes);
  return {
    source,
    circuit: readCircuit(raw.circuit, topology, notes),
    limitMa: limitMa ?? triple(NO_LIMIT_MA),
    limitW,
    evOnly: readFlag(raw.evOnly, notes),
    validUntilMs: validUntil === null ? null : time.nowMs + (validUntil - time.nowWallMs),
    validUntilWallMs: validUntil,
    failSafeMa: readAmps(raw.failSafeA, 'failSafeA', topology, notes),
    setAtMs: time.nowMs,
  };
}

function readCircuit(raw: unknown, topology: Topology, notes: Notes): number {
  const index = topology.circuits.findIndex(circuit => circuit.id === raw);
  if (index < 0) {
    const said = typeof raw === 'string' ? `no circuit "${raw}"` : 'expected the id of a circuit';
    note(notes, 'circuit', said, known(topology.circuits.map(circuit => circuit.id)));
  }
  return index;
}

/** Amperes per phase, as one number or by phase; a phase that is not named has no limit. */
function readAmps(raw: unknown, key: string, topology: Topology, notes: Notes): Triple | null {
  if (isAbsent(raw)) return null;
  if (!isRecord(raw)) {
    const ma = readCurrent(raw, key, notes, 'expected amperes as a number or as {"l1": …, "l2": …, "l3": …}');
    return ma === null ? null : triple(ma);
  }
  const present = topology.supplyPhases === 3 ? PHASE_KEYS : PHASE_KEYS.slice(0, 1);
  for (const phase of Object.keys(raw)) {
    if (!PHASE_KEYS.includes(phase)) note(notes, `${key}.${phase}`, 'is not a phase', 'Phases are l1, l2, l3.');
    else if (!present.includes(phase) && !isAbsent(raw[phase])) {
      note(notes, `${key}.${phase}`, 'this site has only the phase l1');
    }
  }
  if (PHASE_KEYS.every(phase => isAbsent(raw[phase]))) note(notes, key, 'expected amperes for at least one phase');
  const one = (phase: string) =>
    isAbsent(raw[phase])
      ? NO_LIMIT_MA
      : (readCurrent(raw[phase], `${key}.${phase}`, notes, 'expected amperes as a number') ?? NO_LIMIT_MA);
  return [one('l1'), one('l2'), one('l3')];
}

function readCurrent(raw: unknown, key: string, notes: Notes, otherwise: string): number | null {
  if (typeof raw !== 'number') {
    note(notes, key, otherwise);
    return null;
  }
  if (!isAmount(raw)) {
    note(notes, key, `expected a finite number of amperes, 0 or more, not ${raw}`);
    return null;
  }
  return Math.min(toMa(raw), NO_LIMIT_MA);
}

function readWatts(raw: unknown, notes: Notes): number | null {
  if (isAbsent(raw)) return null;
  if (typeof raw === 'number' && isAmount(raw)) return raw;
  note(notes, 'limitW', 'expected a finite number of watts, 0 or more');
  return null;
}

function readFlag(raw: unknown, notes: Notes): boolean {
  if (isAbsent(raw)) return false;
  if (typeof raw === 'boolean') return raw;
  note(notes, 'evOnly', 'expected true or false');
  return false;
}

function readValidUntil(raw: unknown, time: WriteTime, notes: Notes): number | null {
  if (isAbsent(raw)) return null;
  const wallMs = typeof raw === 'string' && ISO_WITH_ZONE.test(raw) ? Date.parse(raw) : Number.NaN;
  if (Number.isNaN(wallMs)) {
    note(notes, 'validUntil', 'expected a time like 2026-01-31T18:00:00Z', 'Name the zone: Z or +01:00.');
    return null;
  }
  if (wallMs > time.nowWallMs) return wallMs;
  note(notes, 'validUntil', `is not in the future; the clock here says ${new Date(time.nowWallMs).toISOString()}`);
  return null;
}

/** Source and circuit are the key of a limit: two of them would leave open which one counts. */
function repeatedCircuits(limits: readonly (OutsideLimit | null)[], topology: Topology): Problem[] {
  const seen = new Set<number>();
  return limits.flatMap((limit, i) => {
    if (limit === null || limit.circuit < 0) return [];
    if (!seen.has(limit.circuit)) {
      seen.add(limit.circuit);
      return [];
    }
    const id = topology.circuits[limit.circuit]?.id ?? '';
    return [problem(`${i}.circuit`, `"${id}" stands twice in this write`, 'One limit for each circuit.')];
  });
}

function note(notes: Notes, key: string, message: string, hint?: string): void {
  notes.problems.push(problem(key === '' ? notes.path : `${notes.path}.${key}`, message, hint));
}

const isAbsent = (raw: unknown): boolean => raw === undefined || raw === null;
const isAmount = (raw: number): boolean => Number.isFinite(raw) && raw >= 0;
const isRecord = (raw: unknown): raw is Raw => typeof raw === 'object' && raw !== null && !Array.isArray(raw);
const known = (names: readonly string[]): string =>
  names.length === 0 ? 'None is named in the configuration.' : `Known: ${names.join(', ')}.`;
