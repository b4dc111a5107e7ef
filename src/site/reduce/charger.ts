/** A charger's link and identity: connected, booted, lost (rules 6, 9, 27). */
import { at } from '#base/assert.ts';
import type { SiteEvent } from '#site/event.ts';
import { rejudged } from '#site/gate/background.ts';
import { forgotten, unknownLedger } from '#site/gate/ledger.ts';
import { isSetUp, readBacks, setupOf, wholeSetup } from '#site/gate/set-up.ts';
import { withCharger, withConnector } from '#site/reduce/leaf.ts';
import { UNKNOWN_SKEW } from '#site/reduce/skew.ts';
import type { Report } from '#site/report.ts';
import type { SiteState } from '#site/state.ts';
import type { ChargerTraits } from '#site/topology.ts';

type Of<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>;

export function chargerConnected(state: SiteState, event: Of<'charger-connected'>): SiteState {
  const linked = withCharger(state, event.charger, charger => ({
    ...charger,
    link: 'online',
    switchedOff: false,
    generation: event.generation,
    linkSinceMs: event.atMs,
    ocppVersion: event.ocppVersion,
    lastHeardMs: event.atMs,
    callSinceMs: null,
    timeouts: 0,
  }));
  return unprovenForgets(contacted(linked, event.charger), event.charger);
}

/** At the first contact everything is set up; after that a new link is only read back (rule 25). */
function contacted(state: SiteState, index: number): SiteState {
  const spec = at(state.topology.chargers, index);
  return withCharger(state, index, charger => {
    const { readBack, round } = charger.setup;
    const wasSetUp = readBack !== 'unknown' || (!charger.traits.readsBack && round > 0);
    const isKnown = charger.booted && isSetUp(charger) && wasSetUp;
    const todo = isKnown ? readBacks(spec, charger.traits) : wholeSetup(spec, charger.traits);
    return { ...charger, setup: setupOf(charger.setup, todo) };
  });
}

export function chargerLost(state: SiteState, event: Of<'charger-lost'>): SiteState {
  const charger = at(state.chargers, event.charger);
  if (charger.generation !== event.generation) return state;
  const lost = withCharger(state, event.charger, found => ({ ...found, link: 'offline', callSinceMs: null }));
  const unmasked = at(state.topology.chargers, event.charger).connectors.reduce(
    (next, index) => withConnector(next, index, found => ({ ...found, mask: null })),
    lost,
  );
  const paths = at(state.topology.chargers, event.charger).connectors.flatMap(
    index => at(state.topology.connectors, index).path,
  );
  return rejudged(unmasked, [...new Set(paths)], event.atMs);
}

/** What a person said of a charger (rules 8 and 9). One that has a link has power. */
export function chargerMarked(state: SiteState, { charger, mark }: Of<'charger-marked'>): SiteState {
  switch (mark) {
    case 'switched-off':
    case 'switched-on':
      return withCharger(state, charger, found => ({
        ...found,
        switchedOff: mark === 'switched-off' && found.link === 'offline',
      }));
    case 'trusted':
      return at(state.topology.chargers, charger).connectors.reduce(
        (next, index) =>
          withConnector(next, index, found => ({
            ...found,
            ledger: { ...found.ledger, uncontrolled: false, overSinceMs: null, obeyed: null },
          })),
        state,
      );
  }
}

/** A boot tells the model; what an unproven model held before it is not known any more. */
export function booted(
  state: SiteState,
  index: number,
  report: Extract<Report, { kind: 'boot' }>,
  traits: ChargerTraits | null,
): SiteState {
  const before = at(state.chargers, index);
  const isOther = before.model !== '' && (before.vendor !== report.vendor || before.model !== report.model);
  const told = withCharger(isOther ? unknownAgain(state, index) : state, index, charger => ({
    ...charger,
    booted: true,
    // It may have lost its clock, and takes the time from the answer to this very message.
    skew: UNKNOWN_SKEW,
    ...(charger.skew.ms === null ? {} : { skewBeforeBootMs: charger.skew.ms }),
    vendor: report.vendor,
    model: report.model,
    firmware: report.firmware,
    serial: report.serial,
    traits: traits ?? charger.traits,
    setup: setupOf(charger.setup, wholeSetup(at(state.topology.chargers, index), traits ?? charger.traits)),
  }));
  return unprovenForgets(withoutBase(told, index), index);
}

/** Another box under the same identity: what the one before it held says nothing of it. */
const unknownAgain = (state: SiteState, index: number): SiteState =>
  at(state.topology.chargers, index).connectors.reduce((next, connector) => {
    const ratingMa = at(state.topology.connectors, connector).maxMa;
    return withConnector(next, connector, found => ({ ...found, ledger: unknownLedger(ratingMa) }));
  }, state);

/** A base is written anew after a boot; until then nobody counts on it. */
const withoutBase = (state: SiteState, index: number): SiteState =>
  at(state.topology.chargers, index).connectors.reduce(
    (next, connector) => withConnector(next, connector, found => ({ ...found, hasBase: false })),
    state,
  );

/**
 * Only class A is trusted to hold its schedules through a lost link or a boot; of any other model
 * nothing is known then, and it counts at its rating until a new limit is believed (promise 2).
 */
function unprovenForgets(state: SiteState, index: number): SiteState {
  if (at(state.chargers, index).traits.leaseClass === 'A') return state;
  let next = state;
  for (const connector of at(state.topology.chargers, index).connectors) {
    const ratingMa = at(state.topology.connectors, connector).maxMa;
    next = withConnector(next, connector, found => ({
      ...found,
      ledger: forgotten(found.ledger, ratingMa),
    }));
  }
  return next;
}
