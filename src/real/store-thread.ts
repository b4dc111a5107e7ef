/** The store's thread: writes groups as they come, one transaction each. Errors of the disk are answers; anything else ends it. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert, unreachable } from '#base/assert.ts';
import { type Log, silentLog } from '#base/log.ts';
import { attempt } from './sqlite-file.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import type { FromStoreThread, StoreThreadData, ToStoreThread } from './store-protocol.ts';

/** A tool that looks at the file may hold its lock for a moment; here nobody is kept from their work by waiting. */
const BUSY_MS = 200;

const port = parentPort;
assert(port !== null, 'the store thread has a parent');
const tell = (message: FromStoreThread): void => port.postMessage(message);

const say =
  (level: 'warn' | 'error'): Log['warn'] =>
  (message, fields = {}) =>
    tell({ type: 'said', level, message, fields });

const { folder, run } = workerData as StoreThreadData;
const log: Log = { ...silentLog, warn: say('warn'), error: say('error') };
const writer = new SqliteWriter(
  folder,
  { clock: { wallMs: () => Date.now() }, log },
  // Whoever started this thread has just read the file through.
  { run, busyMs: BUSY_MS, readThrough: false, replaced: () => tell({ type: 'replaced' }) },
);

port.on('message', (message: ToStoreThread) => {
  switch (message.type) {
    case 'write':
      tell({ type: 'written', outcome: writer.write(message.turns) });
      return;
    case 'prune':
      tell({ type: 'pruned', id: message.id, outcome: writer.prune(message.kind, message.beforeWallMs) });
      return;
    case 'close':
      writer.close();
      port.close();
      return;
    default:
      unreachable(message);
  }
});

const found = attempt(() => writer.upTo());
tell({ type: 'standing', upTo: found.ok ? found.value : 0 });
