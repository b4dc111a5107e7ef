/** The site's meters, opened so that each answer and each silence becomes a fact. */
import { type MetersHandle, openMeters } from '#meters/meters.ts';
import type { MetersOptions } from '#meters/options.ts';
import type { MeterProfile } from '#meters/profile.ts';
import type { SiteEvent } from '#site/event.ts';
import type { World } from '#world.ts';

export const openSiteMeters = (
  { clock, log, randomness, openBus }: World,
  profiles: ReadonlyMap<string, MeterProfile>,
  options: MetersOptions,
  dispatch: (event: SiteEvent) => void,
): MetersHandle =>
  openMeters(
    {
      clock,
      log,
      randomness,
      openBus,
      profiles,
      sampled: (meter, reading, atMs) => dispatch({ type: 'meter-sampled', meter, reading, atMs }),
      failed: (meter, detail, implausible) =>
        dispatch({ type: 'meter-failed', meter, detail, implausible, atMs: clock.nowMs() }),
    },
    options,
  );
