/**
 * Row set 2 (rule 3): what every socket draws after this process has died and every lease has lapsed. Proven
 * chargers stand at their lapse value then, all others may draw their rating.
 */
import { at } from '#base/assert.ts';
import { type Triple, ZERO_TRIPLE } from '#base/units.ts';
import { isReachable } from '#site/gate/belief.ts';
import { withinFeed } from '#site/gate/feed.ts';
import { lapsedHeldMa, levelMa } from '#site/gate/ledger.ts';
import { isSetUp } from '#site/gate/set-up.ts';
import type { SiteState } from '#site/state.ts';
import type { ConnectorSpec } from '#site/topology.ts';

/** What each connector draws on the grid's phases once every lease has lapsed, by index. */
export function lapsedOf(state: SiteState, atMs: number): readonly Triple[] {
  const each: Triple[] = state.topology.connectors.map(spec => onPhases(spec, lapsedLevelMa(state, spec, atMs)));
  for (const charger of state.topology.chargers) {
    if (charger.connectors.length > 1) withinFeed(state, charger, each);
  }
  return each;
}

/** The level of one connector in row set 2, mA per phase. */
export function lapsedLevelMa(state: SiteState, spec: ConnectorSpec, atMs: number): number {
  const charger = at(state.chargers, spec.charger);
  if (charger.switchedOff) return 0;
  if (!countsAtLapse(state, spec, atMs)) return spec.maxMa;
  const { ledger } = at(state.connectors, spec.index);
  return levelMa(Math.max(lapsedHeldMa(ledger), spec.fallbackMa), spec, charger.traits);
}

/** Proven; or, while an installer is on site, connected and set up. */
export function countsAtLapse(state: SiteState, spec: ConnectorSpec, atMs: number): boolean {
  const charger = at(state.chargers, spec.charger);
  const connector = at(state.connectors, spec.index);
  if (connector.ledger.uncontrolled) return false;
  if (charger.traits.leaseClass === 'A') return true;
  return atMs < state.commissioningUntilMs && isReachable(charger) && isSetUp(charger) && connector.hasBase;
}

function onPhases(spec: ConnectorSpec, levelMa: number): Triple {
  if (levelMa === 0) return ZERO_TRIPLE;
  const out: [number, number, number] = [0, 0, 0];
  for (const phase of spec.phases) out[phase] = levelMa;
  return out;
}
