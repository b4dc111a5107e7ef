/** What the back office wished holds from the first instant of a new process. */
import { expect, it } from 'vitest';
import { silentLog } from '#base/log.ts';
import { openGatewayOn } from '#sim/gateway-life.ts';
import { closeOn } from '#sim/run.ts';
import { pass } from '#site/pass.ts';
import type { SiteState } from '#site/state.ts';
import type { World } from '#world.ts';
import { garage, officeOf } from './office.ts';

it('its charging profiles hold before the first charger may come in', async () => {
  const site = await garage(2, { whoMayCharge: 'everyone' }, { mortal: true });
  site.plug('CP1');
  await site.run('3 min');
  const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] };
  const csChargingProfiles = {
    ...{ chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile' },
    ...{ chargingProfileKind: 'Absolute', chargingSchedule },
  };
  let answer: unknown;
  officeOf(site).call('SetChargingProfile', { connectorId: 1, csChargingProfiles }, said => {
    answer = said;
  });
  await site.run('1 min');
  expect(answer).toEqual({ ok: true, payload: { status: 'Accepted' } });
  expect(site.drawA('CP1')).toBeLessThanOrEqual(10);
  site.life?.end(site.site.random.split('death'));
  await site.run('2 s');
  let latest: SiteState | null = null;
  let atTheDoor: SiteState | null = null;
  const { world } = site.site;
  const watched: World = {
    ...world,
    // A port that opens slowly: passes run meanwhile, and show what is known.
    async listenForChargers(options, door) {
      await new Promise<void>(opened => void world.clock.after('a slow port', 1_000, opened));
      atTheDoor = latest;
      return world.listenForChargers(options, door);
    },
  };
  const opening = openGatewayOn(site.site, silentLog, watched, false, (state, atMs) => {
    latest = state;
    return pass(state, atMs);
  });
  await site.run('3 s');
  const gateway = await opening;
  const wishAt = (state: SiteState | null) => state?.connectors[0]?.wish;
  expect(wishAt(atTheDoor)).toEqual({ limitMa: 10_000, limitW: null, profileId: 1 });
  await site.run('10 min');
  expect(site.drawA('CP1')).toBeLessThanOrEqual(10);
  await closeOn(site.site, gateway);
});
