/**
 * A day of a garage with 34 sockets behind one station, as a strict back office that was not written here sees it:
 * sessions, profiles that change, remote starts and stops, a night without it, a restart of it in the middle of the drain.
 */
import { afterEach, expect, it } from 'vitest';
import { at } from '#base/assert.ts';
import { compareLedger } from '#sim/ledger-observer.ts';
import { Ledger } from '#sim/office-ledger.ts';
import { OFFICE } from '#sim/site-plan.ts';
import { type Story, story } from '#sim/story.ts';
import { Bridge } from './foreign/bridge.ts';
import { ForeignOffice } from './foreign/office.ts';

const BAYS = 34;
const BY_DAY = 20;
const BY_NIGHT = 40;
const MIN_MS = 60_000;
const HOUR_MS = 60 * MIN_MS;

const office = new ForeignOffice(OFFICE.identity, OFFICE.password);
const bridge = new Bridge(() => office.url());
let site: Story;
let nextCar = 0;

afterEach(async () => {
  await site.close();
  await office.close();
});

const run = (ms: number) => bridge.run(site.site.clock, ms);
const bay = (index: number): string => `CP${1 + (index % BAYS)}`;
const accepted = { status: 'Accepted' };

/** A question of the back office, answered while time goes on. */
async function ask(action: string, payload: object): Promise<unknown> {
  let answer: { readonly value: unknown } | null = null;
  void office.call(action, payload).then(value => {
    answer = { value };
  });
  for (let seconds = 0; answer === null && seconds < 60; seconds++) {
    await new Promise(turn => setTimeout(turn, 2));
    await run(1_000);
  }
  expect(answer, `${action} is answered`).not.toBeNull();
  return (answer as { readonly value: unknown } | null)?.value;
}

/** Whoever comes stays for three hours; the next one comes after a while. */
async function sessions(count: number, apartMs: number): Promise<void> {
  const first = nextCar;
  for (; nextCar < first + count; nextCar++) {
    site.plug(bay(nextCar), { idTag: `CARD-${nextCar}`, needWh: 9_000 });
    const gone = bay(nextCar);
    site.site.clock.after('leave', 3 * HOUR_MS, () => site.unplug(gone));
    await run(apartMs);
  }
}

/** The limits of the day: over all, for everybody, for one. */
async function profile(id: number, connectorId: number, purpose: string, limit: number): Promise<void> {
  const csChargingProfiles = {
    ...{ chargingProfileId: id, stackLevel: 0, chargingProfilePurpose: purpose, chargingProfileKind: 'Absolute' },
    chargingSchedule: {
      startSchedule: new Date(site.site.clock.wallMs()).toISOString(),
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
  };
  expect(await ask('SetChargingProfile', { connectorId, csChargingProfiles })).toEqual(accepted);
}

/** What the back office wrote down, as the observer of the seeds reads it. */
function ledger(): Ledger {
  const booked = [...office.starts].map(([, { transactionId }]) => transactionId);
  const made = new Ledger(count => at(booked, count));
  const complaints: string[] = [];
  for (const [id, payload] of office.starts) made.start(id, payload, complaints);
  for (const [id, payload] of office.stops) made.stop(id, payload, complaints);
  expect(complaints).toEqual([]);
  return made;
}

/** Every row of the days that were, by the back office's own id. */
async function reconciled(): Promise<ReadonlyMap<string, Record<string, string>>> {
  const rows = new Map<string, Record<string, string>>();
  const today = site.site.clock.wallMs();
  for (let back = 0; back < 3; back++) {
    const day = new Date(today - back * 24 * HOUR_MS).toISOString().slice(0, 10);
    const url = `http://127.0.0.1:${site.gateway.ports.web}/api/v1/upstream/reconciliation.csv?day=${day}`;
    const [header = '', ...lines] = (await (await fetch(url)).text()).trimEnd().split('\r\n');
    for (const line of lines) {
      const cells = line.split(',');
      const row = Object.fromEntries(header.split(',').map((name, index) => [name, cells[index] ?? '']));
      rows.set(row.csmsTransactionId ?? '', row);
    }
  }
  return rows;
}

it('a day of 34 sockets behind one station: no frame against the schema, every session once, in order, with its registers', async () => {
  await office.open();
  site = await story({
    circuits: [{ id: 'main', fuseA: 250, designLoadA: 60, baseA: 20, meterIntervalMs: 30_000 }],
    chargers: Array.from({ length: BAYS }, () => ({})),
    ...{ upstream: { whoMayCharge: 'everyone' }, seen: true, cold: true, dial: bridge.dial },
  });
  site.powerOn();
  await run(5 * MIN_MS);
  expect(office.heard[0]).toBe('BootNotification');

  await profile(1, 0, 'ChargePointMaxProfile', 180);
  await sessions(BY_DAY / 2, 20 * MIN_MS);
  await profile(2, 0, 'TxDefaultProfile', 12);
  await sessions(BY_DAY / 2, 20 * MIN_MS);
  await profile(1, 0, 'ChargePointMaxProfile', 90);
  expect(await ask('ClearChargingProfile', { id: 2 })).toEqual(accepted);
  await run(4 * HOUR_MS);

  const free = bay(nextCar++);
  const car = { phases: 3, maxMa: 32_000, needWh: 60_000, rampMaPerS: 2000, restless: false, idTag: 'NOBODY' } as const;
  site.post(free).station.connectorOf(1).plug(car, site.site.random);
  await run(MIN_MS);
  const connectorId = Number(free.slice(2));
  expect(await ask('RemoteStartTransaction', { connectorId, idTag: 'REMOTE' })).toEqual(accepted);
  await run(10 * MIN_MS);
  const remote = [...office.starts.values()].find(({ idTag }) => idTag === 'REMOTE');
  expect(await ask('RemoteStopTransaction', { transactionId: remote?.transactionId })).toEqual(accepted);
  await run(5 * MIN_MS);
  expect([...office.stops.values()].find(({ transactionId }) => transactionId === remote?.transactionId)).toMatchObject(
    {
      reason: 'Remote',
    },
  );
  const byDay = office.stops.size;
  expect([office.starts.size, byDay]).toEqual([BY_DAY + 1, BY_DAY + 1]);

  await office.close();
  await sessions(BY_NIGHT, 6 * MIN_MS);
  await run(4 * HOUR_MS);
  await office.open();
  while (office.stops.size < byDay + BY_NIGHT / 2) await run(1_000);
  await office.close();
  await run(2 * MIN_MS);
  await office.open();
  await run(15 * MIN_MS);

  expect(office.faults).toEqual([]);
  const { site: sim } = site;
  const truths = sim.posts.map(post => ({ identity: post.plan.identity, sessions: post.station.sessions() }));
  const nothing = { lost: [], duplicated: [], setAside: [] };
  expect(compareLedger(sim.plan, truths, ledger(), sim.clock.nowMs())).toEqual(nothing);
  expect([office.starts.size, office.stops.size]).toEqual([BY_DAY + BY_NIGHT + 1, BY_DAY + BY_NIGHT + 1]);
  const times = [...office.starts.values()].map(({ timestamp }) => String(timestamp));
  expect(times).toEqual([...times].sort());

  const rows = await reconciled();
  expect(rows.size).toBe(office.starts.size);
  for (const start of office.starts.values()) {
    const stop = [...office.stops.values()].find(({ transactionId }) => transactionId === start.transactionId);
    expect(rows.get(String(start.transactionId))).toMatchObject({
      connector: String(start.connectorId),
      startRegisterWh: String(start.meterStart),
      startedAt: new Date(String(start.timestamp)).toISOString(),
      stopRegisterWh: String(stop?.meterStop),
      endedAt: new Date(String(stop?.timestamp)).toISOString(),
      reason: String(stop?.reason ?? 'Local'),
    });
  }
  console.info(
    `${office.heard.length} messages in ${Math.round(sim.clock.nowMs() / HOUR_MS)} hours of the site's time`,
  );
}, 1_200_000);
