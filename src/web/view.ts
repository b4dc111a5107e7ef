/** The site as JSON: pure, from the state, the gate's figures and the two clocks. */
import { at } from '#base/assert.ts';
import type { ClockQuality } from '#base/clock.ts';
import { NO_LIMIT_MA, type PhaseAmps, phaseAmps, type Triple, toA } from '#base/units.ts';
import { freshness } from '#site/gate/freshness.ts';
import type { GateCircuit, GateConnector, GateView } from '#site/gate/view.ts';
import type { Reason } from '#site/reason.ts';
import type { ConnectorStatus, Meter, MeterQuality, SiteState } from '#site/state.ts';
import { type AdoptionShown, adoptionView } from './adoption-view.ts';
import { limitSources, limitViews } from './limit-view.ts';
import { safetyView } from './safety-view.ts';
import { amps, kilowatts, whySentence } from './sentences.ts';
import {
  type CircuitView,
  type ConnectorView,
  type LoopView,
  type MeterView,
  PHASES,
  type ReasonView,
  type RefusedView,
  type SiteView,
} from './site-view.ts';
import { statusOf } from './status.ts';
import { type Office, standingStatus, upstreamId, upstreamView } from './upstream-view.ts';

/** Timings of the loop; the counters stand in the state. */
export type LoopFigures = {
  readonly lastPassMs: number;
  readonly p99PassMs: number;
  /** Over the last 15 minutes; null when nothing had to be reduced. */
  readonly p99ReactionMs: number | null;
};

/** A charger that was not let in, as the charger door remembers it. */
export type Refused = {
  readonly identity: string;
  readonly address: string;
  /** In words. */
  readonly cause: string;
  /** When it last tried. */
  readonly lastAtWallMs: number;
};

export type ViewInput = {
  readonly state: SiteState;
  readonly gate: GateView;
  readonly loop: LoopFigures;
  /** Why the site is not ready; empty when it is. */
  readonly notReady: readonly string[];
  readonly refused: readonly Refused[];
  readonly upstream: readonly Office[];
  /** In a demo alone. */
  readonly demo?: { readonly worldPort: number } | null;
  readonly adoption: AdoptionShown;
  readonly preset: SiteView['site']['preset'];
  readonly clock: ClockQuality;
  readonly nowMs: number;
  readonly nowWallMs: number;
  /** Wall minus monotonic time, held still between views so that a slewed clock changes no old instant. */
  readonly wallOffsetMs: number;
};

/** The exact JSON of `GET /api/v1/site`. */
export function siteView(input: ViewInput): SiteView {
  const { state, notReady } = input;
  const { topology } = state;
  const circuits = topology.circuits.map((_, i) => circuitView(input, i));
  const connectors = topology.connectors.map((_, i) => connectorView(input, i));
  const meters = topology.meters.map((_, i) => meterView(input, i));
  const limitsOnly = limitsOnlyView(input);
  return {
    at: new Date(input.nowWallMs).toISOString(),
    clock: input.clock,
    ready: notReady.length === 0,
    notReady,
    limitsOnly,
    site: {
      name: topology.siteName,
      phases: topology.supplyPhases,
      nominalV: topology.nominalV,
      preset: input.preset,
      leaseTtlMs: topology.leaseTtlMs,
      limitSources: topology.limitSources,
    },
    demo: input.demo ? { worldPort: input.demo.worldPort } : null,
    commissioning: commissioning(input),
    status: statusOf(circuits, connectors, meters, limitsOnly === null ? notReady : [...notReady, limitsOnly.words]),
    circuits,
    connectors,
    meters,
    limits: limitViews(state, input.nowMs),
    upstream: input.upstream.map(upstreamView),
    loop: loopView(state, input.loop),
    refused: input.refused.map(refusedView),
    adoption: adoptionView(topology, input.adoption, atMs => iso(input, atMs)),
  };
}

const iso = (input: ViewInput, atMs: number): string => new Date(Math.round(atMs + input.wallOffsetMs)).toISOString();

function limitsOnlyView(input: ViewInput): SiteView['limitsOnly'] {
  const { limitsOnly } = input.state;
  if (limitsOnly === null) return null;
  const { sinceMs, why } = limitsOnly;
  const words = `Limits are kept, but sessions cannot be written down (${why}): chargers are asked to keep their starts and stops until they can.`;
  return { since: iso(input, sinceMs), why, words };
}

const commissioning = (input: ViewInput): SiteView['commissioning'] =>
  input.state.commissioningUntilMs > input.nowMs ? { until: iso(input, input.state.commissioningUntilMs) } : null;

function circuitView(input: ViewInput, index: number): CircuitView {
  const { topology } = input.state;
  const circuit = at(topology.circuits, index);
  const gate = at(input.gate.circuits, index);
  const by = limitSources(input.state, index, gate, input.nowMs);
  const perPhase = (ma: Triple) => phaseAmps(ma, topology.supplyPhases);
  const watts = (ma: Triple) => Math.round(toA(ma[0] + ma[1] + ma[2]) * topology.nominalV);
  return {
    id: circuit.id,
    name: circuit.name,
    parent: circuit.parent < 0 ? null : at(topology.circuits, circuit.parent).id,
    hardLimitA: perPhase(gate.hardLimitMa),
    limitA: perPhase(gate.limitMa),
    limitBy: by.phases,
    limitW: gate.limitW,
    limitWBy: by.watts,
    loadA: perPhase(gate.loadMa),
    loadW: gate.loadW,
    loadSource: gate.loadSource,
    meter: circuit.meter < 0 ? null : at(topology.meters, circuit.meter).id,
    headroomA: headroom(gate, topology.supplyPhases),
    headroomW: gate.headroomW,
    buildingA: perPhase(gate.backgroundMa),
    buildingW: watts(gate.backgroundMa),
    buildingSource: isAssumed(input, index, gate) ? 'assumed' : 'meter',
    carsA: perPhase(gate.evMa),
    carsW: watts(gate.evMa),
  };
}

/** True while the design load stands in for what no believed meter tells. */
const isAssumed = (input: ViewInput, index: number, gate: GateCircuit): boolean =>
  gate.loadSource === 'sum' || input.state.backgrounds[index]?.heldMa == null;

/** Null where no limit stands: then there is no end to it. */
function headroom(gate: GateCircuit, supplyPhases: 1 | 3): PhaseAmps {
  const limited = (i: 0 | 1 | 2) => (gate.limitMa[i] >= NO_LIMIT_MA ? NO_LIMIT_MA : gate.headroomMa[i]);
  return phaseAmps([limited(0), limited(1), limited(2)], supplyPhases);
}

function connectorView(input: ViewInput, index: number): ConnectorView {
  const { topology } = input.state;
  const spec = at(topology.connectors, index);
  const connector = at(input.state.connectors, index);
  const gate = at(input.gate.connectors, index);
  const { targetMa, reason } = at(input.state.targets, index);
  const { transaction, draw, registerWh } = connector;
  return {
    charger: at(topology.chargers, spec.charger).identity,
    evseId: spec.evseId,
    connectorId: spec.connectorId,
    upstreamId: upstreamId(input.upstream, at(topology.chargers, spec.charger).identity, spec.connectorId),
    name: spec.name,
    circuit: at(topology.circuits, at(spec.path, 0)).id,
    status: shownStatus(input, index),
    errorCode: connector.errorCode,
    control: gate.control,
    phases: spec.phases.map(phase => phase + 1),
    targetA: toA(targetMa),
    grantA: gate.grantMa === null ? null : toA(gate.grantMa),
    fallbackA: toA(spec.fallbackMa),
    maxA: toA(spec.maxMa),
    exposureA: toA(Math.max(...gate.exposureMa)),
    ...safetyView(input.state, index, gate, input.nowMs, atMs => iso(input, atMs)),
    drawA: draw === null ? { l1: null, l2: null, l3: null } : phaseAmps(draw.ma, topology.supplyPhases),
    powerW: Math.round(draw?.powerW ?? 0),
    drawAt: draw === null ? null : iso(input, draw.atMs),
    sessionWh: transaction === null || registerWh === null ? 0 : Math.max(0, registerWh - transaction.meterStartWh),
    since: transaction === null ? null : new Date(transaction.startedAtWallMs).toISOString(),
    reason: reasonView(reason),
    why: why(input, index, gate),
  };
}

function shownStatus({ state, upstream }: ViewInput, index: number): ConnectorStatus {
  const { charger, connectorId } = at(state.topology.connectors, index);
  const { identity } = at(state.topology.chargers, charger);
  return standingStatus(upstream, { charger: identity, connectorId }, at(state.connectors, index).status);
}

/** Rows as the sentences call them. */
const WHY_ROWS = [1, 2, 3, 'sum'] as const;

function why(input: ViewInput, index: number, gate: GateConnector): string {
  const { state } = input;
  const spec = at(state.topology.connectors, index);
  const { errorCode, draw, ledger } = at(state.connectors, index);
  const ackedAtMs = ledger.held.at(-1)?.ackedAtMs ?? null;
  const { reactionMs } = at(state.chargers, spec.charger).traits;
  const { targetMa, reason } = at(state.targets, index);
  const { source, id, row, text } = reason;
  const limit = reason.limit ?? null;
  return whySentence({
    status: shownStatus(input, index),
    control: gate.control,
    switchedOff: at(state.chargers, spec.charger).switchedOff,
    errorCode,
    source,
    limit,
    text,
    where: state.topology.circuits.find(circuit => circuit.id === id)?.name ?? id,
    row: row === null ? null : WHY_ROWS[row],
    limitFigure: limitFigure(input, reason),
    targetA: toA(targetMa),
    grantA: gate.grantMa === null ? null : toA(gate.grantMa),
    exposureA: toA(Math.max(...gate.exposureMa)),
    fallbackA: toA(spec.fallbackMa),
    minA: toA(spec.minMa),
    drawA: draw === null ? null : toA(Math.max(...draw.ma)),
    settled: draw !== null && ackedAtMs !== null && draw.atMs >= ackedAtMs + reactionMs,
  });
}

/** The lowest limit on the row that binds; null where another source than the reason's set it. */
function limitFigure(input: ViewInput, { source, limit, id, row }: Reason): string | null {
  const index = input.state.topology.circuits.findIndex(circuit => circuit.id === id);
  if (index < 0 || row === null) return null;
  const gate = at(input.gate.circuits, index);
  const by = limitSources(input.state, index, gate, input.nowMs);
  if ((row === 3 ? by.watts : by.phases[PHASES[row]]) !== (limit ?? source)) return null;
  if (row === 3) return gate.limitW === null ? null : kilowatts(gate.limitW);
  return amps(toA(gate.limitMa[row]));
}

const reasonView = ({ source, id, row, text, limit }: Reason): ReasonView => ({
  source,
  id,
  phase: row === null || row === 3 ? null : PHASES[row],
  text,
  ...(limit === undefined ? {} : { limit }),
});

function meterView(input: ViewInput, index: number): MeterView {
  const spec = at(input.state.topology.meters, index);
  const meter = at(input.state.meters, index);
  return {
    id: spec.id,
    role: spec.role,
    circuit: at(input.state.topology.circuits, spec.circuit).id,
    ageMs: meter.reading === null ? null : Math.max(0, Math.round(input.nowMs - meter.atMs)),
    quality: qualityAt(meter, input.nowMs),
    error: meter.lastError,
  };
}

/** Silence is a matter of time, not of an event: the state alone would go on calling the last reading good. */
function qualityAt(meter: Meter, nowMs: number): MeterQuality {
  const fresh = freshness(meter, nowMs);
  return meter.quality === 'good' && (fresh === 'stale' || fresh === 'fail-safe') ? 'stale' : meter.quality;
}

const loopView = ({ loop }: SiteState, figures: LoopFigures): LoopView => ({
  passes: loop.passes,
  ...figures,
  blockedReductions: loop.blockedReductions,
  failedChecks: loop.failedChecks,
});

/** Whatever the cause: nobody here tells it anything. */
const NOT_OURS = 'not under control, may draw its full rating';

const refusedView = ({ identity, address, cause, lastAtWallMs }: Refused): RefusedView => ({
  identity,
  remoteAddress: address,
  cause,
  meaning: NOT_OURS,
  at: new Date(lastAtWallMs).toISOString(),
});
