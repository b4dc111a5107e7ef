/** A charger that loses a stop, or tells old things late: its socket and its next session are not mistaken for that. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { handMade, told } from './hand-made.ts';
import { garage, officeOf } from './office.ts';

const start = (site: Story) => ({ connectorId: 1, idTag: 'ANNA', meterStart: 5_000, timestamp: told(site) });
const status = (word: string) => ({ connectorId: 1, errorCode: 'NoError', status: word });

it('a socket whose last stop never came can be started from above once its car is gone', async () => {
  const site = await garage(2, { whoMayCharge: 'everyone' });
  const charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
  await charger.say('StartTransaction', start(site));
  const said: unknown[] = [];
  const ask = async () => {
    const call = { connectorId: 2, idTag: 'REMOTE' };
    officeOf(site).call('RemoteStartTransaction', call, answer => said.push(answer.ok && answer.payload.status));
    await site.run('5 s');
  };
  await ask();
  await charger.say('StatusNotification', status('Available'));
  await charger.say('StatusNotification', status('Preparing'));
  await ask();
  expect(said).toEqual(['Rejected', 'Accepted']);
  await site.close();
});

it('what a charger tells late of a session that nobody knows is not billed to the one that runs', async () => {
  const site = await garage(2, { whoMayCharge: 'everyone' });
  const charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
  const begun = (await charger.say('StartTransaction', start(site))) as { readonly transactionId: number };
  const sample = (transactionId: number, value: string) => ({
    ...{ connectorId: 1, transactionId },
    meterValue: [{ timestamp: told(site), sampledValue: [{ value, context: 'Transaction.End' }] }],
  });
  await charger.say('MeterValues', sample(begun.transactionId === 99 ? 98 : 99, '4321'));
  await charger.say('MeterValues', sample(begun.transactionId, '5678'));
  await charger.say('MeterValues', sample(0, '5679'));
  await site.run('2 min');
  const heard = officeOf(site).received.filter(({ action }) => action === 'MeterValues');
  const text = JSON.stringify(heard.map(({ payload }) => payload));
  expect([text.includes('4321'), text.includes('5678'), text.includes('5679')]).toEqual([false, true, true]);
  await site.close();
});

it('starts on sockets that a charger has not fill neither the outbox nor the disk', async () => {
  const site = await garage(2, { whoMayCharge: 'everyone' });
  const charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
  for (let socket = 2; socket < 152; socket++)
    await charger.say('StartTransaction', { ...start(site), connectorId: socket });
  await site.run('1 min');
  expect(officeOf(site).received.filter(({ action }) => action === 'StartTransaction')).toEqual([]);
  const opened = site.site.world.openStore(null);
  if (!opened.ok) throw new Error(opened.detail);
  const kept = (kind: string) => {
    const found = opened.value.documents(kind);
    return found.ok ? found.value.length : -1;
  };
  expect([kept('outbox'), kept('session')]).toEqual([0, 100]);
  await site.close();
});
