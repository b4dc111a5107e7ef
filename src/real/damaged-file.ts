/** What happens to a database file that SQLite calls damaged: it is kept under another name, for a person to look at. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { failed, type Outcome, ok } from '#base/outcome.ts';

/** Damaged files kept beside the live one; a failing disk must not fill itself with them. */
const DAMAGED_KEPT = 3;
/** Write-ahead log and its index belong to the file and go with it. */
const COMPANIONS = ['', '-wal', '-shm'];
/** Primary result codes SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
const DAMAGE_CODES = [11, 26];

/** Does SQLite say the file itself is broken, and not just the moment? */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
  return typeof code === 'number' && DAMAGE_CODES.includes(code & 0xff);
}

/**
 * Renames a damaged database file to `<name>.damaged-<time>` and says so.
 * @returns the new path; fails when the folder refuses.
 */
export function setAside(
  path: string,
  why: string,
  deps: { readonly clock: Pick<Clock, 'wallMs'>; readonly log: Log },
): Outcome<string> {
  const to = `${path}.damaged-${new Date(deps.clock.wallMs()).toISOString().replaceAll(':', '-')}`;
  try {
    for (const ending of COMPANIONS) if (existsSync(path + ending)) renameSync(path + ending, to + ending);
    deps.log.error('The record file is damaged. It was set aside and a fresh one begun.', { path, setAside: to, why });
    forgetOldest(path, deps.log);
    return ok(to);
  } catch (error) {
    return failed('exception', `${path} is damaged (${why}) and cannot be renamed: ${String(error)}`);
  }
}

function forgetOldest(path: string, log: Log): void {
  const beginning = `${basename(path)}.damaged-`;
  const aside = readdirSync(dirname(path)).filter(name => name.startsWith(beginning) && name.endsWith('Z'));
  // Their names end in a time, so their order is their age.
  for (const name of aside.sort().slice(0, -DAMAGED_KEPT)) {
    for (const ending of COMPANIONS) rmSync(join(dirname(path), name + ending), { force: true });
    log.warn('The oldest damaged record file was removed.', { name, kept: DAMAGED_KEPT });
  }
}
