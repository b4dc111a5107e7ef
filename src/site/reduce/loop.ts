/** Limits from outside, and what a pass leaves behind. */
import type { SiteEvent } from '#site/event.ts';
import { afterLapses } from '#site/gate/lease.ts';
import type { SiteState } from '#site/state.ts';

type Of<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>;

/** A PUT says all that its source wants, a limit for each circuit; what it leaves out is wanted no more. */
export const limitsSet = (state: SiteState, event: Of<'limits-set'>): SiteState => ({
  ...state,
  outsideLimits: [...state.outsideLimits.filter(limit => limit.source !== event.source), ...event.limits],
});

export const limitsCleared = (state: SiteState, event: Of<'limits-cleared'>): SiteState => ({
  ...state,
  outsideLimits: state.outsideLimits.filter(limit => limit.source !== event.source),
});

export const passed = (state: SiteState, event: Of<'passed'>): SiteState => ({
  ...afterLapses(state, event.atMs),
  targets: event.result.targets,
  loop: {
    passes: state.loop.passes + 1,
    lastPassAtMs: event.atMs,
    failedChecks: state.loop.failedChecks + (event.result.checksHeld ? 0 : 1),
    blockedReductions: state.loop.blockedReductions + event.result.blockedReductions,
    raisesWaiting: event.result.raisesWaiting,
  },
});
