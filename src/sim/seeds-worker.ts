/** A worker thread of `seeds.ts`: runs each seed it is handed and answers with its outcome. */
import { parentPort, workerData } from 'node:worker_threads';
import { oneSeed, type SeedsOptions } from './seeds.ts';

const options = workerData as SeedsOptions;

parentPort?.on('message', async (seed: number) => {
  parentPort?.postMessage(await oneSeed(options, seed));
});
