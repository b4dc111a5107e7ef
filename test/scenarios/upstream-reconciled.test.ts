/** Sessions as people look them up: how far the back office has heard, and days whose tables are equal on both sides. */
import { afterEach, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { officeOf } from './office.ts';

/** Of a machine that is busy: days of a site take it some seconds. */
const DAYS_MS = 120_000;

let site: Story;
afterEach(() => site.close());

async function garage(): Promise<void> {
  site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5, meterIntervalMs: 30_000 }],
    ...{ chargers: [{}, {}], upstream: { whoMayCharge: 'everyone' }, seen: true },
  });
}

const get = async (path: string) => (await fetch(`http://127.0.0.1:${site.gateway.ports.web}/api/v1/${path}`)).text();

type Shown = {
  readonly upstreamId: number;
  readonly start: { readonly delivery: string };
  readonly stop: { readonly delivery: string } | null;
};
const sessions = async (query = '') => JSON.parse(await get(`sessions${query}`)) as readonly Shown[];

it(
  'a session waits while the back office is away, and is acknowledged once it is back',
  async () => {
    await garage();
    const office = officeOf(site);
    site.plug('CP1');
    await site.run('5 min');
    office.leave();
    site.plug('CP2');
    await site.run('5 min');
    site.unplug('CP1');
    await site.run('5 min');
    const told = (shown: readonly Shown[]) =>
      shown.map(({ upstreamId, start, stop }) => [upstreamId, start.delivery, stop?.delivery ?? null]);
    expect(told(await sessions('?delivered=false'))).toEqual([
      [2, 'waiting', null],
      [1, 'acknowledged', 'waiting'],
    ]);
    const line = async () => JSON.parse(await get('upstream'))[0] as { queued: number; etaMs: number | null };
    const { queued, etaMs } = await line();
    expect([queued > 1, etaMs], 'at five a second').toEqual([true, queued * 200]);
    office.back();
    await site.run('5 min');
    expect(await line()).toMatchObject({ queued: 0, etaMs: null });
    expect(await sessions('?delivered=false')).toEqual([]);
    expect(told(await sessions())).toEqual([
      [2, 'acknowledged', null],
      [1, 'acknowledged', 'acknowledged'],
    ]);
  },
  DAYS_MS,
);

it(
  'what waits takes as long as the back office takes for an answer, where that is longer than the pace',
  async () => {
    await garage();
    const office = officeOf(site);
    office.behave({ answerMs: 3_000 });
    site.plug('CP1');
    await site.run('10 min');
    office.leave();
    site.unplug('CP1');
    await site.run('5 min');
    const [line] = JSON.parse(await get('upstream')) as { queued: number; etaMs: number }[];
    const eachMs = (line?.etaMs ?? 0) / (line?.queued ?? 1);
    expect([eachMs > 1_500, eachMs < 3_100]).toEqual([true, true]);
  },
  DAYS_MS,
);

it(
  'sockets have their numbers, bays, plugs and kilowatts in one table',
  async () => {
    await garage();
    const [header, first] = (await get('upstream/map.csv')).split('\r\n');
    expect(header).toBe('number,identity,serial,bay,plug,kW,state');
    expect(first).toBe('1,CP1,CP1,CP1,1,22.1,confirmed');
  },
  DAYS_MS,
);

it(
  'the tables of two days have every session once, with the registers, times and ids that the back office has',
  async () => {
    await garage();
    for (let n = 0; n < 4; n++) {
      site.plug('CP1');
      site.plug('CP2');
      await site.run('20 min');
      site.unplug('CP1');
      site.unplug('CP2');
      await site.run('6.5 h');
    }
    site.plug('CP1');
    await site.run('10 min');
    const { starts, stops } = officeOf(site).ledger;
    const days = [...new Set([...starts, ...stops].map(({ wallMs }) => new Date(wallMs).toISOString().slice(0, 10)))];
    expect(days.length).toBeGreaterThan(1);
    const rows: Record<string, string>[] = [];
    for (const day of days) {
      const [header = '', ...lines] = (await get(`upstream/reconciliation.csv?day=${day}`)).trimEnd().split('\r\n');
      for (const line of lines) {
        const cells = line.split(',');
        const row = Object.fromEntries(header.split(',').map((name, index) => [name, cells[index] ?? '']));
        rows.push(row);
        expect(row.endedAt === '' || row.endedAt?.startsWith(day)).toBe(true);
      }
    }
    expect(rows).toHaveLength(starts.length);
    for (const start of starts) {
      const row = rows.find(({ csmsTransactionId }) => csmsTransactionId === String(start.transactionId));
      const stop = stops.find(({ transactionId }) => transactionId === start.transactionId);
      expect(row).toMatchObject({
        startRegisterWh: String(start.meterStart),
        startedAt: new Date(start.wallMs).toISOString(),
        connector: String(start.connectorId),
        stopRegisterWh: stop === undefined ? '' : String(stop.meterStop),
        endedAt: stop === undefined ? '' : new Date(stop.wallMs).toISOString(),
        reason: stop?.reason ?? '',
      });
    }
    expect(stops).toHaveLength(8);
  },
  DAYS_MS,
);
