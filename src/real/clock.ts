/** The clock of this machine: monotonic for control, wall for records, and how far the wall may be believed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { assert } from '#base/assert.ts';
import type { Clock, ClockQuality, Timer } from '#base/clock.ts';

/** systemd-timesyncd creates it at its first synchronisation after boot (systemd-timesyncd.service(8), FILES). */
const TIMESYNC_MARK = '/run/systemd/timesync/synchronized';
/** The evidence is looked at again this often: a clock loses or finds its server in minutes, not seconds. */
const QUALITY_EVERY_MS = 600_000;
/** timedatectl answers over D-Bus in milliseconds; a hung bus must not leave children behind. */
const TIMEDATECTL_TIMEOUT_MS = 2_000;
/** Node turns a longer delay into 1 ms (2^31 − 1 is the most that setTimeout takes). */
const LONGEST_DELAY_MS = 2_147_483_647;

export type ActiveTimer = { readonly name: string; readonly dueMs: number };

export type RealClock = Clock & {
  /** Timers that have neither fired nor been cancelled, soonest first. */
  active(): readonly ActiveTimer[];
};

/** Where evidence of a synchronised wall clock comes from; answers later, never throws, bounded in time. */
export type SyncEvidence = (found: (synchronised: boolean) => void) => void;

/**
 * Opens the machine's clock. Times are milliseconds; `nowMs` counts from the start of the process
 * and never runs back. Timers never fire early, take any delay up to Infinity, and keep the process
 * alive until they are cancelled: waiting work is never hidden.
 */
export function openClock(evidence: SyncEvidence = systemEvidence): RealClock {
  const timers = new Map<Timer, ActiveTimer>();
  const quality = watchQuality(evidence);
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    quality,
    after(name, ms, run) {
      assert(!Number.isNaN(ms), `timer ${name} waits for NaN ms`);
      return arm(timers, { name, dueMs: performance.now() + Math.max(0, ms) }, run);
    },
    active: () => [...timers.values()].sort((a, b) => a.dueMs - b.dueMs),
  };
}

function arm(timers: Map<Timer, ActiveTimer>, entry: ActiveTimer, run: () => void): Timer {
  let handle: ReturnType<typeof setTimeout>;
  const timer: Timer = {
    cancel() {
      clearTimeout(handle);
      timers.delete(timer);
    },
  };
  const wait = () => {
    const leftMs = Math.ceil(entry.dueMs - performance.now());
    handle = setTimeout(fire, Math.min(Math.max(leftMs, 0), LONGEST_DELAY_MS));
  };
  // Node rounds to its loop's time and may fire a fraction early; a deadline that is not there yet waits on.
  const fire = () => {
    if (performance.now() < entry.dueMs) return wait();
    timers.delete(timer);
    run();
  };
  timers.set(timer, entry);
  wait();
  return timer;
}

/** The newest answer, asked for again in the background when it has grown old. */
function watchQuality(evidence: SyncEvidence): () => ClockQuality {
  let known: ClockQuality = 'unknown';
  let askAgainMs = 0;
  const ask = (nowMs: number) => {
    askAgainMs = nowMs + QUALITY_EVERY_MS;
    evidence(synchronised => {
      known = synchronised ? 'synchronised' : 'unknown';
    });
  };
  ask(performance.now());
  return () => {
    const nowMs = performance.now();
    if (nowMs >= askAgainMs) ask(nowMs);
    return known;
  };
}

/**
 * Any time service counts: timedatectl reports the kernel's own word (adjtimex(2), STA_UNSYNC), which
 * chrony and ntpd set too. The mark of timesyncd needs no child process and is looked at first.
 */
function systemEvidence(found: (synchronised: boolean) => void): void {
  if (existsSync(TIMESYNC_MARK)) {
    found(true);
    return;
  }
  const args = ['show', '--property=NTPSynchronized', '--value'];
  const child = execFile('timedatectl', args, { timeout: TIMEDATECTL_TIMEOUT_MS }, (error, stdout) => {
    found(error === null && stdout.trim() === 'yes');
  });
  // A question about the clock is no work: it must not hold the process open.
  child.unref();
}
