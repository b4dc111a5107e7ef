/** The line to the back office: a new password from above, and one that takes the line and answers nothing. */
import { expect, it } from 'vitest';
import type { OfficeAnswer } from '#sim/office.ts';
import { actionsSince, garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;
const HEX = '000102030405060708090A0B0C0D0E0F';
const KEY = 'AuthorizationKey';

type Garage = Awaited<ReturnType<typeof garage>>;
type Line = { readonly state: string; readonly cause: string; readonly why: string; readonly whatToDo: string };

/** As `GET /api/v1/upstream` tells it. */
async function lineOf(site: Garage): Promise<Line> {
  const answer = await fetch(`http://127.0.0.1:${site.gateway.ports.web}/api/v1/upstream`);
  const [line] = (await answer.json()) as Line[];
  if (line === undefined) throw new Error('no back office is told of');
  return line;
}

async function asked(site: Garage, action: string, payload: object): Promise<OfficeAnswer> {
  let said: OfficeAnswer | null = null;
  officeOf(site).call(action, payload, answer => {
    said = answer;
  });
  await site.run('2 s');
  if (said === null) throw new Error(`${action} was not answered`);
  return said;
}

it('a new password from above is answered when it is stored; the line is taken anew with it, and no session is lost', async () => {
  const site = await garage(2, EVERYONE, { mortal: true });
  const office = officeOf(site);
  site.plug('CP1');
  await site.run('3 min');
  const from = office.received.length;
  office.behave({ password: HEX });
  expect(await asked(site, 'ChangeConfiguration', { key: KEY, value: HEX })).toEqual({
    ok: true,
    payload: { status: 'Accepted' },
  });
  await site.run('10 s');
  expect(office.isConnected()).toBe(true);
  expect(actionsSince(office, from)).not.toContain('BootNotification');
  const draw = site.site.random.split('deaths');
  site.life?.restart(draw, 5_000);
  await site.run('2 min');
  expect(office.isConnected()).toBe(true);
  site.unplug('CP1');
  await site.run('2 min');
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  expect(office.complaints).toEqual([]);
  await site.close();
});

it('a back office that says a new password and goes on with the old one is reached with the old one', async () => {
  const site = await garage(1, EVERYONE);
  const office = officeOf(site);
  expect(await asked(site, 'ChangeConfiguration', { key: KEY, value: 'sixteen letters!' })).toMatchObject({
    payload: { status: 'Accepted' },
  });
  await site.run('10 s');
  expect(office.isConnected()).toBe(true);
  // It has written it down by now: from then on the old one is gone for good.
  office.behave({ password: 'sixteen letters!' });
  office.leave();
  office.back();
  await site.run('1 min');
  expect(office.isConnected()).toBe(true);
  office.behave({ password: 'station-secret' });
  office.leave();
  office.back();
  await site.run('5 min');
  expect(office.isConnected()).toBe(false);
  await site.close();
});

it('a new password that the disk does not take is refused, and the line stays as it is', async () => {
  const site = await garage(1, EVERYONE, { mortal: true });
  const office = officeOf(site);
  site.site.disk.fill(600_000);
  expect(await asked(site, 'ChangeConfiguration', { key: KEY, value: 'sixteen letters!' })).toMatchObject({
    payload: { status: 'Rejected' },
  });
  expect(office.isConnected()).toBe(true);
  office.leave();
  office.back();
  await site.run('2 min');
  expect(office.isConnected()).toBe(true);
  await site.close();
});

it('a password that is too short is refused, and whatever it is, it is never told', async () => {
  const site = await garage(1, EVERYONE, { seen: true });
  const secret = 'sixteen letters!';
  expect(await asked(site, 'ChangeConfiguration', { key: KEY, value: 'too short' })).toMatchObject({
    payload: { status: 'Rejected' },
  });
  officeOf(site).behave({ password: secret });
  await asked(site, 'ChangeConfiguration', { key: KEY, value: secret });
  await site.run('30 s');
  expect(await asked(site, 'GetConfiguration', { key: [KEY] })).toEqual({
    ok: true,
    payload: { configurationKey: [{ key: KEY, readonly: false }] },
  });
  const all = JSON.stringify(await asked(site, 'GetConfiguration', {}));
  const web = `http://127.0.0.1:${site.gateway.ports.web}`;
  const pages = ['/api/v1/site', '/api/v1/upstream', '/api/v1/events', '/metrics'];
  const told = await Promise.all(pages.map(async page => (await fetch(`${web}${page}`)).text()));
  expect([all, ...told].filter(text => text.includes(secret) || text.includes('station-secret'))).toEqual([]);
  await site.close();
});

it('one that takes the line and answers nothing is offline, not connected, until it answers; then all is told', async () => {
  const site = await garage(2, EVERYONE, { seen: true });
  const office = officeOf(site);
  await site.run('1 min');
  expect(await lineOf(site)).toMatchObject({ state: 'connected', cause: '', why: '', whatToDo: '' });
  office.behave({ answerMs: 3_600_000 });
  site.plug('CP1');
  await site.run('2 min');
  for (let minute = 0; minute < 10; minute++) {
    expect(await lineOf(site)).toMatchObject({
      state: 'offline',
      cause: 'silent',
      why: 'it opens the line, but does not answer',
      whatToDo: expect.stringMatching(/operator/),
    });
    await site.run('61 s');
  }
  expect(site.drawA('CP1')).toBeGreaterThan(6);
  office.behave({ answerMs: 20 });
  await site.run('5 min');
  expect(await lineOf(site)).toMatchObject({ state: 'connected', cause: '' });
  site.unplug('CP1');
  await site.run('1 min');
  expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  await site.close();
});

it.each([
  ['Pending', 'pending', 'it has this station wait (Pending)'],
  ['Rejected', 'offline', 'it turned this station away (Rejected)'],
] as const)('a boot that is %s is said as such, with what to do', async (boot, state, why) => {
  const site = await garage(1, EVERYONE, { seen: true });
  const office = officeOf(site);
  office.behave({ boot, bootIntervalS: 3_600 });
  office.call('Reset', { type: 'Soft' });
  await site.run('2 min');
  const whatToDo = expect.stringMatching(/operator/);
  expect(await lineOf(site)).toMatchObject({ state, cause: boot.toLowerCase(), why, whatToDo });
  await site.close();
});
