/**
 * One process for each state folder and each serial bus (safety rule 29). The lock is SQLite's on an empty
 * database file: fcntl(2) byte ranges, which the kernel takes back when the process dies, SIGKILL included,
 * and which hold between containers that share the folder. Nothing is ever written to the file, so a power
 * cut cannot damage it. Who holds it stands beside it, for people only.
 *
 * Never open the lock file by other means in this process: closing any descriptor of it drops the lock.
 */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failed, type Outcome, ok } from '#base/outcome.ts';

export const LOCK_FILE = 'busbar.lock';

/** Two that start at the same moment: the one that loses looks again for so long. */
const LOOK_AGAIN_MS = 500;
/** Primary result code SQLITE_BUSY (sqlite.org/rescode.html). */
const BUSY = 5;
/** A holder's file is one short line; anything longer is not ours to print. */
const HOLDER_CHARACTERS = 200;

export type Lock = { release(): void };

/** Holds a state folder, made if it is not there. Fails with words that name who has it. */
export function lockFolder(folder: string): Outcome<Lock> {
  return lockFile(join(folder, LOCK_FILE), `the state folder ${folder}`);
}

/** Holds serial lines for one process of this machine, all or none; a device under two names is one line. */
export function lockSerial(devices: readonly string[]): Outcome<Lock> {
  const held: Lock[] = [];
  const all: Lock = {
    release() {
      for (const lock of held) lock.release();
    },
  };
  for (const path of new Set(devices.map(realPath))) {
    const lock = lockFile(join(tmpdir(), `busbar-serial-${encodeURIComponent(path)}.lock`), `the serial bus ${path}`);
    if (!lock.ok) {
      all.release();
      return lock;
    }
    held.push(lock.value);
  }
  return ok(all);
}

/** A device that is not plugged in yet goes by the name it was given. */
function realPath(device: string): string {
  try {
    return realpathSync(device);
  } catch {
    return resolve(device);
  }
}

function lockFile(path: string, what: string): Outcome<Lock> {
  let database: DatabaseSync | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: LOOK_AGAIN_MS });
    // The journal of a transaction that writes nothing need not lie about as a file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    tellHolder(path);
    return ok(heldBy(database));
  } catch (error) {
    database?.close();
    if (isBusy(error)) return failed('rejected', `${what} belongs to another Busbar (${holderOf(path)})`);
    return failed('exception', `${what} cannot be locked: ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function heldBy(database: DatabaseSync): Lock {
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === BUSY;

const holderFile = (path: string): string => `${path}.holder`;

/** Process ids mean something on one host (and in one container) only, so its name stands with it. */
function tellHolder(path: string): void {
  try {
    writeFileSync(holderFile(path), `process ${process.pid} on ${hostname()}\n`);
  } catch {
    // Only words for people: the lock is held without them.
  }
}

function holderOf(path: string): string {
  try {
    return readFileSync(holderFile(path), 'utf8').slice(0, HOLDER_CHARACTERS).trim();
  } catch {
    return 'which did not say who it is';
  }
}
