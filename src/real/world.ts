/** The world of sockets, disks and clocks: the only place that makes real ones. */
import { randomInt, randomUUID } from 'node:crypto';
import { openClock } from '#real/clock.ts';
import { type LogLevel, openLog } from '#real/log.ts';
import { openBus } from '#real/modbus.ts';
import { openSqlite } from '#real/sqlite.ts';
import { dial, listenForChargers } from '#real/websocket.ts';
import type { World } from '#world.ts';

/** A world on this machine; its log goes to stderr. */
export function realWorld(level: LogLevel = 'info'): World {
  const clock = openClock();
  const log = openLog(level);
  return {
    clock,
    log,
    randomness: { uuid: randomUUID, int: below => randomInt(below) },
    listenForChargers: (options, door) => listenForChargers(options, door),
    dial,
    openBus,
    openStore: folder => openSqlite(folder, { clock, log }),
  };
}
