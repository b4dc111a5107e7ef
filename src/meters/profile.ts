/**
 * A meter as data: which register holds what, and what the device forbids. Profiles are JSON files of
 * profiles/meters; they hold facts of a data sheet and no expressions.
 */
import { Ajv, type ErrorObject } from 'ajv';
import type { Checked, Problem } from '#base/problem.ts';
import type { RegisterTable } from '#world.ts';
import { profileSchema, type RawProfile, type RawQuantity } from './profile-schema.ts';
import {
  namedQuantities,
  PHASES,
  type PhaseQuantities,
  type Quantities,
  type Quantity,
  registersOf,
} from './quantity.ts';

/** Registers from..to (both included) that the device does not let a block read touch. */
export type Hole = { readonly table: RegisterTable; readonly from: number; readonly to: number };

export type DeviceLimits = {
  readonly maxRegistersPerRead: number;
  /** The most unwanted registers that one read may run over. */
  readonly maxGap: number;
  readonly holes: readonly Hole[];
  /** Silence the device wants before each request. */
  readonly minPauseMs: number;
};

export type MeterProfile = {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  /** The document the map was written from. */
  readonly source: { readonly document: string; readonly revision: string; readonly section: string };
  /** `data-sheet`: written from the document alone; `device`: compared with a real one as well. */
  readonly origin: 'data-sheet' | 'device';
  readonly quantities: Quantities;
  /** Where the direction of a phase current comes from; `none` = the meter does not tell. */
  readonly currentSign: 'own' | 'from-power' | 'none';
  /** A reading above this is no current of this meter. */
  readonly maxCurrentA: number;
  readonly device: DeviceLimits;
};

/** Whether readings tell import (positive) from export (negative). */
export const isSigned = (profile: MeterProfile): boolean => profile.currentSign !== 'none';

/** Phase powers matter where the direction of a current or the total comes from them. */
export const needsPhasePower = (profile: MeterProfile): boolean =>
  profile.currentSign === 'from-power' || profile.quantities.totalPowerW === null;

/** What control needs in every poll: currents, power, and voltages where the meter has them. */
export function polledQuantities(profile: MeterProfile): readonly Quantity[] {
  const { currentA, voltageV, powerW, totalPowerW } = profile.quantities;
  const phases = [currentA, voltageV, needsPhasePower(profile) ? powerW : null];
  const wanted = phases.flatMap(each => (each === null ? [] : PHASES.map(name => each[name])));
  return totalPowerW === null ? wanted : [...wanted, totalPowerW];
}

/** A profile file: its name without folder, and its text. */
export type ProfileText = { readonly name: string; readonly json: string };

const validate = new Ajv({ allErrors: true, strict: true }).compile<RawProfile>(profileSchema);

/** Reads all profile files. The paths of problems begin with the file's name. */
export function readMeterProfiles(texts: readonly ProfileText[]): Checked<ReadonlyMap<string, MeterProfile>> {
  const problems: Problem[] = [];
  const profiles = new Map<string, MeterProfile>();
  for (const { name, json } of texts) {
    const read = readMeterProfile(json);
    if (!read.ok) {
      problems.push(...read.problems.map(each => ({ ...each, path: joined(name, each.path) })));
      continue;
    }
    const { id } = read.value;
    if (name !== `${id}.json`) problems.push({ path: `${name}.id`, message: `is ${id}: expected the file's own name` });
    else profiles.set(id, read.value);
  }
  return problems.length === 0 ? { ok: true, value: profiles } : { ok: false, problems };
}

/** Reads one profile text. */
export function readMeterProfile(json: string): Checked<MeterProfile> {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (error) {
    return { ok: false, problems: [{ path: '', message: `is no JSON: ${(error as Error).message}` }] };
  }
  if (!validate(raw)) return { ok: false, problems: (validate.errors ?? []).map(schemaProblem) };
  const problems = crossProblems(raw);
  return problems.length === 0 ? { ok: true, value: resolved(raw) } : { ok: false, problems };
}

function schemaProblem(error: ErrorObject): Problem {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'additionalProperties') {
    return { path: joined(path, String(error.params.additionalProperty)), message: 'is not known here' };
  }
  if (error.keyword === 'required') {
    return { path: joined(path, String(error.params.missingProperty)), message: 'is missing' };
  }
  if (error.keyword === 'enum') {
    return { path, message: `expected one of ${(error.params.allowedValues as unknown[]).join(', ')}` };
  }
  return { path, message: error.message ?? error.keyword };
}

/** What the schema cannot say: rules between fields. */
function crossProblems(raw: RawProfile): readonly Problem[] {
  const { powerW } = raw.quantities;
  const allPhases = powerW !== undefined && PHASES.every(phase => powerW[phase] !== undefined);
  const somePhase = powerW !== undefined && PHASES.some(phase => powerW[phase] !== undefined);
  const problems: Problem[] = [];
  if (somePhase && !allPhases) {
    problems.push({ path: 'quantities.powerW', message: 'names some phases: expected all of l1, l2, l3 or none' });
  }
  if (powerW?.total === undefined && !allPhases) {
    problems.push({ path: 'quantities.powerW', message: 'expected total, or all of l1, l2, l3' });
  }
  if (raw.currentSign === 'from-power' && !allPhases) {
    problems.push({ path: 'currentSign', message: 'from-power needs quantities.powerW.l1, l2 and l3' });
  }
  const quantities = namedQuantities(resolvedQuantities(raw));
  return [...problems, ...quantities.flatMap(({ name, quantity }) => quantityProblems(raw, name, quantity))];
}

function quantityProblems(raw: RawProfile, name: string, quantity: Quantity): readonly Problem[] {
  const path = `quantities.${name}`;
  const width = registersOf(quantity.type);
  const last = quantity.address + width - 1;
  const problems: Problem[] = [];
  if (last > 65_535) problems.push({ path, message: 'ends above register 65535' });
  if (width > raw.device.maxRegistersPerRead) {
    problems.push({ path, message: `takes ${width} registers, more than device.maxRegistersPerRead` });
  }
  const hole = raw.device.holes?.find(
    each => each.table === quantity.table && each.from <= last && each.to >= quantity.address,
  );
  if (hole !== undefined) problems.push({ path, message: `lies in the hole ${hole.from} to ${hole.to}` });
  const tooWide = quantity.sentinels.some(each => each >= 1n << BigInt(16 * width));
  if (tooWide) problems.push({ path, message: `has a sentinel wider than its type ${quantity.type}` });
  return problems;
}

function resolved(raw: RawProfile): MeterProfile {
  const { id, vendor, model, source, origin, currentSign, maxCurrentA, device } = raw;
  return {
    id,
    vendor,
    model,
    source,
    origin,
    currentSign,
    maxCurrentA,
    quantities: resolvedQuantities(raw),
    device: { ...device, holes: device.holes ?? [] },
  };
}

function resolvedQuantities(raw: RawProfile): Quantities {
  const one = (each: RawQuantity | undefined): Quantity | null =>
    each === undefined
      ? null
      : { scale: 1, sign: 1, ...raw.registers, ...each, sentinels: (each.sentinels ?? []).map(BigInt) };
  const three = (each: Partial<Record<string, RawQuantity>> | undefined): PhaseQuantities | null => {
    const [l1, l2, l3] = [one(each?.l1), one(each?.l2), one(each?.l3)];
    return l1 === null || l2 === null || l3 === null ? null : { l1, l2, l3 };
  };
  const { currentA, voltageV, powerW, energyWh, frequencyHz } = raw.quantities;
  return {
    currentA: three(currentA) as PhaseQuantities,
    voltageV: three(voltageV),
    powerW: three(powerW),
    totalPowerW: one(powerW?.total),
    importWh: one(energyWh?.import),
    exportWh: one(energyWh?.export),
    frequencyHz: one(frequencyHz),
  };
}

const joined = (path: string, rest: string): string => [path, rest].filter(each => each !== '').join('.');
