/**
 * What is free on every row for EVs, in two readings that are held apart on purpose (rule 14): for
 * targets with Bheld, so that caution never becomes a limit cycle; for raises with Bhi, so that no
 * raise rests on a guess.
 */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type RowIndex } from '#base/units.ts';
import { failSafeAfterMs, freshness } from '#site/gate/freshness.ts';
import { designMa, guardMeter, type LimitInForce, limitsInForce, marginMa, reservedMa } from '#site/gate/limits.ts';
import type { SiteState } from '#site/state.ts';
import type { Circuit } from '#site/topology.ts';

/** What one row allows all EVs below together, and the limit that says so. */
export type RowRoom = {
  readonly circuit: number;
  readonly row: RowIndex;
  /** For targets; may be negative when the building alone is over. */
  readonly targetMa: number;
  /** For raises: −NO_LIMIT_MA where no raise may be made at all. */
  readonly raiseMa: number;
  /** The same for hard limits alone: what schedules come to later must fit them too (rule 1). */
  readonly hardRaiseMa: number;
  /** For row set 2: what hard limits leave once nobody commands anything and the building draws its worst (rule 3). */
  readonly lapsedMa: number;
  /** Its guard meter is fresh, or on its fail-safe budget: leases below it may be refreshed (rule 20). */
  readonly mayRefresh: boolean;
  /** The limit that binds, or null where none stands. */
  readonly limit: LimitInForce | null;
  /** `meter` where a silent or new guard meter, not the limit, is the reason. */
  readonly because: 'limit' | 'meter';
};

/** By 4 × circuit + row. */
export function siteRows(state: SiteState, atMs: number): readonly RowRoom[] {
  const out: RowRoom[] = [];
  for (const circuit of state.topology.circuits) {
    const limits = limitsInForce(state, circuit, atMs);
    for (const row of [0, 1, 2, 3] as const) out.push(rowRoom(state, circuit, limits, row, atMs));
  }
  return out;
}

function rowRoom(
  state: SiteState,
  circuit: Circuit,
  limits: readonly LimitInForce[],
  row: RowIndex,
  atMs: number,
): RowRoom {
  const load = background(state, circuit, row, atMs);
  let targetMa = NO_LIMIT_MA;
  let raiseMa = NO_LIMIT_MA;
  let hardRaiseMa = NO_LIMIT_MA;
  let lapsedMa = NO_LIMIT_MA;
  let binding: LimitInForce | null = null;
  for (const limit of limits) {
    const limitMa = limit.rowsMa[row];
    if (limitMa >= NO_LIMIT_MA) continue;
    const base = limitMa - marginMa(circuit, limit, row, state.topology.supplyPhases) - reservedMa(circuit, row);
    const forTargets = limit.evOnly ? base : base - load.targetMa;
    if (forTargets < targetMa) {
      targetMa = forTargets;
      binding = limit;
    }
    const forRaises = limit.evOnly ? base : base - load.raiseMa;
    raiseMa = Math.min(raiseMa, forRaises);
    if (limit.kind !== 'hard') continue;
    hardRaiseMa = Math.min(hardRaiseMa, forRaises);
    const deadMa = limitMa - reservedMa(circuit, row) - (limit.evOnly ? 0 : designMa(circuit, row));
    lapsedMa = Math.min(lapsedMa, deadMa);
  }
  const failSafe = load.failSafe && circuit.failSafeMa !== null && row !== 3 ? circuit.failSafeMa[row] : null;
  if (failSafe !== null) targetMa = Math.min(targetMa, failSafe);
  if (load.noRaise) raiseMa = -NO_LIMIT_MA;
  return {
    circuit: circuit.index,
    row,
    targetMa: Math.floor(targetMa),
    raiseMa: Math.floor(raiseMa),
    hardRaiseMa: Math.floor(hardRaiseMa),
    lapsedMa: Math.floor(lapsedMa),
    mayRefresh: load.mayRefresh,
    limit: binding,
    because: load.failSafe ? 'meter' : 'limit',
  };
}

type RowLoad = {
  readonly targetMa: number;
  readonly raiseMa: number;
  readonly noRaise: boolean;
  readonly failSafe: boolean;
  readonly mayRefresh: boolean;
};

/** The building's share of a row: measured where a guard meter is believed, else what it draws at worst (rule 16). */
function background(state: SiteState, circuit: Circuit, row: RowIndex, atMs: number): RowLoad {
  const design = designMa(circuit, row);
  const meter = guardMeter(state, circuit);
  const known = state.backgrounds[circuit.index] ?? null;
  const asDesigned = { targetMa: design, raiseMa: design, mayRefresh: true };
  // A process that starts cuts nobody before its meters have had their time to speak.
  if (meter !== null && known?.heldMa === null && atMs - state.startedAtMs < failSafeAfterMs(meter)) {
    return { targetMa: 0, raiseMa: design, mayRefresh: false, noRaise: true, failSafe: false };
  }
  if (meter === null || known === null) return { ...asDesigned, noRaise: false, failSafe: false };
  const fresh = freshness(meter, atMs);
  if (fresh === 'fail-safe' || known.heldMa === null) {
    return { ...asDesigned, noRaise: true, failSafe: true };
  }
  return {
    targetMa: known.heldMa[row] + known.excessMa[row],
    raiseMa: Math.max(known.highMa[row], known.heldMa[row]) + known.excessMa[row],
    noRaise: fresh !== 'fresh',
    failSafe: false,
    mayRefresh: fresh !== 'stale',
  };
}

/** What EVs already hold on each row, by 4 × circuit + row: the sum of their exposures. */
export function loadByRow(state: SiteState, perConnector: readonly (readonly [number, number, number])[]): number[] {
  const sums = new Array<number>(state.topology.circuits.length * 4).fill(0);
  for (const spec of state.topology.connectors) {
    const ma = at(perConnector, spec.index);
    for (const circuit of spec.path) {
      for (let p = 0; p < 3; p++) sums[circuit * 4 + p] = (sums[circuit * 4 + p] ?? 0) + (ma[p] ?? 0);
      sums[circuit * 4 + 3] = (sums[circuit * 4 + 3] ?? 0) + ma[0] + ma[1] + ma[2];
    }
  }
  return sums;
}
