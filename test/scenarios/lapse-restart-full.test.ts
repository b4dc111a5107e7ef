/** The gateway dies on a full, metered fuse and is started again on its records within twenty seconds (rules 25 to 27). */
import { describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { type Story, story } from '#sim/story.ts';
import { allowedA, drawsA } from './lapse-watch.ts';
import { watchPeak } from './watch.ts';

const CARS = ['CP1', 'CP2', 'CP3', 'CP4'];

async function charging(): Promise<Story> {
  const site = await story({
    mortal: true,
    circuits: [{ id: 'main', fuseA: 80, designLoadA: 40, baseA: 20 }],
    chargers: [{}, {}, { brand: 'Alder' }, { rotation: 'STR' }],
  });
  for (const car of CARS) site.plug(car);
  await site.run('15 min');
  // (80 − 1.5 − 20) / 4 = 14.6 A.
  expect(Math.min(...drawsA(site, CARS))).toBeGreaterThan(13);
  return site;
}

describe('a gateway that is started again within twenty seconds', () => {
  it.each([1, 2, 3])('leaves every car at what it draws, and nobody is over (%i)', async nth => {
    const site = await charging();
    const peak = watchPeak(site, 'main');
    const heldA = drawsA(site, CARS);
    expect(site.life?.restart(prng(`restart ${nth}`), 15_000)).toBe(true);
    const lowestA = [...heldA];
    for (let second = 0; second < 300; second++) {
      await site.run('1 s');
      allowedA(site, CARS).forEach((nowA, index) => {
        lowestA[index] = Math.min(lowestA[index] ?? 0, nowA);
      });
    }
    for (const [index, lowA] of lowestA.entries()) expect(lowA).toBeGreaterThanOrEqual((heldA[index] ?? 0) - 0.5);
    expect(peak.highestA()).toBeLessThanOrEqual(78.5);
    expect(site.gateway.state().chargers.map(({ link, setup }) => [link, setup.todo.length])).toEqual(
      CARS.map(() => ['online', 0]),
    );
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });

  it('has the building step up in the very moment of its return: the fuse is relieved', async () => {
    const site = await charging();
    site.life?.restart(prng('restart'), 15_000);
    await site.run('15 s');
    site.step('main', 15);
    await site.run('30 s');
    expect(site.flowA('main')[0]).toBeLessThanOrEqual(80);
    const calm = watchPeak(site, 'main');
    await site.run('10 min');
    expect(calm.highestA()).toBeLessThanOrEqual(80);
    expect(Math.min(...drawsA(site, CARS))).toBeGreaterThanOrEqual(6);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});
