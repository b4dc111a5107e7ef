/** What the tests of one file share and leave closed behind them. */
import { afterEach } from 'vitest';
import type { Fields, Log } from '#base/log.ts';
import type { WebHandle } from '#web/web.ts';
import { opened } from './open-garage.ts';

/** Opens web doors; those of a test are closed after it. */
export function doors(): typeof opened {
  const open: WebHandle[] = [];
  afterEach(async () => {
    for (const web of open.splice(0)) await web.close();
  });
  return async (...args) => {
    const web = await opened(...args);
    open.push(web);
    return web;
  };
}

export type Line = { readonly message: string; readonly fields: Fields };

/** A log whose lines are kept, whatever their level. */
export function keepingLog(lines: Line[]): Log {
  const keep = (message: string, fields: Fields = {}) => void lines.push({ message, fields });
  const log: Log = { info: keep, warn: keep, error: keep, child: () => log };
  return log;
}
