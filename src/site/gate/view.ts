/** What the gate knows and people want to see: bookings, limits in force, loads and headroom. */
import { at } from '#base/assert.ts';
import { NO_LIMIT_MA, type RowIndex, type Triple, ZERO_TRIPLE } from '#base/units.ts';
import { isReachable } from '#site/gate/belief.ts';
import { SAMPLE_USABLE_MS } from '#site/gate/constants.ts';
import { type ExposureBy, exposureBy } from '#site/gate/exposure-words.ts';
import { exposuresOf } from '#site/gate/feed.ts';
import { freshness } from '#site/gate/freshness.ts';
import { lapsedLevelMa } from '#site/gate/lapse.ts';
import { grantMa, isUnknown } from '#site/gate/ledger.ts';
import { guardMeter, type LimitInForce, limitsInForce } from '#site/gate/limits.ts';
import { loadByRow, type RowRoom, siteRows } from '#site/gate/rows.ts';
import type { Ledger, SiteState } from '#site/state.ts';
import type { ChargerTraits, Circuit, ConnectorSpec } from '#site/topology.ts';

/** Whether a connector does what it is told (safety rules 8 and 9, and the words of design §7). */
export type Control = 'controlled' | 'unproven' | 'uncontrolled' | 'offline';

export type GateConnector = {
  /** What the gate books for it on each grid phase (rule 1). */
  readonly exposureMa: Triple;
  readonly control: Control;
  /** Last acknowledged limit per active phase; null before the first. */
  readonly grantMa: number | null;
  /** As it counts now: one that reads back something else than we set has lost its class. */
  readonly leaseClass: ChargerTraits['leaseClass'];
  /** Until the newest acknowledged limit lapses at the charger; null = it has no end, 0 = it has lapsed. */
  readonly leaseLeftMs: number | null;
  /** What that limit falls or rises to by itself; null before the first. */
  readonly lapseMa: number | null;
  /** What counts for it once this process is dead and every lease has lapsed (row set 2), per active phase. */
  readonly lapsedMa: number;
  /** Why the booking is what it is. */
  readonly exposureBy: ExposureBy;
};

export type GateCircuit = {
  /** Lowest limit in force, hard and live; NO_LIMIT_MA where none stands. */
  readonly limitMa: Triple;
  readonly hardLimitMa: Triple;
  /** Lowest limit in force on the sum of phases. */
  readonly limitW: number | null;
  readonly loadMa: Triple;
  readonly loadW: number;
  /** `sum`: no guard meter here; child meters, charger draws and design load were added up. */
  readonly loadSource: 'meter' | 'sum';
  /** limit − margin − held background − Σ exposure; may be negative. */
  readonly headroomMa: Triple;
  readonly headroomW: number | null;
  /** What the building draws, as held for targets (rule 14). */
  readonly backgroundMa: Triple;
  /** What the cars below draw together. */
  readonly evMa: Triple;
};

/** Dense arrays by connector and circuit index. */
export type GateView = { readonly connectors: readonly GateConnector[]; readonly circuits: readonly GateCircuit[] };

export function gateView(state: SiteState, atMs: number): GateView {
  const exposures = exposuresOf(state, atMs);
  const used = loadByRow(state, exposures);
  const draws = loadByRow(
    state,
    state.topology.connectors.map(spec => drawnMa(state, spec, atMs)),
  );
  const rooms = siteRows(state, atMs);
  return {
    connectors: state.topology.connectors.map(spec => gateConnector(state, spec, at(exposures, spec.index), atMs)),
    circuits: state.topology.circuits.map(circuit => gateCircuit(state, circuit, rooms, used, draws, atMs)),
  };
}

function gateConnector(state: SiteState, spec: ConnectorSpec, exposureMa: Triple, atMs: number): GateConnector {
  const connector = at(state.connectors, spec.index);
  const charger = at(state.chargers, spec.charger);
  const { leaseClass } = charger.traits;
  const unproven = leaseClass !== 'A' || !connector.hasBase || connector.ledger.held.some(isUnknown);
  const obeying = unproven ? 'unproven' : 'controlled';
  const control = !isReachable(charger) ? 'offline' : connector.ledger.uncontrolled ? 'uncontrolled' : obeying;
  return {
    exposureMa,
    control,
    grantMa: grantMa(connector.ledger),
    leaseClass,
    lapsedMa: lapsedLevelMa(state, spec, atMs),
    ...leaseOf(connector.ledger, atMs),
    exposureBy: exposureBy({ connector, charger, spec, exposureMa, atMs }),
  };
}

function leaseOf({ held }: Ledger, atMs: number): Pick<GateConnector, 'leaseLeftMs' | 'lapseMa'> {
  const last = held.findLast(entry => entry.ackedAtMs !== null && !isUnknown(entry));
  if (last === undefined) return { leaseLeftMs: null, lapseMa: null };
  const leftMs = Math.max(0, last.lapsesAtMs - atMs);
  return { leaseLeftMs: Number.isFinite(leftMs) ? leftMs : null, lapseMa: last.lapseMa };
}

/** What a car draws: its sample, or its grant where the sample is old. */
function drawnMa(state: SiteState, spec: ConnectorSpec, atMs: number): Triple {
  const { draw, ledger } = at(state.connectors, spec.index);
  if (draw !== null && atMs - draw.atMs <= SAMPLE_USABLE_MS) return draw.ma;
  if (at(state.connectors, spec.index).transaction === null) return ZERO_TRIPLE;
  const out: [number, number, number] = [0, 0, 0];
  for (const phase of spec.phases) out[phase] = grantMa(ledger) ?? spec.maxMa;
  return out;
}

function gateCircuit(
  state: SiteState,
  circuit: Circuit,
  rooms: readonly RowRoom[],
  used: readonly number[],
  draws: readonly number[],
  atMs: number,
): GateCircuit {
  const limits = limitsInForce(state, circuit, atMs);
  const lowest = (list: readonly LimitInForce[], row: RowIndex) =>
    list.reduce((low, limit) => Math.min(low, limit.rowsMa[row]), NO_LIMIT_MA);
  const perPhase = (value: (row: 0 | 1 | 2) => number): Triple => [value(0), value(1), value(2)];
  const hard = limits.filter(limit => limit.kind === 'hard');
  const head = (row: RowIndex) => at(rooms, circuit.index * 4 + row).targetMa - (used[circuit.index * 4 + row] ?? 0);
  const watts = limits.flatMap(limit => (limit.limitW === null ? [] : [limit.limitW]));
  const load = loadOf(state, circuit, draws, atMs);
  return {
    limitMa: perPhase(row => lowest(limits, row)),
    hardLimitMa: perPhase(row => lowest(hard, row)),
    limitW: watts.length === 0 ? null : Math.min(...watts),
    ...load,
    headroomMa: perPhase(head),
    headroomW: watts.length === 0 ? null : Math.round((head(3) * state.topology.nominalV) / 1000),
    evMa: perPhase(row => draws[circuit.index * 4 + row] ?? 0),
  };
}

/** What the buildings below draw that have a guard meter of their own. */
function childBackground(state: SiteState, circuit: Circuit, atMs: number): Triple {
  const sum: [number, number, number] = [0, 0, 0];
  for (const index of circuit.children) {
    const child = at(state.topology.circuits, index);
    const meter = guardMeter(state, child);
    const held = meter === null || freshness(meter, atMs) === 'fail-safe' ? null : state.backgrounds[index]?.heldMa;
    const below = held ?? childBackground(state, child, atMs);
    for (const p of [0, 1, 2] as const) sum[p] += below[p];
  }
  return sum;
}

/** Load by the node's own guard meter; without one, child meters, charger draws and the design load. */
function loadOf(state: SiteState, circuit: Circuit, draws: readonly number[], atMs: number) {
  const meter = guardMeter(state, circuit);
  const background = state.backgrounds[circuit.index]?.heldMa;
  if (meter?.reading != null && freshness(meter, atMs) !== 'fail-safe') {
    const backgroundMa: Triple = background ? [background[0], background[1], background[2]] : circuit.designLoadMa;
    return {
      loadMa: meter.reading.currentMa,
      loadW: Math.round(meter.reading.powerW),
      loadSource: 'meter' as const,
      backgroundMa,
    };
  }
  const metered = childBackground(state, circuit, atMs);
  const at4 = (row: 0 | 1 | 2) =>
    (draws[circuit.index * 4 + row] ?? 0) + Math.max(circuit.designLoadMa[row], metered[row]);
  const loadMa: Triple = [at4(0), at4(1), at4(2)];
  const loadW = Math.round(((loadMa[0] + loadMa[1] + loadMa[2]) / 1000) * state.topology.nominalV);
  return { loadMa, loadW, loadSource: 'sum' as const, backgroundMa: circuit.designLoadMa };
}
