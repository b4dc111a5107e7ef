/** Stacks of charging profiles from the back office, at sockets with cars. */
import { expect, it } from 'vitest';
import type { Story } from '#sim/story.ts';
import { ask, garage, plugged } from './office.ts';

const EVERYONE = { whoMayCharge: 'everyone' } as const;

type Draft = { readonly id: number; readonly level: number; readonly limitA: number; readonly forS?: number };

/** From now on, for some seconds or for ever. */
const set = (story: Story, { id, level, limitA, forS }: Draft, purpose = 'TxDefaultProfile') =>
  ask(story, 'SetChargingProfile', {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: id,
      stackLevel: level,
      chargingProfilePurpose: purpose,
      chargingProfileKind: 'Absolute',
      chargingSchedule: {
        ...(forS === undefined ? {} : { duration: forS }),
        startSchedule: new Date(story.site.clock.wallMs()).toISOString(),
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: limitA }],
      },
    },
  });

const ACCEPTED = { status: 'Accepted' };

const rowsTold = (answer: unknown) => {
  const { chargingSchedule } = answer as { chargingSchedule: { chargingSchedulePeriod: { limit: number }[] } };
  return chargingSchedule.chargingSchedulePeriod.map(({ limit }) => limit);
};

it('the highest level holds a car down until it is over, also across a restart; then the next one does, until it is cleared', async () => {
  const site = await garage(1, EVERYONE, { mortal: true });
  site.plug('CP1');
  await site.run('5 min');
  expect(site.drawA('CP1')).toBeGreaterThan(20);
  expect(await set(site, { id: 1, level: 0, limitA: 16 })).toEqual(ACCEPTED);
  expect(await set(site, { id: 2, level: 5, limitA: 8, forS: 1_200 })).toEqual(ACCEPTED);
  await site.run('2 min');
  expect(site.drawA('CP1')).toBe(8);
  expect(rowsTold(await ask(site, 'GetCompositeSchedule', { connectorId: 1, duration: 3_600 }))).toEqual([8, 16]);
  site.life?.restart(site.site.random.split('death'), 2_000);
  await site.run('5 min');
  expect(site.drawA('CP1')).toBe(8);
  await site.run('17 min');
  expect(site.drawA('CP1')).toBe(16);
  expect(await ask(site, 'ClearChargingProfile', { stackLevel: 0 })).toEqual(ACCEPTED);
  await site.run('5 min');
  expect(site.drawA('CP1')).toBeGreaterThan(20);
  await site.close();
});

it('what a socket is held down by is said by its number', async () => {
  const site = await garage(1, EVERYONE);
  site.plug('CP1');
  await site.run('5 min');
  expect(await set(site, { id: 1, level: 0, limitA: 16 })).toEqual(ACCEPTED);
  expect(await set(site, { id: 4711, level: 1, limitA: 10 }, 'TxProfile')).toEqual(ACCEPTED);
  await site.run('2 min');
  const reason = () => site.gateway.state().targets[0]?.reason;
  expect(reason()).toMatchObject({ source: 'csms', text: 'charging profile 4711 of the back office' });
  site.unplug('CP1');
  await site.run('10 s');
  site.plug('CP1');
  await site.run('3 min');
  expect(site.drawA('CP1')).toBe(16);
  expect(reason()).toMatchObject({ source: 'csms', text: 'charging profile 1 of the back office' });
  await site.close();
});

it('a start from above under a profile that cannot be kept is Rejected, and no car is started', async () => {
  const site = await garage(1, EVERYONE);
  await plugged(site, 'CP1');
  const start = (chargingProfilePurpose: string, stackLevel: number) =>
    ask(site, 'RemoteStartTransaction', {
      connectorId: 1,
      idTag: 'R',
      chargingProfile: {
        chargingProfileId: 1,
        stackLevel,
        chargingProfilePurpose,
        chargingProfileKind: 'Relative',
        chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
      },
    });
  expect(await start('TxProfile', 21)).toEqual({ status: 'Rejected' });
  expect(await start('TxDefaultProfile', 0)).toEqual({ status: 'Rejected' });
  await site.run('1 min');
  expect(site.drawA('CP1')).toBe(0);
  expect(await start('TxProfile', 20)).toEqual(ACCEPTED);
  await site.run('3 min');
  expect(site.drawA('CP1')).toBe(10);
  await site.close();
});
