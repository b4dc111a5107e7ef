/** What the plan wants of each connector, beside what the gate knows of it. */
import { at } from '#base/assert.ts';
import type { PhaseIndex } from '#base/units.ts';
import type { TestWish } from '#site/deadman/test.ts';
import { testWishes } from '#site/deadman/wishes.ts';
import { retryAtMs } from '#site/gate/belief.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { newest } from '#site/gate/ledger.ts';
import { phasesOf } from '#site/gate/mask.ts';
import type { Sent } from '#site/gate/told.ts';
import type { Charger, Connector, SiteState, Target } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

export type Wish = {
  readonly connector: Connector;
  readonly spec: ConnectorSpec;
  readonly charger: Charger;
  readonly targetMa: number;
  /** The back office allows this socket no more; else it is a row that does, or nothing. */
  readonly isAtCeiling: boolean;
  /** Grid phases that it books. */
  readonly phases: readonly PhaseIndex[];
  /** What a dead-man test wishes of this socket; null where none runs. */
  readonly test: TestWish | null;
};

/** By connector index. */
export function wishesOf(state: SiteState, targets: readonly Target[], atMs: number): readonly Wish[] {
  const tests = testWishes(state);
  return state.topology.connectors.map(spec => {
    const connector = at(state.connectors, spec.index);
    const { targetMa, reason } = at(targets, spec.index);
    const isAtCeiling = reason.source === 'csms' && reason.row === null;
    const charger = at(state.chargers, spec.charger);
    const test = tests.get(spec.index) ?? null;
    return { connector, spec, charger, targetMa, isAtCeiling, phases: phasesOf(connector, spec, atMs), test };
  });
}

/** Lower than the newest limit; or the newest was never answered: then it is said again, at what is certainly no raise. */
export const isReduction = (wish: Wish): boolean =>
  newest(wish.connector.ledger).ackedAtMs === null || wish.targetMa < newest(wish.connector.ledger).limitMa;

export const isRaise = (wish: Wish): boolean =>
  !isReduction(wish) && wish.targetMa > newest(wish.connector.ledger).limitMa;

export const reliefMa = (wish: Wish): number => newest(wish.connector.ledger).limitMa - wish.targetMa;

/** One control CALL in flight for each charger (rule 6), and no hammering on one that fails. */
export const isFree = (wish: Wish, busy: ReadonlySet<number>, atMs: number): boolean =>
  wish.charger.callSinceMs === null && !busy.has(wish.spec.charger) && atMs >= retryAtMs(wish.connector.ledger);

/** Every row on its path that some phases touch, by 4 × circuit + row. */
export const pathRows = (spec: ConnectorSpec, phases: readonly PhaseIndex[]): readonly number[] =>
  spec.path.flatMap(circuit => [...phases, 3].map(row => circuit * 4 + row));

export const setLimit = (wish: Wish, sent: Sent, change: 'decrease' | 'raise' | 'refresh'): GateCommand => ({
  type: 'set-limit',
  connector: wish.spec.index,
  charger: wish.spec.charger,
  limitMa: sent.limitMa,
  lapseMa: sent.lapseMa,
  ttlMs: sent.ttlMs,
  change,
});
