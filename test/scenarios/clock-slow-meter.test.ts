/** A guard meter that is read every ten seconds: its times stretch with its interval (rule 16), the fuse does not. */
import { describe, expect, it } from 'vitest';
import { type Story, story } from '#sim/story.ts';
import { drawsA, until } from './lapse-watch.ts';
import { connectorOf, highest, judgeBy, putLimit, watchPeak } from './watch.ts';

const CARS = ['CP1', 'CP2', 'CP3'];
/** (63 − 1.5 − 5) / 3 = 18.83 A; to tenths, and all of it handed out. */
const FULL = [18.8, 18.8, 18.9];

async function charging(): Promise<Story> {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5, meterIntervalMs: 10_000 }],
    chargers: [{}, {}, {}],
  });
  for (const car of CARS) site.plug(car);
  await site.run('10 min');
  expect(drawsA(site, CARS)).toEqual(FULL);
  return site;
}

const readAtMs = (site: Story) => site.gateway.state().meters[0]?.atMs ?? 0;

/** Until a reading has just come: the next one is ten seconds away. */
async function afterReading(site: Story): Promise<void> {
  const beforeMs = readAtMs(site);
  await until(site, () => readAtMs(site) !== beforeMs, 11);
}

/** So many polls, one in ten seconds, answered by an exception, from a reading that has just come. */
async function silence(site: Story, polls: number): Promise<void> {
  await afterReading(site);
  site.site.meters.get('meter-main')?.fail('exception', polls);
}

describe('a guard meter that is read every ten seconds', () => {
  it('lets three cars have all that the fuse carries, and no raise goes beyond it', async () => {
    const site = await charging();
    const peak = watchPeak(site, 'main');
    await site.run('10 min');
    expect(peak.highestA()).toBe(61.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0, violations: [] });
    await site.close();
  });

  it('sees a step of the building that just missed a reading, and the fuse is relieved ten seconds after the next', async () => {
    const site = await charging();
    await afterReading(site);
    site.step('main', 12);
    expect(highest(site.flowA('main'))).toBe(73.5);
    await site.run('9 s');
    expect(drawsA(site, CARS), 'nobody knows yet').toEqual(FULL);
    await until(site, () => highest(site.flowA('main')) <= 63, 11);
    await site.run('1 min');
    // (63 − 1.5 − 17) / 3 = 14.83 A.
    expect(drawsA(site, CARS)).toEqual([14.8, 14.8, 14.9]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('allows raises for thirty seconds after its last reading, and none after that', async () => {
    const site = await charging();
    const raised: number[] = [];
    for (const waitS of [25, 31]) {
      putLimit(site, 40);
      await site.run('2 min');
      // (40 − 1.5 − 5) / 3 = 11.17 A.
      expect(drawsA(site, CARS).toSorted((a, b) => a - b)).toEqual([11.1, 11.2, 11.2]);
      await silence(site, 4);
      await site.run(`${waitS} s`);
      judgeBy(site, 63);
      expect(site.gateway.putLimits('ems', [])).toMatchObject({ ok: true });
      const wasA = drawsA(site, CARS);
      await site.run('9 s');
      raised.push(CARS.filter((car, index) => (site.grantA(car) ?? 0) > (wasA[index] ?? 0)).length);
      await site.run('10 min');
      expect(drawsA(site, CARS)).toEqual(FULL);
    }
    expect(raised).toEqual([3, 0]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });

  it('sends the cars to limit less margin less the worst building after sixty seconds of silence, not before', async () => {
    const site = await charging();
    await silence(site, 12);
    await site.run('59 s');
    expect(CARS.map(site.grantA)).toEqual(FULL);
    // The next second, and a car's reaction.
    await site.run('11 s');
    // (63 − 1.5 − 30) / 3 = 10.5 A.
    expect(drawsA(site, CARS)).toEqual([10.5, 10.5, 10.5]);
    expect(connectorOf(site, 'CP1').reason.source).toBe('meter');
    site.step('main', 25);
    expect(highest(site.flowA('main')), 'the worst building fits').toBe(61.5);
    await site.run('5 min');
    expect(drawsA(site, CARS), 'and is what the meter finds').toEqual([10.5, 10.5, 10.5]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});
