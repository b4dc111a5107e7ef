/**
 * Telling the service manager, by systemd's own program `systemd-notify`: Node.js has no datagram sockets of AF_UNIX.
 * One at a time, bounded in time, and nothing at all where nobody asked to be told.
 */
import { type ExecFileOptions, execFile } from 'node:child_process';
import type { Log } from '#base/log.ts';
import type { Notice } from '#watchdog.ts';

/** It waits for systemd to have read it, 5 s at most by itself (systemd-notify(1), --no-block). */
const TIMEOUT_MS = 5_000;
/** Petted every 10 s at least, and one that hangs takes 5: a shorter watchdog would kill a loop that turns. */
const LEAST_WATCHDOG_MS = 15_000;

export type NotifyEnvironment = {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly PATH?: string | undefined;
};

/**
 * What systemd gave this process, taken out of its environment: other children than ours would tell it things, too
 * (timedatectl says ERRNO when it fails).
 */
export function takeNotifyEnvironment(environment: NodeJS.ProcessEnv): NotifyEnvironment {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, PATH } = environment;
  delete environment.NOTIFY_SOCKET;
  return { NOTIFY_SOCKET, WATCHDOG_USEC, PATH };
}

/** @param environment as systemd gave it to this process: sd_notify(3), sd_watchdog_enabled(3) */
export function openNotify(environment: NotifyEnvironment, log: Log): (notice: Notice) => void {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, PATH } = environment;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return () => {};
  const watchdogMs = Number(WATCHDOG_USEC) / 1000;
  if (watchdogMs < LEAST_WATCHDOG_MS)
    log.warn('WatchdogSec is so short that systemd may end a gateway that is well', { watchdogMs });
  // Nothing else of the environment: it has passwords in it.
  const options = { env: { NOTIFY_SOCKET, PATH }, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
  let isRunning = false;
  let waiting: Notice | null = null;
  let hasFailed = false;
  const tell = (notice: Notice): void => {
    if (isRunning) {
      // A pet that waited would tell of a pass long ago, and what else it says would still run when the next one comes.
      const { WATCHDOG, ...rest } = notice;
      if (WATCHDOG === undefined || rest.READY !== undefined) waiting = { ...waiting, ...rest };
      return;
    }
    isRunning = true;
    run(linesOf(notice), options, error => {
      isRunning = false;
      if (error !== null && !hasFailed) log.error('systemd-notify failed', { detail: error.message });
      hasFailed = error !== null;
      const next = waiting;
      waiting = null;
      if (next !== null) tell(next);
    });
  };
  return tell;
}

/** Where a system is short of memory Node.js throws instead of calling back: that must not end a loop that turns. */
function run(lines: readonly string[], options: ExecFileOptions, done: (error: Error | null) => void): void {
  try {
    execFile('systemd-notify', lines, options, error => done(error));
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

/** A line end would begin another variable, and part of a status is what a meter's wire said. */
const linesOf = (notice: Notice): string[] =>
  Object.entries(notice).map(([name, value]) => `${name}=${value.replace(/\p{Cc}+/gu, ' ')}`);
