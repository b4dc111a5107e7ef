import { describe, expect, it } from 'vitest';
import { admit, chooseSubprotocol } from '#chargers/admission.ts';
import type { ChargerDoorOptions } from '#chargers/options.ts';
import { createRefusals, MAX_REFUSED } from '#chargers/refusals.ts';
import { createThrottle } from '#chargers/throttle.ts';
import type { Handshake } from '#world.ts';

const chargers: readonly ChargerDoorOptions[] = [
  { index: 0, identity: 'CP01', auth: { kind: 'basic', password: 'secret' } },
  { index: 1, identity: 'CP02', auth: { kind: 'none', address: '10.0.0.12' } },
];
const byIdentity = new Map(chargers.map(charger => [charger.identity, charger]));
const knock = (change: Partial<Handshake>): Handshake => ({
  path: '/ocpp/CP01',
  subprotocols: ['ocpp1.6'],
  authorization: null,
  remoteAddress: '10.0.0.9',
  secure: false,
  ...change,
});
const judge = (change: Partial<Handshake>, throttled = false) => admit(knock(change), byIdentity, () => throttled);

describe('who may come in', () => {
  it.each([
    ['an unknown one', { path: '/ocpp/CP99' }, 404, 'CP99', 'not in the configuration', false],
    ['one without identity', { path: '/' }, 404, '/', 'no identity in the path', false],
    ['one without password', {}, 401, 'CP01', 'sent no password', false],
    ['one with a wrong password', { authorization: `Basic ${btoa('CP01:x')}` }, 401, 'CP01', 'wrong password', true],
    ['one from elsewhere', { path: '/CP02' }, 403, 'CP02', 'address 10.0.0.9 is not the pinned 10.0.0.12', false],
  ])('not %s', (_who, change, status, identity, cause, failedProof) => {
    expect(judge(change)).toMatchObject({ ok: false, status, identity, cause, failedProof });
  });

  it.each([
    ['one with the right password', { authorization: `Basic ${btoa('CP01:secret')}` }, 0],
    ['a pinned one from its address', { path: '/CP02', remoteAddress: '::ffff:10.0.0.12' }, 1],
  ])('%s', (_who, change, index) => {
    expect(judge(change)).toEqual({ ok: true, charger: chargers[index] });
  });

  it('not one from an address that guesses, whatever it sends', () => {
    expect(judge({ authorization: `Basic ${btoa('CP01:secret')}` }, true)).toMatchObject({ ok: false, status: 429 });
  });
});

describe('the version spoken', () => {
  it("is the charger's first that is known here", () => {
    expect(chooseSubprotocol(['ocpp2.0.1', 'ocpp1.6'], ['ocpp1.6'])).toMatchObject({
      subprotocol: 'ocpp1.6',
      offered: true,
    });
    expect(chooseSubprotocol(['ocpp1.6', 'ocpp2.0.1'], ['ocpp2.0.1', 'ocpp1.6'])).toMatchObject({
      subprotocol: 'ocpp1.6',
    });
  });

  it('is 1.6 for a charger that offers none', () => {
    expect(chooseSubprotocol([], ['ocpp1.6'])).toEqual({ ok: true, subprotocol: 'ocpp1.6', offered: false });
  });

  it('is missing, in words, when there is none in common', () => {
    expect(chooseSubprotocol(['ocpp2.0.1'], ['ocpp1.6'])).toEqual({
      ok: false,
      cause: 'offers ocpp2.0.1 only, Busbar here speaks ocpp1.6',
    });
  });
});

describe('wrong passwords', () => {
  it('cost an address its turns after twenty, and one comes back every 3 s', () => {
    const throttle = createThrottle();
    for (let i = 0; i < 20; i += 1) {
      expect(throttle.blocked('10.0.0.9', 1000)).toBe(false);
      throttle.failed('10.0.0.9', 1000);
    }
    expect(throttle.blocked('10.0.0.9', 1000)).toBe(true);
    expect(throttle.blocked('10.0.0.8', 1000)).toBe(false);
    expect(throttle.blocked('10.0.0.9', 3999)).toBe(true);
    expect(throttle.blocked('10.0.0.9', 4000)).toBe(false);
    throttle.failed('10.0.0.9', 4000);
    expect(throttle.blocked('10.0.0.9', 4000)).toBe(true);
    expect(throttle.blocked('10.0.0.9', 64_000)).toBe(false);
  });

  it('are counted for a whole IPv6 network', () => {
    const throttle = createThrottle();
    for (let i = 0; i < 20; i += 1) throttle.failed(`2001:db8:0:1::${i + 1}`, 0);
    expect(throttle.blocked('2001:db8:0:1:ffff::1', 0)).toBe(true);
    expect(throttle.blocked('2001:db8:0:2::1', 0)).toBe(false);
  });

  it('are remembered for a bounded number of addresses', () => {
    const throttle = createThrottle();
    for (let i = 0; i < 5000; i += 1) throttle.failed(`10.0.${i >> 8}.${i & 255}`, i);
    expect(throttle.size()).toBe(1024);
  });
});

describe('the list of those turned away', () => {
  it('keeps one row for each identity and address, with its count and last cause', () => {
    const refusals = createRefusals();
    expect(refusals.note('CP1', 'a', 'sent no password', 1)).toBe(true);
    expect(refusals.note('CP1', 'a', 'wrong password', 2)).toBe(true);
    expect(refusals.note('CP1', 'a', 'wrong password', 3)).toBe(false);
    refusals.note('CP1', 'b', 'wrong password', 4);
    expect(refusals.list()).toEqual([
      { identity: 'CP1', address: 'a', cause: 'wrong password', count: 3, firstAtWallMs: 1, lastAtWallMs: 3 },
      { identity: 'CP1', address: 'b', cause: 'wrong password', count: 1, firstAtWallMs: 4, lastAtWallMs: 4 },
    ]);
    refusals.forget('CP1', 'a');
    expect(refusals.list()).toHaveLength(1);
  });

  it('is bounded: the one that knocked longest ago goes', () => {
    const refusals = createRefusals();
    for (let i = 0; i < MAX_REFUSED + 5; i += 1) refusals.note(`CP${i}`, 'a', 'not in the configuration', i);
    expect(refusals.list()).toHaveLength(MAX_REFUSED);
    expect(refusals.list()[0]?.identity).toBe('CP5');
  });
});
