/** What the plan wants of each connector, beside what the gate knows of it. */
import { at } from '#base/assert.ts';
import { retryAtMs } from '#site/gate/belief.ts';
import type { GateCommand } from '#site/gate/decision.ts';
import { newest, type Sent } from '#site/gate/ledger.ts';
import type { Charger, Connector, SiteState, Target } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

export type Wish = {
  readonly connector: Connector;
  readonly spec: ConnectorSpec;
  readonly charger: Charger;
  readonly targetMa: number;
};

/** By connector index. */
export const wishesOf = (state: SiteState, targets: readonly Target[]): readonly Wish[] =>
  state.topology.connectors.map(spec => ({
    connector: at(state.connectors, spec.index),
    spec,
    charger: at(state.chargers, spec.charger),
    targetMa: at(targets, spec.index).targetMa,
  }));

/** Lower than the newest limit; or the newest was never answered: then it is said again, at what is certainly no raise. */
export const isReduction = (wish: Wish): boolean =>
  newest(wish.connector.ledger).ackedAtMs === null || wish.targetMa < newest(wish.connector.ledger).limitMa;

export const isRaise = (wish: Wish): boolean =>
  !isReduction(wish) && wish.targetMa > newest(wish.connector.ledger).limitMa;

export const reliefMa = (wish: Wish): number => newest(wish.connector.ledger).limitMa - wish.targetMa;

/** One control CALL in flight for each charger (rule 6), and no hammering on one that fails. */
export const isFree = (wish: Wish, busy: ReadonlySet<number>, atMs: number): boolean =>
  wish.charger.callSinceMs === null && !busy.has(wish.spec.charger) && atMs >= retryAtMs(wish.connector.ledger);

/** Rows of one circuit that a connector touches: its phases and the sum. */
export const rowsOf = (spec: ConnectorSpec): readonly number[] => [...spec.phases, 3];

/** Every row on its path, by 4 × circuit + row. */
export const pathRows = (spec: ConnectorSpec): readonly number[] =>
  spec.path.flatMap(circuit => rowsOf(spec).map(row => circuit * 4 + row));

export const setLimit = (wish: Wish, sent: Sent, change: 'decrease' | 'raise' | 'refresh'): GateCommand => ({
  type: 'set-limit',
  connector: wish.spec.index,
  charger: wish.spec.charger,
  limitMa: sent.limitMa,
  lapseMa: sent.lapseMa,
  ttlMs: sent.ttlMs,
  change,
});
