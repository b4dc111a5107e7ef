/** A live limit is lowered while a charger is away: what it still counts at, and who gives way (rules 1, 3, 9). */
import { describe, expect, it } from 'vitest';
import { type Story, type StoryCharger, story } from '#sim/story.ts';
import { drawsA, until } from './lapse-watch.ts';
import { highest, putLimit, watchPeak } from './watch.ts';

const CARS = ['CP1', 'CP2', 'CP3'];
const OTHERS = ['CP2', 'CP3'];

/** Three cars at (63 − 1.5 − 5) / 3 = 18.83 A; then CP1 is out of reach, and nobody is told why. */
async function away(lost: StoryCharger): Promise<Story> {
  const site = await story({
    circuits: [{ id: 'main', fuseA: 63, designLoadA: 5, baseA: 5 }],
    chargers: [lost, {}, {}],
  });
  for (const car of CARS) site.plug(car);
  await site.run('30 min');
  expect(drawsA(site, CARS).toSorted()).toEqual([18.8, 18.8, 18.9]);
  site.post('CP1').link.cut({ stationAfterMs: 0, gatewayAfterMs: 0 });
  await site.run('10 s');
  return site;
}

const sumA = (site: Story) => OTHERS.reduce((sum, car) => sum + site.drawA(car), 0);

describe('a live limit that is lowered while a proven charger is away', () => {
  it('counts its stored lease until it lapses, the others give way at once, and have the rest when it has lapsed', async () => {
    const site = await away({});
    const storedA = site.drawA('CP1');
    putLimit(site, 40);
    await site.run('10 s');
    expect(site.drawA('CP1')).toBe(storedA);
    // 40 − 1.5 − 5 − what CP1 holds.
    expect(sumA(site)).toBeCloseTo(33.5 - storedA, 5);
    const peak = watchPeak(site, 'main');
    await until(site, () => site.drawA('CP1') < storedA, 318);
    expect(site.drawA('CP1')).toBe(6);
    expect(sumA(site), 'not a moment sooner').toBeCloseTo(33.5 - storedA, 5);
    // Booked until G and a reaction after the end of the lease, which the car itself took at most 8 s to follow.
    const gainedMs = await until(site, () => sumA(site) > 33.5 - storedA, 60);
    expect(gainedMs).toBeGreaterThan(12_000);
    expect(gainedMs).toBeLessThan(35_000);
    await site.run('20 min');
    // Raises count the 6 A twice, as CP1's and as the building's: nobody vouches for its car (rule 13). That leaves
    // 40 − 1.5 − 5 − 6 − 6 A, less what is not worth a command.
    expect(sumA(site)).toBeGreaterThan(19.5);
    expect(sumA(site)).toBeLessThanOrEqual(21.5);
    expect(site.drawA('CP1')).toBe(6);
    expect(peak.highestA()).toBeLessThanOrEqual(38.5);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});

describe('a live limit that is lowered while a charger is away that nobody has proven', () => {
  it('counts its rating for as long as it is away', async () => {
    const unproven = { brand: { vendor: 'Nobody', model: 'Knows', firmware: '1', stepMa: 100 } };
    const site = await away(unproven);
    putLimit(site, 55);
    await site.run('10 s');
    // 55 − 1.5 − 5 − 32 = 16.5 A.
    expect(drawsA(site, OTHERS)).toEqual([8.2, 8.3]);
    await site.run('30 min');
    expect(drawsA(site, OTHERS)).toEqual([8.2, 8.3]);
    expect(highest(site.flowA('main'))).toBeLessThanOrEqual(53.5);
    site.post('CP1').link.mend();
    await site.run('15 min');
    // All three again: (55 − 1.5 − 5) / 3.
    expect(drawsA(site, CARS).toSorted()).toEqual([16.1, 16.2, 16.2]);
    expect(site.account()).toMatchObject({ overLimitMs: 0, violations: [] });
    await site.close();
  });
});
