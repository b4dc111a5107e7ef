/** The world of sockets, disks and clocks: the only place that makes real ones. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { type Outcome, ok } from '#base/outcome.ts';
import { openClock } from '#real/clock.ts';
import { upload } from '#real/http-upload.ts';
import { lockFolder } from '#real/lock.ts';
import { type LogLevel, openLog, stderr } from '#real/log.ts';
import { openBus } from '#real/modbus.ts';
import { recentLines } from '#real/recent-lines.ts';
import { openSqlite } from '#real/sqlite.ts';
import { openStoreWorker } from '#real/store-worker.ts';
import { dial, listenForChargers } from '#real/websocket.ts';
import type { RecordStore, World } from '#world.ts';

/** A world on this machine; its log goes to stderr. */
export function realWorld(level: LogLevel = 'info'): World {
  const clock = openClock();
  const lines = recentLines(stderr());
  const log = openLog(level, lines);
  return {
    clock,
    log,
    randomness: { uuid: randomUUID, int: below => randomInt(below) },
    listenForChargers: (options, door) => listenForChargers(options, door),
    dial,
    upload,
    recentLog: () => lines.all(),
    openBus,
    openStore: folder => openLocked(folder, { clock, log }),
  };
}

/** The records of a state folder that is ours alone until they are closed (rule 29). */
function openLocked(folder: string | null, deps: { readonly clock: Clock; readonly log: Log }): Outcome<RecordStore> {
  const lock = folder === null ? null : lockFolder(folder);
  if (lock !== null && !lock.ok) return lock;
  const opened = folder === null ? openSqlite(null, deps) : openStoreWorker(folder, deps);
  if (!opened.ok) {
    lock?.value.release();
    return opened;
  }
  const records = opened.value;
  return ok({
    append: rows => records.append(rows),
    newest: (kind, limit) => records.newest(kind, limit),
    commit: changes => records.commit(changes),
    documents: kind => records.documents(kind),
    eachDocument: (kind, seen) => records.eachDocument(kind, seen),
    document: (kind, key) => records.document(kind, key),
    prune: (kind, beforeWallMs) => records.prune(kind, beforeWallMs),
    async close() {
      await records.close();
      lock?.value.release();
    },
  });
}
