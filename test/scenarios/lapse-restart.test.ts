/** The gateway dies and is started again on its records within twenty seconds, while cars charge (rules 25 to 27). */
import { describe, expect, it } from 'vitest';
import { prng } from '#sim/prng.ts';
import { type Story, story } from '#sim/story.ts';
import { allowedA, drawsA, until } from './lapse-watch.ts';
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
  it('has all of them under control again, is over at no moment, and hands out the fuse as before', async () => {
    const site = await charging();
    const peak = watchPeak(site, 'main');
    const heldA = drawsA(site, CARS);
    expect(site.life?.restart(prng('restart'), 15_000)).toBe(true);
    await site.run('2 min');
    expect(site.gateway.state().chargers.map(({ link, setup }) => [link, setup.todo.length])).toEqual(
      CARS.map(() => ['online', 0]),
    );
    await site.run('25 min');
    drawsA(site, CARS).forEach((drawnA, index) => {
      expect(drawnA).toBeGreaterThan((heldA[index] ?? 0) - 1);
    });
    expect(peak.highestA()).toBeLessThanOrEqual(78.5);
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

describe('a gateway that is started again while one charger cannot come back', () => {
  it('counts that one at what an earlier gateway wrote down, and gives its share to nobody before it has lapsed', async () => {
    const site = await story({
      mortal: true,
      circuits: [
        { id: 'main', fuseA: 125, designLoadA: 20, baseA: 5 },
        { id: 'row', parent: 'main', fuseA: 60, evOnly: true },
      ],
      chargers: CARS.map(() => ({ circuit: 'row' })),
    });
    for (const car of CARS) site.plug(car);
    await site.run('15 min');
    expect(drawsA(site, CARS)).toEqual([15, 15, 15, 15]);
    const peak = watchPeak(site, 'row');
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
    site.life?.restart(prng('restart'), 15_000);
    for (let second = 0; second < 75; second++) {
      await site.run('1 s');
      expect(allowedA(site, CARS)).toEqual([15, 15, 15, 15]);
    }
    await until(site, () => site.drawA('CP1') === 6, 320);
    // (60 − 6) / 3.
    await site.run('6 min');
    expect(drawsA(site, CARS)).toEqual([6, 18, 18, 18]);
    expect(peak.highestA()).toBeLessThanOrEqual(60);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, brokenOverMs: 0, violations: [] });
    await site.close();
  });
});
