/** What is known of chargers that no message tells again: who was seen not to obey, who has no power (rules 8, 9). */
import { at } from '#base/assert.ts';
import type { SiteState } from '#site/state.ts';

/** Identities and connector numbers, as they outlive a process. */
export type Marks = {
  readonly uncontrolled: readonly {
    readonly charger: string;
    readonly connectorId: number;
    /** The lowest it was told since. */
    readonly brokenMa: number;
  }[];
  readonly switchedOff: readonly string[];
};

export const NO_MARKS: Marks = { uncontrolled: [], switchedOff: [] };

export function marksOf({ topology, chargers, connectors }: SiteState): Marks {
  const identityOf = (charger: number) => at(topology.chargers, charger).identity;
  return {
    uncontrolled: topology.connectors
      .filter(spec => at(connectors, spec.index).ledger.uncontrolled)
      .map(({ charger, connectorId, index }) => ({
        charger: identityOf(charger),
        connectorId,
        brokenMa: at(connectors, index).ledger.brokenMa,
      })),
    switchedOff: topology.chargers.filter(spec => at(chargers, spec.index).switchedOff).map(spec => spec.identity),
  };
}

/** The state of a new process with the marks of the one before. */
export function withMarks(state: SiteState, { uncontrolled, switchedOff }: Marks): SiteState {
  const { topology } = state;
  const markOf = (charger: number, connectorId: number) =>
    uncontrolled.find(
      mark => mark.charger === at(topology.chargers, charger).identity && mark.connectorId === connectorId,
    );
  return {
    ...state,
    chargers: state.chargers.map((charger, index) =>
      switchedOff.includes(at(topology.chargers, index).identity) ? { ...charger, switchedOff: true } : charger,
    ),
    connectors: state.connectors.map((connector, index) => {
      const spec = at(topology.connectors, index);
      const mark = markOf(spec.charger, spec.connectorId);
      if (mark === undefined) return connector;
      return { ...connector, ledger: { ...connector.ledger, uncontrolled: true, brokenMa: mark.brokenMa } };
    }),
  };
}
