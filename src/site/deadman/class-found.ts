/** A class that a test showed counts at once for every charger that is just this model and firmware. */
import { isSameModel } from '#site/deadman/results.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';

type ClassFound = Extract<SiteEvent, { type: 'class-found' }>;

export const classFound = (state: SiteState, { model, leaseClass }: ClassFound): SiteState => ({
  ...state,
  chargers: state.chargers.map(charger =>
    isSameModel(charger, model) ? { ...charger, traits: { ...charger.traits, leaseClass } } : charger,
  ),
});
