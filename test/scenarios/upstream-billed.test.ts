/** What a back office bills on where a charger loses a stop, has a wrong clock, or a register that runs back. */
import { afterEach, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import type { Session } from '#site/session.ts';
import { type HandMade, handMade, told } from './hand-made.ts';
import { ledgerOf, NOTHING_WRONG, officeOf } from './office.ts';

const HOUR_MS = 3_600_000;
/** Of a machine that is busy: days of a site take it some seconds. */
const DAYS_MS = 120_000;

let site: Story;
afterEach(() => site.close());

/** A garage for days: its meter is read seldom. */
async function garage(): Promise<void> {
  site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5, meterIntervalMs: 30_000 }],
    ...{ chargers: [{}], upstream: { whoMayCharge: 'everyone' }, seen: true },
  });
}

const hand = () => handMade(site, 'CP1', 'CP1', 'secret-1');

async function begin(charger: HandMade, more: object = {}): Promise<number> {
  const start = { connectorId: 1, idTag: 'ANNA', meterStart: 5_000, timestamp: told(site), ...more };
  return ((await charger.say('StartTransaction', start)) as { transactionId: number }).transactionId;
}

const register = (charger: HandMade, transactionId: number, wh: number, laterMs = 0) =>
  charger.say('MeterValues', {
    ...{ connectorId: 1, transactionId },
    meterValue: [
      {
        timestamp: told(site, laterMs),
        sampledValue: [{ value: String(wh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' }],
      },
    ],
  });

const end = (charger: HandMade, transactionId: number, more: object = {}) =>
  charger.say('StopTransaction', { transactionId, meterStop: 9_000, timestamp: told(site), reason: 'Local', ...more });

const status = (charger: HandMade, word: string) =>
  charger.say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: word });

/** On disk. */
function sessions(): readonly Session[] {
  const records = site.site.world.openStore(null);
  const found = records.ok ? records.value.documents('session') : records;
  if (!found.ok) throw new Error(found.detail);
  return found.value.map(({ json }) => JSON.parse(json) as Session);
}

async function flagged(): Promise<readonly { readonly flags: readonly string[] }[]> {
  const answer = await fetch(`http://127.0.0.1:${site.gateway.ports.web}/api/v1/events`);
  return ((await answer.json()) as { what: string; flags: string[] }[]).filter(
    ({ what }) => what === 'session-flagged',
  );
}

it(
  'a session whose stop never comes is closed a day after its socket is free, at its last register, and its real stop is no second one',
  async () => {
    await garage();
    const charger = await hand();
    const id = await begin(charger);
    await site.run('10 min');
    await register(charger, id, 6_234);
    const lastHeardMs = site.site.clock.wallMs();
    await status(charger, 'Available');
    await site.run('23 h');
    const { ledger } = officeOf(site);
    expect(ledger.stops).toEqual([]);
    await site.run('2 h');
    expect(ledger.stops).toMatchObject([{ meterStop: 6_234, reason: 'Other' }]);
    expect(Math.abs((ledger.stops[0]?.wallMs ?? 0) - lastHeardMs)).toBeLessThan(60_000);
    expect(sessions()).toMatchObject([{ id, flags: ['stop-missing'], correction: null }]);
    for (const _ of [1, 2]) expect(await end(charger, id, { meterStop: 7_000 })).toEqual({});
    await site.run('10 min');
    expect(ledger.stops).toHaveLength(1);
    expect(sessions()).toMatchObject([{ flags: ['stop-missing', 'stop-late'], correction: { meterWh: 7_000 } }]);
    expect((await flagged()).map(({ flags }) => flags)).toEqual([['stop-late'], ['stop-missing']]);
  },
  DAYS_MS,
);

it(
  'a session of which its charger still tells registers is not closed, whatever its socket says',
  async () => {
    await garage();
    const charger = await hand();
    const id = await begin(charger);
    await status(charger, 'Available');
    await site.run('20 h');
    await register(charger, id, 6_000);
    await site.run('20 h');
    expect(officeOf(site).ledger.stops).toEqual([]);
    expect(sessions()).toMatchObject([{ billed: null }]);
  },
  DAYS_MS,
);

it(
  'a session whose charger tells its registers under no number is closed at the last of them too',
  async () => {
    await garage();
    const charger = await hand();
    await begin(charger);
    await site.run('10 min');
    await register(charger, 0, 6_234);
    await status(charger, 'Available');
    await site.run('25 h');
    expect(officeOf(site).ledger.stops).toMatchObject([{ meterStop: 6_234 }]);
  },
  DAYS_MS,
);

it(
  'a charger that is away for more than a day with its stop in its queue is waited for',
  async () => {
    await garage();
    const { station } = site.post('CP1');
    site.plug('CP1');
    await site.run('10 min');
    station.cable(false);
    await site.run('1 min');
    site.unplug('CP1');
    await site.run('26 h');
    expect(officeOf(site).ledger.stops).toEqual([]);
    station.cable(true);
    await site.run('15 min');
    expect(sessions()).toMatchObject([{ flags: [], reason: 'EVDisconnected' }]);
    expect(ledgerOf(site)).toEqual(NOTHING_WRONG);
  },
  DAYS_MS,
);

it(
  'a stop that was asked for from above says Remote, whatever its charger calls it',
  async () => {
    await garage();
    const charger = await hand();
    const id = await begin(charger);
    await site.run('20 min');
    const office = officeOf(site);
    office.call('RemoteStopTransaction', { transactionId: office.ledger.starts[0]?.transactionId });
    await site.run('10 s');
    await end(charger, id, { reason: 'Local' });
    await site.run('1 min');
    expect(office.ledger.stops).toMatchObject([{ reason: 'Remote' }]);
    expect(sessions()).toMatchObject([{ reason: 'Local', billed: { reason: 'Remote' }, flags: ['reason-ours'] }]);
  },
  DAYS_MS,
);

it(
  'a charger whose clock is two hours behind is billed by ours, and what it queued is shifted by as much',
  async () => {
    await garage();
    const charger = await hand();
    await register(charger, 0, 4_000, -2 * HOUR_MS);
    const startedMs = site.site.clock.wallMs();
    const id = await begin(charger, { timestamp: told(site, -2 * HOUR_MS) });
    await register(charger, id, 5_400, -2 * HOUR_MS);
    await site.run('1 h');
    await end(charger, id, { timestamp: told(site, -2.5 * HOUR_MS) });
    const endedMs = site.site.clock.wallMs() - HOUR_MS / 2;
    await site.run('1 min');
    const { starts, stops } = officeOf(site).ledger;
    expect(Math.abs((starts[0]?.wallMs ?? 0) - startedMs)).toBeLessThan(10_000);
    expect(Math.abs((stops[0]?.wallMs ?? 0) - endedMs)).toBeLessThan(10_000);
    const [session] = sessions();
    expect(session?.flags).toEqual(['start-time', 'stop-time']);
    expect(session?.startedAtWallMs, 'as it said').toBeLessThan(startedMs - 2 * HOUR_MS + 1_000);
    const samples = officeOf(site).received.filter(({ action }) => action === 'MeterValues');
    expect(JSON.stringify(samples), 'samples stand between them').toContain(
      new Date(startedMs).toISOString().slice(0, 14),
    );
  },
  DAYS_MS,
);

it(
  'a charger whose clock stands at 1970 is billed from when we heard of it, and its start told again is the same one',
  async () => {
    await garage();
    const charger = await hand();
    const startedMs = site.site.clock.wallMs();
    const id = await begin(charger, { timestamp: '1970-01-01T00:00:42Z' });
    expect(await begin(charger, { timestamp: '1970-01-01T00:00:42Z' })).toBe(id);
    await site.run('30 min');
    const endedMs = site.site.clock.wallMs();
    await end(charger, id, { timestamp: '1970-01-01T00:31:00Z' });
    await site.run('1 min');
    const { starts, stops } = officeOf(site).ledger;
    expect([starts.length, stops.length]).toEqual([1, 1]);
    expect(Math.abs((starts[0]?.wallMs ?? 0) - startedMs)).toBeLessThan(10_000);
    expect(Math.abs((stops[0]?.wallMs ?? 0) - endedMs)).toBeLessThan(10_000);
  },
  DAYS_MS,
);

it(
  'a register that runs back within a session is never billed below what was told before',
  async () => {
    await garage();
    const charger = await hand();
    const id = await begin(charger);
    await site.run('20 min');
    await register(charger, id, 7_500);
    await site.run('1 min');
    await end(charger, id, { meterStop: 12 });
    await site.run('1 min');
    expect(officeOf(site).ledger.stops).toMatchObject([{ meterStop: 7_500 }]);
    expect(sessions()).toMatchObject([{ meterStopWh: 12, billed: { meterWh: 7_500 }, flags: ['register-held'] }]);
    expect(await flagged()).toMatchObject([{ flags: ['register-held'], saidWh: -4_988, billedWh: 2_500 }]);
  },
  DAYS_MS,
);
