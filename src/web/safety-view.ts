/** The part of a connector's JSON that says what happens when Busbar falls silent. */
import { at } from '#base/assert.ts';
import { toA } from '#base/units.ts';
import { isSpared, refreshesLeft, writesToday } from '#site/gate/flash.ts';
import type { GateConnector } from '#site/gate/view.ts';
import type { Charger, Connector, SiteState } from '#site/state.ts';
import { exposureSentence, setUpSentence } from './safety-sentences.ts';
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
  const { charger: chargerIndex, fallbackMa } = at(state.topology.connectors, index);
  const charger = at(state.chargers, chargerIndex);
  const { leaseClass, leaseLeftMs, lapseMa, exposureBy } = gate;
  return {
    leaseClass,
    leaseMs: leaseLeftMs === null ? null : Math.round(leaseLeftMs),
    leaseUntil: leaseLeftMs === null || leaseLeftMs === 0 ? null : iso(nowMs + leaseLeftMs),
    lapseA: lapseMa === null ? null : toA(lapseMa),
    lapsedA: toA(gate.lapsedMa),
    exposureBy,
    exposureWhy: exposureWhy(connector, gate, fallbackMa, nowMs),
    switchedOff: charger.switchedOff,
    setUp: setUpView(charger),
    ...writes(connector, charger, state.topology.leaseTtlMs, nowMs),
  };
}

function exposureWhy({ ledger }: Connector, gate: GateConnector, fallbackMa: number, nowMs: number): string {
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
    fallbackA: toA(fallbackMa),
  });
}

function setUpView({ setup, link, generation }: Charger): SetUpView {
  const { todo, cleared, readBack, failures } = setup;
  const isDone = todo.length === 0 && generation > 0;
  const state = isDone ? 'done' : link === 'online' ? 'running' : 'waiting';
  return { state, words: setUpSentence({ state, cleared, stepsLeft: todo.length, readBack, failures }), cleared };
}

type Writes = Pick<SafetyView, 'writesToday' | 'writesPerDay' | 'writesProjected' | 'writesSpared'>;

function writes(connector: Connector, { traits }: Charger, ttlMs: number, nowMs: number): Writes {
  const { writesPerDay } = traits;
  const elapsedMs = nowMs - connector.ledger.writes.dayMs;
  const count = writesToday(connector, nowMs);
  // Raises stop at the budget; only refreshes and decreases may go beyond it.
  const most =
    writesPerDay === null ? Infinity : Math.max(writesPerDay, count + refreshesLeft(connector, ttlMs, nowMs));
  const pace = Math.max(count, Number(Math.min(most, (count * DAY_MS) / elapsedMs).toPrecision(2)));
  const isTold = elapsedMs >= PROJECT_AFTER_MS && elapsedMs < DAY_MS;
  const writesSpared = isSpared(connector, traits, ttlMs, nowMs);
  return { writesToday: count, writesPerDay, writesProjected: isTold ? pace : null, writesSpared };
}
