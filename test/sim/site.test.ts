/** The whole gateway in a simulated site. */
import { describe, expect, it } from 'vitest';
import { runFlash } from '#sim/flash.ts';
import { DEFAULT_ZOO, runSeed } from '#sim/run.ts';
import { readArguments, runSeeds } from '#sim/seeds.ts';
import { story } from '#sim/story.ts';

const options = { chargers: 6, hours: 0.5, faults: 'all', building: 'varying' } as const;

describe('a seed', () => {
  it('gives the same frames at the same instants every time', async () => {
    const [first, second, other] = [
      await runSeed({ ...options, seed: 7, trace: true }),
      await runSeed({ ...options, seed: 7, trace: true }),
      await runSeed({ ...options, seed: 8, trace: true }),
    ];
    expect(second.traceHash).toBe(first.traceHash);
    expect(other.traceHash).not.toBe(first.traceHash);
    expect(first.deliveredWh).toBeGreaterThan(1000);
  });

  it('comes to the same account in a worker as here', async () => {
    const run = { ...options, from: 1, to: 4, hours: 0.2 };
    const spread = await runSeeds(run);
    const alone = await Promise.all([1, 2, 3, 4].map(seed => runSeeds({ ...run, from: seed, to: seed })));
    const sum = (pick: (result: typeof spread) => number) => alone.reduce((total, each) => total + pick(each), 0);
    expect(spread.events).toBe(sum(each => each.events));
    expect(spread.deliveredKwh).toBeCloseTo(
      sum(each => each.deliveredKwh),
      0,
    );
    expect(spread.simulatedHours).toBeCloseTo(0.8, 6);
  });

  it('is asked for on the command line, and a wrong word is refused', () => {
    expect(readArguments(['--seeds', '3..5', '--hours', '1', '--chargers=4', '--faults', 'none'])).toEqual({
      from: 3,
      to: 5,
      hours: 1,
      chargers: 4,
      faults: 'none',
      building: 'varying',
      zoo: DEFAULT_ZOO,
      disk: 'none',
      upstream: 'none',
    });
    expect(readArguments(['--disk', 'all', '--upstream'])).toMatchObject({ disk: 'all', upstream: 'all' });
    expect(readArguments(['--disk', 'some'])).toMatch('--disk');
    expect(readArguments(['--zoo', 'all'])).toMatchObject({ zoo: 'all' });
    expect(readArguments(['--zoo', 'some'])).toMatch('--zoo');
    expect(readArguments(['--seeds', '5..3'])).toMatch('--seeds');
    expect(readArguments(['--faults', 'some'])).toMatch('--faults');
  });
});

describe('a week in a garage', () => {
  it('counts for every socket and day what was written, and names the worst', async () => {
    const result = await runFlash({ seed: 1, chargers: 3, days: 1, zoo: 'none' });
    const { median, p95, worst } = result.writesPerConnectorDay;
    expect(median).toBeGreaterThan(0);
    expect(p95).toBeGreaterThanOrEqual(median);
    expect(result.worst.writes).toBe(worst);
    expect(result.worst.day).toBe(1);
    expect(result.deliveredKwh).toBeGreaterThan(10);
    expect(result.overLimitMs).toBe(0);
  }, 120_000);
});

const garage = {
  circuits: [{ id: 'main', fuseA: 63, designLoadA: 30, baseA: 5 }],
  chargers: [{}, { rotation: 'STR' }, { rotation: 'R' }, {}],
} as const;

describe('a garage on 63 A', () => {
  it('lets two cars take what they can while there is room', async () => {
    const site = await story(garage);
    site.plug('CP1', { maxMa: 16_000 });
    site.plug('CP2', { maxMa: 20_000 });
    await site.run('5 min');
    expect([site.drawA('CP1'), site.drawA('CP2')]).toEqual([16, 20]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, exogenousOverMs: 0 });
    await site.close();
  });

  it('takes the cars back within the grace window when the building steps up by 20 A', async () => {
    const site = await story(garage);
    for (const identity of ['CP1', 'CP2', 'CP4']) site.plug(identity);
    await site.run('6 min');
    expect(Math.max(...site.flowA('main'))).toBeGreaterThan(45);
    site.step('main', 20);
    expect(Math.max(...site.flowA('main'))).toBeGreaterThan(63);
    await site.run('11 s');
    expect(Math.max(...site.flowA('main'))).toBeLessThanOrEqual(63);
    await site.run('5 min');
    const account = site.account();
    expect(account.overLimitMs).toBe(0);
    expect(account.exogenousOverMs).toBeGreaterThan(0);
    await site.close();
  });

  it('gives nothing more to a charger whose link is gone, and stays within the fuse', async () => {
    const site = await story(garage);
    site.plug('CP1');
    site.plug('CP2');
    await site.run('5 min');
    const before = site.drawA('CP1');
    site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: null });
    site.step('main', 10);
    await site.run('2 min');
    expect(site.drawA('CP1')).toBeLessThanOrEqual(before);
    expect(Math.max(...site.flowA('main'))).toBeLessThanOrEqual(63);
    await site.close();
  });

  it('books a charger that accepts every limit and obeys none, and cuts the others', async () => {
    const site = await story({ ...garage, chargers: [{ habit: 'ignores' }, {}, {}] });
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
    await site.run('6 min');
    expect(site.drawA('CP1')).toBe(32);
    expect(Math.max(...site.flowA('main'))).toBeLessThanOrEqual(63);
    expect(site.account().brokenBuckets.class).toBeGreaterThan(0);
    await site.close();
  });

  it('keeps within the fuse beside a charger that rejects every limit', async () => {
    const site = await story({ ...garage, chargers: [{ habit: 'rejects' }, {}, {}] });
    for (const identity of ['CP1', 'CP2', 'CP3']) site.plug(identity);
    await site.run('6 min');
    expect(site.drawA('CP1')).toBe(32);
    expect(Math.max(...site.flowA('main'))).toBeLessThanOrEqual(63);
    await site.close();
  });
});
