/** The part of a connector's JSON that says what happens when Busbar falls silent. */
import { at } from '#base/assert.ts';
import { toA } from '#base/units.ts';
import type { GateConnector } from '#site/gate/view.ts';
import type { Charger, Connector, SiteState } from '#site/state.ts';
import { exposureSentence, type SetUpFacts, setUpSentence } from './safety-sentences.ts';
import type { SafetyView, SetUpView } from './site-view.ts';

const DAY_MS = 86_400_000;

/** Before this the writes of a set-up and of the first car say nothing about the day. */
const PROJECT_AFTER_MS = 3_600_000;

/** @param iso tells a monotonic instant as wall time */
export function safetyView(
  state: SiteState,
  index: number,
  gate: GateConnector,
  nowMs: number,
  iso: (atMs: number) => string,
): SafetyView {
  const connector = at(state.connectors, index);
  const charger = at(state.chargers, at(state.topology.connectors, index).charger);
  const { leaseClass, leaseLeftMs, lapseMa, exposureBy } = gate;
  return {
    leaseClass,
    leaseMs: leaseLeftMs === null ? null : Math.round(leaseLeftMs),
    leaseUntil: leaseLeftMs === null || leaseLeftMs === 0 ? null : iso(nowMs + leaseLeftMs),
    lapseA: lapseMa === null ? null : toA(lapseMa),
    exposureBy,
    exposureWhy: exposureWhy(connector, gate, nowMs),
    switchedOff: charger.switchedOff,
    setUp: setUpView(state, at(state.topology.connectors, index).charger),
    ...writes(connector, charger, nowMs),
  };
}

function exposureWhy({ ledger }: Connector, gate: GateConnector, nowMs: number): string {
  const last = ledger.held.at(-1);
  const told = last !== undefined && Number.isFinite(last.sentAtMs) ? last : null;
  return exposureSentence({
    by: gate.exposureBy,
    exposureA: toA(Math.max(...gate.exposureMa)),
    toldA: told === null ? null : toA(told.limitMa),
    toldAgoMs: told === null ? 0 : nowMs - told.sentAtMs,
    answered: told?.ackedAtMs != null,
    leaseMs: gate.leaseLeftMs,
    lapseA: gate.lapseMa === null ? null : toA(gate.lapseMa),
  });
}

function setUpView(state: SiteState, index: number): SetUpView {
  const charger = at(state.chargers, index);
  const { todo, cleared, readBack, failures } = charger.setup;
  const waitsFor = waitingFor(state, index);
  const progress = waitsFor === null ? 'running' : 'waiting';
  const how = todo.length === 0 && charger.generation > 0 ? 'done' : progress;
  const words = setUpSentence({ state: how, cleared, stepsLeft: todo.length, readBack, failures, waitsFor });
  return { state: how, words, cleared };
}

/** A model that can only clear everything is never cleared while a cable is in (rule 25). */
function waitingFor(state: SiteState, index: number): SetUpFacts['waitsFor'] {
  const { link, setup, traits } = at(state.chargers, index);
  if (link === 'offline') return 'link';
  if (setup.todo[0]?.kind !== 'clear' || traits.clearsByCriteria) return null;
  const { connectors } = at(state.topology.chargers, index);
  return connectors.some(socket => at(state.connectors, socket).status !== 'Available') ? 'unplugging' : null;
}

type Writes = Pick<SafetyView, 'writesToday' | 'writesPerDay' | 'writesProjected'>;

/** A day that is over counts for nothing; the ledger begins a new one with the next write. */
function writes({ ledger }: Connector, { traits }: Charger, nowMs: number): Writes {
  const { dayMs, count } = ledger.writes;
  const elapsedMs = nowMs - dayMs;
  const writesToday = elapsedMs < DAY_MS ? count : 0;
  const pace = Math.max(writesToday, Number(((writesToday * DAY_MS) / elapsedMs).toPrecision(2)));
  const isTold = elapsedMs >= PROJECT_AFTER_MS && elapsedMs < DAY_MS;
  return { writesToday, writesPerDay: traits.writesPerDay, writesProjected: isTold ? pace : null };
}
