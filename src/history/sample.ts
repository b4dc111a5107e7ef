/** What history keeps of a connector: names instead of indexes, because the configuration may change under it. */
import { at } from '#base/assert.ts';
import { toA } from '#base/units.ts';
import { grantMa } from '#site/gate/ledger.ts';
import type { ReasonSource } from '#site/reason.ts';
import type { SiteState } from '#site/state.ts';

/** A draw older than this is not known any more: six of the ten-second samples that set-up asks chargers for. */
const DRAW_FRESH_MS = 60_000;

/** One connector at one moment. Current in A on grid phases, power in W, energy register in Wh; null = not known. */
export type ConnectorSample = {
  readonly charger: string;
  readonly connectorId: number;
  readonly status: string;
  /** Last acknowledged limit, A per active phase. */
  readonly grantA: number | null;
  readonly drawA: { readonly l1: number; readonly l2: number; readonly l3: number } | null;
  readonly powerW: number | null;
  readonly registerWh: number | null;
  /** Why it gets what it gets; null before the first pass. */
  readonly reason: ReasonSource | null;
};

/** Samples every connector of the site, in the order of the topology. */
export function sampleConnectors(state: SiteState, nowMs: number): readonly ConnectorSample[] {
  return state.topology.connectors.map(spec => {
    const connector = at(state.connectors, spec.index);
    const draw = connector.draw !== null && nowMs - connector.draw.atMs <= DRAW_FRESH_MS ? connector.draw : null;
    const granted = grantMa(connector.ledger);
    return {
      charger: at(state.topology.chargers, spec.charger).identity,
      connectorId: spec.connectorId,
      status: connector.status,
      grantA: granted === null ? null : toA(granted),
      drawA: draw && { l1: toA(draw.ma[0]), l2: toA(draw.ma[1]), l3: toA(draw.ma[2]) },
      powerW: draw?.powerW ?? null,
      registerWh: connector.registerWh,
      reason: state.targets[spec.index]?.reason.source ?? null,
    };
  });
}
