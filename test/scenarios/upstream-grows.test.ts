/** A site that grows while its back office watches: what is new comes last, what was stays what it was. */
import { expect, it } from 'vitest';
import { story } from '#sim/story.ts';
import { officeOf } from './office.ts';

it('an adopted charger gets the next number, is told under it, and its sessions are billed under it', async () => {
  const site = await story({
    circuits: [
      { id: 'main', fuseA: 63, designLoadA: 10, baseA: 5 },
      { id: 'row', parent: 'main', fuseA: 40, evOnly: true },
    ],
    chargers: [{}, {}, { unlisted: true, circuit: 'row' }],
    upstream: { whoMayCharge: 'everyone' },
  });
  const office = officeOf(site);
  site.gateway.adoption.openWindow();
  await site.run('30 s');
  const from = office.received.length;
  const adopted = await site.gateway.adoption.adopt('CP3', { circuit: 'row', ratingA: 32, phases: 3, rotation: 'RST' });
  expect(adopted).toMatchObject({ kind: 'done' });
  await site.run('2 min');
  const told = office.received.slice(from).filter(({ action }) => action === 'StatusNotification');
  expect(new Set(told.map(({ payload }) => payload.connectorId))).toContain(3);
  site.plug('CP3');
  await site.run('3 min');
  expect(office.ledger.starts).toMatchObject([{ connectorId: 3 }]);
  expect(office.complaints).toEqual([]);
  await site.close();
});
