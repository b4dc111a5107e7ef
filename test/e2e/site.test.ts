import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SiteView } from '#web/site-view.ts';
import { BUILDING_A, DESIGN_A, FAIL_SAFE_A, HOUSE, MAIN_A, METER_INTERVAL_MS, SHARES_A } from './foreign/house.ts';
import { pause } from './foreign/pause.ts';
import {
  connectorOf,
  deleteLimits,
  grantsOf,
  openStream,
  putLimits,
  readMetrics,
  readSite,
  type StreamEvent,
  until,
} from './foreign/reading.ts';
import { type ForeignSite, openSite } from './foreign/site.ts';

/** The contract's grace window: the guard meter's interval + 10 s. */
const GRACE_MS = METER_INTERVAL_MS + 10_000;

const SOCKETS = Object.keys(SHARES_A);

let site: ForeignSite;
beforeAll(async () => {
  site = await openSite(HOUSE);
}, 20_000);
afterAll(() => site.close());

/** Waits until what the gateway tells looks right. */
const seen = <T>(what: string, ms: number, judge: (view: SiteView) => T | null) =>
  until(what, ms, async () => judge(await readSite(site.webUrl)));

const below = (ms: number) =>
  until('every phase of every node is below its limit', ms, () => (site.truth.isOver() ? null : true));

const near = (value: number | null | undefined, wanted: number, by: number): boolean =>
  value !== null && value !== undefined && Math.abs(value - wanted) <= by;

const hasGrants = (view: SiteView, wantedA: (socket: string) => number, by = 0.11) =>
  SOCKETS.every(socket => near(grantsOf(view)[socket], wantedA(socket), by));

/** What all sockets together were granted on L1, L2 and L3, A. */
const grantedA = (view: SiteView) =>
  [1, 2, 3].map(phase =>
    view.connectors.reduce((sum, { phases, grantA }) => sum + (phases.includes(phase) ? (grantA ?? 0) : 0), 0),
  );

/** What every step must leave behind: no limit exceeded for too long, no profile ignored, no frame against the standard. */
const nothingWrong = () => {
  expect(site.disobeyed()).toEqual([]);
  expect(site.truth.breaches()).toEqual([]);
  expect(site.faults()).toEqual([]);
};

describe('a house of strict foreign chargers behind a foreign meter', () => {
  it('comes under control and shares each row equally, and the cars draw just that', async () => {
    site.plugAll();
    const view = await seen('equal shares under control', 45_000, found =>
      hasGrants(found, socket => SHARES_A[socket] ?? 0) && found.connectors.every(each => each.control === 'controlled')
        ? found
        : null,
    );
    expect(view.connectors).toHaveLength(SOCKETS.length);
    await until('the cars draw their shares', 12_000, () => (drawnApart() <= 0.11 ? true : null));
    expect(site.truth.overs).toEqual([]);
    nothingWrong();
  }, 60_000);

  it('tells the same on /api/v1/site, /readyz, /metrics and the live stream', async () => {
    const stream = await openStream(site.webUrl);
    const view = await seen('the loads as they are', 5_000, found =>
      near(found.circuits[0]?.loadA.l1, site.truth.totalA('main')[0], 0.01) &&
      near(circuit(found, 'row-a').carsA.l1, site.truth.carsA('row-a')[0], 0.2)
        ? found
        : null,
    );
    const main = { loadSource: 'meter', limitA: { l1: MAIN_A, l2: MAIN_A, l3: MAIN_A }, limitW: 66_000, meter: 'grid' };
    expect(circuit(view, 'main')).toMatchObject(main);
    expect(near(circuit(view, 'main').buildingA.l2, BUILDING_A[1], 0.6)).toBe(true);
    expect(view.meters).toMatchObject([{ id: 'grid', role: 'guard', quality: 'good' }]);
    expect(view.loop.failedChecks).toBe(0);
    expect(view.status.control).toBe('All 6 chargers under control.');
    expect(connectorOf(view, 'F1').why).toBe('8 A: Row A, L1 is full.');

    const ready = await fetch(`${site.webUrl}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ ready: true, reasons: [] });

    const metrics = await readMetrics(site.webUrl);
    expect(metrics.get('busbar_ready')).toBe(1);
    expect(metrics.get('busbar_connectors{control="controlled"}')).toBe(SOCKETS.length);
    for (const { charger, connectorId, grantA } of view.connectors) {
      const name = `busbar_connector_grant_amperes{charger="${charger}",connector="${connectorId}"}`;
      expect(metrics.get(name), name).toBe(grantA);
    }

    const snapshot = await until('a snapshot and a change', 5_000, () => snapshotOf(stream.events));
    stream.stop();
    const told = snapshot.data as unknown as SiteView;
    expect(grantsOf(told)).toEqual(grantsOf(view));
    expect(told.circuits.map(({ id, limitA }) => [id, limitA])).toEqual(
      view.circuits.map(({ id, limitA }) => [id, limitA]),
    );
    nothingWrong();
  });

  it('pauses nobody for a step of the building that fits, and gives way in time to 15 A that do not', async () => {
    await seen('the newest samples', 15_000, found => (reported(found) ? true : null));
    const before = grantsOf(await readSite(site.webUrl));
    site.truth.building('main', [40, 40, 40]);
    expect(site.truth.isOver()).toBe(false);
    await pause(3_000);
    expect(grantsOf(await readSite(site.webUrl))).toEqual(before);

    site.truth.building('main', [55, 55, 55]);
    expect(site.truth.isOver()).toBe(true);
    await below(GRACE_MS);
    const view = await readSite(site.webUrl);
    expect(Object.values(grantsOf(view)).every(grantA => Number(grantA) >= 6)).toBe(true);
    expect(view.loop.p99ReactionMs).not.toBeNull();
    await pause(3_000);
    expect(site.truth.isOver()).toBe(false);
    nothingWrong();
  }, 60_000);

  it('holds the cars at the fail-safe current while the meter is silent, says so, and comes back', async () => {
    site.meter.silent = true;
    const silentMs = performance.now();
    const answer = await until('/readyz says no', 6_000, async () => {
      const response = await fetch(`${site.webUrl}/readyz`);
      return response.status === 503 ? ((await response.json()) as { detail: string; reasons: string[] }) : null;
    });
    expect(answer.detail).toMatch(/^Meter grid of Main fuse is silent.*: no charger below it is raised\.$/);
    expect(answer.reasons).toEqual([answer.detail]);
    expect(await readSite(site.webUrl)).toMatchObject({ ready: false, meters: [{ id: 'grid', quality: 'stale' }] });

    expect(Math.max(...grantedA(await readSite(site.webUrl)))).toBeGreaterThan(FAIL_SAFE_A + 1);
    const held = await seen('grants within the fail-safe current', 16_000, found =>
      Math.max(...grantedA(found)) <= FAIL_SAFE_A + 0.001 ? found : null,
    );
    expect(performance.now() - silentMs).toBeGreaterThan(9_500);
    expect(held.notReady).toEqual([expect.stringMatching(/held at the fail-safe current\.$/)]);
    expect((await readMetrics(site.webUrl)).get('busbar_ready')).toBe(0);
    await until('the cars are there', 10_000, () =>
      site.truth.carsA('main').every(amps => amps <= FAIL_SAFE_A + 0.001) ? true : null,
    );
    // Nobody sees the building now: it may draw all that it was declared to, and the fuse holds.
    site.truth.building('main', [DESIGN_A, DESIGN_A, DESIGN_A]);
    expect(site.truth.isOver()).toBe(false);
    site.truth.building('main', BUILDING_A);

    site.meter.silent = false;
    await until('/readyz says yes', 10_000, async () =>
      (await fetch(`${site.webUrl}/readyz`)).status === 200 ? true : null,
    );
    nothingWrong();
  }, 60_000);

  it('keeps to a limit from outside, to its fail-safe when it runs out, and to the fuse when it is taken back', async () => {
    expect((await putLimits(site.webUrl, 'ems', [], 'a wrong token')).status).toBe(401);
    const stream = await openStream(site.webUrl);
    // 19 A are left for the cars of a phase: three of five. Longer than the 12 s after which a sample proves a decrease.
    const validUntil = new Date(Date.now() + 15_000).toISOString();
    const put = await putLimits(site.webUrl, 'ems', [{ circuit: 'main', limitA: 30, validUntil, failSafeA: 90 }]);
    site.truth.limit('main', 30);
    expect(put.status).toBe(200);
    expect(await put.json()).toMatchObject([{ source: 'ems', circuit: 'main', limitA: 30, failSafe: false }]);
    expect(site.truth.isOver()).toBe(true);

    const lowered = await seen('some are paused, others held by it', 3_000, found =>
      isSomeonePaused(found) && found.connectors.some(({ reason }) => reason.source === 'ems') ? found : null,
    );
    expect(circuit(lowered, 'main')).toMatchObject({ limitA: { l1: 30 }, limitBy: { l1: 'ems' } });
    await below(GRACE_MS);
    await until('a change on the live stream', 3_000, () => (stream.events.some(isLowered) ? true : null));
    stream.stop();

    const expired = await seen('the fail-safe limit', 18_000, found =>
      circuit(found, 'main').limitA.l1 === 90 ? found : null,
    );
    expect(Date.parse(expired.at)).toBeGreaterThanOrEqual(Date.parse(validUntil));
    expect(expired.limits).toContainEqual(expect.objectContaining({ source: 'ems', failSafe: true }));
    site.truth.limit('main', 90);
    await seen('everybody may charge again', 30_000, found => (isSomeonePaused(found) ? null : true));

    expect((await deleteLimits(site.webUrl, 'ems')).status).toBe(204);
    site.truth.limit('main', MAIN_A);
    const former = await readSite(site.webUrl);
    expect(circuit(former, 'main')).toMatchObject({ limitA: { l1: MAIN_A }, limitBy: { l1: 'fuse' } });
    nothingWrong();
  }, 75_000);

  it('goes back to the fuse by itself when a limit without a fail-safe value runs out', async () => {
    const validUntil = new Date(Date.now() + 1_500).toISOString();
    await putLimits(site.webUrl, 'ems', [{ circuit: 'main', limitA: 99, validUntil }]);
    expect(circuit(await readSite(site.webUrl), 'main').limitA.l1).toBe(99);
    const after = await seen('the fuse', 4_000, found => (circuit(found, 'main').limitA.l1 === MAIN_A ? found : null));
    expect(Date.parse(after.at)).toBeGreaterThanOrEqual(Date.parse(validUntil));
    nothingWrong();
  });

  it('has been obeyed by every charger and lost none, and no strict client ever complained', async () => {
    const view = await readSite(site.webUrl);
    expect(view.connectors.map(each => each.control)).toEqual(SOCKETS.map(() => 'controlled'));
    expect(view.loop.failedChecks).toBe(0);
    for (const { closes } of site.chargers) expect(closes).toEqual([]);
    nothingWrong();
  });
});

const circuit = (view: SiteView, id: string) => {
  const found = view.circuits.find(each => each.id === id);
  if (found === undefined) throw new Error(`no circuit ${id}`);
  return found;
};

/** The most that a car is away from its share, A. */
const drawnApart = () =>
  Math.max(
    ...site.chargers.flatMap(({ plan: { identity }, sockets }) =>
      sockets.map(socket =>
        Math.abs(socket.drawMa() / 1000 - (SHARES_A[`${identity}/${socket.plan.connectorId}`] ?? 0)),
      ),
    ),
  );

/** Every car's last report is what it really draws. */
const reported = (view: SiteView) =>
  site.chargers.every(({ plan: { identity }, sockets }) =>
    sockets.every(socket => {
      const { connectorId } = socket.plan;
      const drawA = Object.values(connectorOf(view, identity, connectorId).drawA).map(Number);
      return near(Math.max(...drawA), socket.drawMa() / 1000, 0.11);
    }),
  );

const isSomeonePaused = (view: SiteView) => Object.values(grantsOf(view)).includes(0);

const snapshotOf = (events: readonly StreamEvent[]): StreamEvent | null => {
  const snapshot = events.find(each => each.event === 'snapshot');
  return snapshot !== undefined && events.some(each => each.event === 'change') ? snapshot : null;
};

/** A change after the snapshot that carries the lower limit. */
const isLowered = ({ event, data }: StreamEvent): boolean =>
  event === 'change' && JSON.stringify(data.limits ?? '').includes('"source":"ems"') && data.connectors !== undefined;
