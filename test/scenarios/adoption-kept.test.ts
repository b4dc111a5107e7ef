/** What outlives the process of an adopted charger, and what a disk or a changed site file does to it. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { failed, ok } from '#base/outcome.ts';
import { resolveConfig } from '#config/config.ts';
import type { Gateway } from '#gateway.ts';
import { isSigned } from '#meters/profile.ts';
import { shippedDevices } from '#sim/devices.ts';
import { openGatewayOn } from '#sim/gateway-life.ts';
import { closeOn } from '#sim/run.ts';
import { openSite, type SimSite } from '#sim/site.ts';
import { rawConfig } from '#sim/site-plan.ts';
import { sitePlan } from '#sim/story.ts';

const AS_IT_IS = { circuit: 'main', ratingA: 32, phases: 3, rotation: 'RST' } as const;
const MINUTE = 60_000;

/** One charger of the file and one of none; the records outlive the gateway, and the disk is full while it is told so. */
function garage() {
  const disk = { isFull: false };
  const plan = sitePlan({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5 }],
    chargers: [{}, { unlisted: true }],
  });
  const site = openSite(plan, { seed: 'kept', building: 'constant' });
  const records = site.world.openStore(null);
  if (!records.ok) throw new Error(records.detail);
  const { commit } = records.value;
  const lasting: typeof records.value = {
    ...records.value,
    commit: async changes => (disk.isFull ? failed('exception', 'no space left') : commit(changes)),
    close: async () => {},
  };
  const kept: SimSite = { ...site, world: { ...site.world, openStore: () => ok(lasting) } };
  return { site: kept, disk };
}

const run = (site: SimSite, ms: number) => site.clock.run(site.clock.nowMs() + ms);

async function waiting(site: SimSite): Promise<Gateway> {
  const gateway = await openGatewayOn(site, silentLog, site.world, true);
  for (const post of site.posts) post.station.powerOn();
  gateway.adoption.openWindow();
  await run(site, MINUTE);
  return gateway;
}

const names = (gateway: Gateway) => gateway.state().topology.chargers.map(spec => spec.identity);

it('one that was taken out and has no power is forgotten at the next start; before that it keeps its place', async () => {
  const { site } = garage();
  const first = await waiting(site);
  await first.adoption.adopt('CP2', AS_IT_IS);
  await run(site, MINUTE);
  await first.adoption.remove('CP2');
  await run(site, MINUTE);
  site.posts[1]?.station.reboot(1e9);
  await run(site, MINUTE);
  const door = `http://127.0.0.1:${first.ports.web}/api/v1/chargers/CP2/switched-off`;
  expect((await fetch(door, { method: 'PUT' })).status).toBe(204);
  await run(site, MINUTE);
  expect(names(first)).toEqual(['CP1', 'CP2']);
  expect(first.state().chargers[1]).toMatchObject({ switchedOff: true });
  await closeOn(site, first);
  const second = await openGatewayOn(site);
  expect(names(second)).toEqual(['CP1']);
  expect(second.adoption.shown().adopted).toEqual([]);
  await closeOn(site, second);
  const third = await openGatewayOn(site);
  expect(names(third)).toEqual(['CP1']);
  await closeOn(site, third);
});

it('a disk that is full adopts nobody: the charger goes on waiting, and can be adopted once there is room', async () => {
  const { site, disk } = garage();
  const gateway = await waiting(site);
  disk.isFull = true;
  expect(await gateway.adoption.adopt('CP2', AS_IT_IS)).toEqual({ kind: 'unstored', detail: 'no space left' });
  expect(names(gateway)).toEqual(['CP1']);
  expect(gateway.adoption.shown()).toMatchObject({ waiting: [{ identity: 'CP2' }], adopted: [] });
  disk.isFull = false;
  expect(await gateway.adoption.adopt('CP2', AS_IT_IS)).toMatchObject({ kind: 'done' });
  expect(names(gateway)).toEqual(['CP1', 'CP2']);
  await closeOn(site, gateway);
});

it('a site file read again knows nothing of it and leaves it where it is, with all that it may hold', async () => {
  const { site } = garage();
  const gateway = await waiting(site);
  await gateway.adoption.adopt('CP2', AS_IT_IS);
  await run(site, MINUTE);
  const { chargers, meters } = shippedDevices();
  const renamed = { ...site.plan, name: 'Renamed' };
  const signedMeterIds = [...meters].filter(([, profile]) => isSigned(profile)).map(([id]) => id);
  const devices = { chargers, meterIds: [...meters.keys()], signedMeterIds };
  const file = resolveConfig(rawConfig(renamed), devices, site.clock.wallMs());
  if (!file.ok) throw new Error(JSON.stringify(file.problems));
  const before = gateway.state().connectors;
  gateway.reload(file.value);
  expect(gateway.state().topology.siteName).toBe('Renamed');
  expect(names(gateway)).toEqual(['CP1', 'CP2']);
  expect(gateway.state().connectors).toBe(before);
  await run(site, MINUTE);
  expect(gateway.state().chargers[1]).toMatchObject({ link: 'online' });
  await closeOn(site, gateway);
});
