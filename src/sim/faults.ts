/**
 * What goes wrong, drawn from the seed: each kind is a Poisson process of its own on each charger or
 * meter, with its rate per hour in this table.
 */
import type { MeterDevice, MeterFault } from './meter-device.ts';
import type { Prng } from './prng.ts';
import type { Post, SimSite } from './site.ts';

export type FaultKind =
  | 'link-delay'
  | 'link-slow'
  | 'link-drop'
  | 'reboot'
  | 'no-samples'
  | 'meter-silent'
  | 'meter-exception';

/** Times per charger-hour, or per meter-hour. The contract asks for at least 0.2 of each kind. */
const RATE_PER_HOUR: Readonly<Record<FaultKind, number>> = {
  'link-delay': 1,
  'link-slow': 0.26,
  'link-drop': 0.27,
  reboot: 0.28,
  'no-samples': 0.3,
  'meter-silent': 3,
  'meter-exception': 3,
};

/** A delayed link still carries a command within the 2 s of assumption A5, its own latency included. */
const DELAY_MS: readonly [number, number] = [100, 1750];
const DELAY_LASTS_MS: readonly [number, number] = [10_000, 120_000];
/** A slow one does not. */
const SLOW_MS: readonly [number, number] = [2100, 5000];
const SLOW_LASTS_MS: readonly [number, number] = [5000, 20_000];
const DROP_LASTS_MS: readonly [number, number] = [5000, 30_000];
const NO_SAMPLES_MS: readonly [number, number] = [15_000, 150_000];
const REBOOT_LASTS_MS: readonly [number, number] = [10_000, 30_000];
/** A broken radio is noticed at once or by a missing answer; the other end often never hears of it. */
const NOTICED_AT_ONCE = 0.5;
const LATE_NOTICE_MS: readonly [number, number] = [1000, 15_000];
const HALF_OPEN = 0.5;

const HOUR_MS = 3_600_000;

export type FaultCounts = Record<FaultKind, number>;

/** Starts every process; the counts grow while the world runs. */
export function startFaults(site: SimSite): FaultCounts {
  const counts: FaultCounts = {
    'link-delay': 0,
    'link-slow': 0,
    'link-drop': 0,
    reboot: 0,
    'no-samples': 0,
    'meter-silent': 0,
    'meter-exception': 0,
  };
  const random = site.random.split('faults');
  const every = (kind: FaultKind, name: string, strike: (draw: Prng) => void) => {
    const draw = random.split(`${kind} ${name}`);
    const next = () =>
      site.clock.after('fault', Math.round(draw.gap(HOUR_MS / RATE_PER_HOUR[kind])), () => {
        counts[kind]++;
        strike(draw);
        next();
      });
    next();
  };
  for (const post of site.posts) {
    const link = new LinkFaults(site, post);
    const name = post.plan.identity;
    every('link-delay', name, draw => link.slow(draw.whole(...DELAY_MS), draw.whole(...DELAY_LASTS_MS)));
    every('link-slow', name, draw => link.slow(draw.whole(...SLOW_MS), draw.whole(...SLOW_LASTS_MS)));
    every('link-drop', name, draw => link.cut(draw, draw.whole(...DROP_LASTS_MS)));
    every('no-samples', name, draw => post.station.muteSamples(draw.whole(...NO_SAMPLES_MS)));
    every('reboot', name, draw => {
      if (draw.chance(HALF_OPEN)) post.link.drop({ stationAfterMs: 0, gatewayAfterMs: null });
      post.station.reboot(draw.whole(...REBOOT_LASTS_MS));
    });
  }
  for (const [id, meter] of site.meters) {
    every('meter-silent', id, draw => hiccup(meter, 'silent', draw));
    every('meter-exception', id, draw => hiccup(meter, 'exception', draw));
  }
  return counts;
}

function hiccup(meter: MeterDevice, fault: MeterFault, draw: Prng): void {
  meter.fail(fault, draw.chance(0.2) ? 2 : 1);
}

/** Faults of one link may overlap: it is mended when the last cut is over, and as slow as the slowest one. */
class LinkFaults {
  private readonly site: SimSite;
  private readonly post: Post;
  private cuts = 0;
  private readonly delays: number[] = [];

  constructor(site: SimSite, post: Post) {
    this.site = site;
    this.post = post;
  }

  cut(draw: Prng, forMs: number): void {
    this.cuts++;
    this.post.link.cut({
      stationAfterMs: draw.chance(NOTICED_AT_ONCE) ? 0 : draw.whole(...LATE_NOTICE_MS),
      gatewayAfterMs: draw.chance(HALF_OPEN) ? null : draw.whole(0, 500),
    });
    this.site.clock.after('fault over', forMs, () => {
      if (--this.cuts === 0) this.post.link.mend();
    });
  }

  slow(extraMs: number, forMs: number): void {
    this.delays.push(extraMs);
    this.apply();
    this.site.clock.after('fault over', forMs, () => {
      this.delays.splice(this.delays.indexOf(extraMs), 1);
      this.apply();
    });
  }

  private apply(): void {
    this.post.link.slow(Math.max(0, ...this.delays));
  }
}
