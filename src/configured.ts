/** What the site file says beside the topology, as facts: told at the start and again after each reload. */
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import type { Config } from '#config/config.ts';
import type { SiteEvent } from '#site/event.ts';
import type { SiteState } from '#site/state.ts';

/** The facts that are not yet in the state. */
export function configuredFacts(
  config: Config,
  state: SiteState,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): readonly SiteEvent[] {
  return [...sourcesGone(state, clock.nowMs()), ...commissioning(config, state, clock, log)];
}

/** Nobody could take back the limit of a source that is no longer named. */
function sourcesGone({ outsideLimits, topology }: SiteState, atMs: number): readonly SiteEvent[] {
  const gone = outsideLimits.map(limit => limit.source).filter(source => !topology.limitSources.includes(source));
  return [...new Set(gone)].map(source => ({ type: 'limits-cleared', source, atMs }));
}

/** The window has its end on the installer's calendar; from here on it runs on our own clock. */
function commissioning(config: Config, state: SiteState, clock: Clock, log: Log): readonly SiteEvent[] {
  const until = config.commissioningUntilWallMs;
  const atMs = clock.nowMs();
  const untilMs = until === null ? Number.NEGATIVE_INFINITY : atMs + until - clock.wallMs();
  if (untilMs > atMs) log.warn('commissioning window open', { until: new Date(until ?? 0).toISOString() });
  return untilMs === state.commissioningUntilMs ? [] : [{ type: 'commissioning', untilMs, atMs }];
}
