import { describe, expect, it } from 'vitest';
import { houseWith } from './foreign/house.ts';
import { connectorOf, grantsOf, putLimits, readMetrics, readSite, until } from './foreign/reading.ts';
import { type ForeignSite, openSite } from './foreign/site.ts';

/** Two cars that draw 12 A each, at their own pace: F1's charger obeys, F2's forgets so many profiles from now on. */
async function openPair(profilesToForget: number): Promise<ForeignSite> {
  const site = await openSite({ ...houseWith(['F1', 'F2']), carsAreFaster: 1 });
  site.plugAll();
  await until('both draw 12 A and have said so', 60_000, async () =>
    (await readSite(site.webUrl)).connectors.every(({ drawA }) => drawA.l1 === 12) ? true : null,
  );
  expect(site.truth.overs).toEqual([]);
  site.charger('F2').forgets = profilesToForget;
  // 27.5 A less the margin of 1.5 A and 9.5 A for the building: 16.5 A for the two of them.
  await putLimits(site.webUrl, 'ems', [{ circuit: 'main', limitA: 27.5 }]);
  site.truth.limit('main', 27.5);
  await until('both have been told', 3_000, async () => {
    const grants = grantsOf(await readSite(site.webUrl));
    return Number(grants['F1/1']) < 9 && Number(grants['F2/1']) < 9 ? true : null;
  });
  return site;
}

describe.concurrent('a charger that acknowledges a profile and does not follow it', () => {
  it('is seen in the cars, keeps the limit broken until the meter shows it, and is told again', async ({
    onTestFinished,
    expect,
  }) => {
    const site = await openPair(1);
    onTestFinished(() => site.close());
    const told = site.charger('F2').profiles;
    await until('the limit holds again', 30_000, () => (site.truth.isOver() ? null : true));
    expect(site.disobeyed()).toContain('F2/1 draws more than it acknowledged');
    expect(site.truth.overs.map(({ node, phase }) => `${node} ${phase}`)).toContain('main L1');
    expect(site.charger('F2').profiles).toBeGreaterThan(told);
    expect(site.faults()).toEqual([]);
  }, 90_000);

  it('time and again is on its own for the gateway and everybody who looks, and the other gives way', async ({
    onTestFinished,
    expect,
  }) => {
    const site = await openPair(1000);
    onTestFinished(() => site.close());
    const view = await until('F2 is on its own', 60_000, async () => {
      const found = await readSite(site.webUrl);
      return connectorOf(found, 'F2').control === 'uncontrolled' ? found : null;
    });
    expect(site.charger('F2').socket(1).drawMa()).toBe(12_000);
    expect(site.truth.breaches()).not.toEqual([]);
    expect(site.disobeyed()).toEqual(['F2/1 draws more than it acknowledged']);
    expect(connectorOf(view, 'F1').control).toBe('controlled');
    expect(view.status.control).toBe('1 of 2 chargers under control; Bay 2 on its own.');
    expect(connectorOf(view, 'F2').why).toContain('Switch it off at the charger.');
    expect((await readMetrics(site.webUrl)).get('busbar_connectors{control="uncontrolled"}')).toBe(1);
    await until('F1 gives way', 20_000, () => (site.truth.isOver() ? null : true));
    expect(site.faults()).toEqual([]);
  }, 120_000);
});
