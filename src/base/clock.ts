/** How far the wall clock may be believed. */
export type ClockQuality = 'synchronised' | 'person' | 'unknown';

/** Both clocks at one moment, milliseconds. */
export type Moment = { readonly nowMs: number; readonly wallMs: number };

export const momentOf = (clock: Clock): Moment => ({ nowMs: clock.nowMs(), wallMs: clock.wallMs() });

export type Timer = { cancel(): void };

/**
 * Time. `nowMs` is monotonic and is what control uses; `wallMs` is for records and schedules only.
 * Timers have names, so that diagnostics can list them.
 */
export type Clock = {
  nowMs(): number;
  wallMs(): number;
  quality(): ClockQuality;
  after(name: string, ms: number, run: () => void): Timer;
};
