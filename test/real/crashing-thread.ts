/** The store's thread with a fault in it: it ends over the next group that names a death, before or after it is on disk. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromStoreThread, StoreThreadData, ToStoreThread } from '#real/store-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('a thread has a parent');

/** There once it has died. */
const died = join((workerData as StoreThreadData).folder, 'died');
let dies: 'before' | 'after' | null = null;
port.on('message', (message: ToStoreThread) => {
  const text = message.type === 'write' ? JSON.stringify(message.turns) : '';
  if (text.includes('die before')) process.exit(1);
  if (text.includes('die once') && !existsSync(died)) {
    writeFileSync(died, '');
    process.exit(1);
  }
  if (text.includes('die after')) dies = 'after';
});

const tell = port.postMessage.bind(port);
port.postMessage = (message: FromStoreThread) => {
  if (message.type === 'written' && dies === 'after') process.exit(1);
  tell(message);
};

await import('#real/store-thread.ts');
