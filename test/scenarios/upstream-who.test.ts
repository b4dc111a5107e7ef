/** Who may charge: the back office says, and the local rule while it is silent or away. */
import { describe, expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { gateView } from '#site/gate/view.ts';
import { type HandMade, handMade, told } from './hand-made.ts';
import { garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const charges = (site: Story, identity = 'CP1') => site.drawA(identity) > 0;

describe('while the back office is there', () => {
  it('a card that it refuses does not charge, and one that it accepts does', async () => {
    const site = await garage(2);
    officeOf(site).behave({ card: idTag => (idTag === 'STRANGER' ? 'Invalid' : 'Accepted') });
    site.plug('CP1', { idTag: 'STRANGER' });
    site.plug('CP2', { idTag: 'MEMBER' });
    await site.run('2 min');
    expect([charges(site, 'CP1'), charges(site, 'CP2')]).toEqual([false, true]);
    await site.run('2 min');
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    await site.close();
  });

  it('a driver waits four seconds for a slow one, then the local rule answers', async () => {
    const site = await garage(1, { knownTokens: ['STAFF'] });
    officeOf(site).behave({ answerMs: 20_000 });
    site.plug('CP1', { idTag: 'STAFF' });
    // The card is shown at most 10 s after the plug.
    await site.run('18 s');
    expect(site.gateway.state().connectors[0]?.transaction?.idToken).toBe('STAFF');
    expect(site.post('CP1').station.connectorOf(1).transaction?.id).not.toBeNull();
    await site.close();
  });

  it('a card that is let in here and refused there is stopped, and the stop says DeAuthorized', async () => {
    const site = await garage(1, { whoMayCharge: 'everyone' });
    const office = officeOf(site);
    office.behave({ card: () => 'Blocked' });
    office.leave();
    await site.run('1 min');
    site.plug('CP1', { idTag: 'BLOCKED' });
    await site.run('3 min');
    expect(charges(site)).toBe(true);
    office.back();
    await site.run('5 min');
    expect(charges(site)).toBe(false);
    expect(office.ledger.stops).toMatchObject([{ reason: 'DeAuthorized' }]);
    await site.close();
  });
});

describe('while the back office is away', () => {
  const away = async (upstream: Parameters<typeof garage>[1], chargers = 1) => {
    const site = await garage(chargers, upstream);
    officeOf(site).leave();
    await site.run('1 min');
    return site;
  };

  it.each([
    ['everyone', 'ANY', true],
    ['known', 'ANY', false],
    ['known', 'STAFF', true],
    ['csms', 'STAFF', false],
  ] as const)('under the rule “%s” the card %s charges: %s', async (whoMayCharge, idTag, may) => {
    const site = await away({ whoMayCharge, knownTokens: ['staff'] });
    site.plug('CP1', { idTag });
    await site.run('2 min');
    expect(charges(site)).toBe(may);
    officeOf(site).back();
    await site.run('5 min');
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    await site.close();
  });

  it('a card that it accepted before is known, and no longer after it was refused', async () => {
    const site = await garage(1);
    const office = officeOf(site);
    const charge = async () => {
      site.plug('CP1', { idTag: 'GUEST' });
      await site.run('2 min');
      const did = charges(site);
      site.unplug('CP1');
      await site.run('7 min');
      return did;
    };
    expect(await charge()).toBe(true);
    office.leave();
    expect(await charge(), 'accepted within 30 days').toBe(true);
    office.behave({ card: () => 'Invalid' });
    office.back();
    await site.run('10 min');
    expect(await charge(), 'refused now').toBe(false);
    office.leave();
    await site.run('1 min');
    expect(await charge(), 'and from then on').toBe(false);
    await site.close();
  });

  it('one card does not start two cars', async () => {
    const site = await away({ knownTokens: ['STAFF'] }, 2);
    site.plug('CP1', { idTag: 'STAFF' });
    await site.run('1 min');
    site.plug('CP2', { idTag: 'STAFF' });
    await site.run('1 min');
    expect([charges(site, 'CP1'), charges(site, 'CP2')]).toEqual([true, false]);
    await site.close();
  });
});

describe('a charger that goes on although its card was refused', () => {
  const start = (site: Story) => ({ connectorId: 1, idTag: 'STRANGER', meterStart: 0, timestamp: told(site) });
  /** CP2, by hand: its car draws 16 A whatever its card is told. */
  const going = async (site: Story) => {
    const charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
    const begun = await charger.say('StartTransaction', start(site));
    return { charger, begun: begun as { transactionId: number; idTagInfo: { status: string } } };
  };
  const draws = (site: Story, charger: HandMade, transactionId: number) => {
    const values = ['L1', 'L2', 'L3'].map(phase => ({ value: '16', measurand: 'Current.Import', unit: 'A', phase }));
    return charger.say('MeterValues', {
      ...{ connectorId: 1, transactionId, meterValue: [{ timestamp: told(site), sampledValue: values }] },
    });
  };
  const bookedA = ({ gateway, site }: Story) =>
    Math.min(...(gateView(gateway.state(), site.clock.nowMs()).connectors[1]?.exposureMa ?? [0])) / 1000;
  const stops = ({ asked }: HandMade) => asked.filter(({ action }) => action === 'RemoteStopTransaction');

  it.each([
    ['csms', {}],
    ['known', { knownTokens: ['another'] }],
  ] as const)('is stopped by us under the rule “%s”, its draw booked until it does', async (whoMayCharge, more) => {
    const site = await garage(2, { whoMayCharge, ...more });
    const office = officeOf(site);
    office.leave();
    await site.run('1 min');
    const { charger, begun } = await going(site);
    expect(begun.idTagInfo.status).toBe('Invalid');
    for (let look = 0; look < 20; look++) {
      await draws(site, charger, begun.transactionId);
      expect(bookedA(site)).toBeGreaterThanOrEqual(16);
    }
    // It says Accepted and does nothing: it is asked again, a minute apart.
    expect(stops(charger).length).toBeGreaterThanOrEqual(2);
    expect(stops(charger)[0]?.payload).toEqual({ transactionId: begun.transactionId });
    const { transactionId } = begun;
    await charger.say('StopTransaction', { transactionId, meterStop: 900, reason: 'Remote', timestamp: told(site) });
    const asked = stops(charger).length;
    office.back();
    await site.run('10 min');
    expect(stops(charger)).toHaveLength(asked);
    expect(office.ledger.stops).toMatchObject([{ meterStop: 900, reason: 'DeAuthorized' }]);
    await site.close();
  });

  it('is asked five times and then left to a person', async () => {
    const site = await garage(2, { whoMayCharge: 'csms' });
    officeOf(site).leave();
    await site.run('1 min');
    const { charger, begun } = await going(site);
    for (let look = 0; look < 100; look++) await draws(site, charger, begun.transactionId);
    expect(stops(charger)).toHaveLength(5);
    await site.close();
  });

  it('is asked when it is back, however long it was away', async () => {
    const site = await garage(2, { whoMayCharge: 'csms' });
    officeOf(site).leave();
    await site.run('1 min');
    const { charger } = await going(site);
    site.post('CP2').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    await site.run('20 min');
    const before = stops(charger).length;
    expect(before).toBeLessThanOrEqual(1);
    site.post('CP2').link.mend();
    const again = await handMade(site, 'CP2', 'CP2', 'secret-2');
    await site.run('10 min');
    expect(before + stops(again).length).toBe(5);
    await site.close();
  });

  it('is asked nothing where it ends by itself, and its own reason stands', async () => {
    const site = await garage(2, { whoMayCharge: 'csms' });
    const office = officeOf(site);
    office.leave();
    await site.run('1 min');
    const charger = await handMade(site, 'CP2', 'CP2', 'secret-2');
    void charger.say('StartTransaction', start(site));
    await site.run('1 s');
    const transactionId = site.gateway.state().connectors[1]?.transaction?.id;
    const stop = { transactionId, meterStop: 1, reason: 'DeAuthorized', timestamp: told(site) };
    await charger.say('StopTransaction', stop);
    office.back();
    await site.run('5 min');
    expect(stops(charger)).toEqual([]);
    expect(office.ledger.stops).toMatchObject([{ reason: 'DeAuthorized' }]);
    await site.close();
  });
});
