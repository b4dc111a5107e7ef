/** A back office that loses answers, refuses messages or gives ids as it likes: still each session once. */
import { expect, it } from 'vitest';
import type { Received } from '#sim/office.ts';
import { garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const wordsOf = ({ id, action, payload }: Received) => JSON.stringify([id, action, payload]);

it('an answer that is lost has the same message sent again, byte for byte, and makes no second session', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  office.behave({ loseAnswers: 1 });
  site.plug('CP1');
  await site.run('3 min');
  office.behave({ loseAnswers: 1 });
  site.unplug('CP1');
  await site.run('3 min');
  for (const action of ['StartTransaction', 'StopTransaction']) {
    const sent = office.received.filter(call => call.action === action).map(wordsOf);
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
  }
  expect(office.ledger.starts).toHaveLength(1);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect(office.complaints).toEqual([]);
  await site.close();
});

it.each([
  ['0', () => 0],
  ['the same for all', () => 7],
  ['negative', (count: number) => -5 - count],
])('a transaction id of the back office may be %s', async (_, transactionId) => {
  const site = await garage(2, EVERYONE);
  const office = officeOf(site);
  office.behave({ transactionId });
  for (const identity of ['CP1', 'CP2']) site.plug(identity);
  await site.run('5 min');
  for (const identity of ['CP1', 'CP2']) site.unplug(identity);
  await site.run('2 min');
  expect(new Set(office.ledger.stops.map(stop => stop.transactionId))).toEqual(
    new Set([transactionId(0), transactionId(1)]),
  );
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it('a message that is refused is tried three times within minutes, and what stands behind it waits its turn', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  office.behave({ errors: { StartTransaction: 2 } });
  site.plug('CP1');
  await site.run('2 min');
  site.unplug('CP1');
  await site.run('5 min');
  const sent = office.received.filter(call => call.action === 'StartTransaction');
  expect(sent.map(({ atMs }) => Math.round((atMs - (sent[0]?.atMs ?? 0)) / 1000))).toEqual([0, 60, 180]);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it('one that is refused for good is set aside, and those behind it go', async () => {
  const site = await garage(2, EVERYONE, { seen: true });
  const office = officeOf(site);
  office.behave({ errors: { StartTransaction: 3 } });
  site.plug('CP1');
  await site.run('1 min');
  site.plug('CP2');
  await site.run('10 min');
  expect(office.ledger.starts.map(start => start.connectorId)).toEqual([2]);
  const page = await fetch(`http://127.0.0.1:${site.gateway.ports.web}/api/v1/upstream`);
  expect(await page.json()).toMatchObject([
    { identity: 'SITE-1', state: 'connected', queued: 0, setAside: 1, why: '' },
  ]);
  await site.close();
});

it('a back office that hears and does not answer is away, not wrong: the message goes again on a new link', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  office.behave({ answerMs: 3_600_000 });
  site.plug('CP1');
  await site.run('4 min');
  expect(site.drawA('CP1')).toBeGreaterThan(6);
  office.behave({ answerMs: 20 });
  await site.run('5 min');
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect(new Set(office.received.filter(call => call.action === 'StartTransaction').map(wordsOf)).size).toBe(1);
  await site.close();
});
