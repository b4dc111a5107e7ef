/** A site with one phase: its contract in kW, its orders from outside, and what is left when the gateway is dead. */
import { describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { type Story, story } from '#sim/story.ts';
import { drawsA } from './lapse-watch.ts';
import { connectorOf, judgeBy, pageOf, putLimit, watchPeak } from './watch.ts';

const CARS = ['CP1', 'CP2'];
const CEDAR = { brand: 'Cedar', rotation: 'R' } as const;

/** 7,360 W are 32 A on the one phase. */
async function charging(): Promise<Story> {
  const site = await story({
    mortal: true,
    supplyPhases: 1,
    circuits: [{ id: 'main', fuseA: 40, contractW: 7360, designLoadA: 18 }],
    chargers: [CEDAR, CEDAR],
  });
  site.step('main', [5, 0, 0]);
  for (const car of CARS) site.plug(car, { phases: 1 });
  await site.run('20 min');
  return site;
}

describe('a site with a one-phase supply', () => {
  it('shares a contract in kW as amperes of its one phase, less one margin and not three', async () => {
    const site = await charging();
    const peak = watchPeak(site, 'main');
    // (32 − 1.5 − 5) / 2.
    expect(drawsA(site, CARS).toSorted()).toEqual([12.7, 12.8]);
    expect(connectorOf(site, 'CP1').reason).toMatchObject({ source: 'contract', id: 'main' });
    expect(connectorOf(site, 'CP1')).toMatchObject({ phases: [1], drawA: { l2: null, l3: null } });
    expect(pageOf(site).circuits[0]).toMatchObject({ loadA: { l1: 30.5, l2: null, l3: null }, limitW: 7360 });
    await site.run('10 min');
    expect(peak.highestA()).toBe(30.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('takes orders for its one phase and refuses those for a phase it has not', async () => {
    const site = await charging();
    expect(site.gateway.putLimits('ems', [{ circuit: 'main', limitA: { l2: 20 } }])).toMatchObject({ ok: false });
    putLimit(site, 24);
    await site.run('10 s');
    // (24 − 1.5 − 5) / 2.
    expect(drawsA(site, CARS).toSorted()).toEqual([8.7, 8.8]);
    judgeBy(site, 40);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('stands at 6 A a socket once the gateway is dead, beside the worst building', async () => {
    const site = await charging();
    site.site.observer.gatewayDied(320_000);
    site.life?.end(prng('one'));
    await site.run('320 s');
    expect(drawsA(site, CARS)).toEqual([6, 6]);
    site.step('main', [13, 0, 0]);
    await site.run('20 min');
    expect(site.flowA('main')).toEqual([30, 0, 0]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, afterDeathOverMs: 0, violations: [] });
  });
});
