import { RPCClient } from 'ocpp-rpc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { houseWith } from './foreign/house.ts';
import { pause } from './foreign/pause.ts';
import { grantsOf, readSite, until } from './foreign/reading.ts';
import { type ForeignSite, openSite } from './foreign/site.ts';
import { knock, leaveAll, refusedWith } from './foreign/stranger.ts';

const OTHER_SOCKETS = ['F1/1', 'F2/1', 'F3/1'];

const BOOT = '[2,"boot","BootNotification",{"chargePointVendor":"Birch","chargePointModel":"Post 22"}]';

let site: ForeignSite;
let f4: string;
beforeAll(async () => {
  // F4 and F6 are played by bare sockets; the others are strict clients that charge meanwhile.
  site = await openSite(houseWith(['F1', 'F2', 'F3'], ['F4', 'F6']));
  f4 = `${site.chargersUrl}/F4`;
  site.plugAll();
  await until('their cars charge under control', 40_000, async () =>
    site.chargers.every(({ sockets }) => sockets.every(socket => socket.drawMa() >= 6000)) && (await othersControlled())
      ? true
      : null,
  );
}, 60_000);
afterEach(() => leaveAll());
afterAll(() => site.close());

async function othersControlled(): Promise<boolean> {
  const { connectors } = await readSite(site.webUrl);
  return connectors
    .filter(({ charger, connectorId }) => OTHER_SOCKETS.includes(`${charger}/${connectorId}`))
    .every(({ control }) => control === 'controlled');
}

/** Does something bad, then looks: passes go on, the others are obeying and connected, the site is ready. */
async function unnoticed(bad: () => Promise<void>): Promise<void> {
  const before = await readSite(site.webUrl);
  await bad();
  const after = await until('a further pass', 7_000, async () => {
    const found = await readSite(site.webUrl);
    return found.loop.passes > before.loop.passes ? found : null;
  });
  expect(after).toMatchObject({ ready: true, loop: { failedChecks: 0 } });
  expect(await othersControlled()).toBe(true);
  for (const socket of OTHER_SOCKETS) expect(grantsOf(after)[socket]).toBeGreaterThanOrEqual(6);
  for (const { closes } of site.chargers) expect(closes).toEqual([]);
  expect(site.truth.breaches()).toEqual([]);
  expect(site.faults()).toEqual([]);
}

describe('bad input at the charger door', () => {
  it('is answered with the error code of OCPP 1.6, and the connection stays', async () => {
    await unnoticed(async () => {
      const stranger = await knock(f4);
      const codeFor = async (text: string) => (await stranger.ask(text)).slice(0, 3);
      expect(await codeFor('[2,"a","Boot')).toEqual([4, '-1', 'FormationViolation']);
      expect(await codeFor('{"no":"array"}')).toEqual([4, '-1', 'FormationViolation']);
      expect(await codeFor('[2,"b","Heartbeat"]')).toEqual([4, 'b', 'FormationViolation']);
      expect(await codeFor('[2,"c","BootNotification",{"chargePointVendor":"Birch"}]')).toEqual([
        4,
        'c',
        'OccurenceConstraintViolation',
      ]);
      expect(
        await codeFor('[2,"d","StatusNotification",{"connectorId":{},"status":"Available","errorCode":"NoError"}]'),
      ).toEqual([4, 'd', 'TypeConstraintViolation']);
      expect(await codeFor('[2,"e","MakeCoffee",{}]')).toEqual([4, 'e', 'NotImplemented']);
      expect(await codeFor('[2,"f","Reset",{"type":"Soft"}]')).toEqual([4, 'f', 'NotSupported']);
      expect(stranger.isOpen()).toBe(true);
      const boot = await stranger.ask(BOOT);
      expect(boot).toMatchObject([3, 'boot', { status: 'Accepted' }]);
    });
  });

  it('in heaps holds up nobody', async () => {
    await unnoticed(async () => {
      const stranger = await knock(f4);
      for (let i = 0; i < 500; i++) stranger.send(i % 2 === 0 ? `[2,"${i}","MakeCoffee",{}]` : '][');
      await until('every one is answered', 5_000, () => (stranger.heard.length >= 500 ? true : null));
      expect(stranger.isOpen()).toBe(true);
    });
  });

  it('that is too long closes its own socket with 1009, at 64 KiB before the boot and at 256 KiB after it', async () => {
    const frame = (bytes: number) => `[2,"long","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(bytes)}"}]`;
    await unnoticed(async () => {
      const early = await knock(`${site.chargersUrl}/F6`);
      early.send(frame(64 * 1024));
      expect(await early.closed()).toBe(1009);

      const late = await knock(f4);
      expect((await late.ask(BOOT))[0]).toBe(3);
      expect((await late.ask(frame(200 * 1024)))[0]).toBe(3);
      late.send(frame(256 * 1024));
      expect(await late.closed()).toBe(1009);
    });
  });

  it('that is nested too deep closes its own socket with 1002', async () => {
    await unnoticed(async () => {
      const stranger = await knock(f4);
      stranger.send(`[2,"deep","DataTransfer",{"vendorId":"v","data":${'['.repeat(20)}${']'.repeat(20)}}]`);
      expect(await stranger.closed()).toBe(1002);
    });
  });
});

describe('a charger that may not come in', () => {
  it('is answered 404 when nobody knows it, and is listed with the cause', async () => {
    const options = { endpoint: site.chargersUrl, identity: 'NOBODY', protocols: ['ocpp1.6'], strictMode: true };
    const client = new RPCClient(options as unknown as ConstructorParameters<typeof RPCClient>[0]);
    await expect(client.connect()).rejects.toMatchObject({ code: 404 });
    const { refused } = await readSite(site.webUrl);
    expect(refused).toContainEqual(
      expect.objectContaining({ identity: 'NOBODY', remoteAddress: '127.0.0.1', cause: 'not in the configuration' }),
    );
  });

  it('is answered 401 for a wrong password and none, 409 when it is here already, and is listed', async () => {
    const f1 = `${site.chargersUrl}/F1`;
    expect(await refusedWith(f1)).toBe(401);
    const authorization = `Basic ${Buffer.from('F1:a wrong password').toString('base64')}`;
    expect(await refusedWith(f1, { authorization })).toBe(401);
    expect(await causeOf('F1')).toBe('wrong password');
    expect(await refusedWith(`${site.chargersUrl}/F2`)).toBe(409);
    expect(await causeOf('F2')).toMatch(/F2/);
    await pause(500);
    expect(site.charger('F2').closes).toEqual([]);
  });
});

const causeOf = async (identity: string) =>
  (await readSite(site.webUrl)).refused.find(refused => refused.identity === identity)?.cause;
