/** Things done by the calendar of the site, by node-cron. */
import { schedule, validate } from 'node-cron';
import { assert } from '#base/assert.ts';
import type { Log } from '#base/log.ts';

export type Scheduled = {
  /** Wall time of the next run, milliseconds; null once stopped. */
  nextWallMs(): number | null;
  stop(): void;
};

/**
 * Runs something at wall times of the site.
 * @param name shown in the log.
 * @param cronExpression five fields, minute first: `10 3 * * *` is 03:10.
 * @param timezone IANA name, already checked with the configuration: `Europe/Berlin`.
 */
export function nightly(name: string, cronExpression: string, timezone: string, run: () => void, log: Log): Scheduled {
  assert(validate(cronExpression), `cron expression of ${name}: ${cronExpression}`);
  // Handed on to the event loop, because node-cron would swallow what a bug throws.
  const task = schedule(cronExpression, () => void setImmediate(run), {
    name,
    timezone,
    noOverlap: true,
    logger: cronLog(log.child({ schedule: name })),
  });
  let stopped = false;
  return {
    nextWallMs: () => (stopped ? null : (task.getNextRun()?.getTime() ?? null)),
    stop() {
      stopped = true;
      void task.destroy();
    },
  };
}

/** node-cron's own words, a missed run among them. */
function cronLog(log: Log) {
  const text = (message: string | Error) => (message instanceof Error ? message.message : message);
  return {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(text(message)),
    debug() {},
  };
}
