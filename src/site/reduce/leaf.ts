/** Replacing one leaf of a dense array: the rest is shared with the state before. */
import { at } from '#base/assert.ts';
import type { Charger, Connector, SiteState } from '#site/state.ts';

/** A reduction is given the event of its own type. */
export function replaced<T>(list: readonly T[], index: number, value: T): readonly T[] {
  if (list[index] === value) return list;
  const copy = list.slice();
  copy[index] = value;
  return copy;
}

export const withCharger = (state: SiteState, index: number, change: (charger: Charger) => Charger): SiteState => {
  const chargers = replaced(state.chargers, index, change(at(state.chargers, index)));
  return chargers === state.chargers ? state : { ...state, chargers };
};

/** Both at once, for what comes often: a state is copied once and not twice. */
export const withBoth = (
  state: SiteState,
  charger: number,
  itsCharger: Charger,
  connector: number,
  itsConnector: Connector,
): SiteState => ({
  ...state,
  chargers: replaced(state.chargers, charger, itsCharger),
  connectors: replaced(state.connectors, connector, itsConnector),
});

export const withConnector = (
  state: SiteState,
  index: number,
  change: (connector: Connector) => Connector,
): SiteState => {
  const connectors = replaced(state.connectors, index, change(at(state.connectors, index)));
  return connectors === state.connectors ? state : { ...state, connectors };
};
