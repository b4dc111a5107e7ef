/** A guard meter that falls silent while cars charge. */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { connectorOf, highest, pageOf, watchPeak } from './watch.ts';

const garage = {
  circuits: [{ id: 'main', fuseA: 40, designLoadA: 25, baseA: 5 }],
  chargers: [{}, {}],
};

/** Two cars on 40 A: (40 − 1.5 − 5) / 2 = 16.75 A each. */
async function twoCars(): Promise<Story> {
  const site = await story(garage);
  site.plug('CP1');
  site.plug('CP2');
  await site.run('12 min');
  expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([16.8, 16.7]);
  return site;
}

/** So many polls, one a second, answered by an exception. */
const silence = (site: Story, seconds: number) => site.site.meters.get('meter-main')?.fail('exception', seconds);

describe('a guard meter that falls silent', () => {
  it('stops every raise after three seconds, though a place becomes free', async () => {
    const site = await twoCars();
    silence(site, 60);
    await site.run('4 s');
    site.unplug('CP2');
    await site.run('5 s');
    expect(site.grantA('CP1')).toBe(16.8);
    await site.close();
    const control = await twoCars();
    await control.run('4 s');
    control.unplug('CP2');
    await control.run('5 s');
    expect(control.grantA('CP1'), 'with a meter that answers it is raised').toBeGreaterThan(16.8);
    await control.close();
  });

  it('brings the cars to limit less margin less the worst building after ten seconds, and the page says why', async () => {
    const site = await twoCars();
    silence(site, 60);
    await site.run('9 s');
    expect([site.grantA('CP1'), site.grantA('CP2')]).toEqual([16.8, 16.7]);
    await site.run('12 s');
    // 40 − 1.5 − 25 = 13.5 A for both.
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([6.8, 6.7]);
    site.step('main', 19);
    expect(highest(site.flowA('main')), 'even the worst building fits now').toBeLessThanOrEqual(40);
    expect(pageOf(site)).toMatchObject({ ready: false, meters: [{ quality: 'stale' }] });
    expect(connectorOf(site, 'CP1').reason.source).toBe('meter');
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });

  it('is believed for raises again after three good readings', async () => {
    const site = await twoCars();
    // Longer than the half minute that must lie between the cut and a raise.
    silence(site, 30);
    await site.run('45 s');
    const peak = watchPeak(site, 'main');
    const raisedAfter: number[] = [];
    let readings = 0;
    let newest = site.gateway.state().meters[0]?.atMs;
    for (let i = 0; i < 2000 && raisedAfter.length === 0; i++) {
      await site.run('100 ms');
      const atMs = site.gateway.state().meters[0]?.atMs;
      if (atMs !== newest) readings++;
      newest = atMs;
      const highestMa = Math.max(
        ...['CP1', 'CP2'].map(id => site.post(id).station.promisedMa(site.post(id).station.connectorOf(1))),
      );
      if (highestMa > 7_000) raisedAfter.push(readings);
    }
    expect(raisedAfter).toEqual([3]);
    await site.run('3 min');
    for (const identity of ['CP1', 'CP2']) expect(site.drawA(identity)).toBeGreaterThan(14.7);
    expect(peak.highestA()).toBeLessThanOrEqual(40);
    expect(pageOf(site).ready).toBe(true);
    expect(site.account().overLimitMs).toBe(0);
    await site.close();
  });
});
