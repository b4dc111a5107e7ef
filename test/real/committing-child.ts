/** A process that commits without rest, and says on stdout what it was answered: `committing-child.ts FOLDER FIRST`. */
import { silentLog } from '#base/log.ts';
import { openClock } from '#real/clock.ts';
import { openStoreWorker } from '#real/store-worker.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
/** As many chargers tell something at once. */
const AT_ONCE = 20;

const opened = openStoreWorker(folder, { clock: openClock(() => {}), log: silentLog });
if (!opened.ok) throw new Error(opened.detail);
const store = opened.value;

let next = Number(first);

async function commits(): Promise<never> {
  for (;;) {
    const key = String(next++);
    const document = { kind: 'd', key, json: '{}' };
    const record = { kind: 'r', atWallMs: 1, json: key };
    const outcome = await store.commit([
      { type: 'put', document },
      { type: 'append', record },
    ]);
    if (outcome.ok) process.stdout.write(`${key}\n`);
  }
}

for (let n = 0; n < AT_ONCE; n++) void commits();
