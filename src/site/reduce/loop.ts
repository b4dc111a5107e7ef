/** Limits from outside, and what a pass leaves behind. */
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';

type Of<T extends SiteEvent['type']> = Extract<SiteEvent, { type: T }>;

/** The key is source and circuit: a new limit replaces that one and leaves the source's others alone. */
export function limitsSet(state: SiteState, event: Of<'limits-set'>): SiteState {
  const replaced = new Set(event.limits.map(limit => limit.circuit));
  const kept = state.outsideLimits.filter(limit => limit.source !== event.source || !replaced.has(limit.circuit));
  return { ...state, outsideLimits: [...kept, ...event.limits] };
}

export const limitsCleared = (state: SiteState, event: Of<'limits-cleared'>): SiteState => ({
  ...state,
  outsideLimits: state.outsideLimits.filter(limit => limit.source !== event.source),
});

export const passed = (state: SiteState, event: Of<'passed'>): SiteState => ({
  ...state,
  targets: event.result.targets,
  loop: {
    passes: state.loop.passes + 1,
    lastPassAtMs: event.atMs,
    failedChecks: state.loop.failedChecks + (event.result.checksHeld ? 0 : 1),
    blockedReductions: state.loop.blockedReductions + event.result.blockedReductions,
    raisesWaiting: event.result.raisesWaiting,
  },
});
