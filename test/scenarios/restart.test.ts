/** What outlives a gateway: the next one knows what its chargers may hold, and what time they were told. */
import { expect, it } from 'vitest';
import { ok } from '#base/outcome.ts';
import type { Gateway } from '#gateway.ts';
import { openGatewayOn } from '#sim/gateway-life.ts';
import { closeOn } from '#sim/run.ts';
import { openSite, type SimSite } from '#sim/site.ts';
import { sitePlan } from '#sim/story.ts';

const CAR = { phases: 3, maxMa: 32_000, needWh: 60_000, rampMaPerS: 2000, restless: false } as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A garage of two proven chargers whose records outlive the gateway on it. */
function garage(onFrame: (identity: string, frame: string) => void = () => {}) {
  const plan = sitePlan({
    circuits: [{ id: 'main', fuseA: 40, designLoadA: 5, baseA: 5 }],
    chargers: [{}, {}],
  });
  const site = openSite(plan, { seed: 'restart', building: 'constant', onFrame });
  const records = site.world.openStore(null);
  if (!records.ok) throw new Error(records.detail);
  const lasting = { ...records.value, close: async () => {} };
  return { ...site, world: { ...site.world, openStore: () => ok(lasting) } } satisfies SimSite;
}

async function charging(site: SimSite): Promise<Gateway> {
  const gateway = await openGatewayOn(site);
  for (const post of site.posts) post.station.powerOn();
  await site.clock.run(2 * MINUTE);
  site.posts.forEach(({ station }, n) => {
    station.plug(1, { ...CAR, idTag: `TAG-${n}` });
  });
  await site.clock.run(10 * MINUTE);
  return gateway;
}

const bookedA = (gateway: Gateway) =>
  gateway.state().connectors.map(({ ledger }) => Math.max(...ledger.held.map(held => held.limitMa)) / 1000);

it('a gateway that starts again books proven chargers at what they may hold, before it has heard of any', async () => {
  const site = garage();
  const first = await charging(site);
  const before = bookedA(first);
  expect(before.every(bookA => bookA > 6 && bookA < 32)).toBe(true);
  await closeOn(site, first);
  const second = await openGatewayOn(site);
  expect(bookedA(second)).toEqual(before);
  expect(second.state().chargers.map(({ link, traits }) => [link, traits.leaseClass])).toEqual([
    ['offline', 'A'],
    ['offline', 'A'],
  ]);
  await site.clock.run(site.clock.nowMs() + 10 * MINUTE);
  expect(site.observer.finish()).toMatchObject({ overLimitMs: 0 });
  await closeOn(site, second);
});

it('the gateway’s wall clock is set by an hour: chargers are told the time as it went on', async () => {
  const offMs: number[] = [];
  const beganMs = Date.UTC(2026, 0, 1);
  const site: SimSite = garage((_, frame) => {
    const told = /"currentTime":"([^"]+)"/.exec(frame)?.[1];
    if (told !== undefined) offMs.push(Date.parse(told) - beganMs - site.clock.nowMs());
  });
  const gateway = await charging(site);
  site.clock.stepWall(HOUR);
  await site.clock.run(site.clock.nowMs() + 12 * MINUTE);
  expect(offMs.length).toBeGreaterThan(4);
  expect(new Set(offMs)).toEqual(new Set([0]));
  await closeOn(site, gateway);
});
