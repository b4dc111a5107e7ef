/** Owns the one time that all chargers of a site are told, remembers it, and says when it parts from the wall clock. */
import { advanced, beganAt, type ChargerTime, chargerMsAt, type SavedChargerTime, STEP_MS } from './charger-time.ts';
import { type Clock, type Moment, momentOf } from './clock.ts';
import type { Log } from './log.ts';

/** Written down again when the difference moved by this much: less is nothing to a lease. */
const REMEMBER_MOVED_MS = 1_000;
/** And at least this often, so that a box without a battery knows after a power cut about what time it was. */
const REMEMBER_EVERY_MS = 600_000;

/** The difference is looked at this often, however many chargers ask: what it changes in between is nothing. */
const LOOK_EVERY_MS = 1_000;

export type ChargerClockDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** No car is here and no lease runs that a step could hurt. */
  isIdle(): boolean;
  remember(saved: SavedChargerTime): void;
};

export class ChargerClock {
  readonly #deps: ChargerClockDeps;
  #time: ChargerTime;
  #remembered: { readonly aheadMs: number; readonly atMs: number } | null = null;
  #isApart = false;

  /** @param saved what an earlier process remembered, or null */
  constructor(deps: ChargerClockDeps, saved: SavedChargerTime | null) {
    this.#deps = deps;
    this.#time = beganAt(saved, momentOf(deps.clock));
  }

  /** Wall-clock milliseconds as chargers are told, whole. Never runs back, but for a step on an idle site. */
  nowMs(): number {
    const { clock } = this.#deps;
    const nowMs = clock.nowMs();
    if (nowMs - this.#time.atMs >= LOOK_EVERY_MS) this.#look({ nowMs, wallMs: clock.wallMs() });
    return Math.round(chargerMsAt(this.#time, nowMs));
  }

  #look(now: Moment): void {
    this.#time = advanced(this.#time, now, () => this.#deps.isIdle());
    const ahead = this.#time.chargerMs - now.wallMs;
    this.#tell(ahead);
    this.#remember(ahead, now.nowMs);
  }

  #tell(ahead: number): void {
    const isApart = Math.abs(ahead) > STEP_MS;
    if (isApart === this.#isApart) return;
    this.#isApart = isApart;
    const { log } = this.#deps;
    if (isApart) log.warn('the wall clock was set; chargers keep their time until no car is here', { aheadMs: ahead });
    else log.info('chargers are told the wall clock’s time again');
  }

  #remember(ahead: number, nowMs: number): void {
    const last = this.#remembered;
    const isKnown = last !== null && Math.abs(ahead - last.aheadMs) < REMEMBER_MOVED_MS;
    if (isKnown && nowMs - last.atMs < REMEMBER_EVERY_MS) return;
    this.#remembered = { aheadMs: ahead, atMs: nowMs };
    this.#deps.remember({ aheadMs: ahead, chargerMs: this.#time.chargerMs });
  }
}
