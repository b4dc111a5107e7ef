/** A back office that never answers one message, though it answers others; and one that answers nothing of a kind. */
import { expect, it } from 'vitest';
import type { Received } from '#sim/office.ts';
import type { Story } from '#sim/story.ts';
import { garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const wordsOf = ({ id, action, payload }: Received) => JSON.stringify([id, action, payload]);

/** Messages that wait for a person, as they stand on disk. */
function setAside(site: Story): readonly { readonly what: string; readonly setAside: string }[] {
  const opened = site.site.world.openStore(null);
  const found = opened.ok ? opened.value.documents('outbox') : opened;
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(({ json }) => JSON.parse(json)).filter(row => row.setAside !== undefined);
}

it('one start that is never answered is set aside once another is answered, and what stands behind it goes', async () => {
  const site = await garage(3, EVERYONE);
  const office = officeOf(site);
  office.behave({ mute: (action, { connectorId }) => action === 'StartTransaction' && connectorId === 1 });
  site.plug('CP1');
  await site.run('1 min');
  site.plug('CP2');
  await site.run('1 min');
  site.plug('CP3');
  await site.run('10 min');
  site.unplug('CP1');
  site.unplug('CP2');
  await site.run('1 min');
  expect(office.ledger.starts.map(start => start.connectorId)).toEqual([2, 3]);
  expect(office.ledger.stops.map(stop => stop.transactionId).sort()).toEqual([-1, 1000]);
  expect(setAside(site)).toMatchObject([{ what: 'start', setAside: 'never answered, while others were' }]);
  const sent = office.received.filter(
    ({ action, payload }) => action === 'StartTransaction' && payload.connectorId === 1,
  );
  expect(sent).toHaveLength(4);
  expect(new Set(sent.map(wordsOf)).size).toBe(1);
  expect(office.complaints).toEqual([]);
  await site.close();
});

it('one that stands for itself is tried again for ever, while all else is told', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  office.behave({ mute: action => action === 'StartTransaction' });
  site.plug('CP1');
  await site.run('1 h');
  expect(setAside(site)).toEqual([]);
  const tries = office.received.filter(({ action }) => action === 'StartTransaction');
  expect(new Set(tries.map(wordsOf)).size).toBe(1);
  // Three in a row, then ever more seldom: each of them costs the link.
  expect(tries.length).toBeGreaterThan(5);
  expect(tries.length).toBeLessThan(12);
  office.behave({ mute: () => false });
  await site.run('20 min');
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it.each([
  ['no start', ['StartTransaction']],
  ['neither starts nor stops nor samples', ['StartTransaction', 'StopTransaction', 'MeterValues']],
  ['nothing at all', null],
])(
  'a back office that answers %s for an hour has nothing set aside, and is told all when it does again',
  async (_, actions) => {
    const site = await garage(4, EVERYONE);
    const office = officeOf(site);
    site.plug('CP1');
    await site.run('3 min');
    office.behave({ mute: action => actions?.includes(action) ?? true });
    site.plug('CP2');
    site.plug('CP3');
    await site.run('20 min');
    site.unplug('CP1');
    site.unplug('CP2');
    site.plug('CP4');
    await site.run('40 min');
    expect(setAside(site)).toEqual([]);
    office.behave({ mute: () => false });
    await site.run('30 min');
    expect(setAside(site)).toEqual([]);
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    // Of each session in its order, and each message in the same bytes.
    for (const { transactionId } of office.ledger.stops) {
      const about = office.received.filter(({ payload }) => payload.transactionId === transactionId);
      expect(about.at(-1)?.action).toBe('StopTransaction');
    }
    expect(office.complaints).toEqual([]);
    await site.close();
  },
);

it('samples that are never answered hold up neither a stop nor other cars', async () => {
  const site = await garage(2, EVERYONE);
  const office = officeOf(site);
  site.plug('CP1');
  await site.run('2 min');
  const [first] = office.ledger.starts;
  office.behave({
    mute: (action, { transactionId }) => action === 'MeterValues' && transactionId === first?.transactionId,
  });
  await site.run('2 min');
  site.unplug('CP1');
  site.plug('CP2');
  await site.run('30 min');
  site.unplug('CP2');
  await site.run('5 min');
  expect(office.ledger.stops).toHaveLength(2);
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect(new Set(setAside(site).map(({ what }) => what))).toEqual(new Set(['samples']));
  await site.close();
});

it('a status that is never answered holds up no session and no other status', async () => {
  const site = await garage(3, EVERYONE);
  const office = officeOf(site);
  office.behave({ mute: (action, { connectorId }) => action === 'StatusNotification' && connectorId === 1 });
  const from = office.received.length;
  for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
  await site.run('20 min');
  for (const identity of ['CP1', 'CP2', 'CP3']) site.unplug(identity);
  await site.run('5 min');
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  const calls = office.received.slice(from);
  expect(calls.filter(({ action }) => action === 'MeterValues').length).toBeGreaterThan(10);
  const last = calls.findLast(({ action, payload }) => action === 'StatusNotification' && payload.connectorId === 3);
  expect(last?.payload.status).toBe('Available');
  await site.close();
});
