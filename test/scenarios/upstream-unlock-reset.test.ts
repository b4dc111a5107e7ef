/** Plugs that are let go from afar, and chargers that are reset from afar. */
import { describe, expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { handMade, told } from './hand-made.ts';
import { actionsSince, ask, garage, ledgerOf, NOTHING_WRONG, officeOf, status } from './office.ts';
import { watchCalls } from './wire.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;
const unlock = (site: Story, connectorId: number) => ask(site, 'UnlockConnector', { connectorId });
const unlocks = (site: Story, identity: string) => site.post(identity).station.connectorOf(1).unlocks;

describe('unlocking', () => {
  it('goes to the charger behind the number, and to no other', async () => {
    const site = await garage(2, EVERYONE);
    expect(await unlock(site, 2)).toEqual(status('Unlocked'));
    expect([unlocks(site, 'CP1'), unlocks(site, 'CP2')]).toEqual([0, 1]);
    expect(await unlock(site, 3)).toEqual(status('NotSupported'));
    await site.close();
  });

  it('ends the session first, and its stop says why', async () => {
    const site = await garage(1, EVERYONE);
    site.plug('CP1');
    await site.run('2 min');
    const calls = watchCalls(site);
    expect(await unlock(site, 1)).toEqual(status('Unlocked'));
    const asked = calls.map(({ action }) => action).filter(action => /Stop|Unlock/.test(action));
    expect(asked).toEqual(['RemoteStopTransaction', 'UnlockConnector']);
    await site.run('1 min');
    expect(officeOf(site).ledger.stops).toMatchObject([{ reason: 'UnlockCommand' }]);
    expect(ledgerOf(site).duplicated).toEqual([]);
    await site.close();
  });

  it('of a charger that is away, or does not answer, failed', async () => {
    const site = await garage(2, EVERYONE);
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await site.run('5 s');
    expect(await unlock(site, 1)).toEqual(status('UnlockFailed'));
    const hand = await handMade(site, 'CP2', 'CP2', 'secret-2');
    hand.answers('UnlockConnector', status('UnlockFailed'));
    expect(await unlock(site, 2)).toEqual(status('UnlockFailed'));
    hand.answers('UnlockConnector', 'NotImplemented');
    expect(await unlock(site, 2)).toEqual(status('NotSupported'));
    await site.close();
  });
});

describe('a reset', () => {
  const resets = (calls: ReturnType<typeof watchCalls>) =>
    calls.filter(({ action }) => action === 'Reset').map(({ identity, payload }) => [identity, payload.type]);
  const fault = (site: Story, identity: string) => site.post(identity).station.connectorOf(1).setStatus('Faulted');

  it('without a scope means the chargers that are faulted and idle, one after the other', async () => {
    const site = await garage(4, EVERYONE);
    site.plug('CP2');
    await site.run('2 min');
    for (const identity of ['CP2', 'CP3', 'CP4']) fault(site, identity);
    await site.run('10 s');
    const calls = watchCalls(site);
    const from = officeOf(site).received.length;
    expect(await ask(site, 'Reset', { type: 'Hard' })).toEqual(status('Accepted'));
    await site.run('1 min');
    expect(resets(calls)).toEqual([
      ['CP3', 'Hard'],
      ['CP4', 'Hard'],
    ]);
    const [first, second] = calls.filter(({ action }) => action === 'Reset').map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBe(5_000);
    expect(actionsSince(officeOf(site), from)).toContain('BootNotification');
    await site.close();
  });

  it.each([
    ['idle', ['CP1', 'CP3']],
    ['all', ['CP1', 'CP2', 'CP3']],
  ] as const)('of the scope “%s” means %s', async (resetScope, meant) => {
    const site = await garage(3, { ...EVERYONE, resetScope });
    site.plug('CP2');
    await site.run('2 min');
    const calls = watchCalls(site);
    expect(await ask(site, 'Reset', { type: 'Soft' })).toEqual(status('Accepted'));
    await site.run('1 min');
    expect(resets(calls)).toEqual(meant.map(identity => [identity, 'Soft']));
    await site.run('10 min');
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    await site.close();
  });

  it('of one charger is a data transfer that names a connector or the charger', async () => {
    const site = await garage(3, EVERYONE);
    const calls = watchCalls(site);
    const transfer = (data: string) => ask(site, 'DataTransfer', { vendorId: 'busbar', messageId: 'Reset', data });
    expect(await transfer('{"evseId": 2, "type": "Hard"}')).toEqual(status('Accepted'));
    expect(await transfer('3')).toEqual(status('Accepted'));
    expect(await transfer('CP1')).toEqual(status('Accepted'));
    expect(await transfer('{"evseId": 9}')).toEqual(status('Rejected'));
    expect(await transfer('nobody')).toEqual(status('Rejected'));
    expect(resets(calls)).toEqual([
      ['CP2', 'Hard'],
      ['CP3', 'Soft'],
      ['CP1', 'Soft'],
    ]);
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await site.run('5 s');
    expect(await transfer('CP1')).toEqual(status('Rejected'));
    await site.close();
  });

  it('that a charger does not take is asked for again as often as ResetRetries says', async () => {
    const site = await garage(1, EVERYONE);
    expect(await ask(site, 'ChangeConfiguration', { key: 'ResetRetries', value: '2' })).toEqual(status('Accepted'));
    const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
    hand.answers('Reset', status('Rejected'));
    const faulted = { connectorId: 1, errorCode: 'GroundFailure', status: 'Faulted', timestamp: told(site) };
    await hand.say('StatusNotification', faulted);
    expect(await ask(site, 'Reset', { type: 'Soft' })).toEqual(status('Accepted'));
    await site.run('1 min');
    expect(hand.asked.filter(({ action }) => action === 'Reset')).toHaveLength(3);
    await site.close();
  });
});
