/** How the one station comes to its back office: accepted, told to wait, turned away; and how it stays. */
import { expect, it } from 'vitest';
import { story } from '#sim/story.ts';
import { actionsSince, garage, ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

const cold = () =>
  story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5 }],
    chargers: [{}, {}],
    upstream: EVERYONE,
    cold: true,
  });

it.each(['Pending', 'Rejected'] as const)(
  'told %s it says nothing but its boot, at the interval it was given',
  async boot => {
    const site = await cold();
    const office = officeOf(site);
    office.behave({ boot, bootIntervalS: 120 });
    site.powerOn();
    await site.run('2 min');
    site.plug('CP1');
    await site.run('6 min');
    expect(site.drawA('CP1')).toBeGreaterThan(6);
    expect(new Set(actionsSince(office, 0))).toEqual(new Set(['BootNotification']));
    const boots = office.received.map(({ atMs }) => atMs);
    for (let i = 1; i < boots.length; i++)
      expect((boots[i] ?? 0) - (boots[i - 1] ?? 0)).toBeGreaterThanOrEqual(120_000);
    expect(boots.length).toBeGreaterThanOrEqual(3);
    office.behave({ boot: 'Accepted', bootIntervalS: 300 });
    await site.run('5 min');
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
    expect(office.complaints).toEqual([]);
    await site.close();
  },
);

it('while it waits it answers what it is asked, shows what is triggered, and starts nothing from above', async () => {
  const site = await cold();
  const office = officeOf(site);
  office.behave({ boot: 'Pending', bootIntervalS: 600 });
  site.powerOn();
  await site.run('2 min');
  const said: unknown[] = [];
  const note = (answer: unknown) => void said.push(answer);
  office.call('GetConfiguration', { key: ['NumberOfConnectors'] }, note);
  office.call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG' }, note);
  office.call('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 2 }, note);
  await site.run('5 s');
  expect(said).toEqual([
    { ok: true, payload: { configurationKey: [{ key: 'NumberOfConnectors', readonly: true, value: '2' }] } },
    { ok: true, payload: { status: 'Rejected' } },
    { ok: true, payload: { status: 'Accepted' } },
  ]);
  expect(actionsSince(office, 1)).toContain('StatusNotification');
  await site.close();
});

it('a reconnect is no boot: statuses are told again, at five messages a second', async () => {
  const site = await garage(8, EVERYONE);
  const office = officeOf(site);
  for (let i = 1; i <= 8; i++) site.plug(`CP${i}`);
  await site.run('3 min');
  office.leave();
  await site.run('10 min');
  const from = office.received.length;
  office.back();
  await site.run('3 min');
  const calls = office.received.slice(from).filter(({ action }) => action !== 'Heartbeat');
  expect(calls.map(({ action }) => action)).not.toContain('BootNotification');
  expect(calls.filter(({ action }) => action === 'StatusNotification').length).toBeGreaterThanOrEqual(9);
  // Nine messages, eight gaps of 200 ms; the line adds up to 15 ms at either end.
  const burst = calls.slice(0, 9).map(({ atMs }) => atMs);
  expect((burst[8] ?? 0) - (burst[0] ?? 0)).toBeGreaterThanOrEqual(8 * 200 - 15);
  await site.close();
});

it('a back office that bears more is told what waited at the pace of the site file', async () => {
  const site = await garage(8, { ...EVERYONE, messagesPerS: 50 });
  const { received } = officeOf(site);
  await site.run('1 min');
  // The station and its eight sockets, after the boot: eight gaps of 20 ms and as many answers.
  const statuses = received.filter(({ action }) => action === 'StatusNotification').slice(0, 9);
  const tookMs = (statuses[8]?.atMs ?? Number.POSITIVE_INFINITY) - (statuses[0]?.atMs ?? 0);
  expect(tookMs).toBeGreaterThanOrEqual(8 * 20 - 15);
  expect(tookMs).toBeLessThan(8 * 100);
  await site.close();
});

it('each socket has its number, and says why it has the current it has', async () => {
  const site = await garage(3, EVERYONE);
  const office = officeOf(site);
  for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
  await site.run('10 min');
  const last = new Map(
    office.received
      .filter(({ action }) => action === 'StatusNotification')
      .map(({ payload }) => [payload.connectorId, payload]),
  );
  expect([...last.keys()].sort()).toEqual([0, 1, 2, 3]);
  expect(last.get(1)).toMatchObject({ status: 'Charging', errorCode: 'NoError' });
  expect(String(last.get(1)?.info)).toMatch(/^\d+(\.\d)? A: .*main/);
  site.post('CP2').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  await site.run('3 min');
  const lost = office.received.findLast(
    ({ action, payload }) => action === 'StatusNotification' && payload.connectorId === 2,
  );
  expect(lost?.payload).toMatchObject({ status: 'Unavailable', info: 'charger offline' });
  await site.close();
});

it('a wrong password is said as such, and nobody is asked for more than what is configured', async () => {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5 }],
    chargers: [{}],
    upstream: EVERYONE,
    cold: true,
    seen: true,
  });
  officeOf(site).behave({ password: 'another' });
  site.powerOn();
  await site.run('3 min');
  const page = await fetch(`http://127.0.0.1:${site.gateway.ports.web}/api/v1/site`);
  expect(await page.json()).toMatchObject({
    upstream: [{ identity: 'SITE-1', state: 'offline', why: 'the back office refused the password (HTTP 401)' }],
    connectors: [{ upstreamId: 1 }],
  });
  await site.close();
});
