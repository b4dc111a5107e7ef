/** What the back office says of cards in advance: its local list, groups, and the keys that say what counts. */
import { describe, expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { handMade, told } from './hand-made.ts';
import { actionsSince, ask, charges, garage, ledgerOf, NOTHING_WRONG, officeOf, plugged, status } from './office.ts';

const card = (idTag: string, word = 'Accepted', more: object = {}) => ({ idTag, idTagInfo: { status: word, ...more } });
const send = (site: Story, updateType: 'Full' | 'Differential', listVersion: number, cards: readonly object[]) =>
  ask(site, 'SendLocalList', {
    listVersion,
    updateType,
    ...(cards.length === 0 ? {} : { localAuthorizationList: cards }),
  });
const version = async (site: Story) =>
  ((await ask(site, 'GetLocalListVersion', {})) as { listVersion: number }).listVersion;
const set = (site: Story, key: string, value: string) => ask(site, 'ChangeConfiguration', { key, value });

const REGISTER = 'Energy.Active.Import.Register';

const away = async (site: Story) => {
  officeOf(site).leave();
  await site.run('1 min');
};

describe('the local list', () => {
  it('is sent whole and changed by version, and a message that does not fit changes nothing', async () => {
    const site = await garage(1);
    expect(await version(site)).toBe(0);
    expect(await send(site, 'Full', 3, [card('A'), card('B', 'Blocked')])).toEqual(status('Accepted'));
    expect(await version(site)).toBe(3);
    expect(await send(site, 'Differential', 3, [card('C')])).toEqual(status('VersionMismatch'));
    expect(await send(site, 'Differential', 4, [card('C'), { idTag: 'A' }])).toEqual(status('Accepted'));
    expect(await send(site, 'Full', 0, [card('A')])).toEqual(status('Failed'));
    expect(await send(site, 'Full', 5, [{ idTag: 'A' }])).toEqual(status('Failed'));
    expect(await send(site, 'Differential', 5, [card('A'), card('a', 'Blocked')])).toEqual(status('Failed'));
    const many = Array.from({ length: 1_001 }, (_, n) => card(`CARD-${n}`));
    expect(await send(site, 'Full', 5, many)).toEqual(status('Failed'));
    expect(await version(site)).toBe(4);
    expect(await send(site, 'Full', 5, [])).toEqual(status('Accepted'));
    expect(await version(site)).toBe(0);
    await site.close();
  });

  it('says who may charge while the back office is away, under the strictest rule and after a restart', async () => {
    const site = await garage(1, { whoMayCharge: 'csms' }, { mortal: true });
    const later = new Date(site.site.clock.wallMs() + 3_600_000).toISOString();
    const cards = [card('GOOD'), card('BAD', 'Blocked'), card('SHORT', 'Accepted', { expiryDate: later })];
    expect(await send(site, 'Full', 1, cards)).toEqual(status('Accepted'));
    await away(site);
    site.life?.restart(site.site.random.split('death'), 2_000);
    await site.run('3 min');
    expect(await charges(site, 'CP1', 'good')).toBe(true);
    expect(await charges(site, 'CP1', 'SHORT')).toBe(true);
    expect(await charges(site, 'CP1', 'BAD')).toBe(false);
    expect(await charges(site, 'CP1', 'STRANGER')).toBe(false);
    await site.run('60 min');
    expect(await charges(site, 'CP1', 'SHORT'), 'its hour is over').toBe(false);
    officeOf(site).back();
    await site.run('10 min');
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    await site.close();
  });

  it('goes before what was accepted earlier', async () => {
    const site = await garage(1);
    expect(await charges(site, 'CP1', 'GUEST')).toBe(true);
    expect(await send(site, 'Full', 1, [card('GUEST', 'Blocked')])).toEqual(status('Accepted'));
    await away(site);
    // Five minutes long it is not asked again who was accepted.
    await site.run('5 min');
    expect(await charges(site, 'CP1', 'GUEST')).toBe(false);
    await site.close();
  });

  it('can be switched off: then it has no version, takes nothing and counts for nothing', async () => {
    const site = await garage(1);
    expect(await send(site, 'Full', 1, [card('GOOD')])).toEqual(status('Accepted'));
    expect(await set(site, 'LocalAuthListEnabled', 'false')).toEqual(status('Accepted'));
    expect(await version(site)).toBe(-1);
    expect(await send(site, 'Full', 2, [card('GOOD')])).toEqual(status('NotSupported'));
    await away(site);
    expect(await charges(site, 'CP1', 'GOOD')).toBe(false);
    await site.close();
  });
});

describe('keys that say what counts', () => {
  it.each([
    ['LocalAuthorizeOffline', 'false'],
    ['AuthorizationCacheEnabled', 'false'],
  ])('%s=%s: who was accepted before does not charge while the back office is away', async (key, value) => {
    const site = await garage(1);
    expect(await charges(site, 'CP1', 'GUEST')).toBe(true);
    expect(await set(site, key, value)).toEqual(status('Accepted'));
    await away(site);
    await site.run('5 min');
    expect(await charges(site, 'CP1', 'GUEST')).toBe(false);
    await site.close();
  });

  it('ClearCache: who was accepted before is forgotten, who is listed is not', async () => {
    const site = await garage(1);
    expect(await charges(site, 'CP1', 'GUEST')).toBe(true);
    expect(await send(site, 'Full', 1, [card('MEMBER')])).toEqual(status('Accepted'));
    expect(await ask(site, 'ClearCache', {})).toEqual(status('Accepted'));
    await away(site);
    expect([await charges(site, 'CP1', 'GUEST'), await charges(site, 'CP1', 'MEMBER')]).toEqual([false, true]);
    await site.close();
  });

  it('LocalPreauthorize: who is listed does not wait for a slow back office', async () => {
    const site = await garage(1, { whoMayCharge: 'csms' });
    expect(await send(site, 'Full', 1, [card('GOOD')])).toEqual(status('Accepted'));
    expect(await set(site, 'LocalPreauthorize', 'true')).toEqual(status('Accepted'));
    const from = officeOf(site).received.length;
    expect(await charges(site, 'CP1', 'GOOD')).toBe(true);
    expect(actionsSince(officeOf(site), from)).not.toContain('Authorize');
    await site.close();
  });

  it('LocalPreauthorize: nor does who was accepted before, whatever the local rule is', async () => {
    const site = await garage(1, { whoMayCharge: 'csms' });
    expect(await charges(site, 'CP1', 'GUEST')).toBe(true);
    expect(await set(site, 'LocalPreauthorize', 'true')).toEqual(status('Accepted'));
    await site.run('6 min');
    const from = officeOf(site).received.length;
    expect(await charges(site, 'CP1', 'GUEST')).toBe(true);
    expect(actionsSince(officeOf(site), from)).not.toContain('Authorize');
    await site.close();
  });

  it('AuthorizeRemoteTxRequests: a start from above asks for its card first', async () => {
    const site = await garage(1);
    expect(await set(site, 'AuthorizeRemoteTxRequests', 'true')).toEqual(status('Accepted'));
    officeOf(site).behave({ card: idTag => (idTag === 'BAD' ? 'Blocked' : 'Accepted') });
    await plugged(site, 'CP1');
    const start = (idTag: string) => ask(site, 'RemoteStartTransaction', { connectorId: 1, idTag });
    expect(await start('BAD')).toEqual(status('Rejected'));
    expect(await start('GOOD')).toEqual(status('Accepted'));
    await site.run('1 min');
    expect(officeOf(site).ledger.starts).toMatchObject([{ idTag: 'GOOD' }]);
    await site.close();
  });

  it('StopTransactionOnInvalidId=false: a session that is refused after its start goes on', async () => {
    const site = await garage(1, { whoMayCharge: 'everyone' });
    expect(await set(site, 'StopTransactionOnInvalidId', 'false')).toEqual(status('Accepted'));
    await away(site);
    site.plug('CP1', { idTag: 'BLOCKED' });
    await site.run('2 min');
    officeOf(site).behave({ card: () => 'Blocked' });
    officeOf(site).back();
    await site.run('5 min');
    expect(site.drawA('CP1')).toBeGreaterThan(0);
    await site.close();
  });

  it('what was set outlives a restart, and what cannot be set says so', async () => {
    const site = await garage(2, {}, { mortal: true });
    expect(await set(site, 'LocalPreauthorize', 'true')).toEqual(status('Accepted'));
    expect(await set(site, 'LocalPreauthorize', 'perhaps')).toEqual(status('Rejected'));
    site.life?.restart(site.site.random.split('death'), 2_000);
    await site.run('3 min');
    const key = ['LocalPreauthorize', 'ConnectorPhaseRotation', 'SecurityProfile', 'Nonsense'];
    expect(await ask(site, 'GetConfiguration', { key })).toEqual({
      configurationKey: [
        { key: 'ConnectorPhaseRotation', readonly: true, value: '0.RST,1.RST,2.RST' },
        { key: 'LocalPreauthorize', readonly: false, value: 'true' },
        { key: 'SecurityProfile', readonly: true, value: '1' },
      ],
      unknownKey: ['Nonsense'],
    });
    for (const name of ['ConnectorPhaseRotation', 'SupportedFeatureProfiles', 'NumberOfConnectors'])
      expect(await set(site, name, '1'), name).toEqual(status('Rejected'));
    await site.close();
  });
});

describe('keys of samples and messages', () => {
  it('ClockAlignedDataInterval: a session is told at the marks of the clock, and only there', async () => {
    const site = await garage(2, { whoMayCharge: 'everyone' });
    const office = officeOf(site);
    expect(await set(site, 'MeterValueSampleInterval', '0')).toEqual(status('Accepted'));
    expect(await set(site, 'MeterValuesAlignedData', 'Energy.Active.Import.Register,RPM')).toEqual(status('Rejected'));
    expect(await set(site, 'ClockAlignedDataInterval', '900')).toEqual(status('Accepted'));
    site.plug('CP1');
    await site.run('2 min');
    const from = office.received.length;
    await site.run('45 min');
    const values = office.received.slice(from).filter(({ action }) => action === 'MeterValues');
    const ofSession = values.filter(({ payload }) => payload.connectorId === 1);
    expect(ofSession).toHaveLength(3);
    for (const { payload } of ofSession) {
      const [sample] = payload.meterValue as { timestamp: string; sampledValue: { context: string }[] }[];
      expect(Date.parse(sample?.timestamp ?? '') % 900_000).toBeLessThan(10_000);
      expect(sample?.sampledValue).toMatchObject([{ context: 'Sample.Clock', measurand: REGISTER }]);
    }
    await site.close();
  });

  it('TransactionMessageAttempts and its interval: how often and when a refused message is sent again', async () => {
    const site = await garage(1, { whoMayCharge: 'everyone' });
    expect(await set(site, 'TransactionMessageAttempts', '2')).toEqual(status('Accepted'));
    expect(await set(site, 'TransactionMessageRetryInterval', '30')).toEqual(status('Accepted'));
    officeOf(site).behave({ errors: { StartTransaction: 9 } });
    site.plug('CP1');
    await site.run('5 min');
    const sent = officeOf(site).received.filter(({ action }) => action === 'StartTransaction');
    expect(sent).toHaveLength(2);
    expect(Math.round(((sent[1]?.atMs ?? 0) - (sent[0]?.atMs ?? 0)) / 1000)).toBe(30);
    await site.close();
  });
});

describe('groups', () => {
  it('the card that began a session, or another of its group, stops it, also while the back office is away', async () => {
    const site = await garage(1, { whoMayCharge: 'csms' });
    const fleet = { parentIdTag: 'FLEET' };
    expect(
      await send(site, 'Full', 1, [card('A', 'Accepted', fleet), card('B', 'Accepted', fleet), card('C')]),
    ).toEqual(status('Accepted'));
    await away(site);
    const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
    const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: told(site) };
    expect(await hand.say('StartTransaction', start)).toMatchObject({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' },
    });
    expect(await hand.say('Authorize', { idTag: 'B' })).toEqual({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' },
    });
    expect(await hand.say('Authorize', { idTag: 'C' })).toEqual({ idTagInfo: { status: 'Accepted' } });
    await site.close();
  });

  it('the group that the back office names is told to the charger, and is known when it is away', async () => {
    const site = await garage(1, { whoMayCharge: 'csms' });
    officeOf(site).behave({ group: () => 'FLEET' });
    const hand = await handMade(site, 'CP1', 'CP1', 'secret-1');
    const word = { idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } };
    expect(await hand.say('Authorize', { idTag: 'B' })).toEqual(word);
    const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: told(site) };
    expect(await hand.say('StartTransaction', start)).toMatchObject(word);
    await away(site);
    expect(await hand.say('Authorize', { idTag: 'B' }), 'nobody else may: the rule is csms').toEqual(word);
    expect(await hand.say('Authorize', { idTag: 'STRANGER' })).toEqual({ idTagInfo: status('Invalid') });
    await site.close();
  });
});
