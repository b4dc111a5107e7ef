/** What befalls one link. */
import type { Link } from './network.ts';
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A broken radio is noticed at once or by a missing answer; the other end often never hears of it. */
const NOTICED_AT_ONCE = 0.5;
export const LATE_NOTICE_MS: readonly [number, number] = [1000, 15_000];
export const HALF_OPEN = 0.5;

/** Faults of one link may overlap: it is mended when the last cut is over, and as slow as the slowest one. */
export class LinkFaults {
  private readonly clock: VirtualClock;
  private readonly link: Link;
  private cuts = 0;
  private readonly delays: number[] = [];

  constructor(clock: VirtualClock, link: Link) {
    this.clock = clock;
    this.link = link;
  }

  cut(draw: Prng, forMs: number): void {
    this.cuts++;
    this.link.cut({
      stationAfterMs: draw.chance(NOTICED_AT_ONCE) ? 0 : draw.whole(...LATE_NOTICE_MS),
      gatewayAfterMs: draw.chance(HALF_OPEN) ? null : draw.whole(0, 500),
    });
    this.mendAfter(forMs);
  }

  /** A short drop that both ends see at once. */
  flap(forMs: number): void {
    this.cuts++;
    this.link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    this.mendAfter(forMs);
  }

  slow(extraMs: number, forMs: number): void {
    this.delays.push(extraMs);
    this.apply();
    this.clock.after('fault over', forMs, () => {
      this.delays.splice(this.delays.indexOf(extraMs), 1);
      this.apply();
    });
  }

  private mendAfter(forMs: number): void {
    this.clock.after('fault over', forMs, () => {
      if (--this.cuts === 0) this.link.mend();
    });
  }

  private apply(): void {
    this.link.slow(Math.max(0, ...this.delays));
  }
}
